"""Values that must never be shown: named under `secrets:`, from the environment, a file or a command."""

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from dovetail.model.data import Row, Table
from dovetail.source.entry import Entry
from dovetail.source.grammar import SECRET
from dovetail.source.mistake import Mistakes

LONGEST = 30.0


class Secrets(Struct, frozen=True):
    """`reasons` tell of a name why its value could not be had; a name without a value need not be used."""

    names: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self.names)})"


def read_secrets(row: Row, variables: Mapping[str, str], folder: Path, mistakes: Mistakes) -> Secrets:
    """Read names and where they come from; the environment wins over file and command."""
    names: list[str] = []
    values: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for index, item in enumerate(row):
        place = row.place_of_item(index)
        sources = {item: None} if isinstance(item, str) else item
        if not isinstance(sources, Mapping):
            mistakes.add(place, "a secret wants a name", "write NAME, {NAME: {file: path}} or {NAME: {command: …}}")
            continue
        for name, source in sources.items():
            names.append(name)
            if name in variables:
                values[name] = variables[name]
            elif isinstance(source, Table):
                entry = Entry(source, SECRET, place, mistakes, f"the secret {name}")
                value, reason = obtain(entry, folder)
                values.update({name: value} if not reason else {})
                reasons.update({name: reason} if reason else {})
            elif source is not None:
                mistakes.add(place, f"the secret {name} wants a source", "write {file: path} or {command: …}")
    return Secrets(tuple(names), values, reasons)


def obtain(entry: Entry, folder: Path) -> tuple[str, str]:
    """Return a secret's value, or why there is none."""
    file, command = entry.text("file"), entry.text("command")
    if file:
        try:
            return (folder / file).read_text(encoding="utf-8").rstrip("\r\n"), ""
        except (OSError, UnicodeDecodeError) as reason:
            return "", f"its file {file} cannot be read ({reason})"
    if not command:
        return "", "it has neither file nor command"
    try:
        ended = subprocess.run(  # noqa: S603 - the user's own command from the user's own file, without a shell
            shlex.split(command), cwd=folder, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as reason:
        return "", f"its command failed ({reason})"
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        return "", f"its command ended with {ended.returncode}" + (f" ({said[-1]})" if said else "")
    return ended.stdout.rstrip("\r\n"), ""
