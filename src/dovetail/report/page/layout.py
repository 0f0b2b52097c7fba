"""Where the services and edges of the system map stand: a layered layout, pure geometry. Called by `drawing`."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, field

SWEEPS = 6

Point = tuple[float, float]
Slot = str | tuple[str, int]


class Measure(Struct, frozen=True):
    """Sizes in pixels; `most_abreast` splits a fuller layer, `is_downward` stacks layers instead of queueing them."""

    width: float = 140
    height: float = 40
    gap: float = 16
    between: float = 72
    lane: float = 8
    margin: float = 12
    most_abreast: int = 9
    is_downward: bool = False


class Layout(Struct, frozen=True):
    """Centres of the nodes, and for each link the points from its source to its target."""

    width: float
    height: float
    nodes: Mapping[str, Point]
    routes: Mapping[tuple[str, str], tuple[Point, ...]]


class _Grid(Struct):
    """Nodes and the bends of long links, layer by layer; `chains` are the slots that a link runs through."""

    layers: list[list[Slot]] = field(default_factory=list)
    chains: dict[tuple[str, str], list[Slot]] = field(default_factory=dict)
    turned: set[tuple[str, str]] = field(default_factory=set)


def lay_out(names: Sequence[str], links: Iterable[tuple[str, str]], measure: Measure) -> Layout:
    known = set(names)
    wanted = list(dict.fromkeys((a, b) for a, b in links if a in known and b in known and a != b))
    grid = _make_grid(names, wanted, measure.most_abreast)
    _order(grid)
    return _place(grid, measure)


def _make_grid(names: Sequence[str], links: Sequence[tuple[str, str]], most_abreast: int) -> _Grid:
    turned = _back_links(names, links)
    forward = [(b, a) if (a, b) in turned else (a, b) for a, b in links]
    depth = _split(names, _depths(names, forward), most_abreast)
    grid = _Grid([[] for _ in range(max(depth.values(), default=-1) + 1)], turned=turned)
    for name in names:
        grid.layers[depth[name]].append(name)
    for number, (link, (start, end)) in enumerate(zip(links, forward, strict=True)):
        bends: list[Slot] = []
        for layer in range(depth[start] + 1, depth[end]):
            bend = (f"bend {number}", layer)
            grid.layers[layer].append(bend)
            bends.append(bend)
        grid.chains[link] = [start, *bends, end]
    return grid


def _back_links(names: Sequence[str], links: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the links that close a circle; turned round, none is left."""
    targets: dict[str, list[str]] = {name: [] for name in names}
    for start, end in links:
        targets[start].append(end)
    state: dict[str, str] = {}
    back: set[tuple[str, str]] = set()
    for root in names:
        stack = [(root, iter(targets[root]))] if root not in state else []
        state.setdefault(root, "open")
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[node] = "done"
                stack.pop()
            elif state.get(target) == "open":
                back.add((node, target))
            elif target not in state:
                state[target] = "open"
                stack.append((target, iter(targets[target])))
    return back


def _depths(names: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the length of the longest way to each node; the links have no circle."""
    sources: dict[str, int] = dict.fromkeys(names, 0)
    targets: dict[str, list[str]] = {name: [] for name in names}
    for start, end in links:
        sources[end] += 1
        targets[start].append(end)
    depth = dict.fromkeys(names, 0)
    free = [name for name in names if not sources[name]]
    while free:
        name = free.pop()
        for target in targets[name]:
            depth[target] = max(depth[target], depth[name] + 1)
            sources[target] -= 1
            if not sources[target]:
                free.append(target)
    return depth


def _split(names: Sequence[str], depth: dict[str, int], most: int) -> dict[str, int]:
    """Spread layers that are too full over several."""
    spread: dict[str, int] = {}
    first = 0
    for layer in range(max(depth.values(), default=-1) + 1):
        members = [name for name in names if depth[name] == layer]
        rows = max(1, -(-len(members) // most))
        each = -(-len(members) // rows)
        spread.update({name: first + index // each for index, name in enumerate(members)})
        first += rows
    return spread


def _order(grid: _Grid) -> None:
    """Sort each layer by where its neighbours stand, downwards and upwards in turn."""
    before: dict[Slot, list[Slot]] = {}
    after: dict[Slot, list[Slot]] = {}
    for chain in grid.chains.values():
        for one, two in pairwise(chain):
            before.setdefault(two, []).append(one)
            after.setdefault(one, []).append(two)
    for sweep in range(SWEEPS):
        neighbours, layers = (before, grid.layers) if sweep % 2 == 0 else (after, grid.layers[::-1])
        for layer in layers:
            _sort_layer(layer, neighbours, grid)


def _sort_layer(layer: list[Slot], neighbours: Mapping[Slot, list[Slot]], grid: _Grid) -> None:
    share = {slot: (i + 0.5) / len(row) for row in grid.layers for i, slot in enumerate(row)}

    def wish(slot: Slot) -> float:
        others = neighbours.get(slot)
        return sum(share[other] for other in others) / len(others) if others else share[slot]

    wishes = {slot: wish(slot) for slot in layer}
    layer.sort(key=wishes.__getitem__)


def _place(grid: _Grid, measure: Measure) -> Layout:
    across, along = measure.height, measure.width
    if measure.is_downward:
        across, along = along, across
    sizes = [[across if isinstance(slot, str) else measure.lane for slot in layer] for layer in grid.layers]
    spans = [sum(row) + measure.gap * max(0, len(row) - 1) for row in sizes]
    full = max(spans, default=0)
    spots: dict[Slot, Point] = {}
    for depth, (layer, row, span) in enumerate(zip(grid.layers, sizes, spans, strict=True)):
        cross = measure.margin + (full - span) / 2
        main = measure.margin + along / 2 + depth * (along + measure.between)
        for slot, size in zip(layer, row, strict=True):
            middle = cross + size / 2
            spots[slot] = (middle, main) if measure.is_downward else (main, middle)
            cross += size + measure.gap
    length = 2 * measure.margin + max(0, len(grid.layers) * (along + measure.between) - measure.between)
    breadth = full + 2 * measure.margin
    routes = {link: _route(link, chain, spots, grid, measure) for link, chain in grid.chains.items()}
    nodes = {slot: spot for slot, spot in spots.items() if isinstance(slot, str)}
    width, height = (breadth, length) if measure.is_downward else (length, breadth)
    return Layout(width, height, nodes, routes)


def _route(
    link: tuple[str, str], chain: list[Slot], spots: Mapping[Slot, Point], grid: _Grid, measure: Measure
) -> tuple[Point, ...]:
    half = (measure.height if measure.is_downward else measure.width) / 2
    points: list[Point] = []
    for index, slot in enumerate(chain):
        x, y = spots[slot]
        sides = ([] if index == 0 else [-half]) + ([] if index == len(chain) - 1 else [half])
        points.extend((x, y + side) if measure.is_downward else (x + side, y) for side in sides)
    return tuple(reversed(points)) if link in grid.turned else tuple(points)
