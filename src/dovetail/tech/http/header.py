"""Headers as an answer carries them: found in upper and lower case alike. Made by the client, read by expectations."""

from collections.abc import Iterator, Mapping


class Headers(Mapping[str, str]):
    """Names are kept in lower case; the values of a repeated header are joined by a comma."""

    __slots__ = ("_values", "cookies")

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self.cookies: list[str] = []

    def add(self, name: str, value: str) -> None:
        name = name.lower()
        if name == "set-cookie":
            self.cookies.append(value)
        before = self._values.get(name)
        self._values[name] = value if before is None else f"{before}, {value}"

    def find(self, name: str) -> str:
        """Return the value of a header whose name is written in lower case, "" where it is absent."""
        return self._values.get(name, "")

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)
