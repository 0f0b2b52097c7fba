import socket
from secrets import SystemRandom

from dovetail.environment.port import FIRST, LAST, Ports


def test_ports_lie_below_the_range_that_the_system_hands_out() -> None:
    ports = Ports(SystemRandom())
    picked = [ports.pick() for _ in range(50)]
    for port in picked:
        ports.release(port)
    assert len(set(picked)) == 50
    assert all(FIRST <= port < LAST for port in picked)


class Stubborn(SystemRandom):
    """Chance that offers the same ports in order."""

    def __init__(self, *offers: int) -> None:
        super().__init__()
        self.offers = list(offers)

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return self.offers.pop(0) if self.offers else super().randrange(start, stop, step)


def test_a_port_of_another_stage_is_not_taken_even_before_anybody_listens() -> None:
    mine = Ports(SystemRandom())
    taken = mine.pick()
    other = Ports(Stubborn(taken))
    picked = other.pick()
    other.release(picked)
    mine.release(taken)
    assert picked != taken


def test_a_port_that_another_stage_gave_back_is_taken() -> None:
    mine = Ports(SystemRandom())
    given_back = mine.pick()
    mine.release(given_back)
    other = Ports(Stubborn(given_back))
    picked = other.pick()
    other.release(picked)
    assert picked == given_back


def test_a_port_on_which_somebody_listens_is_not_taken() -> None:
    free = Ports(SystemRandom())
    port = free.pick()
    free.release(port)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        other = Ports(Stubborn(port))
        picked = other.pick()
        other.release(picked)
        assert picked != port


def test_what_was_ever_handed_out_is_remembered_for_the_proof() -> None:
    ports = Ports(SystemRandom())
    port = ports.pick()
    ports.release(port)
    assert port in ports.ever


def test_a_port_that_was_lost_is_none_of_ours_and_can_be_handed_out_again() -> None:
    ports = Ports(SystemRandom())
    lost, kept = ports.pick(), ports.pick()
    ports.lose(lost)
    ports.release(kept)
    assert ports.ever == {kept}
