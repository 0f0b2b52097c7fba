"""The console hears a run and says it: live on a terminal, in plain lines elsewhere."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from dovetail.model.event import CheckStarted, Event, Noticed, ServiceChanged, TornDown
from dovetail.model.outcome import Verdict
from dovetail.report.console import Console
from dovetail.report.record import Recorder
from dovetail.report.terminal import Style

if TYPE_CHECKING:
    from tests.report.conftest import Story

START = 1_795_000_000.0


def hear(events: list[Event], width: int = 90, *, is_live: bool = False, has_color: bool = False) -> str:
    stream = io.StringIO()
    play(events, stream, Style(width, has_color), is_live=is_live)
    return stream.getvalue()


def play(events: list[Event], stream: io.StringIO, style: Style, *, is_live: bool = False) -> Console:
    recorder = Recorder()
    console = Console(stream, recorder, style, is_live=is_live)
    for event in events:
        recorder.hear(event)
        console.hear(event)
    return console


def test_a_run_is_told_from_head_to_totals(shop_events: list[Event]) -> None:
    told = hear(shop_events).splitlines()
    assert told[0].startswith("shop · local · 16 checks · 4 agents")
    assert told[1].startswith("  ready in 0.7 s   gateway 0.1")
    assert "  ✗ payments exited with code 1" in told
    assert told[-1].startswith("exit 1")


def test_without_a_terminal_there_is_no_escape_code_and_without_colour_none_for_it(shop_events: list[Event]) -> None:
    assert "\x1b" not in hear(shop_events)
    assert "\x1b[31" in hear(shop_events, has_color=True)


def test_a_live_console_ends_with_the_same_words(shop_events: list[Event]) -> None:
    live, plain = hear(shop_events, is_live=True), hear(shop_events)
    assert live.endswith(plain[plain.index("\napi ─") :])


def test_a_live_console_repaints_at_a_bounded_rate_and_erases_what_it_painted(story: "Story") -> None:
    for number in range(400):
        story.check(f"check {number}", "api", story.attempt(1 + number * 0.01, 0.01, steps=(story.step(),)))
    told = hear(story.stream(), is_live=True)
    assert 20 < told.count("of 400") < 60
    assert told.count("\x1b[J") >= told.count("  ▸ check")


def test_live_lines_stay_inside_the_terminal(story: "Story") -> None:
    for number in range(10):
        story.check(f"a check with a long name number {number} " * 3, "api", story.attempt(1.0, 5.0, agent=number))
    told = hear(story.stream(), 40, is_live=True)
    painted = [row for row in told.replace("\x1b[J", "").splitlines() if row.startswith(("  ▸", "    and"))]
    assert painted
    assert all(len(row) < 40 for row in painted)


def test_a_long_plain_run_says_how_far_it_is_every_few_seconds(story: "Story") -> None:
    for number in range(60):
        story.check(f"check {number}", "api", story.attempt(1.0 + number, 1.0, steps=(story.step(),)))
    told = hear(story.stream())
    assert 8 < told.count(" of 60 ") < 14


def test_a_tick_moves_a_live_console_on_while_nothing_happens(story: "Story") -> None:
    story.check("slow", "api", story.attempt(1.0, 99.0, steps=(story.step(),)))
    events = story.stream()[:2]
    stream = io.StringIO()
    console = play(events, stream, Style(80, has_color=False), is_live=True)
    console.tick(events[-1].at + 3.0)
    assert "slow  3.0 s" in stream.getvalue()


def test_a_live_console_says_what_is_starting_until_all_is_ready(story: "Story") -> None:
    story.change("orders", "starting", 0.2)
    events: list[Event] = [event for event in story.stream() if not isinstance(event, CheckStarted)]
    starting = next(n for n, event in enumerate(events) if isinstance(event, ServiceChanged))
    stream = io.StringIO()
    console = play(events[: starting + 1], stream, Style(80, has_color=False), is_live=True)
    console.tick(events[starting].at + 1.5)
    assert "starting   orders 1.5 s" in stream.getvalue()


def test_a_notice_is_told_at_once_and_keeps_its_lines(shop_events: list[Event]) -> None:
    notice = Noticed(shop_events[0].at, "error", "Dovetail itself broke:\nTraceback\n  line 1")
    assert "  error  Dovetail itself broke:\n    Traceback\n      line 1\n" in hear([shop_events[0], notice])


def test_an_environment_that_never_gets_ready_is_told_once(story: "Story") -> None:
    said = "payments exited with code 3\n    payments │ no such file\ndovetail logs payments"
    story.change("payments", "failed", 0.4, "payments exited with code 3", ("no such file",))
    story.events.append(Noticed(START + 0.45, "error", said))
    for number in range(12):
        why = "the environment was not ready: payments exited with code 3"
        story.check(f"unplayed {number}", ("api", "cache")[number % 2], verdict=Verdict.INCONCLUSIVE, why=why)
    story.end(0.5, Verdict.INCONCLUSIVE, 6, said.rpartition("\n")[0], "12 checks inconclusive")
    told = hear(story.stream(), 80).splitlines()
    assert told[1:] == [
        "",
        "cause " + "─" * 58 + " 12 of 12 checks",
        "  ? payments exited with code 3",
        "      12 checks share this cause",
        "        payments │ no such file",
        "      next     dovetail logs payments · dovetail doctor",
        "",
        "api " + "─" * 61 + " 6 inconclusive",
        "cache " + "─" * 59 + " 6 inconclusive",
        "",
        "inconclusive   0 passed · 0 failed · 0 flaky · 12 inconclusive · 0 skipped",
        "               500 ms",
        "exit 6   payments exited with code 3 · 12 checks inconclusive",
    ]


def test_a_run_that_stops_without_an_end_can_still_be_finished(shop_events: list[Event]) -> None:
    stream = io.StringIO()
    console = play(shop_events[:60], stream, Style(90, has_color=False))
    console.finish()
    console.finish()
    assert stream.getvalue().count("\ninconclusive   ") == 1
    assert "the run was cut short" in stream.getvalue()


def test_what_teardown_leaves_after_the_end_is_told(shop_events: list[Event]) -> None:
    late = TornDown(shop_events[-1].at, 1.0, ("process 4711",))
    assert hear([*shop_events, late]).endswith("teardown left behind  process 4711\n")


def test_reports_are_named_by_their_lasting_names_with_their_extensions() -> None:
    stream = io.StringIO()
    console = Console(stream, Recorder(), Style(90, has_color=False))
    console.tell_reports(Path(f"reports/integration-test-34ef.{ending}") for ending in ("html", "xml", "json"))
    console.tell_reports([])
    console.tell_reports(Path(f"my.app/integration-test-34ef.{ending}") for ending in ("ctrf.json", "json", "allure"))
    assert stream.getvalue().splitlines() == [
        "reports  reports/latest.html  .xml  .json",
        "reports  my.app/latest.ctrf.json  .json  .allure",
    ]


def test_a_green_run_is_short(story: "Story") -> None:
    story.ready("orders", 0.2)
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    story.end(2.0, Verdict.PASSED, 0)
    told = hear(story.stream()).splitlines()
    assert told[2:5] == ["", "api " + "─" * 77 + " 1 passed", "  ✓ fine".ljust(84) + "200 ms"]
    assert len(told) == 7
