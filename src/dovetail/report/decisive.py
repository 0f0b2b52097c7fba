"""Which of a service's last lines tell why it ended: errors before chatter, like lines once. Called by `case`."""

import re
from collections.abc import Sequence

_ACCESS = (
    r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b.{0,400}?\b[123]\d\d\b"
    r"|\b[123]\d\d\b.{0,40}?\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b"
)
_TROUBLE = (
    r"(?i)error|exception|fatal|panic|critical|traceback|\bdied\b|killed|abort|segfault|fail|cannot|can't|could not"
    r"|unable|refused|denied|no such|not found|missing|out of memory|unhandled|invalid"
)
_TRACE_HEAD = r"^\s*(?:Traceback \(most recent call last\)|During handling of|The above exception)"
_TRACE_BODY = r"^\s+\S|^\s*$"
_VARYING = r"(?i)0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12,}\b|\d+"
FRAMES_KEPT = 4


def pick_lines(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """Return at most `most` of `lines`, in their order; those that only differ in numbers stand for each other."""
    told = _unlike(_without_frames([line.rstrip() for line in lines if line.strip()]))
    telling = [line for line in told if not re.search(_ACCESS, line)]
    if telling:
        told = telling
    if len(told) <= most:
        return tuple(told)
    spots = [spot for spot, line in enumerate(told) if re.search(_TROUBLE, line)][-most:]
    rest = [spot for spot in range(len(told) - 1, -1, -1) if spot not in spots]
    return tuple(told[spot] for spot in sorted((*spots, *rest[: most - len(spots)])))


def _without_frames(lines: Sequence[str]) -> list[str]:
    """Keep of every traceback only its end: the frames next to the error."""
    kept: list[str] = []
    frames: list[str] | None = None
    for line in lines:
        if re.match(_TRACE_HEAD, line):
            frames = []
        elif frames is not None and re.match(_TRACE_BODY, line):
            frames.append(line)
        else:
            kept.extend(frames[-FRAMES_KEPT:] if frames else ())
            frames = None
            kept.append(line)
    kept.extend(frames[-FRAMES_KEPT:] if frames else ())
    return kept


def _unlike(lines: Sequence[str]) -> list[str]:
    """Keep of lines that are alike but for their numbers the last one."""
    last = {re.sub(_VARYING, "#", line): spot for spot, line in enumerate(lines)}
    return [lines[spot] for spot in sorted(last.values())]
