"""The reference of the language, written from the tables that read it; `dovetail words` and docs/reference show it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from dovetail.app.options import RUN_OPTIONS
from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.check.filter import FILTERS
from dovetail.check.kind import KINDS
from dovetail.check.rule.table import RULES
from dovetail.check.unique import Unique
from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import nearest
from dovetail.model.vocabulary import FaultWord, Verb, Vocabulary, Word
from dovetail.source.grammar import (
    BREAKER,
    CHECK,
    EDGE,
    ENVIRONMENT,
    FILE,
    FRAGMENT,
    PROBE,
    RETRIES,
    SECRET,
    SERVICE,
    SLA,
    STEP,
    SYSTEM,
    USE,
    Keys,
)

MARK = "<!-- written by `make docs` from the tables that read your files -->"
SYSTEM_KEYS = (SYSTEM, SERVICE, EDGE, SLA, RETRIES, BREAKER, PROBE, ENVIRONMENT, SECRET)
CHECK_KEYS = (FILE, CHECK, STEP, USE, FRAGMENT)


def write_system(words: Vocabulary) -> str:
    settings = [(t.name, t.settings) for t in words.technologies if t.settings]
    tables = [_keys(keys) for keys in SYSTEM_KEYS]
    return "\n".join([*tables, *(_words(f"Settings of {name}", known) for name, known in settings)])


def write_checks(_: Vocabulary) -> str:
    return "\n".join(_keys(keys) for keys in CHECK_KEYS)


def write_verbs(words: Vocabulary) -> str:
    return "\n".join(_verb(verb) for technology in words.technologies for verb in technology.verbs)


def write_faults(words: Vocabulary) -> str:
    return "\n".join(_fault(fault) for fault in words.faults)


def write_expectations(_: Vocabulary) -> str:
    kinds = _table(("kind", "holds for"), ((f"`{name}`", kind.doc) for name, kind in KINDS.items()))
    rules = _table(
        ("rule", "holds for", "example"),
        ((f"`{rule.name}`", rule.doc, f"`{rule.example}`") for rule in RULES.values()),
    )
    return f"## Kinds\n\n{kinds}\n## Rules\n\n{rules}"


def write_values(_: Vocabulary) -> str:
    filters = _table(
        ("filter", "gives", "example"),
        ((f"`{one.name}`", one.doc, f"`{one.example}`") for one in FILTERS.values()),
    )
    unique = Unique("7f3a", "docs")
    made = _table(("value", "for example"), ((f"`unique.{name}`", f"`{unique[name]}`") for name in unique))
    return f"## Unique values\n\n{made}\n## Filters\n\n{filters}"


def write_options(_: Vocabulary) -> str:
    rows = (
        (f"`{option.flag}`", f"`{option.variable}`", f"`{option.name}`", option.doc, _default(option.default))
        for option in RUN_OPTIONS
    )
    return _table(("flag", "variable", "key under `defaults:`", "meaning", "default"), rows)


PAGES: Mapping[str, Callable[[Vocabulary], str]] = {
    "system": write_system,
    "checks": write_checks,
    "verbs": write_verbs,
    "faults": write_faults,
    "expectations": write_expectations,
    "values": write_values,
    "options": write_options,
}


def list_words() -> str:
    """Return every word of the language with its sentence, one a line."""
    vocabulary = build_vocabulary(build_registry())
    verbs = [(verb.name, verb.doc) for technology in vocabulary.technologies for verb in technology.verbs]
    return "\n".join(
        _listed(title, rows)
        for title, rows in (
            ("verbs", verbs),
            ("faults", [(fault.name, fault.doc) for fault in vocabulary.faults]),
            ("rules", [(rule.name, rule.doc) for rule in RULES.values()]),
            ("kinds", [(name, kind.doc) for name, kind in KINDS.items()]),
        )
    )


def tell_word(word: str) -> str:
    """Return what there is to say of one word; raises UsageError with the nearest one."""
    vocabulary = build_vocabulary(build_registry())
    verbs = {name: v for t in vocabulary.technologies for v in t.verbs for name in (v.name, *v.aliases)}
    faults = {fault.name: fault for fault in vocabulary.faults}
    told = [_verb_in_words(verbs[word])] if word in verbs else []
    told += [_fault_in_words(faults[word])] if word in faults and word not in verbs else []
    told += [f"{word}\n  {RULES[word].doc}\n  {RULES[word].example}"] if word in RULES else []
    told += [f"{word}\n  {KINDS[word].doc}"] if word in KINDS else []
    if not told:
        near = nearest(word, {*verbs, *faults, *RULES, *KINDS}, 0.7)
        meant = f"did you mean `{near}`? " if near else ""
        lists = "`dovetail words` lists verbs, faults, rules and kinds; `dovetail schema checks` has all keys of checks"
        raise UsageError(Problem(f"there is no word {word!r}", f"{meant}{lists}"))
    return "\n".join(told)


def refresh_page(page: str, written: str) -> str:
    """Return `page` with everything behind its mark replaced."""
    above, _, _ = page.partition(MARK)
    return f"{above.rstrip()}\n\n{MARK}\n\n{written.rstrip()}\n"


def _listed(title: str, rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join([title, *(f"  {name:<{width}}  {doc}" for name, doc in rows), ""])


def _verb_in_words(verb: Verb) -> str:
    names = " · ".join((verb.name, *verb.aliases))
    example = "\n".join(f"  {line}" for line in verb.example.strip().splitlines())
    keys = _listed("keys", [(word.name, word.doc) for word in (verb.subject, *verb.fields)])
    answer = _listed("its answer offers", [(word.name, word.doc) for word in verb.facets]) if verb.facets else ""
    return f"{names}\n  {verb.doc}\n\n{example}\n\n{keys}\n{answer}".rstrip()


def _fault_in_words(fault: FaultWord) -> str:
    known = (*((fault.value,) if fault.value else ()), *(word for word in fault.fields if word != fault.value))
    keys = _listed("keys", [(word.name, word.doc) for word in known]) if known else ""
    return f"{fault.name}\n  {fault.doc}\n\n{keys}".rstrip()


def _verb(verb: Verb) -> str:
    names = " · ".join(f"`{name}`" for name in (verb.name, *verb.aliases))
    parts = [f"## {verb.name}\n\n{names}\n\n{verb.doc}\n\n```yaml step\n{verb.example.strip()}\n```\n"]
    parts.append(_table(("key", "kind", "meaning"), _rows((verb.subject, *verb.fields))))
    if verb.facets:
        parts.append("\nThe answer offers to `expect` and `save`:\n")
        parts.append(_table(("part", "kind", "meaning"), _rows(verb.facets)))
    return "\n".join(parts)


def _fault(fault: FaultWord) -> str:
    where = f" On edges that speak {', '.join(fault.technologies)}." if fault.technologies else ""
    known = (*((fault.value,) if fault.value else ()), *(word for word in fault.fields if word != fault.value))
    table = _table(("key", "kind", "meaning"), _rows(known)) if known else ""
    short = f"\nShort form: `{fault.name}: {fault.value.name}`.\n" if fault.value else ""
    return f"## {fault.name}\n\n{fault.doc}{where}\n{short}\n{table}"


def _keys(keys: Keys) -> str:
    return _words(keys.title[0].upper() + keys.title[1:], keys.words)


def _words(title: str, words: Iterable[Word]) -> str:
    return f"## {title}\n\n{_table(('key', 'kind', 'meaning'), _rows(words))}"


def _rows(words: Iterable[Word]) -> Iterable[tuple[str, str, str]]:
    for word in words:
        kind = " | ".join(word.choices) if word.choices else word.kind
        yield f"`{word.name}`", kind, f"{word.doc}{' (needed)' if word.is_required else ''}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _default(value: object) -> str:
    if value is None:
        return "auto"
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
