"""The word a user probably meant; called wherever a name is not known."""

import math
from collections.abc import Iterable

LIKENESS = 0.6
SHOWN = 12


def nearest(word: str, choices: Iterable[str], likeness: float = LIKENESS) -> str:
    """Return the choice most like `word`, of several that of its length, "" if none is at least so near."""
    from difflib import SequenceMatcher

    wanted = fold(word)
    best, best_rank = "", (likeness, -math.inf)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    for choice in sorted(choices):
        if wanted and sorted(fold(choice)) == sorted(wanted):
            return choice
        matcher.set_seq1(fold(choice))
        if matcher.real_quick_ratio() < best_rank[0] or matcher.quick_ratio() < best_rank[0]:
            continue
        rank = (matcher.ratio(), -abs(len(choice) - len(word)))
        if rank > best_rank:
            best, best_rank = choice, rank
    return best


def suggest(word: str, choices: Iterable[str]) -> str:
    """Return the sentence that tells what to write instead of `word`."""
    known = sorted(set(choices))
    near = nearest(word, known)
    if near:
        return f"did you mean `{near}`?"
    if not known:
        return "none is known here"
    rest = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"known here: {', '.join(known[:SHOWN])}{rest}"


def fold(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
