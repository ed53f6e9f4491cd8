"""Corners that made-up sequences seldom or never reach, each reached on purpose.

Counters at their end, full books and sums beyond the largest number are planted in the storage of both sides, because
no sequence gets there in good time; what always holds need not hold then, so only the calls are compared. The rest are
ordinary calls: every rule of the envelope broken alone, every call as root, every call to a community that is not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from aipchain.orchestrator.twin.campaign import Tally
from aipchain.orchestrator.twin.compare import Twin
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.moves.metering import signed
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import BUNDLES, DEVICES, HAMLET, HOUR, PARAMETERS, START, TOWN, account
from aipchain.orchestrator.twin.steps import Do, Moment
from aipchain.pallets_spec.community_governance import IsApproved
from aipchain.pallets_spec.community_governance.proposals import head_of
from aipchain.pallets_spec.energy import EnergySums
from aipchain.pallets_spec.errors import SpecError
from aipchain.pallets_spec.market import MAX_BOOK_ORDERS
from aipchain.pallets_spec.metering import connection_limit_wh
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import (
    U32_MAX,
    U64_MAX,
    U128_MAX,
    Binding,
    Change,
    MeterId,
    NewOrder,
    OrderNumber,
    ParametersChange,
    PluginChange,
    PostedPrice,
    ProposalId,
    Role,
    Side,
    SignedReading,
    Slot,
    Source,
    Trade,
)
from aipchain.units import Price, UnixSeconds, Wh

__all__ = ["EDGES", "run_edges"]

_BOOK = (TOWN, UnixSeconds(START + 2 * HOUR))
_NEXT_BOOK = (TOWN, UnixSeconds(START + 3 * HOUR))
_ADAS, _BENS, _CLEOS, _POORS = (MeterId(number) for number in (0, 1, 3, 4))


@dataclass
class Corner:
    """A town of its own, and short words for what is done there."""

    twin: Twin
    tally: Tally = field(default_factory=Tally)

    def does(self, who: str, pallet: str, call: str, /, **arguments: object) -> SpecError | None:
        """A call by somebody."""
        return self.takes(Do(account(who), pallet, call, arguments))

    def takes(self, step: Do) -> SpecError | None:
        """A call, counted with its outcome."""
        refusal = self.twin.take(step)
        self.tally.count(step, refusal, self.twin.world)
        return refusal

    def at(self, second: int) -> None:
        """Let it be that time [s]."""
        self.twin.take(Moment(UnixSeconds(second)))

    def places(self, who: str, *orders: NewOrder, book: tuple[int, UnixSeconds] = _BOOK) -> SpecError | None:
        """Somebody places orders."""
        return self.does(who, "Market", "place_orders", community=book[0], interval_start=book[1], orders=orders)

    def clears(self, *trades: Trade) -> SpecError | None:
        """The operator submits trades of the book."""
        rules = self.twin.world.market.books[_BOOK].rules
        arguments = {"community": _BOOK[0], "interval_start": _BOOK[1], "rules": rules, "trades": trades}
        return self.does("operator", "Market", "submit_clearing", **arguments)


def _bid(number: int, wh: int = 10, price: int = 100, meter: MeterId = _ADAS) -> NewOrder:
    return NewOrder(number, meter, Side.BID, Wh(wh), Price(price))


def _offer(number: int, wh: int = 10, price: int = 50, meter: MeterId = _BENS) -> NewOrder:
    return NewOrder(number, meter, Side.OFFER, Wh(wh), Price(price))


def _trade(bid: int, offer: int, wh: int = 10, price: int = 75) -> Trade:
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


# Counters at their end.


def communities_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("Communities", "NextCommunityId", (), U32_MAX - 1)
    facts = corner.twin.world.communities
    arguments = {
        "name": b"Last",
        "interval_s": HOUR,
        "epoch_s": HOUR,
        "zones": [b"one"],
        "parameters": facts.parameter_sets[TOWN].active,
        "steward": account("ben"),
    }
    corner.does("ben", "Communities", "found", **arguments)
    corner.does("ben", "Communities", "found", **arguments)


def members_and_stewards_are_counted_to_the_end(corner: Corner) -> None:
    """The last index and the last count are not given."""
    facts = corner.twin.world.communities.communities[TOWN]
    stranger = account("stranger")
    ends: tuple[dict[str, Any], ...] = ({"next_member_index": U32_MAX}, {"members": U32_MAX}, {"stewards": U32_MAX})
    for changed, member in zip(ends, ("ada", "ben", "cleo"), strict=True):
        corner.twin.plant("Communities", "Communities", TOWN, replace(facts, **changed))
        for roles in ([Role.STEWARD], []):
            corner.does("steward", "Communities", "admit", community=TOWN, account=stranger, roles=roles)
        corner.does("steward", "Communities", "grant_role", community=TOWN, account=account(member), role=Role.STEWARD)


def meters_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("Metering", "NextMeterId", (), U32_MAX - 1)
    for _ in range(2):
        _enrol(corner, "ben")


def orders_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("Market", "NextOrderNumber", (), U64_MAX - 1)
    corner.places("ada", _bid(1), _bid(2))
    corner.places("ada", _bid(1))
    corner.places("ada", _bid(2))


def proposals_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("CommunityGovernance", "NextProposalId", (), U32_MAX - 1)
    for _ in range(2):
        _propose(corner)


def votes_are_counted_to_the_end(corner: Corner) -> None:
    """More ayes or nays than can be counted are refused."""
    _propose(corner)
    (stored,) = corner.twin.world.community_governance.proposals.values()
    corner.at(stored.votes_from)
    corner.twin.plant("CommunityGovernance", "Proposals", 0, replace(stored, ayes=U32_MAX, nays=U32_MAX))
    for aye in (True, False):
        arguments = {"proposal": 0, "binding_hash": stored.binding_hash, "aye": aye}
        corner.does("ada", "CommunityGovernance", "vote", **arguments)


def epochs_are_counted_to_the_end(corner: Corner) -> None:
    """There is no epoch after the last one; one before it there is."""
    _propose(corner)
    (stored,) = corner.twin.world.community_governance.proposals.values()
    corner.twin.plant("CommunityGovernance", "Proposals", 0, replace(stored, state=IsApproved(START)))
    for epoch in (U32_MAX, U32_MAX + 1, U32_MAX - 1):
        corner.at(epoch * 2 * HOUR)
        corner.does("ada", "CommunityGovernance", "advance", proposal=0)


# Sums and books at their end.


def a_book_is_filled_to_the_end(corner: Corner) -> None:
    """The last order fits, one more does not."""
    corner.places("ada", _bid(1))
    book = corner.twin.world.market.books[_BOOK]
    corner.twin.plant("Market", "Books", _BOOK, replace(book, orders=MAX_BOOK_ORDERS - 1))
    corner.places("ada", _bid(2), _bid(3))
    corner.places("ada", _bid(2))
    corner.places("ada", _bid(3))


def escrow_beyond_the_largest_number(corner: Corner) -> None:
    """One order of the largest energy at the largest price fits a number, two do not."""
    corner.places("ada", _bid(1, U64_MAX, U64_MAX))
    corner.places("ada", _bid(1, U64_MAX, U64_MAX), _bid(2, U64_MAX, U64_MAX))


def traded_energy_beyond_the_largest_number(corner: Corner) -> None:
    """All the energy there can be is traded, and then one watt-hour more."""
    corner.places("ada", _bid(1, U64_MAX, 0), _bid(2, 1, 0))
    corner.places("ben", _offer(1, U64_MAX, 0), _offer(2, 1, 0))
    corner.at(corner.twin.world.market.books[_BOOK].closes_at)
    corner.clears(_trade(0, 2, U64_MAX, 0), _trade(1, 3, 1, 0))
    corner.clears(_trade(0, 2, U64_MAX - 1, 0), _trade(1, 3, 1, 0))


def energy_beyond_the_largest_number(corner: Corner) -> None:
    """What an account has, or what was ever minted, would not fit."""
    _read(corner, _BENS, import_wh=1_000, export_wh=900)
    held = {"free": U64_MAX - 399}, {"free": U64_MAX - 400}
    for planted in held:
        corner.twin.plant("Energy", "Accounts", account("ben"), EnergySums(**{k: Wh(v) for k, v in planted.items()}))
        corner.twin.plant("Energy", "TotalMinted", (), U128_MAX - 399)
        _mint(corner)
    corner.twin.plant("Energy", "TotalMinted", (), U128_MAX - 400)
    _mint(corner)


# States that no call leads to.


def orders_that_cannot_be(corner: Corner) -> None:
    """An order placed after its gate is in no trade, and one without a book is not taken back."""
    corner.places("ada", _bid(1))
    corner.places("ben", _offer(1))
    book, order = corner.twin.world.market.books[_BOOK], corner.twin.world.market.orders[OrderNumber(1)]
    corner.twin.plant("Market", "Orders", OrderNumber(1), replace(order, placed_at=book.closes_at))
    corner.at(book.closes_at)
    corner.clears(_trade(0, 1))
    corner.twin.plant("Market", "Books", _BOOK, None)
    corner.does("ada", "Market", "cancel_order", number=0)


# Ordinary calls.


def every_rule_is_broken_alone(corner: Corner) -> None:
    """Each rule of the envelope by one trade, and then the trades that keep all of them."""
    corner.places("ada", _bid(1, 10, 100), _bid(2, 10, 100), _offer(3, 10, 50, _ADAS), _bid(4, 50, 100))
    corner.places("ben", _offer(1, 10, 50), _offer(2, 10, 50), _offer(3, 30, 50))
    corner.places("cleo", _offer(1, 10, 50, _CLEOS))
    corner.places("ben", _offer(1, 10, 50), book=_NEXT_BOOK)
    corner.does("ben", "Market", "cancel_order", number=5)
    corner.at(corner.twin.world.market.books[_BOOK].closes_at)
    for breach in (
        _trade(99, 4), _trade(0, 99), _trade(0, 8), _trade(0, 5), _trade(4, 0), _trade(0, 1), _trade(0, 4, 0),
        _trade(0, 4, 10, 101), _trade(0, 4, 10, 49), _trade(0, 2), _trade(0, 6, 11), _trade(3, 4, 11),
    ):  # fmt: skip
        corner.clears(breach)
        corner.clears(_trade(1, 7), breach)
    corner.clears(_trade(0, 4, 5), _trade(0, 4, 5))
    corner.clears(_trade(0, 4, 6), _trade(0, 7, 5))
    corner.clears(_trade(0, 4, 5), _trade(0, 7, 5), _trade(3, 6, 30, 100), _trade(1, 7, 5, 50))


def a_closed_account_holds_nothing(corner: Corner) -> None:
    """An order without a price needs no money, but an account."""
    penniless = account("penniless")
    corner.does("steward", "Communities", "admit", community=TOWN, account=penniless, roles=[])
    meter = corner.twin.world.metering.next_meter_id
    _enrol(corner, "penniless")
    corner.places("penniless", _bid(1, 10, 0, meter))
    corner.places("penniless", _bid(1, 10, 1, meter))


def a_seller_without_an_account(corner: Corner) -> None:
    """A closed account is paid if the sum opens it; else the energy stays the seller's."""
    for price, dust in ((0, 10), (0, 2 * 10**8)):
        sub = Corner(corner.twin.fork(), corner.tally)
        sub.at(START)
        sub.places("ben", _offer(1, 20, price))
        sub.places("ada", _bid(1, 20, dust), _bid(2, 5, dust))
        sub.at(sub.twin.world.market.books[_BOOK].closes_at)
        everything = sub.twin.world.money.accounts[account("ben")].free
        sub.does("ben", "Balances", "transfer_allow_death", dest=account("cleo"), value=everything)
        sub.clears(_trade(1, 0, 10, dust), _trade(2, 0, 5, dust))
        _read(sub, _BENS, import_wh=1_000, export_wh=512)
        _read(sub, _ADAS, import_wh=1_011, export_wh=500)
        sub.at(sub.twin.world.market.books[_BOOK].final_at)
        for limit in (1, 1, 2, 1_000, 1_000):
            sub.does("cleo", "Market", "settle", community=_BOOK[0], interval_start=_BOOK[1], limit=limit)


def the_same_again(corner: Corner) -> None:
    """The same batch, the same order, the same price, the same clearing change nothing; another one is refused."""
    prices = [PostedPrice(_BOOK[1], Price(300), Price(80)), PostedPrice(_BOOK[1], Price(301), Price(80))]
    for posted in (prices[0], prices[0], prices[1]):
        corner.does("oracle", "Market", "post_reference_prices", community=TOWN, prices=[posted])
    for order in (_bid(1), _bid(1), _bid(1, 11)):
        corner.places("ada", order)
    corner.places("ben", _offer(1))
    corner.at(corner.twin.world.market.books[_BOOK].closes_at)
    for trade in (_trade(0, 1, 9), _trade(0, 1, 9), _trade(0, 1, 8)):
        corner.clears(trade)
    for export_wh in (900, 900, 901):
        _read(corner, _BENS, import_wh=1_000, export_wh=export_wh)


def readings_at_their_borders(corner: Corner) -> None:
    """The most a connection carries in a quarter of an hour, rounded up, and one watt-hour more; the last second."""
    meter, start = MeterId(5), UnixSeconds(START + 2 * HOUR)
    limit = connection_limit_wh(corner.twin.world.metering.meters[meter].connection_limit_w, 900)
    grace_s = corner.twin.world.communities.parameter_sets[HAMLET].active.grace_s
    for second in (start + 899, start + 900, start + 899 + grace_s, start + 900 + grace_s):
        for more in (1, 0):
            sub = Corner(corner.twin.fork(), corner.tally)
            sub.at(second)
            player = Player(sub.twin.world, Random(1))  # noqa: S311 - not for secrets
            for import_wh, export_wh in ((limit + more, 0), (0, limit + more)):
                unsigned = SignedReading(meter, Wh(1_000 + import_wh), Wh(500 + export_wh), bytes(64))
                arguments = {
                    "community": HAMLET,
                    "interval_start": start,
                    "batch_id": bytes(31) + bytes((import_wh > 0,)),
                    "readings": [signed(player, HAMLET, start, unsigned)],
                }
                sub.does("gateway", "Metering", "submit_batch", **arguments)


def votes_at_their_thresholds(corner: Corner) -> None:
    """A vote that is broken in time, one that is broken after its end, and one that is enacted at its seconds."""
    for _ in range(3):
        _propose(corner)
    settings = corner.twin.world.community_governance.proposals[ProposalId(0)].settings
    opens = START + settings.notice_s
    ends = opens + settings.decide_s
    corner.at(opens - 1)
    _vote(corner, 0, ada=True)
    corner.at(opens)
    _vote(corner, 0, ada=True, ben=True, cleo=False, poor=False, stranger=True)
    _vote(corner, 2, ada=True, ben=True)
    corner.at(opens + settings.confirm_s - 1)
    _advance(corner, 2)
    corner.at(opens + settings.confirm_s)
    _vote(corner, 2, cleo=False)
    _advance(corner, 2, 2)
    corner.at(opens + settings.confirm_s + settings.timelock_s - 1)
    _advance(corner, 2)
    corner.at(opens + settings.confirm_s + settings.timelock_s)
    _advance(corner, 2, 2)
    corner.at(ends - 1)
    _vote(corner, 1, ada=True, ben=True)
    _advance(corner, 0, 1)
    corner.at(ends)
    _advance(corner, 0, 0)
    _vote(corner, 1, cleo=False, poor=False)


def a_vote_changes_the_grace(corner: Corner) -> None:
    """A book that was open when the grace period was changed settles when it knew, but never before it is final."""
    for grace_s in (2_400, 600):
        sub = Corner(corner.twin.fork(), corner.tally)
        sub.at(START)
        sub.places("ada", _bid(1))
        sub.places("ben", _offer(1))
        _enact(sub, ParametersChange(replace(PARAMETERS, grace_s=grace_s)))
        sub.at(sub.twin.world.market.books[_BOOK].closes_at)
        sub.clears(_trade(0, 1))
        _read(sub, _BENS, import_wh=1_000, export_wh=900)
        _read(sub, _ADAS, import_wh=1_020, export_wh=500)
        for second in (599, 600, 1_199, 1_200, 2_399, 2_400):
            sub.at(_BOOK[1] + HOUR + second)
            arguments = {"community": TOWN, "interval_start": _BOOK[1], "meters": [_BENS]}
            sub.does("cleo", "Energy", "mint", **arguments)
            sub.does("cleo", "Market", "settle", community=TOWN, interval_start=_BOOK[1], limit=1)
            sub.does("cleo", "Energy", "mint", **arguments)


def votes_that_follow_each_other(corner: Corner) -> None:
    """Changes enacted epoch after epoch, and twice within one; books and readings find what holds in their epoch."""
    for round_, (bundle, grace_s) in enumerate(zip(BUNDLES[:3] * 2, (700, 800, 900, 1_000, 1_100, 1_300), strict=True)):
        _enact(corner, PluginChange(Slot.PRICE, Binding(bundle, b"{}", bytes(round_), None)))
        _enact(corner, ParametersChange(replace(PARAMETERS, grace_s=grace_s)))
        current = corner.twin.world.now // HOUR * HOUR
        for ahead in (2, 3, 4):
            book = (TOWN, UnixSeconds(current + ahead * HOUR))
            corner.places("ada", _bid(round_ + 1), book=book)
        for meter in (_ADAS, _BENS):
            for behind in (1, 3, 5):
                arguments = {"community": TOWN, "interval_start": current - behind * HOUR, "meters": [meter]}
                corner.does("cleo", "Energy", "mint", **arguments)
        corner.at(corner.twin.world.now + (2 * HOUR if round_ % 2 else 60))


def votes_that_come_too_late(corner: Corner) -> None:
    """An approved change is stale when another was enacted before, or when its build was given up."""
    for given_up in (False, True):
        sub = Corner(corner.twin.fork(), corner.tally)
        sub.at(START)
        _propose(sub)
        _propose(sub)
        settings = sub.twin.world.community_governance.proposals[ProposalId(0)].settings
        sub.at(START + settings.notice_s)
        for proposal in (0, 1):
            _vote(sub, proposal, ada=True, ben=True, cleo=True)
        sub.at(START + settings.notice_s + settings.confirm_s)
        _advance(sub, 0, 1)
        if given_up:
            sub.does("author", "PluginRegistry", "deprecate_build", bundle=BUNDLES[1])
        sub.at(START + settings.notice_s + settings.confirm_s + settings.timelock_s)
        _advance(sub, 0, 1)


def calls_as_root_and_to_nobody(corner: Corner) -> None:
    """Every call as root, and to a community that there is not."""
    for moves in MOVES.values():
        for move in moves:
            made = move(Player(corner.twin.world, Random(1), 0.0))  # noqa: S311 - not for secrets
            corner.takes(replace(made, origin=Root()))
            if "community" in made.arguments:
                corner.takes(replace(made, arguments={**made.arguments, "community": U32_MAX}))


def _enrol(corner: Corner, owner: str) -> None:
    arguments = {
        "community": TOWN,
        "owner": account(owner),
        "device_key": DEVICES[0].public,
        "zone": 0,
        "source": Source.WIND,
        "connection_limit_w": 1,
        "import_register_wh": 0,
        "export_register_wh": 0,
        "reads_from": START,
    }
    corner.does("steward", "Metering", "enrol_meter", **arguments)


def _propose(corner: Corner) -> None:
    slot = corner.twin.world.plugin_registry.slots[TOWN, Slot.PRICE]
    change = PluginChange(Slot.PRICE, Binding(BUNDLES[1], b"{}", b"", None))
    corner.does("ada", "CommunityGovernance", "propose", community=TOWN, change=change, predecessor=slot.head)


def _enact(corner: Corner, change: Change) -> None:
    """A vote from the proposal to its enactment, beginning now."""
    world = corner.twin.world
    arguments = {"community": TOWN, "change": change, "predecessor": head_of(world, TOWN, change)}
    corner.does("ada", "CommunityGovernance", "propose", **arguments)
    proposal = world.community_governance.next_proposal_id - 1
    settings = world.community_governance.proposals[ProposalId(proposal)].settings
    corner.at(world.now + settings.notice_s)
    _vote(corner, proposal, ada=True, ben=True, cleo=True)
    for wait_s in (settings.confirm_s, settings.timelock_s):
        corner.at(world.now + wait_s)
        _advance(corner, proposal)


def _vote(corner: Corner, proposal: int, **votes: bool) -> None:
    binding_hash = corner.twin.world.community_governance.proposals[ProposalId(proposal)].binding_hash
    for who, aye in votes.items():
        arguments = {"proposal": proposal, "binding_hash": binding_hash, "aye": aye}
        corner.does(who, "CommunityGovernance", "vote", **arguments)


def _advance(corner: Corner, *proposals: int) -> None:
    for proposal in proposals:
        corner.does("stranger", "CommunityGovernance", "advance", proposal=proposal)


def _read(corner: Corner, meter: MeterId, *, import_wh: int, export_wh: int) -> None:
    """The registers of a meter after the interval of the book, taken in time, and final in the end."""
    corner.at(max(_BOOK[1] + HOUR, corner.twin.world.now))
    player = Player(corner.twin.world, Random(1))  # noqa: S311 - not for secrets
    unsigned = SignedReading(meter, Wh(import_wh), Wh(export_wh), bytes(64))
    arguments = {
        "community": TOWN,
        "interval_start": _BOOK[1],
        "batch_id": DEVICES[meter].public,
        "readings": [signed(player, TOWN, _BOOK[1], unsigned)],
    }
    corner.does("gateway", "Metering", "submit_batch", **arguments)


def _mint(corner: Corner) -> None:
    corner.at(_BOOK[1] + 2 * HOUR)
    corner.does("cleo", "Energy", "mint", community=TOWN, interval_start=_BOOK[1], meters=[_BENS, _BENS])


EDGES: tuple[Callable[[Corner], None], ...] = (
    communities_are_counted_to_the_end,
    members_and_stewards_are_counted_to_the_end,
    meters_are_counted_to_the_end,
    orders_are_counted_to_the_end,
    proposals_are_counted_to_the_end,
    votes_are_counted_to_the_end,
    epochs_are_counted_to_the_end,
    a_book_is_filled_to_the_end,
    escrow_beyond_the_largest_number,
    traded_energy_beyond_the_largest_number,
    energy_beyond_the_largest_number,
    orders_that_cannot_be,
    every_rule_is_broken_alone,
    a_closed_account_holds_nothing,
    a_seller_without_an_account,
    the_same_again,
    readings_at_their_borders,
    votes_at_their_thresholds,
    a_vote_changes_the_grace,
    votes_that_follow_each_other,
    votes_that_come_too_late,
    calls_as_root_and_to_nobody,
)


def run_edges(town: Twin) -> Iterator[tuple[str, Tally]]:
    """Reach every corner from a town of its own; gives its name and what was reached.

    :raises Difference: the specification and the runtime do not agree.
    """
    for edge in EDGES:
        corner = Corner(town.fork())
        corner.at(START)
        edge(corner)
        yield edge.__name__, corner.tally
