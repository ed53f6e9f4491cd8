"""A coordinator with three invited gateways that learn four numbers over HTTP on this machine."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.coordinator import Coordinator
from aipchain.ai.federated.hall import Hall, Hours
from aipchain.ai.federated.record import Record
from aipchain.ai.federated.rounds import Plan, begun
from aipchain.runtime_bridge.keys import development_device

PLAN = Plan(rounds=4, least_answers=2, rule=Rule.MEAN, most_bytes=4_000)

Opened = Callable[..., Coordinator]


@pytest.fixture
def process_file() -> Path:
    """The program of a gateway process."""
    return Path(__file__).parent / "gateway_process.py"


@pytest.fixture
def toy(process_file: Path) -> Any:  # a module
    """What is learned in these tests."""
    spec = importlib.util.spec_from_file_location("gateway_process", process_file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def opened(toy: Any, tmp_path: Path) -> Opened:
    """Make a coordinator over the record of this test; a later one goes on with it."""

    def coordinator(
        round_s: float = 30.0,
        silent_s: float = 30.0,
        give_up_s: float = 60.0,
        port: int = 0,
        invited: Mapping[str, bytes] | None = None,
    ) -> Coordinator:
        federation = begun(PLAN, toy.MODEL, 2, np.zeros(4, dtype=np.float32))
        usual = {name: development_device(name).public for name in ("north", "east", "south")}
        hours = Hours(round_s=round_s, give_up_s=give_up_s, silent_s=silent_s)
        hall = Hall(federation, invited or usual, Record(tmp_path / "record"), hours)
        return Coordinator(toy.FEDERATION, hall, development_device("coordinator"), port=port)

    return coordinator
