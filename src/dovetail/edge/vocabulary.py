"""The words for faults that work on bytes, whatever the technology; the app hands them to the registry."""

from dovetail.model.vocabulary import FaultWord

FAULT_WORDS: tuple[FaultWord, ...] = ()
