"""What stands behind `if:`: a value that is true or not, or a comparison of two. Called by attempts; no code, ever."""

from collections.abc import Mapping

from dovetail.check.renderer import Renderer
from dovetail.model.data import Data

FALSE_WORDS = frozenset({"", "false", "no", "off", "0", "null", "none"})


def holds(condition: str, scope: Mapping[str, Data], renderer: Renderer) -> bool:
    """Tell whether `{{ a }}`, `not {{ a }}`, `{{ a }} == b` or `{{ a }} != b` is true; no condition always is."""
    if not condition:
        return True
    text = condition.strip()
    if text.startswith("not "):
        return not holds(text.removeprefix("not "), scope, renderer)
    for sign, wanted in (("==", True), ("!=", False)):
        left, found, right = text.partition(sign)
        if found:
            return (_text(left, scope, renderer) == _text(right, scope, renderer)) is wanted
    return _text(text, scope, renderer).lower() not in FALSE_WORDS


def _text(part: str, scope: Mapping[str, Data], renderer: Renderer) -> str:
    """Return a value as one would write it: `true` and `false` in small letters, null as nothing."""
    value = renderer.render(part.strip(), scope)
    text = str(value).strip("\"'") if value is not None else ""
    word = text.lower()
    return "" if word == "null" else word if word in ("true", "false") else text
