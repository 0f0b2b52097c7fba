"""The keys of the language itself, each with its kind and its sentence; the readers and the editor schema share them.

Kinds beyond those of a Word: int, condition, share, names (one or a list), texts (a map of texts), and the structures
that have a reader of their own (services, uses, probes, checks, steps, faults …).
"""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from dovetail.model.check import Isolation
from dovetail.model.vocabulary import Word


class Keys(Struct, frozen=True, dict=True):
    """What one map may hold; `later` are words of the language that cannot be used yet."""

    title: str
    words: tuple[Word, ...]
    later: frozenset[str] = frozenset()

    @cached_property
    def by_name(self) -> Mapping[str, Word]:
        return {word.name: word for word in self.words}

    @cached_property
    def required(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.is_required)


SYSTEM = Keys(
    "the system",
    (
        Word("system", "string", "the system's name", is_required=True),
        Word("services", "services", "what the system is made of, by name", is_required=True),
        Word("environments", "environments", "where the system runs: addresses of services by environment"),
        Word("defaults", "map", "values for the options of the command line, by option name"),
        Word("secrets", "secrets", "names whose values are never shown; from the environment, a file or a command"),
    ),
    frozenset({"identities", "gates"}),
)

SERVICE = Keys(
    "a service",
    (
        Word("run", "string", "the command that starts your own code; {{ port }} is the port it shall listen on"),
        Word("build", "string", "a command run once before, when its inputs changed"),
        Word("folder", "string", "where its commands run, seen from dovetail.yaml"),
        Word("job", "bool", "it ends by itself, and is ready when it has ended with 0"),
        Word("technology", "string", "what it speaks; a technology without `run` is started by Dovetail"),
        Word("external", "string", "the address of a service outside the system"),
        Word("version", "string", "the version to start, or to be held against what runs"),
        Word("setup", "names", "scripts, migration folders and fixtures, applied in this order once it is ready"),
        Word("cleanup", "names", "scripts run before it is torn down"),
        Word("settings", "map", "the server's own settings, by name"),
        Word("environment", "texts", "environment variables for its commands"),
        Word("ready", "probes", "what it must answer to be ready: `GET /health`, {tcp: true}, {command: …}, {log: …}"),
        Word("start_timeout", "duration", "how long it may take to become ready (60s)"),
        Word("uses", "uses", "the services it speaks to: its edges"),
        Word("after", "names", "services that must be ready before it starts, without an edge to them"),
        Word("topics", "names", "topics to create before anybody uses it"),
        Word("contract", "string", "the file that describes what it offers"),
        Word("owner", "string", "who answers for it"),
    ),
    frozenset({"standin", "image", "compose"}),
)

EDGE = Keys(
    "an edge",
    (
        Word("address", "string", "the variable in which the service gets the edge's address"),
        Word("technology", "string", "what is spoken on it, where that is not the target's own technology"),
        Word("publishes", "names", "events it sends over this edge"),
        Word("consumes", "names", "events it receives over this edge"),
        Word("sla", "sla", "what the target promises"),
        Word("timeout", "duration", "how long the service waits for an answer"),
        Word("retries", "retries", "how the service repeats a failed call"),
        Word("breaker", "breaker", "when the service stops calling and when it tries again"),
        Word(
            "when_broken",
            "string",
            "what the service does while the edge is broken",
            choices=("fail_fast", "degrade", "retry", "queue"),
        ),
        Word("owner", "string", "who answers for this joint"),
        Word("contract", "string", "the file that describes what is spoken"),
        Word("direct", "bool", "true: no proxy in between, so no faults and no evidence"),
        Word("wait", "bool", "false: the service starts without waiting for the target"),
    ),
)

SLA = Keys(
    "an sla",
    (
        Word("p99", "duration", "99 of 100 answers come within this time"),
        Word("error_rate", "share", "the share of calls that may fail: 0.1%"),
    ),
)

RETRIES = Keys(
    "retries",
    (
        Word("attempts", "int", "how often a call is made at most", is_required=True),
        Word("backoff", "string", "how the pauses grow", choices=("none", "constant", "linear", "exponential")),
        Word("delay", "duration", "the first pause"),
        Word("max_delay", "duration", "the longest pause"),
        Word("jitter", "bool", "whether pauses vary"),
    ),
)

BREAKER = Keys(
    "a breaker",
    (
        Word("opens_after", "int", "failures in a row that open it", is_required=True),
        Word("half_open_after", "duration", "how long it stays open before one call is tried"),
        Word("closes_after", "int", "successes that close it again"),
    ),
)

PROBE = Keys(
    "a probe",
    (
        Word("http", "string", "method and path that answer 2xx: GET /health"),
        Word("expect", "map", "what the answer to `http` must hold: {status: 200, json: {…}}"),
        Word("tcp", "bool", "true: its port takes connections"),
        Word("command", "string", "a command that ends with 0"),
        Word("log", "string", "a pattern that a line of its output matches"),
    ),
)

ENVIRONMENT = Keys(
    "an environment",
    (
        Word("read_only", "bool", "true: nothing here may be written, broken or loaded"),
        Word("allow", "names", "services and edges that may be touched all the same"),
    ),
    frozenset({"compose", "gates"}),
)

SECRET = Keys(
    "a secret",
    (
        Word("file", "string", "the file that holds its value"),
        Word("command", "string", "the command that prints its value"),
    ),
)

FILE = Keys(
    "a file of checks",
    (
        Word("scope", "scope", "the scope of its checks: what they are about"),
        Word("on", "string", "the service that steps speak to where they name none"),
        Word("tags", "names", "tags of all its checks"),
        Word("checks", "checks", "the checks", is_required=True),
    ),
)

CHECK = Keys(
    "a check",
    (
        Word("name", "string", "the claim it proves"),
        Word("scope", "scope", "what it is about"),
        Word("on", "string", "the service that steps speak to where they name none"),
        Word("tags", "names", "words to select it by"),
        Word("steps", "steps", "what is done, in order"),
        Word("finally", "steps", "what is done afterwards, whatever happened"),
        Word("fault", "faults", "how an edge is broken while it runs"),
        Word("needs", "names", "checks that must have passed before"),
        Word("repeat", "int", "how often it is run, each time as a check of its own"),
        Word("each", "each", "rows of inputs, or a CSV or YAML file of them; each makes a check of its own"),
        Word(
            "isolation",
            "string",
            "how it is kept apart from others",
            choices=tuple(str(choice) for choice in Isolation),
        ),
        Word("locks", "names", "names that no two checks hold at once"),
        Word("retry", "int", "how often it is tried again; passing then is flaky"),
        Word("timeout", "duration", "how long it may take"),
        Word("if", "condition", "run only where this is true"),
        Word("skip", "string", "why it is not run"),
    ),
    frozenset({"data", "sessions", "battery"}),
)

STEP = Keys(
    "a step",
    (
        Word("name", "string", "what reports call it"),
        Word("on", "string", "the service it speaks to"),
        Word("if", "condition", "do it only where this is true"),
        Word("expect", "expect", "what the answer must hold"),
        Word("save", "texts", "names for parts of the answer: {order: json.id}"),
        Word("within", "duration", "ask again until the expectations hold, at most this long"),
        Word("fault", "faults", "how an edge is broken during this step"),
    ),
    frozenset(
        {
            *("graphql", "grpc", "redis", "mongo", "rabbitmq.publish", "mail", "s3.put", "trace", "consistent"),
            *("sweep", "fuzz", "load", "contract", "battery", "sessions"),
        }
    ),
)

EXPECT_WITHIN = Word("within", "duration", "how long the answer may take")
EXPECT_ERROR = Word("error", "any", "why no answer came: kind, message, code")

TOGETHER = Keys("steps that start together", (Word("together", "steps", "steps that start at the same moment"),))

USE = Keys(
    "a use",
    (
        Word(
            "use", "string", "the file of steps to use, seen from this file or from the tests' folder", is_required=True
        ),
        Word("with", "map", "its inputs"),
        Word("save", "texts", "names for its outputs: {token: token}"),
        Word("name", "string", "what reports call it"),
    ),
)

FRAGMENT = Keys(
    "a fragment",
    (
        Word("name", "string", "what reports call it"),
        Word("on", "string", "the service that its steps speak to where they name none"),
        Word("inputs", "inputs", "names it takes: a list, or a map to their defaults"),
        Word("steps", "steps", "what is done, in order", is_required=True),
        Word("outputs", "outputs", "what it hands out: a list of saved names, or a map of names to saved names"),
    ),
)

FAULT = Keys("a fault", (Word("on", "string", "the edge to break: orders -> payments", is_required=True),))
