"""Every format draws every run."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest

from dovetail.model.event import Event
from dovetail.report.fact import Record
from dovetail.report.format import FORMATS
from dovetail.report.record import read_run

PeakOf: TypeAlias = Callable[[Callable[[], object]], int]
LITTLE = 3_000_000


def test_the_formats_have_the_names_users_write() -> None:
    assert {name: one.extension for name, one in FORMATS.items()} == {
        "html": "html", "json": "json", "junit": "xml", "markdown": "md", "ctrf": "ctrf.json", "allure": "allure",
    }  # fmt: skip


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("kept", [0, 1, 40, 10_000])
def test_a_format_draws_a_whole_run_and_one_cut_short(shop_events: list[Event], name: str, kept: int) -> None:
    drawn = FORMATS[name].render(read_run(shop_events[:kept]))
    if isinstance(drawn, Mapping):
        files = list(drawn.values())
    else:
        files = [drawn if isinstance(drawn, bytes) else b"".join(drawn)]
    assert all(file.decode() for file in files)
    assert len(files) == 1 or name == "allure"


def test_no_ending_is_the_end_of_another_format_so_that_each_has_a_latest_of_its_own() -> None:
    endings = [one.extension for one in FORMATS.values()]
    assert len(set(endings)) == len(endings)


@pytest.mark.parametrize("name", ["json", "junit", "markdown"])
def test_of_many_checks_that_failed_a_format_holds_few_at_a_time(
    failures_far_behind: Record, peak_of: PeakOf, name: str
) -> None:
    def draw() -> None:
        drawn = FORMATS[name].render(failures_far_behind)
        deque((drawn,) if isinstance(drawn, bytes) else drawn, maxlen=0)

    assert peak_of(draw) < LITTLE
