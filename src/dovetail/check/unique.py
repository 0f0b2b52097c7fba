"""Values that no other check has: `{{ unique.email }}` and the like; one `Unique` an attempt, made by the engine."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from uuid import UUID

from dovetail.model.data import Data

FIRST_NAMES = (
    "Ada",
    "Alan",
    "Edsger",
    "Grace",
    "Barbara",
    "Niklaus",
    "Frances",
    "Ken",
    "Radia",
    "Donald",
    "Joan",
    "Tony",
)
LAST_NAMES = (
    "Lovell",
    "Turner",
    "Dykes",
    "Hopkins",
    "Liskow",
    "Wirtz",
    "Allan",
    "Thomas",
    "Perl",
    "Knight",
    "Clark",
    "Hale",
)
SAFE_INTEGER = 2**53 - 1
SMALL_INTEGER = 2**31 - 1


class Unique(Mapping[str, Data]):
    """The same for the same seed, check and attempt, made when asked for.

    A word with a number behind it (`email_2`) is another value of its kind.
    """

    def __init__(self, seed: str, check: str, attempt: int = 1) -> None:
        self._key = f"{seed}\0{check}\0{attempt}".encode()

    def __getitem__(self, word: str) -> Data:
        name, _, number = word.rpartition("_")
        kind = name if number.isdigit() else word
        if kind not in MAKERS:
            raise KeyError(word)
        return MAKERS[kind](blake2b(self._key + b"\0" + word.encode(), digest_size=32).digest())

    def __iter__(self) -> Iterator[str]:
        return iter(MAKERS)

    def __len__(self) -> int:
        return len(MAKERS)


def _token(digest: bytes) -> str:
    return digest[8:14].hex()


def _first_name(digest: bytes) -> str:
    return FIRST_NAMES[digest[0] % len(FIRST_NAMES)]


def _last_name(digest: bytes) -> str:
    return f"{LAST_NAMES[digest[1] % len(LAST_NAMES)]}-{_token(digest)}"


MAKERS: Mapping[str, Callable[[bytes], Data]] = {
    "id": lambda digest: str(UUID(bytes=digest[:16], version=4)),
    "email": lambda digest: f"{_first_name(digest)}.{_token(digest)}@example.com".lower(),
    "name": lambda digest: f"{_first_name(digest)} {_last_name(digest)}",
    "first_name": _first_name,
    "last_name": _last_name,
    "word": lambda digest: f"w{_token(digest)}",
    "code": lambda digest: digest[:5].hex().upper(),
    "phone": lambda digest: f"+1555{int.from_bytes(digest[:5], 'big') % 10**7:07}",
    "int": lambda digest: int.from_bytes(digest[:4], "big") % SMALL_INTEGER + 1,
    "big_int": lambda digest: int.from_bytes(digest[:8], "big") % SAFE_INTEGER + 1,
}
