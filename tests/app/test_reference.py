import pytest

from dovetail.app.options import RUN_OPTIONS
from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.app.reference import MARK, PAGES, refresh_page, tell_word
from dovetail.errors import UsageError

WORDS = build_vocabulary(build_registry())


def test_every_verb_stands_in_the_reference_with_its_names() -> None:
    page = PAGES["verbs"](WORDS)
    for technology in WORDS.technologies:
        for verb in technology.verbs:
            assert all(f"`{name}`" in page for name in (verb.name, *verb.aliases))


def test_every_fault_stands_in_the_reference() -> None:
    page = PAGES["faults"](WORDS)
    assert all(f"## {fault.name}\n" in page for fault in WORDS.faults)


def test_every_option_stands_in_the_reference_with_its_variable() -> None:
    page = PAGES["options"](WORDS)
    assert all(option.flag in page and option.variable in page for option in RUN_OPTIONS)


def test_what_people_wrote_above_the_mark_stays() -> None:
    page = refresh_page(f"# Title\n\nwords\n\n{MARK}\n\nold table\n", "new table")
    assert page == f"# Title\n\nwords\n\n{MARK}\n\nnew table\n"


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "\\|" in PAGES["checks"](WORDS)


@pytest.mark.parametrize(("word", "now"), [("htpp", "did you mean `http`"), ("use", "dovetail schema checks")])
def test_who_asks_for_a_word_that_is_none_is_told_the_nearest_or_where_all_stand(word: str, now: str) -> None:
    with pytest.raises(UsageError, match=now):
        tell_word(word)
