"""The parser of a command, made from the table of options."""

import pytest

from dovetail.app.options import RUN_OPTIONS
from dovetail.cli.arguments import add_options, make_parser, read_flags
from dovetail.errors import UsageError


def test_every_option_of_the_table_is_a_flag_and_only_given_ones_are_read() -> None:
    parser = make_parser("run")
    add_options(parser, RUN_OPTIONS)
    parsed = parser.parse_args(["--timeout", "5s", "--fail-fast", "--no-failed", "-k", "order"])
    flags = read_flags(parsed, RUN_OPTIONS)
    assert flags == {"timeout": "5s", "fail_fast": True, "failed": False, "text": "order"}
    told = parser.format_help()
    assert all(option.flag in told for option in RUN_OPTIONS)


def test_an_unknown_flag_names_the_nearest() -> None:
    parser = make_parser("run")
    add_options(parser, RUN_OPTIONS)
    with pytest.raises(UsageError, match="did you mean --parallel"):
        parser.parse_args(["--paralel", "3"])
