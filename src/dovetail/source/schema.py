"""JSON Schema for editors, made from the same words that the reader knows; called by `dovetail schema`."""

from collections.abc import Iterable, Mapping, Sequence

from dovetail.model.data import Data
from dovetail.model.vocabulary import FaultWord, Vocabulary, Word
from dovetail.source import grammar
from dovetail.source.case import MOST
from dovetail.source.grammar import Keys
from dovetail.source.lexicon import Lexicon, Meaning
from dovetail.source.probe import REQUEST
from dovetail.source.shape import VARIABLE, closed_shape_of, map_of, reference, shape_of, text_of

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
    required = [word.name for word in keys.required]
    return closed_object(keys.title, {**closed_shapes(keys.words), **(more or {})}, required)


def closed_object(title: str, properties: Mapping[str, Data], required: Sequence[str] = ()) -> dict[str, Data]:
    return {
        "type": "object",
        "description": title,
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }


def one_of(choices: Iterable[str], doc: str) -> dict[str, Data]:
    """Return a choice that a variable can make too."""
    return {"anyOf": [{"enum": list(choices)}, text_of(VARIABLE)], "description": doc}


def system_parts(words: Vocabulary) -> dict[str, Data]:
    named = one_of(sorted(Lexicon(words).technologies), "what is spoken")
    edge: Data = {"anyOf": [{"type": ["string", "null"]}, closed(grammar.EDGE, {"technology": named})]}
    request = text_of(rf"^\s*({REQUEST})\s*$|{VARIABLE}")
    asked = closed(grammar.PROBE, {"http": {**request, "description": grammar.PROBE.by_name["http"].doc}})
    asked |= {"minProperties": 1, "dependentRequired": {"expect": ["http"]}}
    service = closed(grammar.SERVICE, {"technology": named})
    service |= {"dependentRequired": {"job": ["run"]}}
    environment = closed(grammar.ENVIRONMENT)
    environment["additionalProperties"] = {"type": "string", "description": "the address of a service"}
    environment["type"] = ["object", "null"]
    source: Data = {"anyOf": [{"type": "null"}, closed(grammar.SECRET)]}
    return {
        "services": {**map_of(reference("service")), "minProperties": 1},
        "service": {**service, "anyOf": [{"required": [key]} for key in ("run", "technology", "external")]},
        "uses": {
            "anyOf": [map_of(reference("edge")), {"type": "array", "items": {"type": "string"}}, {"type": "null"}]
        },
        "edge": edge,
        "sla": closed(grammar.SLA),
        "retries": closed(grammar.RETRIES),
        "breaker": closed(grammar.BREAKER),
        "probe": {"anyOf": [request, asked]},
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
    used = {name: shape for name, shape in closed_shapes(grammar.USE.words).items() if name != "name"}
    listed = closed(grammar.CHECK, {**shared(grammar.CHECK), "steps": filled(grammar.CHECK, "steps")})
    listed["required"] = ["name", "steps"]
    return {
        "file": closed(grammar.FILE),
        "fragment": closed(grammar.FRAGMENT, {"steps": filled(grammar.FRAGMENT, "steps")}),
        "scope": one_of(words.scopes, "what it is about"),
        "checks": {"type": "array", "items": reference("check"), "minItems": 1},
        "check": {
            "anyOf": [
                listed,
                *single,
                named_by("use", check_with(used, ["use"])),
                check_with(together_steps(), ["name", "together"]),
            ]
        },
        "steps": {"type": "array", "items": reference("step")},
        "step": {"anyOf": [reference("single"), closed(grammar.USE), together()]},
        "single": {"anyOf": [reference(name) for name in steps]},
        **steps,
        **definitions(grammar.CHECK),
        definition_of(grammar.CHECK, grammar.CHECK.by_name["repeat"]): repeat(),
        **definitions(grammar.STEP),
        "expect": {"type": "object"},
        "inputs": {"type": ["array", "object"]},
        "outputs": {"type": ["array", "object"]},
        "each": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}, "minItems": 1}]},
        "fault": fault(lexicon.faults.values()),
        "faults": {"anyOf": [reference("fault"), {"type": "array", "items": reference("fault"), "minItems": 1}]},
    }


def together() -> dict[str, Data]:
    return {**closed(grammar.TOGETHER, together_steps()), "required": ["together"]}


def together_steps() -> dict[str, Data]:
    doc = grammar.TOGETHER.by_name["together"].doc
    return {"together": {"type": "array", "items": reference("single"), "minItems": 1, "description": doc}}


def filled(keys: Keys, name: str) -> dict[str, Data]:
    """Return the shape of a list that cannot be empty."""
    return {**shape_of(keys.by_name[name]), "minItems": 1}


def repeat() -> dict[str, Data]:
    word = grammar.CHECK.by_name["repeat"]
    whole: Data = {"type": "integer", "minimum": 1, "maximum": MOST}
    return {"anyOf": [whole, text_of(rf"^\s*\+?0*[1-9][0-9]*\s*$|{VARIABLE}")], "description": word.doc}


def shapes(words: Iterable[Word]) -> dict[str, Data]:
    return {word.name: shape_of(word) for word in words}


def closed_shapes(words: Iterable[Word]) -> dict[str, Data]:
    return {word.name: closed_shape_of(word) for word in words}


def shared(keys: Keys) -> dict[str, Data]:
    """Return references to the shapes of `keys`, which stand once in `definitions`."""
    return {word.name: reference(definition_of(keys, word)) for word in keys.words}


def definitions(keys: Keys) -> dict[str, Data]:
    return {definition_of(keys, word): closed_shape_of(word) for word in keys.words}


def definition_of(keys: Keys, word: Word) -> str:
    return f"{keys.title.rsplit(' ', 1)[-1]}.{word.name}"


def step_keys(meaning: Meaning) -> Keys:
    return Keys(grammar.STEP.title, meaning.step_words)


def verb_properties(word: str, meaning: Meaning) -> dict[str, Data]:
    """Return what a step with `meaning` may hold besides the keys of every step."""
    verb = meaning.verb
    subject = shape_of(Word(word, verb.subject.kind, f"{verb.doc} {verb.subject.doc}", choices=verb.subject.choices))
    if verb.subject.is_required:
        subject = {**subject, "minLength": 1}
    else:
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
    return closed_object("what the answer must hold", {**always, **parts})


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
    return named_by(word, check_with(step, required_of(word, meaning)))


def named_by(word: str, shape: dict[str, Data]) -> dict[str, Data]:
    """Let a check do without a name where its verb and what stands behind it can be one."""
    spoken: Data = {"properties": {word: {"type": ["string", "number"]}}}
    return {**shape, "anyOf": [{"required": ["name"]}, spoken]}


def check_with(step: Mapping[str, Data], required: list[str]) -> dict[str, Data]:
    own = tuple(word for word in grammar.CHECK.words if word.name != "steps")
    step = {name: shape for name, shape in step.items() if name not in grammar.CHECK.by_name}
    properties = {**step, **shared(Keys(grammar.CHECK.title, own))}
    return closed_object("a check that is a single step", properties, required)


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
        required = [field.name for field in word.fields if field.is_required]
        long = closed_object(word.doc, shapes((*word.fields, *value)), required)
        is_enough = word.value is None or word.value.kind == "bool"
        forms.append(long if is_enough else {**long, "minProperties": 1})
    where = f" On edges that speak {', '.join(word.technologies)}." if word.technologies else ""
    return {"anyOf": forms, "description": word.doc + where}
