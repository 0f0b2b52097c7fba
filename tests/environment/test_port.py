import socket
from secrets import SystemRandom

from dovetail.environment.port import FIRST, LAST, Ports


def test_ports_lie_below_the_range_that_the_system_hands_out() -> None:
    ports = Ports(SystemRandom())
    picked = [ports.pick() for _ in range(50)]
    assert len(set(picked)) == 50
    assert all(FIRST <= port < LAST for port in picked)
    for port in picked:
        ports.release(port)


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
    other = Ports(Stubborn(taken, taken + 1, taken))
    first = other.pick()
    assert first != taken
    mine.release(taken)
    assert other.pick() == taken
    for port in other.ever:
        other.release(port)


def test_a_port_on_which_somebody_listens_is_not_taken() -> None:
    free = Ports(SystemRandom())
    port = free.pick()
    free.release(port)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        other = Ports(Stubborn(port))
        picked = other.pick()
        assert picked != port
        other.release(picked)


def test_what_was_ever_handed_out_is_remembered_for_the_proof() -> None:
    ports = Ports(SystemRandom())
    port = ports.pick()
    ports.release(port)
    assert port in ports.ever
