from dovetail.model.placeholder import OWN, names_for, names_in


def test_the_names_of_a_text_can_be_asked_for() -> None:
    assert names_in("a {{ port }} b {{ db.host }}") == {"port", "db.host"}


def test_a_service_may_use_its_own_names_and_those_of_its_neighbours() -> None:
    assert names_for([]) == OWN
    assert names_for(["db"]) - OWN == {"db", "db.url", "db.host", "db.port", "db.address"}
