"""What the YAML parser complains of, said for people; loaded by the builder of documents when it complains."""

import re

import yaml
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from dovetail.model.data import Place
from dovetail.source.excerpt import place_after, split_lines
from dovetail.source.mistake import Mistakes

INDENT = "keys of one map begin in the same column; count the spaces and close quotes and brackets"
QUOTES = "put the value in quotes"
COLON = "a colon has no place here"
ADVICE = (
    ("mapping values are not allowed", COLON, f"{QUOTES}, or begin the key on its own line"),
    ("did not find expected key", "a key is expected here", INDENT),
    ("did not find expected '-' indicator", "a list item (`- `) is expected here", INDENT),
    (
        "did not find expected node content",
        "a value is expected here",
        "close the bracket that is open, or write the value",
    ),
    ("did not find expected ',' or ']'", "this list is not closed", "close it with ]"),
    ("did not find expected ',' or '}'", "this map is not closed", "close it with }, or put the value in quotes"),
    ("found unexpected end of stream", "a quote is not closed", "close it with the same quote"),
    ("could not find expected ':'", "a key without its colon", "write `key: value`, or indent the text below its key"),
    ("found unknown escape character", "this escape is not known", "in single quotes a backslash is only a backslash"),
    ("block sequence entries are not allowed", "a list cannot begin here", "begin it on a line of its own"),
)


def explain(error: yaml.YAMLError, file: str, text: str, mistakes: Mistakes) -> None:
    """Add the parser's `error` to `mistakes` under its line."""
    if isinstance(error, ReaderError):
        place = place_after(text.encode()[: error.position].decode(errors="ignore"), file)
        what = f"a character that no YAML may hold: U+{error.character:04X}"
        mistakes.add(place, what, "remove it, or write it as an escape in double quotes")
        return
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        mistakes.add(Place(file, 1), f"this is not YAML: {error}")
        return
    mark = error.problem_mark
    lines = split_lines(text.rstrip("\r\n"))
    line = min(mark.line, max(len(lines) - 1, 0))
    written = lines[line] if lines else ""
    column = mark.column if line == mark.line else len(written)
    what, now = advise(error.problem or "", written[column : column + 1])
    key = written[:column].strip()
    if what == COLON and re.fullmatch(r"[\w.]+", key):
        what, now = f"`{key}` begins deeper than the key above it", INDENT
        column = written.index(key)
    if error.context_mark is not None and error.context_mark.line != mark.line:
        now += f" (it began on line {error.context_mark.line + 1})"
    mistakes.add(Place(file, line + 1, column + 1), what, now)


def advise(problem: str, character: str) -> tuple[str, str]:
    if character == "\t" or "tab" in problem:
        return "a tab cannot indent", "use spaces"
    if problem.startswith("found character that cannot start"):
        return f"`{character}` cannot begin a value", QUOTES
    for start, what, now in ADVICE:
        if problem.startswith(start):
            return what, now
    undefined = re.match(r"found undefined alias", problem)
    return f"this is not YAML: {problem}", "mark it before with &" if undefined else INDENT
