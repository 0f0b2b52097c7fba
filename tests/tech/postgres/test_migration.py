"""Claims about which migrations are run, in which order."""

from pathlib import Path

import pytest

from dovetail.errors import StageError
from dovetail.tech.postgres.migration import find_files, read_forward


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (
            ["V10__c.sql", "V2__b.sql", "V1__a.sql", "R__v.sql", "U1__a.sql"],
            ["V1__a.sql", "V2__b.sql", "V10__c.sql", "R__v.sql"],
        ),
        (["2_b.up.sql", "1_a.up.sql", "1_a.down.sql"], ["1_a.up.sql", "2_b.up.sql"]),
        (
            ["2024_b/migration.sql", "2023_a/migration.sql", "lock.toml"],
            ["2023_a/migration.sql", "2024_b/migration.sql"],
        ),
        (["b.sql", "a.sql", "note.txt"], ["a.sql", "b.sql"]),
    ],
)
def test_migrations_run_in_their_order(tmp_path: Path, names: list[str], order: list[str]) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in find_files(tmp_path)] == order


@pytest.mark.parametrize("mark", ["-- migrate:down", "-- +goose Down", "-- +migrate Down"])
def test_the_way_back_is_left_out(tmp_path: Path, mark: str) -> None:
    (tmp_path / "a.sql").write_text(f"create table t ();\n{mark}\ndrop table t;")
    assert read_forward(tmp_path / "a.sql") == "create table t ();\n"


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"select '\xff'")
    with pytest.raises(StageError, match="not UTF-8 at byte 8"):
        read_forward(tmp_path / "a.sql")
