"""A node of the committed runtime behind a WebSocket, a small founded community on it, and `aip` pointed at it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.rpc.server import serve
from aipchain.cli.app import app
from aipchain.errors import AipchainError
from aipchain.plugins.bundle import Bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.keys import development_account, development_device
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.runtime_bridge.types import (
    Binding,
    CommunityId,
    Parameters,
    Permill,
    Role,
    Slot,
    Source,
    TrackKind,
    TrackSettings,
)
from aipchain.units import UnixSeconds, Wh

T = TypeVar("T")

NOON = UnixSeconds(1_475_496_000)
"""2016-10-03 12:00 UTC, when the community is founded."""
HOUR = 3_600
COMMUNITY = CommunityId(0)
VOTING = TrackSettings(
    notice_s=HOUR,
    decide_s=4 * HOUR,
    confirm_s=HOUR,
    timelock_s=HOUR,
    min_turnout=Permill(500_000),
    min_approval=Permill(500_000),
)


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, standard output, and the sentence for the user if it failed."""

    code: int
    out: str
    sentence: str

    @property
    def document(self) -> Any:
        """What `--json` printed."""
        assert self.code == 0, self.sentence
        return json.loads(self.out)


@dataclass(frozen=True)
class Village:
    """A node, its clock, and commands run against it. Alice is steward, Bob and Charlie are members with a meter."""

    node: Node
    clock: SimulatedClock
    url: str
    outbox: Path

    def aip(self, *arguments: object, typed: str | None = None, env: dict[str, str] | None = None) -> Ended:
        """Run `aip` with arguments and this node's address; what signs keeps its outbox here."""
        kept = ("--outbox", self.outbox) if {"--dev", "--key-file"} & set(arguments) else ()
        return run_aip(*arguments, "--url", self.url, *kept, typed=typed, env=env)

    def wait_until(self, at: int) -> None:
        """Let chain time come to `at` [s]; the next block stands there."""
        self.clock.set(at * 1_000)

    def send(self, name: str, make: Callable[[Metadata], Sequence[Call]]) -> None:
        """Sign calls as a development account, all or none, past the command line."""
        with connect(LocalTransport(self.node)) as connection:
            call = calls.batch_all(connection.metadata, make(connection.metadata))
            Submitter(connection).submit(call, development_account(name))

    def read(self, ask: Callable[[Connection], T]) -> T:
        """Read from the chain, past the command line."""
        with connect(LocalTransport(self.node)) as connection:
            return ask(connection)

    @property
    def height(self) -> int:
        """The number of the newest block."""
        return self.node.head.number


def run_aip(*arguments: object, typed: str | None = None, env: dict[str, str] | None = None) -> Ended:
    """Run `aip` in this process."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed, env=env)
    failure = result.exception
    if isinstance(failure, AipchainError):
        return Ended(failure.exit_code, result.stdout, str(failure))
    if failure is not None and not isinstance(failure, SystemExit):
        raise failure
    return Ended(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def run() -> Callable[..., Ended]:
    """`aip` with arguments and nothing else."""
    return run_aip


def _served(preset: str, folder: Path, base_path: Path | None = None) -> Iterator[Village]:
    clock = SimulatedClock(NOON * 1_000)
    with Node.open(base_path, clock=clock, sealing=Sealing.ON_DEMAND, preset=preset) as node:
        server = serve(node, port=0)
        try:
            yield Village(node, clock, server.url, folder / "outbox.sqlite")
        finally:
            server.stop()


@pytest.fixture
def wilderness(tmp_path: Path) -> Iterator[Village]:
    """A development chain with nothing on it."""
    yield from _served("development", tmp_path)


@pytest.fixture
def private_chain(tmp_path: Path) -> Iterator[Village]:
    """A chain that is not for development."""
    yield from _served("local", tmp_path)


@pytest.fixture
def village(wilderness: Village) -> Village:
    """A development chain with a community of two homes that trade by the mid-market rate."""
    found_community(wilderness)
    return wilderness


@pytest.fixture
def chain_file(tmp_path: Path) -> Path:
    """A chain file with the community on it, closed."""
    for village in _served("development", tmp_path, tmp_path):
        found_community(village)
    return tmp_path


@pytest.fixture
def address() -> Callable[[str], str]:
    """The address of a development account."""
    return lambda name: development_account(name).address


def found_community(village: Village) -> None:
    """Found the community: three accounts, two meters, three builds, two plugins, two tracks."""
    village.send("Alice", lambda metadata: [_founding(metadata)])
    village.send("Alice", lambda metadata: [*_people(metadata), *_plugins(metadata), *_tracks(metadata)])


def _founding(metadata: Metadata) -> Call:
    return calls.found(
        metadata,
        name="Maple Street",
        interval_s=HOUR,
        epoch_s=24 * HOUR,
        zones=("north", "south"),
        parameters=Parameters(900, 300, 900, Permill(100_000)),
        steward=development_account("Alice").public,
    )


def _people(metadata: Metadata) -> Iterator[Call]:
    for name in ("Bob", "Charlie"):
        who = development_account(name).public
        yield calls.admit(metadata, community=COMMUNITY, account=who, roles=[Role.CONSUMER, Role.PRODUCER])
        yield calls.enrol_meter(
            metadata,
            community=COMMUNITY,
            owner=who,
            device_key=development_device(name).public,
            zone=0,
            source=Source.SOLAR,
            connection_limit_w=10_000,
            import_register_wh=Wh(1_000),
            export_register_wh=Wh(0),
            reads_from=NOON,
        )
    gateway = development_account("Alice").public
    yield calls.grant_role(metadata, community=COMMUNITY, account=gateway, role=Role.GATEWAY)


def _plugins(metadata: Metadata) -> Iterator[Call]:
    catalogue = Catalogue.discover()
    for name in ("mid-market-rate", "pro-rata", "supply-demand-ratio"):
        bundle = catalogue.find(name)
        manifest = bundle.manifest
        yield calls.register_build(
            metadata, bundle=_hash(bundle), name=name, release=manifest.release, build=manifest.build
        )
    for slot, name in ((Slot.PRICE, "mid-market-rate"), (Slot.CLEAR, "pro-rata")):
        binding = Binding(_hash(catalogue.find(name)), b"{}")
        yield calls.install(metadata, community=COMMUNITY, slot=slot, binding=binding)


def _tracks(metadata: Metadata) -> Iterator[Call]:
    for kind in (TrackKind.PLUGIN, TrackKind.PARAMETER):
        yield calls.set_track(metadata, community=COMMUNITY, kind=kind, settings=VOTING)


def _hash(bundle: Bundle) -> bytes:
    return bytes.fromhex(bundle.id.removeprefix("0x"))
