"""`aip ai federation`: a coordinator and gateways as processes that are killed, stopped and started again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import IO

import numpy as np
import pytest

from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.federated.gateway import Gateway, Learned
from aipchain.ai.federated.learner import HomeLearner, Learning, first_weights
from aipchain.ai.federated.messages import Answer, Task
from aipchain.ai.federated.rounds import Federation, Plan, begun
from aipchain.ai.federated.schema import Floats
from aipchain.ai.federated.simulation import federate
from aipchain.ai.models.federation import schema_of_homes
from aipchain.ai.models.folder import save_model
from aipchain.ai.models.together import own_model, shared_model
from aipchain.ai.panel import Panel, panel_of
from aipchain.metering.packs import load_pack
from aipchain.runtime_bridge.keys import AccountKey, create_account

FEDERATION, NAMES, DAYS = "community-7", ("east", "north", "south"), 20


@dataclass
class Command:
    """A command that was begun."""

    process: int
    spoken: IO[str]
    lines: list[str] = field(default_factory=list)

    def says(self, words: str) -> str:
        """Wait for a line with these words; a command that ends without is told with all it said."""
        for line in self.spoken:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}: {''.join(self.lines)}")

    def rest(self) -> list[str]:
        """All it says until its end."""
        self.lines += self.spoken.readlines()
        return self.lines


@dataclass
class Commands:
    """Runs commands of `aip`."""

    server: subprocess.Popen[str]
    folder: Path
    begun: list[Command] = field(default_factory=list)

    def run(self, *arguments: object) -> Command:
        """Begin a command."""
        pipe = self.folder / f"pipe-{len(self.begun)}"
        os.mkfifo(pipe)
        process = self._asked({"run": [str(each) for each in arguments], "pipe": str(pipe)})
        self.begun.append(Command(process, pipe.open()))
        return self.begun[-1]

    def coordinate(self, port: str = "0", *more: object) -> Command:
        """Begin to coordinate three rounds in which nobody may be missing, unless more options say otherwise."""
        who = ("--federation", FEDERATION, "--key-file", self.folder / "coordinator.key")
        terms = ("--rounds", 3, "--least", 3, "--round-time", "1d", "--give-up", "1d", "--stay", "1d", *more)
        place = ("--invited", self.folder / "invited.toml", "--out", self.folder / "shared", "--port", port)
        return self.run("ai", "federation", "coordinate", *who, *terms, *place)

    def join(self, name: str, address: str, coordinator: AccountKey) -> Command:
        """Begin a gateway with its own pack."""
        who = ("--name", name, "--key-file", self.folder / f"{name}.key", "--federation", FEDERATION)
        where = ("--coordinator", address, "--coordinator-key", coordinator.address)
        homes = ("--pack", self.folder / f"pack-{name}", "--out", self.folder / name)
        return self.run("ai", "federation", "join", *who, *where, *homes)

    def ended(self, command: Command) -> int:
        """Wait for its end; gives the exit code, below zero for a signal."""
        return self._asked({"ended": command.process})

    def end(self, command: Command, by: signal.Signals) -> int:
        """End it by a signal; gives the exit code."""
        os.kill(command.process, by)
        return self.ended(command)

    def _asked(self, question: dict[str, object]) -> int:
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(question) + "\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """The program that runs commands."""
    program = [sys.executable, str(Path(__file__).parent / "command_server.py")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


@pytest.fixture
def commands(server: subprocess.Popen[str], tmp_path: Path) -> Iterator[Commands]:
    """Commands of one test; none of them outlives it."""
    running = Commands(server, tmp_path)
    yield running
    for command in running.begun:
        command.spoken.close()


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, AccountKey]:
    """A keystore file for each, and the file with those who are invited."""
    made = {name: create_account(tmp_path / f"{name}.key") for name in (*NAMES, "coordinator")}
    lines = [f'{name} = "{made[name].address}"\n' for name in NAMES]
    (tmp_path / "invited.toml").write_text("".join(lines))
    return made


@pytest.fixture
def panels(tmp_path: Path) -> dict[str, Panel]:
    """A pack of two homes for each gateway: as few days as can be learned from, with an evening peak and noise."""
    noise = np.random.default_rng(3).integers(0, 300, (len(NAMES), 2, DAYS * 24))
    hours = [datetime(2020, 1, 1) + timedelta(hours=hour) for hour in range(DAYS * 24)]
    for name, of_homes in zip(NAMES, noise, strict=True):
        _write_pack(tmp_path / f"pack-{name}", hours, of_homes)
    return {name: _panel(tmp_path / f"pack-{name}") for name in NAMES}


def _write_pack(folder: Path, hours: list[datetime], noise: np.ndarray) -> None:
    folder.mkdir()
    (folder / "homes.csv").write_text("home\na\nb\n")
    load = [f"{hour},{a + 900 * (hour.hour > 17)},{2 * b + 400}\n" for hour, a, b in zip(hours, *noise, strict=True)]
    (folder / "load_wh.csv").write_text("start_local,a,b\n" + "".join(load))
    (folder / "pv_wh.csv").write_text("start_local,a,b\n" + "".join(f"{hour},0,0\n" for hour in hours))
    head = "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh\n"
    (folder / "grid.csv").write_text(head + "".join(f"{hour},220000,150\n" for hour in hours))


def _panel(folder: Path) -> Panel:
    pack = load_pack(folder)
    return panel_of(pack.start, pack.step_s, [(home.name, home.load_wh) for home in pack.homes])


@dataclass
class Held:
    """A client that answers round 2 when it may."""

    client: HomeLearner
    may_answer: Event = field(default_factory=Event)

    def answer(self, task: Task) -> Answer:
        """That of the client."""
        assert task.round < 2 or self.may_answer.wait()
        return self.client.answer(task)

    def own(self, task: Task) -> Floats:
        """That of the client."""
        return self.client.own(task)


def _begun(work: Callable[[], Learned]) -> "Future[Learned]":
    """Work in a thread that ends with the test."""
    begun: Future[Learned] = Future()

    def worked() -> None:
        try:
            begun.set_result(work())
        except Exception as error:
            begun.set_exception(error)

    Thread(target=worked, daemon=True).start()
    return begun


def _undisturbed(panels: dict[str, Panel]) -> tuple[Federation, dict[str, HomeLearner]]:
    """The same federation without network, and without anybody who dies."""
    clients = {name: HomeLearner.of(name, panel, Learning()) for name, panel in panels.items()}
    first, features = first_weights(24, Learning(), 0)
    federation = begun(Plan(rounds=3, least_answers=3), schema_of_homes(24), features, first)
    return federate(federation, InProcess(), lambda: clients, NAMES, own=False).federation, clients


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_federation_whose_processes_die_midway_learns_what_it_would_have_learned(
    commands: Commands, keys: dict[str, AccountKey], panels: dict[str, Panel], tmp_path: Path
) -> None:
    """In round 2 the coordinator and a gateway are killed and another gateway is stopped; started again they go on,
    and every model has the bytes of a federation that nobody disturbed."""
    coordinator = commands.coordinate()
    address = coordinator.says("is coordinated at").split()[5]
    east, north = (
        commands.join("east", address, keys["coordinator"]),
        commands.join("north", address, keys["coordinator"]),
    )
    south = Held(HomeLearner.of("south", panels["south"], Learning()))
    gateway = Gateway(
        FEDERATION, "south", keys["south"], address, keys["coordinator"].public, schema_of_homes(24), patience_s=1e6
    )
    taught = _begun(lambda: gateway.take_part(south))
    for command in (east, north):
        command.says("round 2 of 3: answered")
    assert commands.end(coordinator, signal.SIGKILL) == commands.end(east, signal.SIGKILL) == -signal.SIGKILL
    assert commands.end(north, signal.SIGINT) == 1
    assert any("given again, the same command goes on where it was" in line for line in north.rest())

    coordinator = commands.coordinate(address.rpartition(":")[2])
    assert "round 2 of 3; answered before: east, north\n" in coordinator.says("going on with")
    east, north = (
        commands.join("east", address, keys["coordinator"]),
        commands.join("north", address, keys["coordinator"]),
    )
    south.may_answer.set()
    learned = taught.result()
    gateway.leave()

    assert [commands.ended(command) for command in (east, north, coordinator)] == [0, 0, 0]
    assert sum("counted east, north, south\n" in line for line in coordinator.rest()) == 2
    federation, clients = _undisturbed(panels)
    expected = save_model(shared_model(federation, FEDERATION, 24, Learning()), tmp_path / "expected")
    assert expected.taught
    assert expected.taught.clients == NAMES
    assert _files(tmp_path / "shared") == _files(tmp_path / "expected")
    assert np.array_equal(learned.own, clients["south"].own(federation.task))
    for name in ("east", "north"):
        own = Learned(federation.task, clients[name].own(federation.task), {})
        save_model(own_model(own, (FEDERATION, name), panels[name], Learning()), tmp_path / f"expected-{name}")
        assert _files(tmp_path / name) == _files(tmp_path / f"expected-{name}")


@pytest.mark.usefixtures("keys")
def test_a_coordinator_that_is_stopped_goes_on_with_fewer_answers(commands: Commands, tmp_path: Path) -> None:
    """Ctrl-C is told in a sentence and leaves no model; the same command, but for the answers needed, goes on."""
    coordinator = commands.coordinate()
    coordinator.says("round 0 of 3: waiting for east, north, south")

    assert commands.end(coordinator, signal.SIGINT) == 1
    assert "stopped by the user: given again, the same command goes on where it was" in coordinator.rest()[-1]
    assert not (tmp_path / "shared").exists()
    again = commands.coordinate("0", "--least", 2)
    again.says("round 0 of 3: waiting for east, north, south")
    assert commands.end(again, signal.SIGINT) == 1


@pytest.mark.usefixtures("keys")
def test_noise_is_the_same_coordinators_after_a_stop(commands: Commands, tmp_path: Path) -> None:
    """It says what all rounds tell at most; the key of the noise is kept, and without it nothing goes on."""
    private, kept = ("--rule", "mean", "--noise", 20), tmp_path / "shared.state" / FEDERATION / "noise-key"
    drawn = []
    for _ in range(2):
        coordinator = commands.coordinate("0", *private)
        coordinator.says("all rounds tell an epsilon of 0.419 of a gateway at most, at a delta of 1e-05")
        coordinator.says("round 1 of 3: waiting for")
        drawn.append(kept.read_bytes())
        commands.end(coordinator, signal.SIGINT)
    kept.unlink()
    lost = commands.coordinate("0", *private)

    assert drawn[0] == drawn[1]
    assert "has lost its noise-key" in lost.rest()[-1]
    assert commands.ended(lost) == 3
