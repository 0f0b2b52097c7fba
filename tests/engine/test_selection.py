"""Which checks are meant: tables of values."""

import pytest
from msgspec.structs import replace

from dovetail.engine.selection import Selection, read_condition, select_checks
from dovetail.errors import NothingSelectedError, UsageError
from dovetail.model.check import Check, Suite
from dovetail.model.data import Place


def check(name: str, scope: str = "api", tags: tuple[str, ...] = (), needs: tuple[str, ...] = ()) -> Check:
    place = Place(f"tests/integration/{scope}.yaml", 3)
    return Check(f"{scope}/{name.replace(' ', '-')}", name, scope, (), tags=tags, needs=needs, place=place)


SUITE = Suite(
    (
        check("an order is created", tags=("critical",)),
        check("an order is refused", tags=("critical", "slow")),
        check("a row is kept", "database"),
        check("a row is counted", "database", needs=("a row is kept",)),
    )
)


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(), ["an order is created", "an order is refused", "a row is kept", "a row is counted"]),
        (Selection(scopes=("api",)), ["an order is created", "an order is refused"]),
        (Selection(scopes=("database",)), ["a row is kept", "a row is counted"]),
        (Selection(scopes=("database", "api"), text="created"), ["an order is created"]),
        (Selection(tags="critical and not slow"), ["an order is created"]),
        (Selection(tags="not (critical or slow)"), ["a row is kept", "a row is counted"]),
        (Selection(text="refused or kept"), ["an order is refused", "a row is kept"]),
        (Selection(text="ORDER and 'is created'"), ["an order is created"]),
        (Selection(ids=frozenset({"api/an-order-is-refused"})), ["an order is refused"]),
    ],
)
def test_a_selection_means_the_checks_it_describes(selection: Selection, names: list[str]) -> None:
    assert [chosen.name for chosen in select_checks(SUITE, selection)] == names


def test_a_scope_that_no_check_has_is_told_beside_one_that_selects() -> None:
    with pytest.raises(NothingSelectedError) as raised:
        select_checks(SUITE, Selection(scopes=("api", "cache", "databases", "cache")))
    assert [(one.what, one.now) for one in raised.value.problems] == [
        ("no check has the scope cache", "the checks have the scopes: api, database; leave cache out"),
        ("no check has the scope databases", "the checks have the scopes: api, database; did you mean database?"),
    ]


def test_python_checks_may_have_a_scope_that_no_other_has() -> None:
    suite = replace(SUITE, python_files=("test_cache.py",))
    assert len(select_checks(suite, Selection(scopes=("api", "cache")))) == 2


def test_a_needed_check_comes_with_the_one_that_needs_it() -> None:
    chosen = select_checks(SUITE, Selection(text="counted"))
    assert [one.name for one in chosen] == ["a row is kept", "a row is counted"]


def test_what_a_needed_check_needs_comes_too_however_far() -> None:
    checks = [check("a0"), *(check(f"a{n}", needs=(f"a{n - 1}", "a0")) for n in (1, 2, 3))]
    assert [one.name for one in select_checks(Suite(tuple(checks)), Selection(text="a3"))] == ["a0", "a1", "a2", "a3"]


def test_checks_that_need_each_other_are_selected_once() -> None:
    circle = Suite((check("one", needs=("other",)), check("other", needs=("one",))))
    assert [one.name for one in select_checks(circle, Selection(text="one"))] == ["one", "other"]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(scopes=("databse",)), "did you mean database?"),
        (Selection(tags="critcal"), "did you mean critical?"),
        (Selection(text="nothing like it"), "no check is selected by -k 'nothing like it'\n"),
        (Selection(tags="critical and slow and fast"), "no check is selected by --tags 'critical and slow and fast'\n"),
        (Selection(ids=frozenset({"api/gone"})), "no check is selected by --failed\n"),
        (Selection(ids=frozenset()), "nothing failed in the last run"),
    ],
)
def test_an_empty_selection_names_what_is_near(selection: Selection, said: str) -> None:
    with pytest.raises(NothingSelectedError, match="^(.|\n)*" + said.replace("?", r"\?")) as raised:
        select_checks(SUITE, selection)
    assert raised.value.exit_code == 5


def test_nothing_in_yaml_may_be_meant_where_there_are_python_tests() -> None:
    assert select_checks(replace(SUITE, python_files=("test_x.py",)), Selection(text="nothing like it")) == ()


def test_a_need_that_is_like_nothing_says_what_to_write() -> None:
    with pytest.raises(UsageError, match="name another check of the suite") as told:
        select_checks(Suite((check("a row", needs=("something else",)),)), Selection(text="row"))
    (problem,) = told.value.problems
    assert (problem.file, problem.line, problem.column) == ("tests/integration/api.yaml", 3, 1)


def test_words_beyond_the_end_of_a_condition_are_named() -> None:
    with pytest.raises(UsageError, match=r"cannot read 'a \) b' from '\)' on"):
        read_condition("a ) b")


def test_a_suite_without_checks_says_how_to_begin() -> None:
    with pytest.raises(NothingSelectedError, match="dovetail init"):
        select_checks(Suite(()), Selection())


def test_an_unknown_need_names_the_nearest_check() -> None:
    suite = Suite((check("a row is kept"), check("a row is lost", needs=("a row is kep",))))
    with pytest.raises(UsageError, match="did you mean 'a row is kept'"):
        select_checks(suite, Selection(text="lost"))


@pytest.mark.parametrize("text", ["critical and", "(critical", "and slow", "critical (slow)", ")"])
def test_words_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_condition(text)
