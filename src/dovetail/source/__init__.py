"""The user's files as values of the model, handed on."""

from dovetail.source.document import read_document
from dovetail.source.environment import choose_environment
from dovetail.source.location import find_system
from dovetail.source.nearest import nearest, suggest
from dovetail.source.quantity import parse_duration, parse_share, parse_size
from dovetail.source.schema import editor_schema
from dovetail.source.suite import read_suite
from dovetail.source.system import read_system

__all__ = [
    "choose_environment",
    "editor_schema",
    "find_system",
    "nearest",
    "parse_duration",
    "parse_share",
    "parse_size",
    "read_document",
    "read_suite",
    "read_system",
    "suggest",
]
