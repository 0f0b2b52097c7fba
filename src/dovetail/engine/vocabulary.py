"""The verbs that act on the stage itself rather than on a technology; the app adds them to the vocabulary."""

from dovetail.model.vocabulary import TechnologyWords, Verb, Word

STAGE = "stage"
CALLED = "called"

ERROR = Word("error", "map", "why it could not be done: kind, message")
STATE = (Word("state", "string", "the service's state afterwards"), ERROR)


def steering(name: str, doc: str) -> Verb:
    return Verb(
        name,
        Word("service", "string", "the service to do it to", is_required=True),
        doc,
        facets=STATE,
        example=f"{name}: payments",
    )


STEERING = (
    steering("restart", "Stop a service, start it again and wait until it is ready; its address stays the same."),
    steering("pause", "Freeze a service's process: it keeps its connections and answers nothing."),
    steering("resume", "Let a paused service go on."),
    steering("kill", "End a service's process at once, as a crash would."),
    steering("stop", "End a service in order, and leave it down."),
)

COUNTING = Verb(
    CALLED,
    Word("edge", "any", "an edge (`orders -> payments`), or {on: edge or service, times: number}", is_required=True),
    "Count what crossed an edge since the check began, as seen on the wire; an error where that cannot be read.",
    fields=(Word("request", "string", "count only requests that start so, such as `POST /charges`"),),
    facets=(
        Word("times", "int", "how many calls there were"),
        Word("calls", "list", "each with edge, request, answer, ended, duration_ms, detail; in order"),
        ERROR,
    ),
    example="called: {on: stripe, times: 1}",
)

STAGE_WORDS = TechnologyWords(name=STAGE, aliases=(), verbs=(*STEERING, COUNTING))
STEERING_VERBS = frozenset(verb.name for verb in STEERING)
