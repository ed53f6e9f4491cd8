"""One delivery interval on all nodes, from the founding to the last retired watt-hour, with every call of every own
pallet, and the refusals that belong to each stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import pytest

from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.bindings import binding_hash, reading_message, trade_list_hash
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.errors import DispatchRefused, TradeRefused
from aipchain.runtime_bridge.keys import AccountKey, development_device
from aipchain.runtime_bridge.metadata import Call, CallFunction
from aipchain.runtime_bridge.protocol import OWN_PALLETS
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party

F = TypeVar("F")
LENGTH = 900
TIMES = t.Parameters(gate_closure_s=600, clearing_window_s=600, grace_s=600, collateral=t.Permill(100_000))
"""Wide enough for a node that makes thirty blocks a second, each 6 s of chain time later."""
PREPARATION = 600
VOTING = t.TrackSettings(0, 7_200, 6, 6, t.Permill(1_000_000), t.Permill(500_000))
AIP_PER_KWH = 10**9
LIMIT = Price(AIP_PER_KWH // 5)
NONE = bytes(32)
CARRIED = Wh(400)
"""What the line of the seller's zone carries out of it in an interval [Wh]."""
TERMS = t.Terms(t.Proof.ENVELOPE, limits=(t.LineLimit(0, out_wh=CARRIED, in_wh=Wh(0)),))
BUNDLES = tuple(bytes((number,)) * 32 for number in (0xA1, 0xA2, 0xA3))
SOLD, BOUGHT, SPARE = 0, 1, 2
"""Meters in the order they are enrolled: of the seller, of the buyer, and of the seller's roof that trades nothing."""


@dataclass
class Village:
    """A community, who acts in it, and which calls have taken effect."""

    party: "Party"
    connection: Connection
    submitter: Submitter
    steward: AccountKey
    seller: AccountKey
    buyer: AccountKey
    service: AccountKey
    here: t.CommunityId = field(init=False)
    start: UnixSeconds = field(init=False)
    meters: tuple[t.MeterId, ...] = ()
    made: set[str] = field(default_factory=set)

    def does(self, key: AccountKey, function: CallFunction, **arguments: object) -> tuple[facts.Event, ...]:
        """Let `key` make a call that takes effect; give what happened."""
        outcome = self.submitter.submit(self.call(function, **arguments), key)
        self.made.add(function.__name__)
        return outcome.events()

    def fails(self, key: AccountKey, function: CallFunction, **arguments: object) -> str:
        """Let `key` make a call that a block refuses; give the runtime's word for it."""
        with pytest.raises(DispatchRefused) as refused:
            self.submitter.submit(self.call(function, **arguments), key)
        return refused.value.name

    def call(self, function: CallFunction, **arguments: object) -> Call:
        """Compose a call on this community's chain."""
        return function(self.connection.metadata, **arguments)

    @property
    def now(self) -> int:
        """Chain time [unix seconds]."""
        return reads.chain_time(self.connection)

    @property
    def interval(self) -> dict[str, object]:
        """The arguments that name the interval that is traded."""
        return {"community": self.here, "interval_start": self.start}


def one(events: Sequence[facts.Event], kind: type[F]) -> F:
    """The event of this kind; there is exactly one."""
    (found,) = (event for event in events if isinstance(event, kind))
    return found


@pytest.fixture
def village(party: "Party", connection: Connection, submitter: Submitter) -> Village:
    """Four accounts and no community yet."""
    party.blocks.next()
    steward, seller, buyer, service = (party.account() for _ in range(4))
    return Village(party, connection, submitter, steward, seller, buyer, service)


def test_an_interval_with_every_call(village: Village) -> None:
    """Each stage checks what it did; at the end every call of every own pallet has taken effect."""
    _found(village)
    _fill_the_slots(village)
    _choose_the_interval(village)
    _place(village)
    _clear(village)
    _decide(village)
    _deliver(village)
    _settle(village)
    _void(village)
    _part(village)
    wanted = {function.__name__ for pallet in OWN_PALLETS for function in calls.CALLS[pallet]}
    assert wanted - village.made == set()


def _found(village: Village) -> None:
    founding = {
        "name": "Maple Street",
        "interval_s": LENGTH,
        "epoch_s": 96 * LENGTH,
        "zones": ("north", "south"),
        "parameters": TIMES,
        "steward": village.steward.public,
    }
    assert village.fails(village.steward, calls.found, **{**founding, "interval_s": 901}) == "BadIntervalLength"
    assert village.fails(village.buyer, calls.found, **founding) == "NotTheSteward"
    village.here = one(village.does(village.steward, calls.found, **founding), facts.Founded).community
    here = {"community": village.here}
    for key in (village.seller, village.buyer):
        admitted = village.does(village.steward, calls.admit, **here, account=key.public, roles=(t.Role.CONSUMER,))
        assert one(admitted, facts.Admitted).account == key.public
    for role in (t.Role.GATEWAY, t.Role.ORACLE, t.Role.OPERATOR, t.Role.AUDITOR):
        village.does(village.steward, calls.grant_role, **here, account=village.service.public, role=role)
    auditor = {**here, "account": village.service.public, "role": t.Role.AUDITOR}
    assert village.fails(village.steward, calls.grant_role, **auditor) == "RoleAlreadyGranted"
    village.does(village.steward, calls.revoke_role, **auditor)
    assert village.fails(village.buyer, calls.grant_role, **auditor) == "NotSteward"
    assert reads.roles(village.connection, village.here, village.service.public) == {
        t.Role.GATEWAY,
        t.Role.ORACLE,
        t.Role.OPERATOR,
    }


def _fill_the_slots(village: Village) -> None:
    for bundle in BUNDLES:
        village.does(village.steward, calls.register_build, bundle=bundle, name="a plugin", release=1, build=1)
    again = {"bundle": BUNDLES[0], "name": "another", "release": 1, "build": 1}
    assert village.fails(village.buyer, calls.register_build, **again) == "BuildExists"
    for slot, bundle in zip((t.Slot.PRICE, t.Slot.CLEAR), BUNDLES, strict=False):
        terms = TERMS if slot is t.Slot.CLEAR else t.PLAIN_TERMS
        binding = t.Binding(bundle, b'{"k":1}', terms=terms)
        installing = {"community": village.here, "slot": slot, "binding": binding}
        told = one(village.does(village.steward, calls.install, **installing), facts.PluginInstalled)
        change = t.PluginChange(slot, binding)
        assert told.binding_hash == binding_hash(village.here, change, NONE)
        assert village.fails(village.steward, calls.install, **installing) == "SlotOccupied"
    track = {"community": village.here, "kind": t.TrackKind.PLUGIN, "settings": VOTING}
    village.does(village.steward, calls.set_track, **track)
    assert village.fails(village.steward, calls.set_track, **track) == "TrackAlreadySet"


def _choose_the_interval(village: Village) -> None:
    earliest = village.now + PREPARATION + TIMES.gate_closure_s
    village.start = UnixSeconds((earliest // LENGTH + 1) * LENGTH)
    numbers = []
    for key, zone, source in (
        (village.seller, 0, t.Source.SOLAR),
        (village.buyer, 1, t.Source.CONSUMPTION),
        (village.seller, 0, t.Source.WIND),
    ):
        enrolled = village.does(
            village.steward,
            calls.enrol_meter,
            community=village.here,
            owner=key.public,
            device_key=development_device(key.address).public,
            zone=zone,
            source=source,
            connection_limit_w=10_000,
            import_register_wh=Wh(1_000),
            export_register_wh=Wh(2_000),
            reads_from=village.start,
        )
        numbers.append(one(enrolled, facts.MeterEnrolled).meter)
    village.meters = tuple(numbers)


def _orders(village: Village, *orders: tuple[int, int, t.Side, int]) -> tuple[t.NewOrder, ...]:
    return tuple(t.NewOrder(id, village.meters[meter], side, Wh(wh), LIMIT) for id, meter, side, wh in orders)


def _place(village: Village) -> None:
    posted = (t.PostedPrice(village.start, Price(3 * AIP_PER_KWH // 10), Price(AIP_PER_KWH // 10)),)
    prices = {"community": village.here, "prices": posted}
    assert village.fails(village.buyer, calls.post_reference_prices, **prices) == "NotOracle"
    told = village.does(village.service, calls.post_reference_prices, **prices)
    assert one(told, facts.BookOpened).interval_start == village.start
    bids = _orders(village, (1, BOUGHT, t.Side.BID, 500), (2, BOUGHT, t.Side.BID, 70))
    told = village.does(village.buyer, calls.place_orders, **village.interval, orders=bids)
    first, second = (event for event in told if isinstance(event, facts.OrderPlaced))
    assert village.fails(village.seller, calls.cancel_order, number=second.number) == "NotOwner"
    village.does(village.buyer, calls.cancel_order, number=second.number)
    held = reads.account_info(village.connection, village.buyer.public).data.reserved
    assert held == 500 * LIMIT
    village.does(
        village.seller,
        calls.place_orders,
        **village.interval,
        orders=_orders(village, (1, SOLD, t.Side.OFFER, 500)),
    )
    unknown = _orders(village, (9, SOLD, t.Side.BID, 1))
    assert village.fails(village.buyer, calls.place_orders, **village.interval, orders=unknown) == "UnknownMeter"
    next_interval = {"community": village.here, "interval_start": UnixSeconds(village.start + LENGTH)}
    lone = _orders(village, (1, BOUGHT, t.Side.BID, 30))
    village.does(village.buyer, calls.place_orders, **next_interval, orders=lone)
    assert first.number in reads.book_orders(village.connection, village.here, village.start)


def _clear(village: Village) -> None:
    book = reads.book(village.connection, village.here, village.start)
    assert book is not None
    numbers = reads.book_orders(village.connection, village.here, village.start)
    trade = t.Trade(numbers[0], numbers[2], CARRIED, LIMIT)
    clearing = {**village.interval, "rules": book.rules, "trades": (trade,), "certificate": t.Nothing()}
    assert village.fails(village.service, calls.submit_clearing, **clearing) == "GateOpen"
    village.party.blocks.until(book.closes_at)
    late = _orders(village, (5, BOUGHT, t.Side.BID, 1))
    assert village.fails(village.buyer, calls.place_orders, **village.interval, orders=late) == "GateClosed"
    assert village.fails(village.buyer, calls.submit_clearing, **clearing) == "NotOperator"
    too_dear = t.Trade(numbers[0], numbers[2], Wh(400), Price(LIMIT + 1))
    with pytest.raises(TradeRefused) as refused:
        village.does(village.service, calls.submit_clearing, **{**clearing, "trades": (too_dear,)})
    assert (refused.value.index, refused.value.rule) == (0, "AboveBidLimit")
    proven = {**clearing, "certificate": t.UniformPrice(LIMIT)}
    assert village.fails(village.service, calls.submit_clearing, **proven) == "WrongCertificate"
    overload = {**village.interval, "fault": t.LineFault(0)}
    too_much = t.Trade(numbers[0], numbers[2], Wh(CARRIED + 1), LIMIT)
    village.does(village.service, calls.submit_clearing, **{**clearing, "trades": (too_much,)})
    undone = one(village.does(village.buyer, calls.challenge_clearing, **overload), facts.ClearingOverturned)
    assert undone.result == trade_list_hash([too_much])
    told = one(village.does(village.service, calls.submit_clearing, **clearing), facts.IntervalCleared)
    assert village.fails(village.buyer, calls.challenge_clearing, **overload) == "NoFault"
    assert (told.result, told.traded_wh) == (trade_list_hash([trade]), 400)
    early = {**village.interval, "limit": 10}
    assert village.fails(village.buyer, calls.settle, **early) == "NotFinal"


def _decide(village: Village) -> None:
    """A vote swaps the price rule while the interval is delivered; a second proposal is withdrawn."""
    slot = reads.slot(village.connection, village.here, t.Slot.PRICE)
    assert slot is not None
    change = t.PluginChange(t.Slot.PRICE, t.Binding(BUNDLES[2], b"{}"))
    proposing = {"community": village.here, "change": change, "predecessor": slot.head}
    assert village.fails(village.service, calls.propose, **proposing) == "NotMember"
    opened = one(village.does(village.buyer, calls.propose, **proposing), facts.Proposed)
    assert opened.binding_hash == binding_hash(village.here, change, slot.head)
    withdrawn = one(village.does(village.seller, calls.propose, **proposing), facts.Proposed).proposal
    assert village.fails(village.buyer, calls.cancel, proposal=withdrawn) == "NotProposer"
    village.does(village.seller, calls.cancel, proposal=withdrawn)
    ballot = {"proposal": opened.proposal, "binding_hash": opened.binding_hash, "aye": True}
    assert village.fails(village.buyer, calls.vote, **{**ballot, "binding_hash": NONE}) == "BindingMismatch"
    assert village.fails(village.service, calls.vote, **ballot) == "NotInElectorate"
    for key in (village.buyer, village.seller):
        village.does(key, calls.vote, **ballot)
    _advance(village, opened.proposal, facts.Approved)
    _advance(village, opened.proposal, facts.Scheduled)
    switched = reads.slot(village.connection, village.here, t.Slot.PRICE)
    assert switched is not None
    assert (switched.active, switched.head) == (slot.active, opened.binding_hash)
    village.does(village.steward, calls.deprecate_build, bundle=BUNDLES[1])
    assert village.fails(village.buyer, calls.deprecate_build, bundle=BUNDLES[0]) == "NotOwner"


def _advance(village: Village, proposal: t.ProposalId, kind: type[F]) -> None:
    village.party.blocks.until(village.now + 12)
    one(village.does(village.service, calls.advance, proposal=proposal), kind)


def _reading(village: Village, key: AccountKey, meter: int, import_wh: int, export_wh: int) -> t.SignedReading:
    shown = {"import_register_wh": Wh(import_wh), "export_register_wh": Wh(export_wh)}
    message = reading_message(
        genesis_hash=village.connection.genesis_hash,
        community=village.here,
        meter=village.meters[meter],
        interval_start=village.start,
        **shown,
    )
    signature = development_device(key.address).sign(message)
    return t.SignedReading(village.meters[meter], **shown, signature=signature)


def _deliver(village: Village) -> None:
    readings = (
        _reading(village, village.seller, SOLD, 1_000, 2_300),
        _reading(village, village.buyer, BOUGHT, 1_450, 2_000),
        _reading(village, village.seller, SPARE, 1_000, 2_100),
    )
    identity = village.start.to_bytes(32, "little")
    batch = {**village.interval, "batch_id": identity, "readings": readings}
    if village.now < village.start + LENGTH:
        assert village.fails(village.service, calls.submit_batch, **batch) == "IntervalNotOver"
    village.party.blocks.until(village.start + LENGTH)
    assert village.fails(village.buyer, calls.submit_batch, **batch) == "NotGateway"
    told = village.does(village.service, calls.submit_batch, **batch)
    assert one(told, facts.BatchRecorded).accepted == 3
    again = village.does(village.service, calls.submit_batch, **batch)
    assert one(again, facts.BatchAlreadyRecorded).batch_id == identity
    other = {**batch, "readings": readings[:1]}
    assert village.fails(village.service, calls.submit_batch, **other) == "BatchIdReused"
    spare = {**village.interval, "meters": (village.meters[SPARE],)}
    assert village.fails(village.seller, calls.mint, **spare) == "NotFinal"


def _settle(village: Village) -> None:
    village.party.blocks.until(village.start + LENGTH + TIMES.grace_s)
    settled = village.does(village.seller, calls.settle, **village.interval, limit=100)
    paid = one(settled, facts.TradeSettled)
    assert (paid.wh, paid.delivered_wh, paid.paid) == (400, 300, 300 * LIMIT)
    assert one(settled, facts.BookSettled).delivered_wh == 300
    spare = {**village.interval, "meters": (village.meters[SPARE],)}
    minted = one(village.does(village.buyer, calls.mint, **spare), facts.Minted)
    assert (minted.producer, minted.wh) == (village.seller.public, 100)
    lot = {"meter": village.meters[SPARE], "interval_start": village.start, "first_wh": minted.first_wh}
    assert village.fails(village.buyer, calls.retire, **lot, wh=Wh(40)) == "NotOwner"
    assert village.fails(village.seller, calls.retire, **lot, wh=Wh(101)) == "InsufficientEnergy"
    village.does(village.seller, calls.retire, **lot, wh=Wh(40))
    assert reads.energy(village.connection, village.seller.public) == t.EnergySums(Wh(60), Wh(0), Wh(40))
    assert reads.energy(village.connection, village.buyer.public) == t.EnergySums(Wh(300), Wh(0), Wh(0))


def _void(village: Village) -> None:
    """The next interval was never cleared: its book is voided, and nothing is held any more."""
    village.start = UnixSeconds(village.start + LENGTH)
    assert village.fails(village.buyer, calls.void, **village.interval, limit=0) == "BadLimit"
    told = village.does(village.seller, calls.void, **village.interval, limit=10)
    assert one(told, facts.BookVoided).interval_start == village.start
    assert reads.account_info(village.connection, village.buyer.public).data.reserved == 0


def _part(village: Village) -> None:
    village.does(village.buyer, calls.leave, community=village.here)
    assert village.fails(village.buyer, calls.leave, community=village.here) == "NotMember"
    community = reads.community(village.connection, village.here)
    assert community is not None
    assert community.members == 1
