"""The verbs that act on the stage itself rather than on a technology; the app adds them to the vocabulary."""

from dovetail.model.vocabulary import TechnologyWords

STAGE_WORDS = TechnologyWords(name="stage", aliases=(), verbs=())
