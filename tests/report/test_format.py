"""Every format draws every run."""

import pytest

from dovetail.model.event import Event
from dovetail.report.format import FORMATS
from dovetail.report.record import read_run


def test_the_formats_have_the_names_users_write() -> None:
    assert {name: one.extension for name, one in FORMATS.items()} == {
        "html": "html", "json": "json", "junit": "xml", "markdown": "md",
    }  # fmt: skip


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("kept", [0, 1, 40, 10_000])
def test_a_format_draws_a_whole_run_and_one_cut_short(shop_events: list[Event], name: str, kept: int) -> None:
    assert FORMATS[name].render(read_run(shop_events[:kept])).decode()
