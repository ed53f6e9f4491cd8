"""A small town to try the specification on: one community, a steward, members, services and two meters.

What always holds is checked after every test that takes `town`. What such a test does is a vector, too: its file in
`pallets_spec/vectors` must say the same; `make vectors` writes the files anew (`pytest tests/spec --write-vectors`).
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec

import pytest
from tests.spec.vectors.folder import Folder, file_of_fixture, file_of_test
from tests.spec.vectors.recorder import Recorder

from aipchain.orchestrator.twin.vectors import empty_world
from aipchain.pallets_spec import communities, metering
from aipchain.pallets_spec.balances import endow
from aipchain.pallets_spec.errors import SpecError
from aipchain.pallets_spec.origin import Origin, Root
from aipchain.pallets_spec.scale import blake2_256, reading_message
from aipchain.pallets_spec.types import (
    AccountId,
    CommunityId,
    Event,
    Hash,
    MeterId,
    Parameters,
    PartsPerMillion,
    Role,
    SignedReading,
    Source,
)
from aipchain.pallets_spec.world import World, dispatch, invariants
from aipchain.runtime_bridge.keys import DeviceKey, device_from_seed
from aipchain.units import AIP, Balance, UnixSeconds, Wh

Arguments = ParamSpec("Arguments")

START = UnixSeconds(1_800_000_000)
"""The start of a delivery interval and of an epoch; the town wakes an hour before it."""
HOUR = 3_600
RICH = Balance(1_000 * AIP)
PARAMETERS = Parameters(gate_closure_s=900, clearing_window_s=300, grace_s=1_800, collateral=PartsPerMillion(100_000))
PEOPLE = ("steward", "ada", "ben", "gateway", "operator", "oracle", "stranger")


@dataclass
class Town:
    """A world with one community in it, and short words for what a test does there."""

    community: CommunityId = CommunityId(0)  # noqa: RUF009
    parameters: Parameters = PARAMETERS
    start: UnixSeconds = START
    """The interval most tests are about; it lasts an hour, the epoch two."""
    world: World = field(default_factory=empty_world)
    recorder: Recorder = field(default_factory=Recorder)
    """Keeps what is done here."""

    def __post_init__(self) -> None:
        self.at(START - HOUR)

    def account(self, name: str) -> AccountId:
        """The account of somebody in the town, or of anybody else."""
        return AccountId(blake2_256(name.encode()))

    def at(self, time: int) -> None:
        """Let it be that time [s]."""
        self.world.now = UnixSeconds(time)

    def does(
        self,
        who: str | Root,
        call: Callable[Concatenate[World, Origin, Arguments], None],
        *args: Arguments.args,
        **arguments: Arguments.kwargs,
    ) -> list[Event]:
        """A call that must succeed; gives its events."""
        told = len(self.world.events)
        assert self.tries(who, call, *args, **arguments) is None
        return self.world.events[told:]

    def refused(
        self,
        who: str | Root,
        call: Callable[Concatenate[World, Origin, Arguments], None],
        *args: Arguments.args,
        **arguments: Arguments.kwargs,
    ) -> SpecError:
        """A call that must be refused and leave everything as it was; gives the refusal."""
        refusal = self.tries(who, call, *args, **arguments)
        assert refusal is not None
        return refusal

    def tries(
        self,
        who: str | Root,
        call: Callable[Concatenate[World, Origin, Arguments], None],
        *args: Arguments.args,
        **arguments: Arguments.kwargs,
    ) -> SpecError | None:
        """A call that may be refused and then leaves everything as it was; gives the refusal if there is one."""
        assert not args, "a call takes its arguments by name"
        before, origin = self.world.copy(), self._origin(who)
        self.recorder.before_call(self.world)
        refusal = dispatch(self.world, origin, call, *args, **arguments)
        self.recorder.called(origin, call, arguments, self.world)
        assert refusal is None or self.world == before
        return refusal

    def found(self) -> None:
        """Found the community, with all its people and meters."""
        for name in PEOPLE:
            endow(self.world.money, self.account(name), RICH)
        steward = self.account("steward")
        self.does(
            "steward",
            communities.found,
            name=b"Town",
            interval_s=HOUR,
            epoch_s=2 * HOUR,
            zones=[b"north", b"south"],
            parameters=self.parameters,
            steward=steward,
        )
        self.admit("ada", Role.CONSUMER)
        self.admit("ben", Role.PRODUCER)
        for service in (Role.GATEWAY, Role.OPERATOR, Role.ORACLE):
            account = self.account(service.value.lower())
            self.does("steward", communities.grant_role, community=self.community, account=account, role=service)
        self.enrol("ada", Source.CONSUMPTION)
        self.enrol("ben", Source.SOLAR)

    def admit(self, name: str, *roles: Role) -> list[Event]:
        """Make somebody a member."""
        account = self.account(name)
        return self.does("steward", communities.admit, community=self.community, account=account, roles=roles)

    def enrol(self, owner: str, source: Source = Source.SOLAR, limit_w: int = 10_000, zone: int = 1) -> MeterId:
        """Give a member a meter that reads 1,000 Wh import and 500 Wh export at the start."""
        meter = self.world.metering.next_meter_id
        self.does(
            "steward",
            metering.enrol_meter,
            community=self.community,
            owner=self.account(owner),
            device_key=device(meter).public,
            zone=zone,
            source=source,
            connection_limit_w=limit_w,
            import_register_wh=Wh(1_000),
            export_register_wh=Wh(500),
            reads_from=self.start,
        )
        return meter

    def signed(self, meter: int, import_register_wh: int, export_register_wh: int, start: int = START) -> SignedReading:
        """Registers at the end of an interval, signed by the meter's device."""
        unsigned = SignedReading(MeterId(meter), Wh(import_register_wh), Wh(export_register_wh), bytes(64))
        message = reading_message(self.world.genesis_hash, self.community, UnixSeconds(start), unsigned)
        return SignedReading(
            unsigned.meter,
            unsigned.import_register_wh,
            unsigned.export_register_wh,
            device(unsigned.meter).sign(message),
        )

    def submit(self, *readings: SignedReading, batch: str = "batch", start: int = START) -> list[Event]:
        """The gateway submits a batch; gives the events."""
        return self.does(
            "gateway",
            metering.submit_batch,
            community=self.community,
            interval_start=UnixSeconds(start),
            batch_id=Hash(blake2_256(batch.encode())),
            readings=readings,
        )

    def _origin(self, who: str | Root) -> Origin:
        return who if isinstance(who, Root) else self.account(who)


def device(meter: MeterId) -> DeviceKey:
    """The device of a meter."""
    return device_from_seed(blake2_256(b"device" + meter.to_bytes(4, "little")))


TOWN = pytest.StashKey[Town]()
"""The town of a test that takes one."""


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """A town of a steward, a consumer, a producer and three services, with two meters."""
    town = request.node.stash[TOWN] = Town()
    town.found()
    town.world.events.clear()
    yield town
    assert list(invariants(town.world)) == []


FOLDER = pytest.StashKey[Folder]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Vectors are held against the files, or the files are written."""
    parser.addoption("--write-vectors", action="store_true", help="write pallets_spec/vectors anew")
    parser.addoption(
        "--only-these-vectors", action="store_true", help="and remove those that no test of this run writes"
    )


def pytest_configure(config: pytest.Config) -> None:
    """One folder for all tests."""
    writes, removes = (config.getoption(name, default=False) for name in ("--write-vectors", "--only-these-vectors"))
    config.stash[FOLDER] = Folder(writes, removes)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """What a fixture does in the town is a vector that those of the tests go on from."""
    result = yield
    town = request.node.stash.get(TOWN, None)
    if town is not None:
        town.recorder.before_call(town.world)
        if town.recorder.steps:
            file = file_of_fixture(fixturedef.baseid, fixturedef.argname)
            request.config.stash[FOLDER].keep(file, _sentence(fixturedef.func), town.recorder)
            town.recorder.go_on_from(file)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """What a test does in the town is a vector."""
    result = yield
    town = item.stash.get(TOWN, None)
    if town is not None and town.recorder.is_vector and isinstance(item, pytest.Function):
        file = file_of_test(item.nodeid)
        item.config.stash[FOLDER].keep(file, _sentence(item.function), town.recorder)
    return result


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the files, if that was asked for and every test has passed."""
    folder = session.config.stash[FOLDER]
    if folder.writes and exitstatus == pytest.ExitCode.OK:
        folder.write()


def _sentence(function: Callable[..., object]) -> str:
    return (function.__doc__ or "").splitlines()[0]
