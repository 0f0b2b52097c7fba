"""The system map as an SVG picture, coloured by what happened. Called by `document`."""

from collections.abc import Iterable, Iterator

from dovetail.report.fact import EdgeRecord, Record, ServiceRecord, find_original
from dovetail.report.page.layout import Layout, Measure, Point, lay_out
from dovetail.report.text import escape, on_one_line, spell_count, spell_ms

ACROSS = Measure()
DOWN = Measure(width=114, between=44, gap=10, most_abreast=3, margin=8, is_downward=True)
NAME_LENGTH = {ACROSS: 16, DOWN: 13}
WIDEST = {ACROSS: 1000.0, DOWN: 460.0}


def draw_map(record: Record, measure: Measure, identity: str) -> str:
    """Draw every service and edge; failing edges and services carry a class, a word and a title, not only a colour."""
    names = _names(record)
    layout = lay_out(names, [(edge.source, edge.target) for edge in record.edges], measure)
    services = {service.name: service for service in record.services}
    broken = {find_original(fault.edge) for fault in record.faults}
    failing = [edge.name for edge in record.edges if edge.is_failing]
    nodes = (_node(services.get(name) or ServiceRecord(name, ""), layout.nodes[name], measure) for name in names)
    return "".join(
        (
            _open(layout, identity, is_wide=layout.width > WIDEST.get(measure, 0)),
            f'<title id="{identity}-title">Map of {escape(record.system)}</title>',
            f'<desc id="{identity}-about">{escape(_about(names, record, failing))}</desc>',
            _tip(identity),
            *_edges(record.edges, layout, broken, measure, identity),
            *nodes,
            "</svg>",
        )
    )


def _open(layout: Layout, identity: str, *, is_wide: bool) -> str:
    """Begin the picture; a wide one is scrolled rather than shrunk until nobody can read it."""
    size = f"{layout.width:.0f} {layout.height:.0f}"
    wide = " is-wide" if is_wide else ""
    return (
        f'<svg class="map {identity}{wide}" role="group" aria-labelledby="{identity}-title {identity}-about" '
        f'viewBox="0 0 {size}" width="{layout.width:.0f}" height="{layout.height:.0f}">'
    )


def _tip(identity: str) -> str:
    return (
        f'<defs><marker id="{identity}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0.8 7.5 4 0 7.2z" fill="context-stroke"/></marker></defs>'
    )


def _names(record: Record) -> list[str]:
    names = [service.name for service in record.services if not service.is_slice]
    ends = (end for edge in record.edges for end in (edge.source, edge.target))
    return list(dict.fromkeys((*names, *(end for end in ends if end))))


def _about(names: list[str], record: Record, failing: list[str]) -> str:
    shape = f"{spell_count(len(names), 'service')} and {spell_count(len(record.edges), 'edge')}"
    return f"{shape}; failing: {', '.join(failing)}" if failing else f"{shape}; no edge is failing"


def _edges(
    edges: Iterable[EdgeRecord], layout: Layout, broken: set[str], measure: Measure, identity: str
) -> Iterator[str]:
    for edge in sorted(edges, key=lambda one: one.is_failing):
        route = layout.routes.get((edge.source, edge.target))
        if route is None:
            continue
        state = _edge_state(edge, broken)
        dash = " is-asynchronous" if edge.is_asynchronous else ""
        yield f'<g class="edge {state}{dash}"><title>{escape(_edge_title(edge, broken))}</title>'
        yield f'<path d="{_curve(route, measure)}" marker-end="url(#{identity}-tip)"/>'
        if edge.is_failing:
            x, y, anchor = _label_spot(route, measure)
            yield f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{edge.failed} failed</text>'
        yield "</g>"


def _edge_state(edge: EdgeRecord, broken: set[str]) -> str:
    if edge.is_failing:
        return "is-failing"
    if edge.name in broken:
        return "is-broken"
    return "is-used" if edge.calls else "is-quiet"


def _edge_title(edge: EdgeRecord, broken: set[str]) -> str:
    parts = [f"{edge.name} ({edge.technology})", spell_count(edge.calls, "call")]
    if edge.calls:
        parts.append(f"p50 {spell_ms(edge.p50_ms)}, p99 {spell_ms(edge.p99_ms)}")
    parts += [f"{edge.failed} answered no or never"] if edge.failed else []
    parts += ["broken on purpose in this run"] if edge.name in broken else []
    return " · ".join(parts)


def _node(service: ServiceRecord, spot: Point, measure: Measure) -> str:
    x, y = spot[0] - measure.width / 2, spot[1] - measure.height / 2
    limit = NAME_LENGTH.get(measure, 15)
    state = service.state or "unknown"
    title = " · ".join(part for part in (service.name, service.technology, service.state, service.owner) if part)
    beneath = _tell_beneath(service, state, limit + 1)
    return (
        f'<g class="node is-{escape(state)}" data-service="{escape(service.name)}" tabindex="0" role="button" '
        f'transform="translate({x:.0f} {y:.0f})"><title>{escape(title)}</title>'
        f'<rect width="{measure.width:.0f}" height="{measure.height:.0f}" rx="7"/>'
        f'<circle cx="13" cy="14" r="4"/><text x="23" y="18" class="name">{escape(on_one_line(service.name, limit))}'
        f'</text><text x="23" y="32" class="under">{escape(on_one_line(beneath, limit + 1))}</text></g>'
    )


def _tell_beneath(service: ServiceRecord, state: str, room: int) -> str:
    """Return the technology and what is amiss; where both have no room, what is amiss."""
    if state in {"ready", "done", "unknown"}:
        return service.technology
    both = f"{service.technology} · {state}"
    return both if len(both) <= room else state


def _curve(route: tuple[Point, ...], measure: Measure) -> str:
    (x, y), rest = route[0], route[1:]
    parts = [f"M{x:.0f} {y:.0f}"]
    for to_x, to_y in rest:
        if measure.is_downward:
            middle = (y + to_y) / 2
            parts.append(f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}")
        else:
            middle = (x + to_x) / 2
            parts.append(f"C{middle:.0f} {y:.0f} {middle:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}")
        x, y = to_x, to_y
    return "".join(parts)


def _label_spot(route: tuple[Point, ...], measure: Measure) -> tuple[float, float, str]:
    """Return where a word stands beside the tip of an edge: on the side from which the edge does not come."""
    (from_x, from_y), (x, y) = route[-2], route[-1]
    if measure.is_downward:
        return (x + 7, y - 10, "start") if from_x <= x else (x - 7, y - 10, "end")
    return x - 10, (y + 14 if from_y < y else y - 7), "end"
