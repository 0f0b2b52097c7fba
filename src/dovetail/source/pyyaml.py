"""PyYAML, loaded for the first document and in half the time; called by the builder of documents.

The half of it that is written in Python makes patterns as soon as it is loaded, and compiling them takes longer than
all the rest. The parser that is written in C uses none of them, so each is compiled when it is first used, if ever.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import get_ident
from types import ModuleType

compile_now = re.compile


class LatePattern:
    """Answers as the compiled pattern would, and is one from the first question on."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._written = pattern, flags

    def __reduce__(self) -> tuple[object, ...]:
        return compile_now, self._written

    def __getattr__(self, name: str) -> object:
        return getattr(compile_now(*self._written), name)


@contextmanager
def patterns_compiled_late() -> Iterator[None]:
    """Let what this thread loads meanwhile have late patterns; other threads compile theirs as ever."""
    loading = get_ident()

    def compile_pattern(pattern: str, flags: int = 0) -> object:
        return (LatePattern if get_ident() == loading else compile_now)(pattern, flags)

    vars(re)["compile"] = compile_pattern
    try:
        yield
    finally:
        vars(re)["compile"] = compile_now


def load_yaml() -> ModuleType:
    with patterns_compiled_late():
        return import_module("yaml")
