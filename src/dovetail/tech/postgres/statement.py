"""SQL text cut into statements, its values turned into placeholders; pure. Used by driver and preparer.

Knows just enough of the language to find the ends: quotes, dollar quotes, comments, bodies of SQL functions, COPY data.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from dovetail.errors import SuiteError
from dovetail.model.data import Bound

VALUE = "\0"

_TOKEN = re.compile(
    r"""
      (?P<string>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*')
    | (?P<dollar>\$(?P<tag>[^\W\d]\w*)?\$.*?\$(?(tag)(?P=tag))\$)
    | (?P<name>"(?:[^"]|"")*")
    | (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<end>;)
    | (?P<value>\0)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<space>\s+)
    | (?P<command>\\[^\n]*)
    | (?P<other>[^\s'"$\-/;\0\w\\]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_MARK = re.compile(r"/\*|\*/")
_COPY_END = re.compile(r"^\\\.\r?$", re.MULTILINE)


class Statement(Struct, frozen=True):
    """One statement: `sql` with $1… for its `values` (numbers into the bound values), `words` bare and in lower case.

    `calls` are the words with an opening bracket behind them; `start` is where it began in the text, `data` what
    follows a COPY from stdin.
    """

    sql: str
    words: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    start: int = 0
    data: str | None = None


class _Draft:
    """The statement being read."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.words: list[str] = []
        self.calls: list[str] = []
        self.values: list[int] = []
        self.start = -1
        self.depth = 0
        self._last = ""

    def add(self, kind: str, text: str, at: int) -> None:
        if kind in {"space", "comment"} and not self.words and self.start < 0:
            return
        self.start = at if self.start < 0 else self.start
        self.pieces.append(text)
        if kind == "word":
            self._note(text.lower())
        elif kind == "other" and text.startswith("(") and self._last:
            self.calls.append(self._last)
        if kind not in {"space", "comment"}:
            self._last = text.lower() if kind in {"word", "name"} else ""

    def _note(self, word: str) -> None:
        if (word == "atomic" and self._last == "begin") or (self.depth and word == "case"):
            self.depth += 1
        elif self.depth and word == "end":
            self.depth -= 1
        self.words.append(word)

    def finish(self, data: str | None = None) -> Statement:
        while self.pieces and (self.pieces[-1].isspace() or self.pieces[-1].startswith(("--", "/*"))):
            self.pieces.pop()
        sql = "".join(self.pieces)
        return Statement(sql, tuple(self.words), tuple(self.calls), tuple(self.values), max(self.start, 0), data)


def split_bound(subject: str | Bound) -> tuple[Statement, ...]:
    """Cut a step's SQL into statements whose values are placeholders; a value inside quotes is joined to the text."""
    text = VALUE.join(subject.parts) if isinstance(subject, Bound) else subject.replace(VALUE, "")
    return tuple(split(text))


def split(text: str) -> Iterator[Statement]:
    """Cut a text into statements, leaving out empty ones; VALUE characters become placeholders."""
    draft, count, at = _Draft(), 0, 0
    while at < len(text):
        kind, token, after = _read_token(text, at)
        if kind == "end" and not draft.depth:
            data, after = _read_data(draft, text, after)
            if draft.words or draft.values:
                yield draft.finish(data)
            draft = _Draft()
        elif kind == "command" and draft.start < 0:
            yield Statement(token, (token.split()[0],), start=at)
        elif VALUE in token:
            inside = token.count(VALUE)
            numbers = range(count, count + inside)
            draft.add("other", _place_values(kind, token, draft.values, numbers), at)
            count += inside
        else:
            draft.add(kind, token, at)
        at = after
    if draft.words or draft.values or draft.pieces:
        yield draft.finish()


def _read_token(text: str, at: int) -> tuple[str, str, int]:
    match = _TOKEN.match(text, at)
    if match is None:
        return "other", text[at], at + 1
    if match["block"]:
        end = _end_of_block(text, at)
        return "comment", text[at:end], end
    kind = "dollar" if match["dollar"] else match.lastgroup or "other"
    return kind, match[0], match.end()


def _end_of_block(text: str, at: int) -> int:
    depth = 0
    for mark in _BLOCK_MARK.finditer(text, at):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    return len(text)


def _read_data(draft: _Draft, text: str, after: int) -> tuple[str | None, int]:
    r"""Take the lines behind a COPY … FROM stdin, up to the line \. that ends them."""
    words = draft.words
    if words[:1] != ["copy"] or ("from", "stdin") not in pairwise(words):
        return None, after
    begin = text.find("\n", after) + 1
    end = _COPY_END.search(text, begin) if begin else None
    return (text[begin : end.start()], end.end()) if end else (None, after)


def _place_values(kind: str, token: str, taken: list[int], numbers: range) -> str:
    if kind == "comment":
        return token.replace(VALUE, "?")
    if kind in {"name", "dollar"}:
        raise SuiteError(
            f"a {{{{ }}}} value stands inside {token[0]}…{token[-1]} quotes: values are bound as data, "
            "and cannot name a table or column nor stand in a function's body"
        )
    taken.extend(numbers)
    first = len(taken) - len(numbers) + 1
    marks = [f"${first + index}" for index in range(len(numbers))]
    if kind == "value":
        return marks[0]
    return _join_values(token, marks)


def _join_values(token: str, marks: list[str]) -> str:
    """Turn 'a␀b' into ('a' || $1::text || 'b'), and '␀' alone into $1, which takes the type of its place."""
    prefix, inner = token[: token.index("'")], token[token.index("'") + 1 : -1]
    texts = inner.split(VALUE)
    if len(marks) == 1 and texts == ["", ""]:
        return marks[0]
    pieces: list[str] = []
    for index, part in enumerate(texts):
        if part:
            pieces.append(f"{prefix}'{part}'")
        if index < len(marks):
            pieces.append(f"{marks[index]}::text")
    return "(" + " || ".join(pieces) + ")"
