import os
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.means import Lease, find_cache, find_drop_account, inherited
from dovetail.model.system import System


def test_a_started_program_inherits_all_but_our_own_variables_and_the_checks_secrets() -> None:
    system = System("s", "/", secrets=("STAGING_PASSWORD",))
    surroundings = {"PATH": "/bin", "STAGING_PASSWORD": "x", "DOVETAIL_SEED": "1", "HOME": "/h"}
    assert inherited(system, surroundings) == {"PATH": "/bin", "HOME": "/h"}


def test_a_lease_is_on_disk_before_the_thing_is_made(tmp_path: Path) -> None:
    lease = Lease(tmp_path / "a.lease")
    lease.write("folder", "/x")
    assert (tmp_path / "a.lease").read_text(encoding="utf-8") == "folder\t/x\n"
    lease.close()


def test_a_port_is_leased_with_its_user(yard: Any) -> None:
    means = yard.means(yard.order())
    port = means.pick_port("a")
    assert f"port\t{port} a\n" in (yard.ground / "test.lease").read_text(encoding="utf-8")
    means.ports.release(port)
    means.lease.close()


def test_only_root_drops_servers_to_another_account() -> None:
    assert find_drop_account() == ("nobody" if os.getuid() == 0 else "")


def test_the_cache_is_where_the_user_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "deep"))
    assert find_cache(tmp_path / "spare") == tmp_path / "deep/dovetail"


@pytest.mark.parametrize("place", ["/proc/nowhere", "/dev/null"])
def test_a_cache_that_cannot_be_made_is_replaced(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", place)
    assert find_cache(tmp_path / "spare") == tmp_path / "spare"


def test_a_user_without_a_home_has_a_cache_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_knows() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("dovetail.environment.means.find_drop_account", lambda: "")
    monkeypatch.setattr(Path, "home", nobody_knows)
    assert find_cache(tmp_path / "spare") == tmp_path / "spare"


def test_logs_get_a_file_per_service_where_a_folder_is_given(yard: Any) -> None:
    means = yard.means(yard.order(log_folder=str(yard.folder / "run" / "logs")))
    log = means.open_log("a")
    log.feed(b"hello\n")
    log.close()
    means.lease.close()
    assert (yard.folder / "run" / "logs" / "a.log").read_text(encoding="utf-8") == "hello\n"
