"""The map as a Mermaid flowchart; called by `draw_map`."""

from collections.abc import Iterator

from dovetail.map.criticality import criticality
from dovetail.model.system import Edge, Service, System

CRITICAL = 0.75


def draw_mermaid(system: System) -> str:
    """Draw services as nodes and edges as arrows; events are dotted, the most critical services stand out."""
    ids = {service.name: f"s{number}" for number, service in enumerate(system.services)}
    scores = criticality(system)
    lines = ["flowchart LR"]
    lines += [f"  {ids[service.name]}{shape(service)}" for service in system.services]
    lines += [f"  {ids[edge.source]} {arrow(edge)} {ids[edge.target]}" for edge in system.edges.values()]
    critical = [ids[name] for name, score in scores.items() if score >= CRITICAL]
    if critical:
        lines += ["  classDef critical stroke-width:3px", f"  class {','.join(critical)} critical"]
    return "\n".join(lines) + "\n"


def shape(service: Service) -> str:
    label = f"{quote(service.name)}<br/>{quote(service.technology)}"
    if service.external:
        return f'{{{{"{label}"}}}}'
    if service.is_job:
        return f'[["{label}"]]'
    return f'["{label}"]' if service.is_own_code else f'[("{label}")]'


def arrow(edge: Edge) -> str:
    label = "<br/>".join(quote(line) for line in describe(edge))
    return f'-. "{label}" .->' if edge.is_asynchronous else f'-- "{label}" -->'


def describe(edge: Edge) -> Iterator[str]:
    yield edge.technology
    if edge.publishes:
        yield f"publishes {', '.join(edge.publishes)}"
    if edge.consumes:
        yield f"consumes {', '.join(edge.consumes)}"
    if edge.when_broken:
        yield edge.when_broken


def quote(text: str) -> str:
    """Write signs that Mermaid would read as its own by their names."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
