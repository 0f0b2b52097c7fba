import pytest

from dovetail.check.template import FilterCall, parse_template
from dovetail.errors import SuiteError
from dovetail.model.data import Data, Path


@pytest.mark.parametrize(
    ("text", "name", "path"),
    [
        ("{{ order }}", "order", ()),
        ("{{order}}", "order", ()),
        ("{{ order.id }}", "order", ("id",)),
        ("{{ order.items[0].sku }}", "order", ("items", 0, "sku")),
        ("{{ orders-db.address }}", "orders-db", ("address",)),
        ("{{ a['x.y'] }}", "a", ("x.y",)),
        ('{{ a["}}"] }}', "a", ("}}",)),
    ],
)
def test_a_slot_has_a_name_and_a_path(text: str, name: str, path: Path) -> None:
    (slot,) = parse_template(text).slots
    assert (slot.name, slot.path, slot.written) == (name, path, text)


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("{{ a | upper }}", "upper", ()),
        ("{{ a|upper() }}", "upper", ()),
        ("{{ a | default('x') }}", "default", ("x",)),
        ('{{ a | default("it\'s }} here") }}', "default", ("it's }} here",)),
        (r"{{ a | join('\n') }}", "join", ("\n",)),
        (r"{{ a | default('it\'s') }}", "default", ("it's",)),
        ("{{ a | round(2) }}", "round", (2,)),
        ("{{ a | plus(-1.5) }}", "plus", (-1.5,)),
        ("{{ a | default(null) }}", "default", (None,)),
        ("{{ a | default(true) }}", "default", (True,)),
        ("{{ a | replace('a', 'b') }}", "replace", ("a", "b")),
    ],
)
def test_a_filter_has_its_values(text: str, name: str, arguments: tuple[Data, ...]) -> None:
    assert parse_template(text).slots[0].filters == (FilterCall(name, arguments),)


def test_filters_follow_each_other() -> None:
    names = [call.name for call in parse_template("{{ a | trim | lower | default('x') }}").slots[0].filters]
    assert names == ["trim", "lower", "default"]


def test_texts_stand_around_slots() -> None:
    template = parse_template("/a/{{ x }}{{ y }}/b")
    assert template.texts == ("/a/", "", "/b")
    assert [slot.name for slot in template.slots] == ["x", "y"]


@pytest.mark.parametrize("text", [r"\{{ not a slot }}", r"a \{{ b }}"])
def test_a_backslash_makes_braces_plain(text: str) -> None:
    template = parse_template(text)
    assert template.slots == ()
    assert template.texts == (text.replace("\\", ""),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ a", "never closed"),
        ("{{ }}", "cannot be read"),
        ("{{ a b }}", "cannot be read from 'b'"),
        ("{{ a + 1 }}", r"cannot be read from '\+ 1'"),
        ("{{ a() }}", "cannot be read"),
        ("{{ __import__('os') }}", "cannot be read"),
        ("{{ 1 }}", "cannot be read"),
        ("{{ a | }}", "cannot be read"),
        ("{{ a | default(b) }}", "cannot be read"),
        ("{{ a | uper }}", "there is no filter uper(.|\n)*did you mean upper"),
        ("{{ a | zzzzz }}", "filters are default, string"),
        ("{{ a | default }}", "does not take 0 values"),
        ("{{ a | upper(1) }}", "does not take 1 values"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(SuiteError, match=message):
        parse_template(text)


def test_nothing_is_ever_evaluated() -> None:
    with pytest.raises(SuiteError):
        parse_template("{{ a.__class__.__mro__[1].__subclasses__() }}")
