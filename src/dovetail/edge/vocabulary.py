"""The words for faults that work on bytes, whatever the technology; the app hands them to the registry."""

from dovetail.model.vocabulary import FaultWord, Word

_TO = Word(
    "to",
    "string",
    "which way it works: on what goes to the server, what comes back, or both",
    choices=("request", "answer", "both"),
)
_PROBABILITY = Word("probability", "number", "the share of connections it strikes, 0 to 1; all of them by default")
_ENABLED = Word("enabled", "bool", "true, or false to leave the edge alone")
_DELAY = Word("delay", "duration", "how long each piece of data waits")
_RATE = Word("rate", "size", "bytes a second that get through")
_TIMEOUT = Word("after", "duration", "how long nothing gets through before the connection is closed; 0 never closes it")
_AFTER = Word("after", "duration", "how long the connection may still live")
_CLOSE_DELAY = Word("delay", "duration", "how long a close is held back")
_SIZE = Word("size", "size", "the most bytes that arrive at once")
_BYTES = Word("bytes", "size", "bytes that get through before the connection is closed")
_SHARE = Word("share", "number", "the share of bytes that arrive changed, 0 to 1")

FAULT_WORDS: tuple[FaultWord, ...] = (
    FaultWord(
        "latency", "Data arrives later.", _DELAY,
        (_DELAY, Word("jitter", "duration", "how much each delay may differ, up or down"), _TO, _PROBABILITY),
    ),
    FaultWord("bandwidth", "Data arrives slowly.", _RATE, (_RATE, _TO, _PROBABILITY)),
    FaultWord(
        "timeout", "Nothing arrives any more, then the connection is closed.", _TIMEOUT, (_TIMEOUT, _TO, _PROBABILITY)
    ),
    FaultWord("reset", "Connections are reset, also those already open.", _ENABLED, (_ENABLED, _AFTER, _PROBABILITY)),
    FaultWord(
        "slow_close", "The end of a connection arrives late.", _CLOSE_DELAY, (_CLOSE_DELAY, _TO, _PROBABILITY)
    ),
    FaultWord(
        "slice", "Data arrives in small pieces.", _SIZE,
        (
            _SIZE, Word("vary", "size", "how many bytes a piece may be smaller"),
            Word("delay", "duration", "the pause between pieces"), _TO, _PROBABILITY,
        ),
    ),
    FaultWord("limit", "The connection ends after some bytes.", _BYTES, (_BYTES, _TO, _PROBABILITY)),
    FaultWord("corrupt", "Some bytes arrive changed.", _SHARE, (_SHARE, _TO, _PROBABILITY)),
    FaultWord("refuse", "Nobody listens: connections are refused, open ones are cut.", _ENABLED, (_ENABLED,)),
)  # fmt: skip
