"""Writes the tables of docs/reference from the tables that read a user's files; run by `make docs`."""

from pathlib import Path

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.app.reference import PAGES, refresh_page

FOLDER = Path(__file__).parent / "reference"


def write_reference() -> None:
    words = build_vocabulary(build_registry())
    for name, write in PAGES.items():
        file = FOLDER / f"{name}.md"
        file.write_text(refresh_page(file.read_text(encoding="utf-8"), write(words)), encoding="utf-8")


if __name__ == "__main__":
    write_reference()
