"""Which instances of services an attempt can have met: in a slice its copies, where there are any.

Called by whoever asks what belongs to a check: `record` for its exchanges and log lines, `absence` for who was away.
"""

from collections.abc import Iterable

from dovetail.report.fact import SLICE, AttemptRecord, find_original


class Instances:
    """Knows which copies of services stood in which slice."""

    def __init__(self, names: Iterable[str]) -> None:
        self._copies: dict[str, set[str]] = {}
        for name in names:
            if SLICE in name:
                self._copies.setdefault(name.partition(SLICE)[2], set()).add(name)

    def met(self, attempt: AttemptRecord | None, services: frozenset[str]) -> frozenset[str]:
        """Return what an attempt met where it touched `services`; an old journal tells no slice: any may be meant."""
        if attempt is None or not attempt.is_sliced:
            return services
        found = [self._copies.get(attempt.slice_name, set())] if attempt.slice_name else self._copies.values()
        originals = {
            name: original for names in found for name in names if (original := find_original(name)) in services
        }
        return services.difference(originals.values()).union(originals)
