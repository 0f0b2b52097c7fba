"""What is said where nothing of a project runs; the running cases stand in tests/cli."""

import asyncio
from pathlib import Path

import pytest

from dovetail.app.warm import list_running, require_service, require_stage, steer_service, tear_down
from dovetail.environment.stage import ServiceState
from dovetail.errors import StageError, UsageError


def test_nothing_running_is_no_mistake_for_those_who_only_look(tmp_path: Path) -> None:
    assert asyncio.run(list_running(str(tmp_path))) == ()
    assert asyncio.run(tear_down(str(tmp_path))) == ()


def test_nothing_running_is_told_to_those_who_need_it(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="dovetail up"):
        require_stage(str(tmp_path))
    with pytest.raises(StageError, match="dovetail up"):
        asyncio.run(steer_service(str(tmp_path), "app", "restart"))


def test_an_unknown_service_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean `orders`"):
        require_service("order", (ServiceState("orders", "http", "ready"),))
