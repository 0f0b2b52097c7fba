"""Which checks a run is about: by scope, tag, text or what failed last. Called by the plan and the faces."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from dovetail.errors import NothingSelectedError, Problem, UsageError
from dovetail.errors.nearest import nearest
from dovetail.model.check import Check, Suite
from dovetail.model.shelf import Shelf

UNCOLLECTED = "python"  # what stands for the scopes of Python checks that could not be collected
OPERATORS = frozenset({"and", "or", "not", "(", ")"})
WORD = r"\s*(?:(\()|(\))|(\"[^\"]*\"|'[^']*'|[^\s()]+))"


class Selection(Struct, frozen=True):
    """Empty means everything; `ids` are checks by id, `tags` and `text` are words joined by and, or, not."""

    scopes: tuple[str, ...] = ()
    tags: str = ""
    text: str = ""
    ids: frozenset[str] | None = None


EVERYTHING = Selection()


def select_checks(suite: Suite, selection: Selection) -> Sequence[Check]:
    """Return the checks meant, in the order written, with those they need by name or id; raises where none is left.

    A scope that was named and that no check has is a mistake, whatever the other words select. Only Python checks,
    whose scopes are known once they are collected, may still have it.
    """
    if selection == EVERYTHING and suite.checks:
        return suite.checks
    chosen: set[str] = set()
    scopes: set[str] = set()
    needing: dict[str, Check] = {}
    for check in suite.checks:
        scopes.add(check.scope)
        if _is_meant(check, selection):
            chosen.add(check.id)
        if check.needs:
            needing[check.id] = check
    if not suite.python_files:
        if not chosen:
            raise NothingSelectedError(_explain_nothing(suite, selection))
        vain = find_vain_scopes(selection.scopes, scopes)
        if vain:
            raise NothingSelectedError(*(_explain_vain(scope, suite) for scope in vain))
    if needing:
        _add_needed(chosen, needing, suite.checks)
    if len(chosen) == len(suite.checks):
        return suite.checks
    return Shelf(check for check in suite.checks if check.id in chosen).finish()


def _add_needed(chosen: set[str], needing: Mapping[str, Check], checks: Sequence[Check]) -> None:
    """Add to the ids chosen all that they need."""
    ids = name_checks(checks)
    waiting = [needing[id_] for id_ in chosen if id_ in needing]
    while waiting:
        check = waiting.pop()
        for need in check.needs:
            needed = find_needed(check, need, ids, checks)
            if needed not in chosen:
                chosen.add(needed)
                waiting += [needing[needed]] if needed in needing else []


def find_vain_scopes(asked: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the scopes that were asked for and that none of the checks has."""
    return tuple(scope for scope in dict.fromkeys(asked) if scope not in known)


def tell_vain(scope: str) -> str:
    return f"no check has the scope {scope}"


def find_needed(check: Check, need: str, ids: Mapping[str, str], checks: Sequence[Check]) -> str:
    """Return the id that a check means by `need`; `ids` are those of `checks` by their words."""
    if need not in ids:
        raise _unknown_need(check, need, checks)
    return ids[need]


def name_checks(checks: Sequence[Check]) -> dict[str, str]:
    """Return the ids of checks by the words `needs:` may use: the name, and above it the id."""
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for check in checks:
        ids[check.id] = names[check.name] = check.id
    return names | ids


def read_condition(text: str) -> Callable[[Callable[[str], bool]], bool]:
    """Read phrases joined by and, or, not and parentheses; the result asks its argument about each phrase."""
    words = [match.group().strip() for match in re.finditer(WORD, text) if match.group().strip()]
    reader = _ConditionReader(text, words)
    condition = reader.read_either()
    if reader.rest:
        raise UsageError(Problem(f"cannot read {text!r} from {reader.rest[0]!r} on", _CONDITION_HELP))
    return condition


_CONDITION_HELP = "join words with and, or, not and parentheses: critical and not slow"
Condition = Callable[[Callable[[str], bool]], bool]


class _ConditionReader:
    def __init__(self, text: str, words: list[str]) -> None:
        self.text = text
        self.rest = words

    def read_either(self) -> Condition:
        parts = [self._read_both()]
        while self.rest and self.rest[0] == "or":
            self.rest.pop(0)
            parts.append(self._read_both())
        return lambda holds: any(part(holds) for part in parts)

    def _read_both(self) -> Condition:
        parts = [self._read_one()]
        while self.rest and self.rest[0] == "and":
            self.rest.pop(0)
            parts.append(self._read_one())
        return lambda holds: all(part(holds) for part in parts)

    def _read_one(self) -> Condition:
        if not self.rest or self.rest[0] in ("and", "or", ")"):
            raise UsageError(Problem(f"a word is missing in {self.text!r}", _CONDITION_HELP))
        word = self.rest.pop(0)
        if word == "not":
            inner = self._read_one()
            return lambda holds: not inner(holds)
        if word == "(":
            inner = self.read_either()
            if not self.rest or self.rest.pop(0) != ")":
                raise UsageError(Problem(f"a closing parenthesis is missing in {self.text!r}", _CONDITION_HELP))
            return inner
        while self.rest and self.rest[0] not in OPERATORS:
            word += f" {self.rest.pop(0)}"
        phrase = word.strip("\"'")
        return lambda holds: holds(phrase)


def _is_meant(check: Check, selection: Selection) -> bool:
    if selection.ids is not None and check.id not in selection.ids:
        return False
    if selection.scopes and check.scope not in selection.scopes:
        return False
    if selection.tags and not read_condition(selection.tags)(check.tags.__contains__):
        return False
    if not selection.text:
        return True
    spoken = f"{check.name} {check.id}".lower()
    return read_condition(selection.text)(lambda word: word.lower() in spoken)


def _explain_nothing(suite: Suite, selection: Selection) -> Problem:
    if not suite.checks:
        return Problem("there is no check to run", "write one in tests/integration/, or let `dovetail init` begin")
    if selection.ids is not None and not selection.ids:
        return Problem("nothing failed in the last run", "run without --failed")
    scopes = sorted({check.scope for check in suite.checks})
    tags = sorted({tag for check in suite.checks for tag in check.tags})
    lines = [f"the checks have the scopes: {', '.join(scopes)}"]
    if selection.tags:
        lines.append(f"and the tags: {', '.join(tags) or 'none'}")
    known = {*scopes, *tags}
    asked = (*selection.scopes, *re.findall(r"[\w-]+", selection.tags))
    near = [match for word in asked if word not in known and (match := nearest(word, known))]
    if near:
        lines.append(f"did you mean {near[0]}?")
    return Problem(f"no check is selected by {_describe(selection)}", "; ".join(lines))


def _explain_vain(scope: str, suite: Suite) -> Problem:
    scopes = sorted({check.scope for check in suite.checks})
    near = nearest(scope, scopes)
    told = f"the checks have the scopes: {', '.join(scopes)}"
    return Problem(tell_vain(scope), f"{told}; did you mean {near}?" if near else f"{told}; leave {scope} out")


def _describe(selection: Selection) -> str:
    parts = [f"scope {scope}" for scope in selection.scopes]
    parts += [f"--tags {selection.tags!r}"] if selection.tags else []
    parts += [f"-k {selection.text!r}"] if selection.text else []
    parts += ["--failed"] if selection.ids is not None else []
    return ", ".join(parts) or "this run"


def _unknown_need(check: Check, need: str, checks: Sequence[Check]) -> UsageError:
    near = nearest(need, [*(other.name for other in checks), *(other.id for other in checks)])
    now = f"did you mean {near!r}?" if near else "name another check of the suite, by its name or id"
    what, place = f"{check.name!r} needs {need!r}, which no check is called", check.place
    return UsageError(Problem(what, now, place.file, place.line, place.column))
