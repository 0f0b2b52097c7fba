from dovetail.model.check import Fragment, Step, Together, steps_of

ASK, TELL = Step("http.request", "a", "GET /"), Step("http.request", "b", "POST /")


def test_steps_are_found_in_all_depths_in_order() -> None:
    nested = (ASK, Together((TELL,)), Fragment("f", (Fragment("g", (ASK, TELL)),)))
    assert list(steps_of(nested)) == [ASK, TELL, ASK, TELL]
