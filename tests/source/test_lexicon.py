import pytest

from dovetail.model.system import Service
from dovetail.model.vocabulary import TechnologyWords, Vocabulary
from dovetail.source.lexicon import Lexicon, edge_name


@pytest.mark.parametrize("written", ["a->b", "a -> b", " a  ->b ", "a ->  b"])
def test_an_edge_has_one_spelling(written: str) -> None:
    assert edge_name(written) == "a -> b"


def test_a_verb_is_found_by_its_name_and_by_its_aliases(words: Vocabulary) -> None:
    verbs = Lexicon(words).verbs
    assert [meaning.technology for meaning in verbs["sql"]] == ["postgres", "mysql"]
    assert verbs["http"] == verbs["http.request"]


def test_a_technology_is_found_by_any_name(words: Vocabulary) -> None:
    assert Lexicon(words).technologies["postgresql"] == "postgres"


def test_the_stage_is_nothing_that_a_service_can_speak(words: Vocabulary) -> None:
    lexicon = Lexicon(words)
    assert "restart" in lexicon.verbs
    assert "stage" not in lexicon.technologies


def test_a_technology_without_verbs_can_be_spoken() -> None:
    assert Lexicon(Vocabulary((TechnologyWords("nats", ("nats-io",), ()),), ())).technologies == {
        "nats": "nats",
        "nats-io": "nats",
    }


def test_a_verb_fits_the_service_that_speaks_it_or_is_launched_by_it(words: Vocabulary) -> None:
    (http,) = Lexicon(words).verbs["http"]
    assert http.fits(Service("x", run="serve"))
    assert not http.fits(Service("db", "postgres"))


def test_a_verb_about_a_part_of_the_system_acts_on_the_stage(words: Vocabulary) -> None:
    verbs = Lexicon(words).verbs
    assert verbs["restart"][0].is_of_the_stage
    assert not verbs["http"][0].is_of_the_stage
