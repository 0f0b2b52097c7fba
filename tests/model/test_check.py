from dovetail.model.check import Check, Fragment, Step, Together, all_steps, fragments_of, names_saved, steps_of

ASK, TELL = Step("http.request", "a", "GET /"), Step("http.request", "b", "POST /")


def test_steps_are_found_in_all_depths_in_order() -> None:
    nested = (ASK, Together((TELL,)), Fragment("f", (Fragment("g", (ASK, TELL)),)))
    assert list(steps_of(nested)) == [ASK, TELL, ASK, TELL]


def test_the_steps_of_the_cleanup_are_the_last() -> None:
    assert all_steps(Check("c", "c", "api", (ASK,), cleanup=(Together((TELL,)),))) == [ASK, TELL]


def test_fragments_are_found_in_all_depths() -> None:
    nested = (ASK, Together((TELL,)), Fragment("f", (Fragment("g", (ASK, TELL)),)))
    assert [fragment.name for fragment in fragments_of(nested)] == ["f", "g"]


def test_a_fragment_saves_what_it_hands_out_and_nothing_else() -> None:
    saving = Step("http.request", "a", "GET /", save={"inner": "json"})
    nested = (saving, Together((Step("http.request", "a", "GET /", save={"beside": "json"}),)))
    assert names_saved(nested) == {"inner", "beside"}
    assert names_saved((Fragment("f", nested, outputs={"outer": "inner"}),)) == {"outer"}
