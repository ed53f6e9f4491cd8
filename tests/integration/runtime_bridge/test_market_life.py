"""A community's first hours, told through typed calls, reads and facts: what is written comes back, what happened is
told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.bindings import binding_hash, reading_message, trade_list_hash
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import DispatchRefused, TradeRefused
from aipchain.runtime_bridge.keys import AccountKey, development_account, development_device
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.outcomes import Outcome
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import Price, UnixSeconds, Wh

START_MS = 1_475_445_600_000
HOUR = 3_600
NOW = START_MS // 1_000
HERE = t.CommunityId(0)
DELIVERY = UnixSeconds(NOW + 2 * HOUR)
PARAMETERS = t.Parameters(600, 300, 900, t.Permill(100_000))
AIP_PER_KWH = 10**9
STEWARD, PRODUCER, CONSUMER, SERVICE = (development_account(name) for name in ("Alice", "Bob", "Charlie", "Dave"))
PRODUCERS_METER, CONSUMERS_METER = t.MeterId(0), t.MeterId(1)
NONE = bytes(32)


@dataclass
class Village:
    """A community on a chain of its own, and the means to act in it."""

    node: Node
    clock: SimulatedClock
    connection: Connection
    submitter: Submitter

    def does(self, key: AccountKey, call: Call) -> Outcome:
        """Let `key` make a call that succeeds."""
        return self.submitter.submit(call, key)

    def waits_until(self, at: int) -> None:
        """Let chain time pass [unix seconds]."""
        self.clock.set(max(at * 1_000, self.clock.now_ms()))
        self.node.author()

    def install(self, slot: t.Slot, bundle: bytes) -> t.Binding:
        """Register a build and put it into an empty slot."""
        metadata = self.connection.metadata
        binding = t.Binding(bundle, b'{"k":500000}')
        self.does(STEWARD, calls.register_build(metadata, bundle=bundle, name="a plugin", release=1, build=2))
        self.does(STEWARD, calls.install(metadata, community=HERE, slot=slot, binding=binding))
        return binding


@pytest.fixture
def village(clock: SimulatedClock, make_submitter: Callable[..., Submitter], node: Node) -> Iterator[Village]:
    """A founded community of two homes with meters, services with roles, and a rule in each slot."""
    with connect(LocalTransport(node)) as connection:
        here = Village(node, clock, connection, make_submitter(connection))
        _found(here)
        for slot, bundle in ((t.Slot.PRICE, b"\x0a" * 32), (t.Slot.CLEAR, b"\x0b" * 32)):
            here.install(slot, bundle)
        yield here


def _found(here: Village) -> None:
    metadata = here.connection.metadata
    here.does(
        STEWARD,
        calls.found(
            metadata,
            name="Dörfli",
            interval_s=HOUR,
            epoch_s=24 * HOUR,
            zones=("north", "south"),
            parameters=PARAMETERS,
            steward=STEWARD.public,
        ),
    )
    for key, role in ((PRODUCER, t.Role.PRODUCER), (CONSUMER, t.Role.CONSUMER), (STEWARD, t.Role.AUDITOR)):
        here.does(STEWARD, calls.admit(metadata, community=HERE, account=key.public, roles=(role,)))
    for role in (t.Role.GATEWAY, t.Role.ORACLE, t.Role.OPERATOR):
        here.does(STEWARD, calls.grant_role(metadata, community=HERE, account=SERVICE.public, role=role))
    for key, source in ((PRODUCER, t.Source.SOLAR), (CONSUMER, t.Source.CONSUMPTION)):
        here.does(
            STEWARD,
            calls.enrol_meter(
                metadata,
                community=HERE,
                owner=key.public,
                device_key=development_device(key.address).public,
                zone=1,
                source=source,
                connection_limit_w=10_000,
                import_register_wh=Wh(1_000),
                export_register_wh=Wh(2_000),
                reads_from=DELIVERY,
            ),
        )


def place(here: Village, key: AccountKey, meter: t.MeterId, side: t.Side, wh: int) -> t.OrderNumber:
    """Place one order at 0.2 AIP/kWh and give its number."""
    order = t.NewOrder(7, meter, side, Wh(wh), Price(AIP_PER_KWH // 5))
    call = calls.place_orders(here.connection.metadata, community=HERE, interval_start=DELIVERY, orders=(order,))
    placed = [event for event in here.does(key, call).events() if isinstance(event, facts.OrderPlaced)]
    return placed[0].number


def clearing(here: Village, *trades: t.Trade) -> Call:
    """Submit trades under the book's own rules."""
    book = reads.book(here.connection, HERE, DELIVERY)
    assert book is not None
    return calls.submit_clearing(
        here.connection.metadata,
        community=HERE,
        interval_start=DELIVERY,
        rules=book.rules,
        trades=trades,
        certificate=t.Nothing(),
    )


def reading(here: Village, key: AccountKey, meter: t.MeterId, import_wh: int, export_wh: int) -> t.SignedReading:
    """Registers as the device of `key` signs them at the end of the delivery interval."""
    message = reading_message(
        genesis_hash=here.connection.genesis_hash,
        community=HERE,
        meter=meter,
        interval_start=DELIVERY,
        import_register_wh=Wh(import_wh),
        export_register_wh=Wh(export_wh),
    )
    return t.SignedReading(meter, Wh(import_wh), Wh(export_wh), development_device(key.address).sign(message))


def test_what_was_founded_is_read_back(village: Village) -> None:
    """Community, members, roles, parameters, meters, registers, slots, builds and bindings."""
    connection = village.connection
    community = reads.community(connection, HERE)
    assert community is not None
    assert (community.name, community.zones, community.members) == ("Dörfli", ("north", "south"), 3)
    assert set(reads.members(connection, HERE)) == {STEWARD.public, PRODUCER.public, CONSUMER.public}
    assert reads.roles(connection, HERE, SERVICE.public) == {t.Role.GATEWAY, t.Role.ORACLE, t.Role.OPERATOR}
    assert reads.role_holders(connection, HERE)[STEWARD.public] == {t.Role.STEWARD, t.Role.AUDITOR}
    assert reads.roles(connection, HERE, b"\x99" * 32) == frozenset()
    parameter_set = reads.parameter_set(connection, HERE)
    assert parameter_set is not None
    assert (parameter_set.active, parameter_set.head, parameter_set.pending) == (PARAMETERS, NONE, None)
    meter = reads.meters(connection)[PRODUCERS_METER]
    assert (meter.owner, meter.source, meter.zone) == (PRODUCER.public, t.Source.SOLAR, 1)
    assert reads.registers(connection)[CONSUMERS_METER] == t.Register(DELIVERY, Wh(1_000), Wh(2_000))
    assert (reads.next_community_id(connection), reads.next_meter_id(connection)) == (1, 2)
    build = reads.builds(connection)[b"\x0a" * 32]
    assert (build.name, build.release, build.build, build.deprecated) == ("a plugin", 1, 2, False)


def test_the_chain_binds_what_we_hash(village: Village) -> None:
    """The binding hash of an installed plugin is the one that `bindings` computes."""
    change = t.PluginChange(t.Slot.PRICE, t.Binding(b"\x0a" * 32, b'{"k":500000}'))
    expected = binding_hash(HERE, change, NONE)
    slot = reads.slot(village.connection, HERE, t.Slot.PRICE)
    assert slot == t.SlotState(expected, None, None, expected)
    assert reads.binding(village.connection, expected) == t.BoundBinding(HERE, t.Slot.PRICE, change.binding, NONE)


def test_an_interval_is_traded_delivered_and_paid(village: Village) -> None:
    """Orders, a refused and an accepted clearing, signed readings, settlement: every fact and every sum."""
    connection, metadata = village.connection, village.connection.metadata
    prices = (t.PostedPrice(DELIVERY, Price(3 * AIP_PER_KWH // 10), Price(AIP_PER_KWH // 10)),)
    village.does(SERVICE, calls.post_reference_prices(metadata, community=HERE, prices=prices))
    bid = place(village, CONSUMER, CONSUMERS_METER, t.Side.BID, 500)
    offer = place(village, PRODUCER, PRODUCERS_METER, t.Side.OFFER, 400)
    assert reads.book_orders(connection, HERE, DELIVERY) == (bid, offer)
    assert reads.order_number(connection, HERE, DELIVERY, owner=CONSUMER.public, id=7) == bid
    held = reads.order(connection, bid)
    assert held is not None
    assert (held.escrow, held.status, held.side) == (500 * AIP_PER_KWH // 5, t.OrderStatus.OPEN, t.Side.BID)
    assert reads.account_info(connection, CONSUMER.public).data.reserved == held.escrow

    village.waits_until(DELIVERY - PARAMETERS.gate_closure_s)
    trade = t.Trade(bid, offer, Wh(400), Price(AIP_PER_KWH // 5))
    half = replace(trade, wh=Wh(200))
    with pytest.raises(TradeRefused) as refused:
        village.does(SERVICE, clearing(village, half, half))
    assert (refused.value.index, refused.value.rule) == (1, "ListedTwice")
    outcome = village.does(SERVICE, clearing(village, trade))
    cleared = next(event for event in outcome.events() if isinstance(event, facts.IntervalCleared))
    assert cleared.result == trade_list_hash([trade])
    assert reads.trades(connection, HERE, DELIVERY) == (trade,)

    village.waits_until(DELIVERY + HOUR)
    batch = (
        reading(village, PRODUCER, PRODUCERS_METER, 1_000, 2_300),
        reading(village, CONSUMER, CONSUMERS_METER, 1_450, 2_000),
    )
    told = village.does(
        SERVICE,
        calls.submit_batch(metadata, community=HERE, interval_start=DELIVERY, batch_id=b"\x01" * 32, readings=batch),
    ).events()
    accepted = next(event for event in told if isinstance(event, facts.ReadingsAccepted))
    assert accepted.readings == ((PRODUCERS_METER, 0, 300), (CONSUMERS_METER, 450, 0))
    assert {meter: found.export_wh for meter, found in reads.readings(connection, DELIVERY).items()} == {0: 300, 1: 0}
    recorded = reads.batch(connection, b"\x01" * 32)
    assert recorded is not None
    assert (recorded.accepted, recorded.quarantined, recorded.gateway) == (2, 0, SERVICE.public)

    village.waits_until(DELIVERY + HOUR + PARAMETERS.grace_s)
    settle = calls.settle(metadata, community=HERE, interval_start=DELIVERY, limit=100)
    settled = village.does(CONSUMER, settle).events()
    paid = next(event for event in settled if isinstance(event, facts.TradeSettled))
    assert (paid.wh, paid.delivered_wh, paid.paid) == (400, 300, 300 * AIP_PER_KWH // 5)
    assert (paid.buyer, paid.seller) == (CONSUMER.public, PRODUCER.public)
    moved = next(event for event in settled if isinstance(event, facts.Moved))
    assert (moved.from_, moved.to, moved.wh) == (PRODUCER.public, CONSUMER.public, 300)
    book = reads.books(connection, HERE)[DELIVERY]
    assert (book.status, book.traded_wh, book.delivered_wh) == (t.BookStatus.SETTLED, 400, 300)
    assert reads.account_info(connection, CONSUMER.public).data.reserved == 0
    assert reads.energy(connection, CONSUMER.public) == t.EnergySums(Wh(300), Wh(0), Wh(0))
    assert reads.total_minted(connection) == 300
    assert [lot.owner for lot in reads.lots(connection, PRODUCERS_METER, DELIVERY).values()] == [CONSUMER.public]
    assert reads.mints(connection)[PRODUCERS_METER, DELIVERY].wh == 300
    assert reads.orders(connection) == {}


def test_a_falling_register_is_quarantined_and_told(village: Village) -> None:
    """The reason is a fact and stays in storage."""
    village.waits_until(DELIVERY + HOUR)
    fell = (reading(village, PRODUCER, PRODUCERS_METER, 999, 2_000),)
    call = calls.submit_batch(
        village.connection.metadata, community=HERE, interval_start=DELIVERY, batch_id=b"\x02" * 32, readings=fell
    )
    aside = [e for e in village.does(SERVICE, call).events() if isinstance(e, facts.ReadingQuarantined)]
    assert [event.reason for event in aside] == [t.QuarantineReason.REGISTER_FELL]
    kept = reads.quarantine(village.connection, PRODUCERS_METER)
    assert kept == {
        (DELIVERY, b"\x02" * 32): t.QuarantinedReading(t.QuarantineReason.REGISTER_FELL, Wh(999), Wh(2_000))
    }


def test_members_vote_for_exactly_what_they_read(village: Village) -> None:
    """A proposal's hash is ours, a wrong hash is refused by name, and the winner is scheduled."""
    connection, metadata = village.connection, village.connection.metadata
    settings = t.TrackSettings(0, HOUR, 60, 60, t.Permill(500_000), t.Permill(500_000))
    village.does(STEWARD, calls.set_track(metadata, community=HERE, kind=t.TrackKind.PLUGIN, settings=settings))
    bundle = b"\x0c" * 32
    village.does(STEWARD, calls.register_build(metadata, bundle=bundle, name="new", release=1, build=1))
    slot = reads.slot(connection, HERE, t.Slot.PRICE)
    assert slot is not None
    change = t.PluginChange(t.Slot.PRICE, t.Binding(bundle, b"{}"))
    proposed = village.does(
        CONSUMER, calls.propose(metadata, community=HERE, change=change, predecessor=slot.head)
    ).events()
    opened = next(event for event in proposed if isinstance(event, facts.Proposed))
    assert opened.binding_hash == binding_hash(HERE, change, slot.head)

    def vote(key: AccountKey, bound: bytes) -> Outcome:
        return village.does(key, calls.vote(metadata, proposal=opened.proposal, binding_hash=bound, aye=True))

    with pytest.raises(DispatchRefused) as refused:
        vote(CONSUMER, NONE)
    assert (refused.value.pallet, refused.value.name) == ("CommunityGovernance", "BindingMismatch")
    for key in (CONSUMER, PRODUCER):
        vote(key, opened.binding_hash)
    assert reads.ballots(connection, opened.proposal) == {CONSUMER.public: True, PRODUCER.public: True}
    for _ in range(2):
        village.waits_until(reads.chain_time(connection) + 120)
        village.does(SERVICE, calls.advance(metadata, proposal=opened.proposal))
    proposal = reads.proposal(connection, opened.proposal)
    assert proposal is not None
    assert isinstance(proposal.state, t.ScheduledState)
    assert (proposal.change, proposal.settings, proposal.ayes) == (change, settings, 2)
    switched = reads.slot(connection, HERE, t.Slot.PRICE)
    assert switched is not None
    assert switched.pending == (opened.binding_hash, proposal.state.epoch)
    assert switched.at(t.Epoch(proposal.state.epoch - 1)) == slot.active
    assert switched.at(proposal.state.epoch) == opened.binding_hash
