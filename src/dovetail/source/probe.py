"""`ready:` in all its forms; called by the service reader."""

import re

from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.system import Probe
from dovetail.source.entry import Entry
from dovetail.source.grammar import PROBE
from dovetail.source.mistake import Mistakes

REQUEST = r"(?:(GET|HEAD|POST|PUT|DELETE|OPTIONS)\s+)?(/\S*)"
FORMS = "write `GET /health`, {http: GET /health, expect: {…}}, {tcp: true}, {command: …}, {log: pattern} or a list"


def read_probes(written: Data, place: Place, mistakes: Mistakes) -> tuple[Probe, ...]:
    """Read one probe or a list of them."""
    if isinstance(written, Row):
        return tuple(
            probe
            for index, item in enumerate(written)
            for probe in read_probes(item, written.place_of_item(index), mistakes)
        )
    if isinstance(written, Table):
        return read_map(Entry(written, PROBE, place, mistakes))
    if isinstance(written, str):
        request = read_request(written, place, mistakes)
        return (Probe("http", request, place=place),) if request else ()
    mistakes.add(place, "this is no probe", FORMS)
    return ()


def read_map(entry: Entry) -> tuple[Probe, ...]:
    probes: list[Probe] = []
    expect = entry.map("expect")
    if "expect" in entry and "http" not in entry:
        entry.mistakes.add(entry.table.place_of_key("expect"), "`expect` needs `http`", FORMS)
    if "http" in entry:
        place = entry.table.place_of_value("http")
        request = read_request(entry.text("http"), place, entry.mistakes)
        probes += [Probe("http", request, expect, place)] if request else []
    if entry.flag("tcp"):
        probes.append(Probe("tcp", place=entry.table.place_of_value("tcp")))
    for kind in ("command", "log"):
        subject = entry.text(kind)
        if subject:
            probes.append(Probe(kind, subject, place=entry.table.place_of_value(kind)))
        if kind == "log" and subject:
            check_pattern(subject, entry.table.place_of_value(kind), entry.mistakes)
    if not entry.table:
        entry.mistakes.add(entry.place, "this probe asks nothing", FORMS)
    return tuple(probes)


def read_request(written: str, place: Place, mistakes: Mistakes) -> str:
    found = re.fullmatch(REQUEST, written.strip())
    if found is None:
        mistakes.add(place, f"`{written}` is no request", FORMS)
        return ""
    return f"{found[1] or 'GET'} {found[2]}"


def check_pattern(pattern: str, place: Place, mistakes: Mistakes) -> None:
    try:
        re.compile(pattern)
    except re.error as wrong:
        mistakes.add(place, f"this is no pattern: {wrong}", "a pattern is a regular expression; \\ escapes a sign")
