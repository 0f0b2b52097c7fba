"""JSON Schema for editors, made from the same words that the reader knows; called by `dovetail schema`."""

from collections.abc import Iterable, Mapping

from dovetail.model.data import Data
from dovetail.model.vocabulary import FaultWord, Vocabulary, Word
from dovetail.source import grammar
from dovetail.source.grammar import Keys
from dovetail.source.lexicon import Lexicon, Meaning
from dovetail.source.shape import map_of, reference, shape_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SYSTEM_KIND = "system"
CHECKS_KIND = "checks"


def editor_schema(words: Vocabulary, kind: str) -> Mapping[str, Data]:
    """Return the schema of dovetail.yaml (`system`) or of a file of checks (`checks`)."""
    if kind == SYSTEM_KIND:
        return {"$schema": DIALECT, "title": "dovetail.yaml", **closed(grammar.SYSTEM), "$defs": system_parts(words)}
    if kind == CHECKS_KIND:
        return {"$schema": DIALECT, "title": "Checks of Dovetail", **file_of_checks(), "$defs": check_parts(words)}
    raise ValueError(f"there is no schema {kind!r}, only {SYSTEM_KIND!r} and {CHECKS_KIND!r}")


def closed(keys: Keys, more: Mapping[str, Data] | None = None) -> dict[str, Data]:
    """Return an object that holds `keys` and those in `more`, which win, and nothing else."""
    return closed_words(keys.words, keys.title, more)


def closed_words(words: Iterable[Word], title: str, more: Mapping[str, Data] | None = None) -> dict[str, Data]:
    listed = tuple(words)
    required = [word.name for word in listed if word.is_required]
    return {
        "type": "object",
        "description": title,
        "properties": {**shapes(listed), **(more or {})},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def system_parts(words: Vocabulary) -> dict[str, Data]:
    named: Data = {"type": "string", "enum": sorted(Lexicon(words).technologies), "description": "what is spoken"}
    edge: Data = {"anyOf": [{"type": ["string", "null"]}, closed(grammar.EDGE, {"technology": named})]}
    probe: Data = {"anyOf": [{"type": "string", "pattern": "/"}, closed(grammar.PROBE)]}
    service = closed(grammar.SERVICE, {"technology": named})
    environment = closed(grammar.ENVIRONMENT)
    environment["additionalProperties"] = {"type": "string", "description": "the address of a service"}
    environment["type"] = ["object", "null"]
    source: Data = {"anyOf": [{"type": "null"}, closed(grammar.SECRET)]}
    return {
        "services": map_of(reference("service")),
        "service": {**service, "anyOf": [{"required": [key]} for key in ("run", "technology", "external")]},
        "uses": {
            "anyOf": [map_of(reference("edge")), {"type": "array", "items": {"type": "string"}}, {"type": "null"}]
        },
        "edge": edge,
        "sla": closed(grammar.SLA),
        "retries": closed(grammar.RETRIES),
        "breaker": closed(grammar.BREAKER),
        "probe": probe,
        "probes": {"anyOf": [reference("probe"), {"type": "array", "items": reference("probe")}]},
        "environments": map_of(reference("environment")),
        "environment": environment,
        "secrets": {"type": "array", "items": {"anyOf": [{"type": "string"}, map_of(source)]}},
    }


def file_of_checks() -> dict[str, Data]:
    """Tell a file of checks from a fragment that others use: both live below tests/integration."""
    return {"if": {"required": ["steps"]}, "then": reference("fragment"), "else": reference("file")}


def check_parts(words: Vocabulary) -> dict[str, Data]:
    lexicon = Lexicon(words)
    meanings = {
        f"step-{meaning.technology}-{word}": (word, meaning)
        for word in lexicon.verbs
        for meaning in lexicon.verbs[word]
    }
    steps: dict[str, Data] = {name: step_of(word, meaning) for name, (word, meaning) in meanings.items()}
    single: list[Data] = [single_check(word, meaning) for word, meaning in meanings.values()]
    used = {name: shape for name, shape in shapes(grammar.USE.words).items() if name != "name"}
    listed = closed(grammar.CHECK)
    listed["required"] = ["name", "steps"]
    return {
        "file": closed(grammar.FILE),
        "fragment": closed(grammar.FRAGMENT),
        "scope": {"type": "string", "enum": list(words.scopes)},
        "checks": {"type": "array", "items": reference("check")},
        "check": {
            "anyOf": [
                listed,
                *single,
                check_with(used, ["use"]),
                check_with(shapes(grammar.TOGETHER.words), ["together"]),
            ]
        },
        "steps": {"type": "array", "items": reference("step")},
        "step": {"anyOf": [*(reference(name) for name in steps), closed(grammar.USE), together()]},
        **steps,
        **definitions(grammar.CHECK),
        **definitions(grammar.STEP),
        "expect": {"type": "object"},
        "inputs": {"type": ["array", "object"]},
        "outputs": {"type": ["array", "object"]},
        "each": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}, "minItems": 1}]},
        "fault": fault(lexicon.faults.values()),
        "faults": {"anyOf": [reference("fault"), {"type": "array", "items": reference("fault")}]},
    }


def together() -> dict[str, Data]:
    shape = closed(grammar.TOGETHER)
    shape["required"] = ["together"]
    return shape


def shapes(words: Iterable[Word]) -> dict[str, Data]:
    return {word.name: shape_of(word) for word in words}


def shared(keys: Keys) -> dict[str, Data]:
    """Return references to the shapes of `keys`, which stand once in `definitions`."""
    return {word.name: reference(definition_of(keys, word)) for word in keys.words}


def definitions(keys: Keys) -> dict[str, Data]:
    return {definition_of(keys, word): shape_of(word) for word in keys.words}


def definition_of(keys: Keys, word: Word) -> str:
    return f"{keys.title.rsplit(' ', 1)[-1]}.{word.name}"


def step_keys(meaning: Meaning) -> Keys:
    return Keys(grammar.STEP.title, meaning.step_words)


def verb_properties(word: str, meaning: Meaning) -> dict[str, Data]:
    """Return what a step with `meaning` may hold besides the keys of every step."""
    verb = meaning.verb
    subject = shape_of(Word(word, verb.subject.kind, f"{verb.doc} {verb.subject.doc}", choices=verb.subject.choices))
    if not verb.subject.is_required:
        subject = {"anyOf": [subject, {"type": "null"}], "description": verb.doc}
    return {word: subject, **shapes(verb.fields), "expect": expect_of(meaning)}


def expect_of(meaning: Meaning) -> dict[str, Data]:
    """Return the parts of an answer; any of them can be expected by any rule, so only its sentence is known here."""
    if not meaning.facets:
        return {"type": "object"}
    parts: dict[str, Data] = {word.name: {"description": word.doc} for word in meaning.verb.facets}
    always: dict[str, Data] = {
        grammar.EXPECT_ERROR.name: {"description": grammar.EXPECT_ERROR.doc},
        **shapes((grammar.EXPECT_WITHIN,)),
    }
    return closed_words((), "what the answer must hold", {**always, **parts})


def required_of(word: str, meaning: Meaning) -> list[str]:
    return [word, *(field.name for field in meaning.verb.fields if field.is_required)]


def step_of(word: str, meaning: Meaning) -> dict[str, Data]:
    properties = {**shared(step_keys(meaning)), **verb_properties(word, meaning)}
    return {
        "type": "object",
        "title": word,
        "description": meaning.verb.doc,
        "properties": properties,
        "required": required_of(word, meaning),
        "additionalProperties": False,
        **({"examples": [meaning.verb.example]} if meaning.verb.example else {}),
    }


def single_check(word: str, meaning: Meaning) -> dict[str, Data]:
    """Return a check whose single step stands directly in it: the check's own keys win."""
    step = {**shared(step_keys(meaning)), **verb_properties(word, meaning)}
    return check_with(step, required_of(word, meaning))


def check_with(step: Mapping[str, Data], required: list[str]) -> dict[str, Data]:
    own = tuple(word for word in grammar.CHECK.words if word.name != "steps")
    step = {name: shape for name, shape in step.items() if name not in grammar.CHECK.by_name}
    shape = closed_words(own, "a check that is a single step", {**step, **shared(Keys(grammar.CHECK.title, own))})
    return {**shape, "required": required}


def fault(faults: Iterable[FaultWord]) -> dict[str, Data]:
    properties = {word.name: fault_kind(word) for word in faults}
    shape = closed(grammar.FAULT, properties)
    return {**shape, "minProperties": 2}


def fault_kind(word: FaultWord) -> dict[str, Data]:
    forms: list[Data] = [shape_of(word.value)] if word.value else [{"enum": [True, None]}]
    if word.value is not None and word.value.kind == "bool":
        forms.append({"type": "null"})
    if word.fields:
        value = (word.value,) if word.value and word.value.name not in {field.name for field in word.fields} else ()
        forms.append(closed_words((*word.fields, *value), word.doc))
    where = f" On edges that speak {', '.join(word.technologies)}." if word.technologies else ""
    return {"anyOf": forms, "description": word.doc + where}
