import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.errors import Problem, UsageError
from dovetail.model.check import Suite, all_steps
from dovetail.model.data import NOWHERE, locate
from dovetail.model.shelf import NEAR
from dovetail.model.system import System
from dovetail.model.vocabulary import Vocabulary
from dovetail.source.location import find_system
from dovetail.source.suite import read_suite
from dovetail.source.system import read_system

Write = Callable[[str, str], Path]
ReadSystem = Callable[..., System]
ReadChecks = Callable[..., Suite]
ProblemsOf = Callable[..., list[Problem]]
ONE = "on: orders\nchecks: [{name: a, http: GET /}]\n"
SHARED = "on: orders\nscope: api\ntags: [slow]\n"
LISTED = "checks:\n- &first\n  name: a\n  steps: [{http: GET /}]\n- <<: *first\n  name: b\n"


def test_every_file_below_the_tests_folder_is_read(write: Write, checks_of: ReadChecks, tmp_path: Path) -> None:
    write("tests/integration/deep/test_more.py", "")
    suite = checks_of(ONE, deep__more=ONE)
    assert [check.id for check in suite.checks] == ["deep/more/a", "orders/a"]
    assert len(suite.files) == 2
    assert suite.python_files == (str(tmp_path / "tests/integration/deep/test_more.py"),)


def test_files_and_folders_can_be_chosen(
    write: Write, checks_of: ReadChecks, system_of: ReadSystem, words: Vocabulary, tmp_path: Path
) -> None:
    checks_of(ONE, deep__more=ONE)
    system = system_of("system: s\nservices: {orders: {run: x}}\n")
    tests = tmp_path / "tests/integration"
    python = write("tests/integration/deep/test_more.py", "")
    chosen = read_suite(system, words, {}, [tests / "deep", tests / "deep/more.yaml", python])
    assert [check.id for check in chosen.checks] == ["deep/more/a"]
    assert chosen.python_files == (str(python),)
    elsewhere = write("other/x.yaml", ONE)
    assert [check.id for check in read_suite(system, words, {}, [elsewhere]).checks] == ["other/x/a"]


def test_a_check_of_a_large_suite_reads_as_in_a_small_one(checks_of: ReadChecks) -> None:
    last = "{name: last, http: POST /orders, expect: {status: 201, json: {n: 1}}, needs: [a, b]}"
    end = f"  - {{name: b, http: GET /}}\n  - {last}\n"
    small = checks_of(f"on: orders\nchecks:\n  - {{name: a, http: GET /}}\n{end}").checks
    large = checks_of(f"on: orders\nchecks:\n  - {{name: a, http: GET /, repeat: {NEAR}}}\n{end}").checks
    assert (len(small), len(large)) == (3, NEAR + 2)
    assert large[-2] == small[-2]
    assert large[-1] == replace(small[-1], needs=(*(f"orders/a[{n}]" for n in range(1, NEAR + 1)), "orders/b"))
    (step,) = all_steps(large[-1])
    assert locate(step.expect, ("json", "n")) == locate(all_steps(small[-1])[0].expect, ("json", "n"))
    assert locate(step.expect, ("json", "n")) is not None


def test_a_path_that_is_not_there_names_the_nearest(
    system_of: ReadSystem, words: Vocabulary, write: Write, tmp_path: Path
) -> None:
    write("tests/integration/orders.yaml", ONE)
    system = system_of("system: s\nservices: {orders: {run: x}}\n")
    with pytest.raises(UsageError) as caught:
        read_suite(system, words, {}, [tmp_path / "tests/integration/ordres.yaml"])
    assert "orders.yaml`?" in caught.value.problems[0].now


def test_a_suite_without_tests_is_empty(system_of: ReadSystem, words: Vocabulary) -> None:
    assert read_suite(system_of("system: s\nservices: {orders: {run: x}}\n"), words, {}) == Suite((), (), ())


def test_the_mistakes_of_all_files_are_told_together(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    problems = problems_of(checks_of, "checks: [{name: a}]\n", second="chekcs: []\n", third="a: [\n")
    assert [(Path(problem.file).stem, problem.what) for problem in problems] == [
        ("orders", "this check has no steps"),
        ("second", "a file of checks has no key `chekcs`"),
        ("second", "a file of checks lacks `checks`"),
        ("third", "a value is expected here"),
    ]


def test_a_list_that_nobody_uses_is_no_file_of_checks(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(checks_of, ONE, rows="- {x: 1}\n")
    assert problem.what == "a file of checks is a map"


def test_a_fragment_that_nobody_uses_is_checked_for_its_keys(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    assert len(checks_of(ONE, fragment="steps: [{http: GET /}]\n").checks) == 1
    (problem,) = problems_of(checks_of, ONE, fragment="steps: []\nouptuts: []\n")
    assert problem.now == "did you mean `outputs`?"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("steps: get it\n", "`steps` wants a list of steps, got `get it`"),
        ("steps: [{http: GET /}]\ninputs: a\n", "`inputs` wants a list of names, or a map to defaults, got `a`"),
        ("steps: [{http: GET /}]\noutputs: '{{ x }}'\n", "`outputs` cannot be a template"),
        ("steps: [{http: GET /}]\nname:\n", "`name` is empty"),
    ],
)
def test_a_fragment_that_nobody_uses_is_checked_for_its_values(
    checks_of: ReadChecks, problems_of: ProblemsOf, text: str, what: str
) -> None:
    (problem,) = problems_of(checks_of, ONE, fragment=text)
    assert problem.what == what


def test_needs_become_ids_in_the_same_file_and_in_others(checks_of: ReadChecks) -> None:
    suite = checks_of(
        "on: orders\nchecks:\n  - {name: a, http: GET /, repeat: 2}\n"
        "  - {name: b, http: GET /, needs: [a, more/a]}\n  - {name: c, http: GET /, needs: 'orders/a[2]'}\n",
        more=ONE,
    )
    needs = {check.id: check.needs for check in suite.checks}
    assert needs["orders/b"] == ("orders/a[1]", "orders/a[2]", "more/a")
    assert needs["orders/c"] == ("orders/a[2]",)


def test_a_need_that_is_unknown_names_the_nearest(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    text = "on: orders\nchecks:\n  - {name: order it, http: GET /}\n  - {name: b, http: GET /, needs: [order its]}\n"
    (problem,) = problems_of(checks_of, text)
    assert (problem.what, problem.line) == ("there is no check `order its` in the files read", 4)
    assert problem.now == "did you mean `order it`?"


def test_an_unknown_need_is_told_beside_other_mistakes(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    text = "on: orders\nchecks: [{name: a, http: GET /, needs: x}, {name: b, http: GET /, retry: often}]\n"
    assert [problem.what for problem in problems_of(checks_of, text)] == [
        "there is no check `x` in the files read",
        "`retry` wants a whole number, got `often`",
    ]


def test_a_need_is_not_called_unknown_where_what_is_needed_could_not_be_read(
    checks_of: ReadChecks, problems_of: ProblemsOf
) -> None:
    needing = "on: orders\nchecks: [{name: b, http: GET /, needs: [orders/a]}]\n"
    assert len(problems_of(checks_of, "on: orders\nchecks: [{name: a, http: GET /}\n", other=needing)) == 1


def test_a_need_of_a_check_without_rows_is_not_called_unknown(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    text = "on: orders\nchecks: [{name: a, each: [], http: GET /}, {name: b, http: GET /, needs: a}]\n"
    assert [problem.what for problem in problems_of(checks_of, text)] == ["`each` has 0 rows"]


def test_checks_that_need_each_other_are_a_mistake(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    text = "on: orders\nchecks:\n  - {name: a, http: GET /, needs: b}\n  - {name: b, http: GET /, needs: a}\n"
    (problem,) = problems_of(checks_of, text)
    assert problem.what.startswith("checks need each other: orders/")
    assert problem.line == {"orders/a": 3, "orders/b": 4}[problem.what.split()[4]]


def test_a_circle_of_needs_is_told_in_the_direction_of_the_needs(
    checks_of: ReadChecks, problems_of: ProblemsOf
) -> None:
    needs = {"orders/a": "orders/b", "orders/b": "orders/c", "orders/c": "orders/a"}
    text = "on: orders\nchecks:\n" + "".join(
        f"  - {{name: {one[-1]}, http: GET /, needs: {other[-1]}}}\n" for one, other in needs.items()
    )
    (problem,) = problems_of(checks_of, text)
    told = problem.what.removeprefix("checks need each other: ").split(" needs ")
    assert (len(told), [needs[one] for one in told[:-1]]) == (4, told[1:])


def test_every_file_of_a_large_suite_is_filled(checks_of: ReadChecks) -> None:
    listed = "".join(f"- {{name: n{n}, http: 'GET /${{AREA}}', json: {{deep: ['${{AREA}}']}}}}\n" for n in range(5))
    suite = checks_of(ONE, {"AREA": "north"}, **{f"f{n}": f"on: orders\nchecks:\n{listed}" for n in range(40)})
    steps = [step for check in suite.checks for step in all_steps(check) if check.name != "a"]
    assert len(steps) == 200
    assert {(step.subject, str(step.fields["json"])) for step in steps} == {("GET /north", "{'deep': ['north']}")}


def test_a_missing_variable_stands_under_its_line(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(checks_of, ONE + "tags: ['${TGA}']\n", {"TAG": "x"})
    assert (problem.what, problem.line, problem.column) == ("the variable `TGA` is not set", 3, 8)


def test_secrets_of_the_system_fill_checks(write: Write, system_of: ReadSystem, words: Vocabulary) -> None:
    write("secret", "t0p\n")
    system = system_of("system: s\nservices: {orders: {run: x}}\nsecrets: [{KEY: {file: secret}}]\n")
    write("tests/integration/a.yaml", "on: orders\nchecks: [{name: a, skip: '${KEY}', http: GET /}]\n")
    assert read_suite(system, words, {}).checks[0].skip == "t0p"


def test_the_garbage_collector_goes_on_afterwards(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    checks_of(ONE)
    assert gc.isenabled()
    problems_of(checks_of, "checks: [{name: a}]\n")
    assert gc.isenabled()


def test_the_examples_of_the_repository_can_be_read() -> None:
    words = build_vocabulary(build_registry())
    shop = Path(__file__).parents[2] / "examples/shop"
    system = read_system(find_system(shop), words, {})
    assert len(read_suite(system, words, {}).checks) >= 30


def test_what_checks_share_counts_the_same_above_and_below_them(checks_of: ReadChecks) -> None:
    above, below = checks_of(SHARED + LISTED).checks, checks_of(LISTED + SHARED).checks
    assert [(check.id, check.scope, check.tags) for check in above] == [
        ("orders/a", "api", ("slow",)),
        ("orders/b", "api", ("slow",)),
    ]
    assert [replace(check, place=NOWHERE, actions=()) for check in above] == [
        replace(check, place=NOWHERE, actions=()) for check in below
    ]
    assert [step.on for check in below for step in all_steps(check)] == ["orders", "orders"]


def test_checks_before_a_torn_line_are_read_and_judged_too(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    text = "on: orders\nchecks:\n- {name: a, http: GET /, expct: {status: 200}}\n- {name: b, http: GET /\n"
    told = problems_of(checks_of, text)
    assert [(problem.line, problem.what) for problem in told] == [
        (3, "`http` has no key `expct`"),
        (4, "this map is not closed"),
    ]


def test_a_file_of_checks_is_not_held_whole_beside_what_it_means(
    write: Write, system_of: ReadSystem, words: Vocabulary
) -> None:
    item = "  - name: order {0} is pending\n    steps:\n      - {{http: GET /orders/{0}, expect: {{status: 200}}}}\n"
    listed = "checks:\n" + "".join(item.format(number) for number in range(2000))
    system = system_of("system: s\nservices: {orders: {run: x}}\n")

    def measure(text: str) -> int:
        write("tests/integration/orders.yaml", text)
        tracemalloc.start()
        suite = read_suite(system, words, {})
        kept, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(suite.checks) == 2000
        return most - kept

    assert measure(f"on: orders\n{listed}") < measure(f"{listed}on: orders\n") / 2


def test_checks_that_need_others_are_not_held_until_their_needs_are_ids(
    write: Write, system_of: ReadSystem, words: Vocabulary
) -> None:
    listed = "".join(
        f"  - {{name: c{number}, http: GET /, expect: {{json: {'x' * 5_000}}}, NEEDS}}\n" for number in range(2 * NEAR)
    )
    system = system_of("system: s\nservices: {orders: {run: x}}\n")

    def measure(needs: str) -> int:
        write("tests/integration/base.yaml", ONE)
        write("tests/integration/orders.yaml", "on: orders\nchecks:\n" + listed.replace("NEEDS", needs))
        tracemalloc.start()
        suite = read_suite(system, words, {})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(suite.checks) == 2 * NEAR + 1
        return most

    assert measure("needs: base/a") - measure("tags: base/a") < NEAR * 2_000
