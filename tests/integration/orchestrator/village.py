"""A village: a founded community that every test gets a chain of its own of, and what its people do there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from aipchain.chain.host.inherents import storage_prefix
from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.metering.gateway import Registers, SealedBatch, Seat, seal, sign_registers
from aipchain.orchestrator.founding import Charter, Services, Settler, founding_steps
from aipchain.orchestrator.proofs import bind
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import calls, facts, protocol, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import DispatchRefused
from aipchain.runtime_bridge.keys import AccountKey, DeviceKey, development_account, development_device
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import Price, UnixSeconds, Wh

HOUR = 3_600
NOW = UnixSeconds(1_475_452_800)
"""2016-10-03 00:00 UTC."""

INTERVAL = UnixSeconds(NOW + 3 * HOUR)
HERE = t.CommunityId(0)
TARIFF = Price(200_000_000)
"""0.2 AIP/kWh [base units per Wh]."""

NOTHING = t.Nothing()

PARAMETERS = t.Parameters(600, 300, 900, t.Permill(100_000))
HALF = t.Permill(500_000)
TRACK = t.TrackSettings(
    notice_s=600, decide_s=3_600, confirm_s=600, timelock_s=600, min_turnout=HALF, min_approval=HALF
)


@dataclass(frozen=True)
class Resident:
    """A member with a meter, whose registers show 1,000 Wh import and 2,000 Wh export when it is enrolled."""

    key: AccountKey
    meter: t.MeterId
    device: DeviceKey


@dataclass
class Village:
    """Three members with meters, their services and a stranger, on a chain of their own whose time they drive.

    `interval` is the delivery interval that has everything still before it.
    """

    node: Node
    connection: Connection
    submitter: Submitter
    catalogue: Catalogue
    interval: UnixSeconds = INTERVAL
    here: t.CommunityId = HERE
    tariff: Price = TARIFF
    parameters: t.Parameters = PARAMETERS
    track: t.TrackSettings = TRACK
    epoch_s: int = 6 * HOUR

    @property
    def metadata(self) -> Metadata:
        """What calls are encoded with."""
        return self.connection.metadata

    steward = development_account("Alice")
    service = development_account("Eve")
    stranger = development_account("Ferdie")
    seller = Resident(development_account("Bob"), t.MeterId(0), development_device("seller"))
    buyer = Resident(development_account("Charlie"), t.MeterId(1), development_device("buyer"))
    prosumer = Resident(development_account("Dave"), t.MeterId(2), development_device("prosumer"))

    @classmethod
    def on(cls, node: Node, connection: Connection) -> Village:
        """The village on a node that makes a block whenever a call waits for one."""
        submitter = Submitter(connection, wait=lambda attempt: bool(node.author()) and attempt < 5)
        return cls(node, connection, submitter, Catalogue.discover())

    def is_founded(self) -> None:
        """Found it on an empty chain, all but its market rule."""
        for step in founding_steps(_charter(self), _services(), _settlers(self)):
            for job in step(self.connection):
                self.submitter.submit(job.call, job.key)

    @property
    def residents(self) -> tuple[Resident, ...]:
        """All members."""
        return (self.seller, self.buyer, self.prosumer)

    # acting

    def does(self, key: AccountKey, call: Call) -> tuple[facts.Event, ...]:
        """Let `key` make a call that succeeds, and give its events."""
        return self.submitter.submit(call, key).events()

    def is_refused(self, key: AccountKey, call: Call) -> DispatchRefused:
        """Let `key` make a call that the runtime refuses without changing anything of ours or any hold."""
        before = self.state()
        with pytest.raises(DispatchRefused) as refused:
            self.submitter.submit(call, key)
        assert self.state() == before
        return refused.value

    def installs(self, rule: str, terms: t.Terms | None = None) -> None:
        """Let the steward install a market rule, under other terms than it promises if they are given."""
        binding = bind(self.catalogue.find(rule), t.Slot.CLEAR)
        binding = binding if terms is None else replace(binding, terms=terms)
        self.does(self.steward, calls.install(self.metadata, community=HERE, slot=t.Slot.CLEAR, binding=binding))

    def state(self) -> dict[bytes, bytes | None]:
        """Everything our pallets keep, and all money on hold."""
        view = self.node.state_at()
        prefixes = [storage_prefix(pallet, "")[:16] for pallet in protocol.OWN_PALLETS]
        prefixes.append(storage_prefix("Balances", "Holds"))
        return {key: view.get(key) for prefix in prefixes for key in view.keys(prefix)}

    def waits_until(self, at: int) -> None:
        """Let chain time pass [unix seconds]: an empty block stands at that time."""
        self.node.author(at * 1_000)

    def now(self) -> UnixSeconds:
        """Chain time of the newest block [s]."""
        return reads.chain_time(self.connection)

    # trading

    def order(self, whose: Resident, side: t.Side, wh: int, price: int = TARIFF, id: int = 0) -> t.NewOrder:
        """An order of a resident for its own meter."""
        return t.NewOrder(id, whose.meter, side, Wh(wh), Price(price))

    def placing(self, *orders: t.NewOrder, interval: UnixSeconds | None = None) -> Call:
        """The call that places orders."""
        start = interval or self.interval
        return calls.place_orders(self.metadata, community=HERE, interval_start=start, orders=orders)

    def places(self, whose: Resident, *orders: t.NewOrder, interval: UnixSeconds | None = None) -> t.OrderNumber:
        """Place orders and give the number of the last one."""
        events = self.does(whose.key, self.placing(*orders, interval=interval))
        return [event.number for event in events if isinstance(event, facts.OrderPlaced)][-1]

    def bid(self, whose: Resident, wh: int, price: int = TARIFF, id: int = 0) -> t.OrderNumber:
        """Place a bid."""
        return self.places(whose, self.order(whose, t.Side.BID, wh, price, id))

    def offer(self, whose: Resident, wh: int, price: int = TARIFF, id: int = 0) -> t.OrderNumber:
        """Place an offer."""
        return self.places(whose, self.order(whose, t.Side.OFFER, wh, price, id))

    def trade(self, bid: int, offer: int, wh: int, price: int = TARIFF) -> t.Trade:
        """A trade between two orders."""
        return t.Trade(t.OrderNumber(bid), t.OrderNumber(offer), Wh(wh), Price(price))

    def clearing(self, *trades: t.Trade, rules: t.RuleSet | None = None, certificate: t.Certificate = NOTHING) -> Call:
        """The call that submits a result, under the book's own rules unless others are given."""
        return calls.submit_clearing(
            self.metadata,
            community=HERE,
            interval_start=self.interval,
            rules=rules or self.book().rules,
            trades=trades,
            certificate=certificate,
        )

    def clears(self, *trades: t.Trade) -> None:
        """Close the gate and let the operator submit trades."""
        self.waits_until(self.interval - self.parameters.gate_closure_s)
        self.does(self.service, self.clearing(*trades))

    def settling(self, limit: int = 100) -> Call:
        """The call that settles the book."""
        return calls.settle(self.metadata, community=HERE, interval_start=self.interval, limit=limit)

    def voiding(self, limit: int = 100) -> Call:
        """The call that voids the book."""
        return calls.void(self.metadata, community=HERE, interval_start=self.interval, limit=limit)

    def book(self, interval: UnixSeconds | None = None) -> t.Book:
        """The book of an interval."""
        found = reads.book(self.connection, HERE, interval or self.interval)
        assert found is not None
        return found

    def money(self, whose: Resident) -> tuple[int, int]:
        """Free money and money on hold [base units]."""
        found = reads.account_info(self.connection, whose.key.public).data
        return found.free, found.reserved

    # metering

    def reading(
        self, whose: Resident, import_wh: int = 0, export_wh: int = 0, interval: UnixSeconds | None = None
    ) -> t.SignedReading:
        """Registers that have moved by so much since enrolment, signed by the resident's device."""
        seat = Seat(self.connection.genesis_hash, HERE, self.service.public)
        shown = Registers(Wh(1_000 + import_wh), Wh(2_000 + export_wh))
        return sign_registers(seat, whose.device, whose.meter, interval or self.interval, shown)

    def sealed(self, *readings: t.SignedReading, interval: UnixSeconds | None = None) -> SealedBatch:
        """Seal readings into a batch."""
        seat = Seat(self.connection.genesis_hash, HERE, self.service.public)
        return seal(seat, interval or self.interval, readings)

    def delivering(self, batch: SealedBatch) -> Call:
        """The call that submits a batch."""
        return calls.submit_batch(
            self.metadata,
            community=HERE,
            interval_start=batch.interval_start,
            batch_id=batch.batch_id,
            readings=batch.readings,
        )

    def delivers(self, *readings: t.SignedReading, interval: UnixSeconds | None = None) -> tuple[facts.Event, ...]:
        """Let the gateway deliver readings, at the end of their interval at the earliest."""
        batch = self.sealed(*readings, interval=interval)
        end = batch.interval_start + HOUR
        if self.now() < end:
            self.waits_until(end)
        return self.does(self.service, self.delivering(batch))

    def becomes_final(self) -> None:
        """Let time pass until the readings of the interval are final."""
        self.waits_until(self.interval + HOUR + self.parameters.grace_s)

    def minting(self, *meters: t.MeterId) -> Call:
        """The call that mints readings of the interval."""
        return calls.mint(self.metadata, community=HERE, interval_start=self.interval, meters=meters)


@pytest.fixture(scope="session")
def founded() -> Iterator[Node]:
    """The chain on which the village was founded, all but its market rule; tests get forks of it."""
    with Node.open(None, clock=SimulatedClock(NOW * 1_000)) as node, connect(LocalTransport(node)) as connection:
        Village.on(node, connection).is_founded()
        yield node


@pytest.fixture
def unruled(founded: Node) -> Iterator[Village]:
    """The village on a chain of its own, before it has a market rule."""
    node = founded.fork()
    with connect(LocalTransport(node)) as connection:
        yield Village.on(node, connection)
    node.close()


@pytest.fixture
def village(unruled: Village) -> Village:
    """The village, where energy is shared pro rata."""
    unruled.installs("pro-rata")
    return unruled


def _charter(village: Village) -> Charter:
    find = village.catalogue.find
    return Charter(
        name="Village",
        interval_s=HOUR,
        epoch_s=village.epoch_s,
        zones=("home",),
        parameters=village.parameters,
        tracks=dict.fromkeys(t.TrackKind, TRACK),
        builds=village.catalogue.bundles,
        plugins={t.Slot.PRICE: find("mid-market-rate")},
        reads_from=village.interval,
    )


def _services() -> Services:
    return Services(Village.steward, Village.service, Village.service, Village.service)


def _settlers(village: Village) -> list[Settler]:
    first = Settler(b"", b"", t.Source.SOLAR, 10_000, Wh(1_000), Wh(2_000))
    return [replace(first, account=each.key.public, device_key=each.device.public) for each in village.residents]
