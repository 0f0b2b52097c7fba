"""What a command does where a stream takes nothing: its reader left, it came closed, its disk is full.

Called by main, guard and the commands that tell while they work.
"""

import errno
import os
import sys
from contextlib import suppress

CLOSED_PIPE = 141
UNWRITTEN = 6
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_closed_streams() -> None:
    """Open what came closed on nothing; else the next file that is opened would take its number."""
    for name, mode in STREAMS:
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nothing, mode, encoding="utf-8", errors="replace"))


def write_to_nobody(name: str) -> None:
    """Send what is still to be written to a stream nowhere, so that nothing complains of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), getattr(sys, name).fileno())


def let_go(name: str) -> None:
    """Write out what is left for a stream; where that is refused, nobody hears of it any more."""
    try:
        getattr(sys, name).flush()
    except OSError:
        write_to_nobody(name)


def tell_aside(text: str) -> None:
    """Say what is no result on the stream beside it; where nobody reads that, it changes nothing."""
    with suppress(OSError):
        sys.stderr.write(text)
    let_go("stderr")


def why_unwritten(mistake: Exception) -> str:
    """Return why the output took no more, empty where that was not it: whoever writes files names them."""
    if isinstance(mistake, OSError) and mistake.errno in NO_ROOM and mistake.filename is None:
        return str(mistake.strerror)
    return ""


def tell_unwritten(why: str) -> int:
    """Say that the output cannot be written; what is left of it goes nowhere."""
    write_to_nobody("stdout")
    tell_aside(f"the output cannot be written: {why}\nmake room there, or send it elsewhere\n")
    return UNWRITTEN
