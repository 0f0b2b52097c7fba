from dovetail.map.mermaid import draw_mermaid
from dovetail.model.system import Edge, Service, System


def test_every_service_and_edge_is_drawn(shop: System) -> None:
    lines = draw_mermaid(shop).splitlines()
    assert lines[0] == "flowchart LR"
    assert '  s0["gateway<br/>http"]' in lines
    assert '  s4[["migrate<br/>http"]]' in lines
    assert '  s5{{"payments<br/>http"}}' in lines
    assert '  s6[("db<br/>postgres")]' in lines
    assert '  s0 -- "http" --> s1' in lines
    assert '  s1 -- "http<br/>queue" --> s5' in lines
    assert '  s1 -. "kafka<br/>publishes orders.created" .-> s7' in lines
    assert lines[-1] == "  class s6 critical"


def test_signs_of_mermaid_in_a_name_are_only_text() -> None:
    system = System(
        "s",
        "/",
        services=(
            Service('a"]; b', run="x", uses=(Edge('a"]; b', "c", "http", publishes=("<x>",)),)),
            Service("c", run="x"),
        ),
    )
    drawn = draw_mermaid(system)
    assert '["a&quot;]; b<br/>http"]' in drawn
    assert "publishes &lt;x&gt;" in drawn
