"""The words that technologies and faults add to the language; the reader and the editor schema are built from them."""

from enum import StrEnum

from msgspec import Struct


class Effect(StrEnum):
    """What a step does to the service it speaks to; decides locks and isolation."""

    READS = "reads"
    WRITES = "writes"
    DISTURBS = "disturbs"


class Word(Struct, frozen=True):
    """One key and the kind of its value: string number bool duration size map list any.

    A subject may also be "bound": a statement whose `{{ }}` values are bound by the driver, never spliced.
    """

    name: str
    kind: str
    doc: str
    is_required: bool = False
    choices: tuple[str, ...] = ()


class Verb(Struct, frozen=True):
    """What a step's first key may be.

    `subject` says what stands behind the key; `waits` is "poll" (ask again) or "stream" (the driver
    blocks for the next message); `prefixes` are names in Python that stand, in capitals, before the subject
    (`get("/users")` says `GET /users`); `facets` are what an answer offers to `expect` and `save`.
    """

    name: str
    subject: Word
    doc: str
    aliases: tuple[str, ...] = ()
    fields: tuple[Word, ...] = ()
    facets: tuple[Word, ...] = ()
    waits: str = "poll"
    prefixes: tuple[str, ...] = ()
    example: str = ""


class FaultWord(Struct, frozen=True):
    """One kind of fault: `value` is its short form (`latency: 200ms`), `fields` its long form.

    `technologies` are those it applies to; empty means every edge.
    """

    name: str
    doc: str
    value: Word | None = None
    fields: tuple[Word, ...] = ()
    technologies: tuple[str, ...] = ()


class TechnologyWords(Struct, frozen=True):
    """What the language knows of one technology."""

    name: str
    aliases: tuple[str, ...]
    verbs: tuple[Verb, ...]
    settings: tuple[Word, ...] = ()


class Vocabulary(Struct, frozen=True):
    technologies: tuple[TechnologyWords, ...]
    faults: tuple[FaultWord, ...]
    scopes: tuple[str, ...] = (
        "api",
        "database",
        "external",
        "messaging",
        "services",
        "cache",
        "auth",
        "contract",
        "resilience",
        "performance",
    )
