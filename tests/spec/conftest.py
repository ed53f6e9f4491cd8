"""A small town to try the specification on: one community, a steward, members, services and two meters.

What always holds is checked after every test that takes `town`. A device signs with a keyed hash here: the
specification takes whatever verifier it is given.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Concatenate, ParamSpec

import pytest

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
from aipchain.units import AIP, Balance, UnixSeconds, Wh

Arguments = ParamSpec("Arguments")

START = UnixSeconds(1_800_000_000)
"""The start of a delivery interval and of an epoch; the town wakes an hour before it."""
HOUR = 3_600
RICH = Balance(1_000 * AIP)
PARAMETERS = Parameters(gate_closure_s=900, clearing_window_s=300, grace_s=1_800, collateral=PartsPerMillion(100_000))
PEOPLE = ("steward", "ada", "ben", "gateway", "operator", "oracle", "stranger")


def sign(device_key: bytes, message: bytes) -> bytes:
    """What the device with this key signs."""
    return blake2b(message, key=device_key, digest_size=64).digest()


def verify(device_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the device with this key signed."""
    return sign(device_key, message) == signature


@dataclass
class Town:
    """A world with one community in it, and short words for what a test does there."""

    community: CommunityId = CommunityId(0)  # noqa: RUF009
    parameters: Parameters = PARAMETERS
    start: UnixSeconds = START
    """The interval most tests are about; it lasts an hour, the epoch two."""
    world: World = field(
        default_factory=lambda: World(verify=verify, genesis_hash=blake2_256(b"genesis"), now=UnixSeconds(START - HOUR))
    )

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
        assert dispatch(self.world, self._origin(who), call, *args, **arguments) is None
        return self.world.events[told:]

    def refused(
        self,
        who: str | Root,
        call: Callable[Concatenate[World, Origin, Arguments], None],
        *args: Arguments.args,
        **arguments: Arguments.kwargs,
    ) -> SpecError:
        """A call that must be refused and leave everything as it was; gives the refusal."""
        before = self.world.copy()
        refusal = dispatch(self.world, self._origin(who), call, *args, **arguments)
        assert self.world == before
        assert refusal is not None
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

    def enrol(self, owner: str, source: Source = Source.SOLAR, limit_w: int = 10_000) -> MeterId:
        """Give a member a meter that reads 1,000 Wh import and 500 Wh export at the start."""
        meter = self.world.metering.next_meter_id
        self.does(
            "steward",
            metering.enrol_meter,
            community=self.community,
            owner=self.account(owner),
            device_key=device_key(meter),
            zone=1,
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
            sign(device_key(unsigned.meter), message),
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


def device_key(meter: MeterId) -> bytes:
    """The public key of a meter's device."""
    return blake2_256(b"device" + meter.to_bytes(4, "little"))


@pytest.fixture
def town() -> Iterator[Town]:
    """A founded town; what always holds is checked when the test is over."""
    town = Town()
    town.found()
    town.world.events.clear()
    yield town
    assert list(invariants(town.world)) == []
