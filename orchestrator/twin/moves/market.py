"""Made-up calls to the market: books that fill, close, clear and settle, with one thing wrong now and then."""

from collections.abc import Callable
from dataclasses import replace

from aipchain.orchestrator.twin.moves import proofs
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec import metering
from aipchain.pallets_spec.balances import EXISTENTIAL_DEPOSIT, free
from aipchain.pallets_spec.market import Book, BookStatus, Order, OrderStatus
from aipchain.pallets_spec.types import (
    NO_HASH,
    U32_MAX,
    U64_MAX,
    AccountId,
    BookKey,
    CommunityId,
    MeterId,
    NewOrder,
    OrderNumber,
    PostedPrice,
    Role,
    RuleSet,
    Side,
    Trade,
)
from aipchain.units import Price, UnixSeconds, Wh

__all__ = [
    "cancel_order",
    "challenge_clearing",
    "place_orders",
    "post_reference_prices",
    "settle",
    "submit_clearing",
    "void",
]

_PALLET = "Market"
_LIMITS = (0, 1, 2, 3, 5, 1_000, 1_001, U32_MAX)


def post_reference_prices(player: Player) -> Do:
    """An oracle posts prices of coming intervals."""
    community = player.community()
    listed = [_posted(player, community) for _ in range(player.one_of((1, 1, 2, 4)))]
    if player.chance(0.05):
        listed = []
    oracle = player.holder(community, Role.ORACLE)
    return player.does(oracle, _PALLET, "post_reference_prices", community=community, prices=tuple(listed))


def _posted(player: Player, community: CommunityId) -> PostedPrice:
    retail = player.one_of((0, 1, 300, U64_MAX))
    feed_in = player.bent(retail // 3, lambda: retail, lambda: min(retail + 1, U64_MAX))
    known = player.world.market.reference_prices
    standing = [PostedPrice(start, *_values(price)) for (place, start), price in known.items() if place == community]
    if standing and player.chance(0.15):
        return player.bent(player.one_of(standing), lambda: replace(player.one_of(standing), retail=Price(U64_MAX)))
    return PostedPrice(_start_ahead(player, community), Price(retail), Price(feed_in))


def _values(price: object) -> tuple[Price, Price]:
    return (price.retail, price.feed_in)  # type: ignore[attr-defined]


def _start_ahead(player: Player, community: CommunityId) -> UnixSeconds:
    """The start of an interval whose gate is open, or beside one."""
    length = player.interval_s(community)
    return player.bent(
        player.interval(community, 2, 4 if length > 900 else 6),
        lambda: player.interval(community, -1, 1),
        lambda: player.interval(community, 3, 12),
        lambda: UnixSeconds(player.interval(community, 2, 2) + player.one_of((1, length // 2, length - 1))),
        lambda: UnixSeconds(player.one_of((0, U64_MAX, U64_MAX // length * length))),
    )


def place_orders(player: Player, book: BookKey | None = None) -> Do:
    """A member places orders of its own meters in `book`, or in one that is open, or opens one."""
    community = book[0] if book else player.community()
    owners = [facts.owner for facts in player.world.metering.meters.values() if facts.community == community]
    owner = player.bent(player.any_of(owners, player.member(community)), player.anybody)
    open_books = [
        start
        for (place, start), book in player.world.market.books.items()
        if place == community and _open(player, book)
    ]
    start = player.any_of(open_books, _start_ahead(player, community))
    start = book[1] if book else player.bent(start, lambda: _start_ahead(player, community))
    listed = [_order(player, owner, (community, start)) for _ in range(player.one_of((1, 2, 3, 4, 6)))]
    if player.chance(0.08):
        listed += player.some(listed, 1, 2)
    if player.chance(player.boldness / 10):
        listed = []
    arguments = {"community": community, "interval_start": start, "orders": tuple(listed)}
    return player.does(owner, _PALLET, "place_orders", **arguments)


def _open(player: Player, book: Book) -> bool:
    return book.status is BookStatus.OPEN and player.now < book.closes_at


def _order(player: Player, owner: AccountId, key: BookKey) -> NewOrder:
    mine = [order for order in player.world.market.orders.values() if (order.owner, order.book) == (owner, key)]
    if mine and player.chance(player.boldness / 3):
        again = player.one_of(mine)
        same = NewOrder(again.id, again.meter, again.side, again.wh, again.limit_price)
        return player.bent(
            same, lambda: replace(same, wh=Wh(again.wh % U64_MAX + 1)), lambda: replace(same, side=Side.OFFER)
        )
    meters = [
        meter
        for meter, facts in player.world.metering.meters.items()
        if (facts.owner, facts.community) == (owner, key[0])
    ]
    everything = [*player.world.metering.meters, MeterId(U32_MAX)]
    meter = player.any_of(meters, player.one_of(everything))
    side = player.one_of(list(Side))
    wh, price = _amounts(player, owner, _room_wh(player, key, meter, side), side)
    return NewOrder(
        id=player.one_of((1, U64_MAX)) if player.chance(0.1) else player.random.randrange(10**6),
        meter=player.one_of(everything) if player.chance(player.boldness / 8) else meter,
        side=side,
        wh=Wh(wh),
        limit_price=Price(price),
    )


def _room_wh(player: Player, key: BookKey, meter: MeterId, side: Side) -> int:
    """What the meter's connection carries beyond what stands of that side [Wh]."""
    facts = metering.meter_facts(player.world, meter)
    carries_wh = facts.carries_wh(player.interval_s(key[0])) if facts else 0
    return carries_wh - player.world.market.standing_wh.get((key, (meter, side)), 0)


def _amounts(player: Player, owner: AccountId, room_wh: int, side: Side) -> tuple[int, int]:
    """Energy [Wh] and price: ordinary, at the ends, or so that the hold or the connection just fits, or does not."""
    wh, price = player.random.randint(1, min(max(room_wh // 6, 1), 3_000)), player.random.randint(0, 400)
    price = max(price, 200) if side is Side.BID else min(price, 250)
    if not player.chance(player.boldness * 0.8):
        return wh, price
    spare = max(free(player.world, owner) - EXISTENTIAL_DEPOSIT, 0)
    ends = (
        (0, price), (1, price), (1, 1), (U64_MAX, 0), (1, 0), (U64_MAX, U64_MAX), (wh, U64_MAX),
        (1, spare - 1), (1, spare), (1, spare + 1),
        (spare, 1), (U64_MAX, 1), (7, spare // 7), (1, min(10 * spare, U64_MAX)),
        (room_wh, price), (room_wh + 1, 0), (room_wh, 0),
    )  # fmt: skip
    chosen = player.one_of(ends)
    return min(chosen[0], U64_MAX), min(max(chosen[1], 0), U64_MAX)


def cancel_order(player: Player) -> Do:
    """An owner takes an order back."""
    orders = player.world.market.orders
    number, order = player.any_of(
        ((number, order) for number, order in orders.items() if order.status is OrderStatus.OPEN),
        (OrderNumber(0), None),
    )
    if player.bends():
        number = player.any_of(orders, OrderNumber(U64_MAX))
        order = orders.get(number)
    if player.chance(0.05):
        number = OrderNumber(player.one_of((player.world.market.next_order_number, U64_MAX)))
    return player.does(order.owner if order else player.anybody(), _PALLET, "cancel_order", number=number)


def submit_clearing(player: Player) -> Do:
    """An operator submits trades of a book whose gate is closed."""
    key, book = _book(
        player, lambda book: book.status is BookStatus.OPEN and book.closes_at <= player.now < book.deadline
    )
    trades = proofs.trades_at_one_price(player, key) if proofs.asks_for_one_price(player, key) else _trades(player, key)
    standing = player.world.market.trades.get(key)
    if standing is not None and player.chance(0.5):
        trades = list(standing)
    certificate = proofs.certificate(player, key, trades)
    rules = book.rules if book else RuleSet(NO_HASH, NO_HASH)
    rules = replace(rules, price=rules.clear) if player.chance(0.06) else rules
    arguments = {
        "community": key[0],
        "interval_start": key[1],
        "rules": rules,
        "trades": tuple(trades),
        "certificate": certificate,
    }
    return player.does(player.holder(key[0], Role.OPERATOR), _PALLET, "submit_clearing", **arguments)


def _takes_a_clearing(player: Player, book: Book) -> bool:
    in_time = book.status is BookStatus.OPEN and book.closes_at <= player.now < book.deadline
    return in_time and (book.orders > 0 or player.chance(0.1))


def _book(player: Player, fitting: Callable[[Book], bool]) -> tuple[BookKey, Book | None]:
    """A book that fits; or any, or none."""
    books = player.world.market.books
    key = player.any_of((key for key, book in books.items() if fitting(book)), None)
    if key is None or player.chance(0.15):
        community = player.community()
        key = player.any_of(books, (community, player.interval(community, -1, 2)))
        if player.chance(0.1):
            key = (community, player.interval(community, -9, 9))
    return key, books.get(key)


def _trades(player: Player, key: BookKey) -> list[Trade]:
    """Trades of a book that keep every rule, then one of them bent."""
    orders = {number: order for number, order in player.world.market.orders.items() if order.book == key}
    left = {number: order.open_wh for number, order in orders.items() if order.status is OrderStatus.OPEN}
    trades = []
    bids = [number for number in left if orders[number].side is Side.BID]
    offers = [number for number in left if orders[number].side is Side.OFFER]
    for bid in player.some(bids, 0 if player.chance(0.1) else 1, len(bids)):
        for offer in player.some(offers, 1, 3):
            trade = _match(player, bid, offer, orders, left)
            if trade is not None:
                trades.append(trade)
    if player.bends() or player.bends():
        trades = _bent_trades(player, trades, orders)
    return trades[:2_000]


def _match(
    player: Player, bid: OrderNumber, offer: OrderNumber, orders: dict[OrderNumber, Order], left: dict[OrderNumber, Wh]
) -> Trade | None:
    low, high = orders[offer].limit_price, orders[bid].limit_price
    wh = min(left[bid], left[offer])
    if low > high or wh == 0 or orders[bid].owner == orders[offer].owner:
        return None
    wh = Wh(player.one_of((wh, wh, player.random.randint(1, wh), 1)))
    left[bid], left[offer] = Wh(left[bid] - wh), Wh(left[offer] - wh)
    return Trade(bid, offer, wh, Price(player.one_of((low, high, player.random.randint(low, high)))))


def _bent_trades(player: Player, trades: list[Trade], orders: dict[OrderNumber, Order]) -> list[Trade]:
    everything = [*player.world.market.orders, OrderNumber(player.world.market.next_order_number), OrderNumber(U64_MAX)]
    if not trades or player.chance(0.2):
        bids = [number for number, order in orders.items() if order.side is Side.BID] or everything
        offers = [number for number, order in orders.items() if order.side is Side.OFFER] or everything
        bid, offer = player.one_of(bids), player.one_of(offers)
        return [*trades, Trade(bid, offer, Wh(1), orders[bid].limit_price if bid in orders else Price(0))]
    place = player.random.randrange(len(trades))
    trade = trades[place]
    buyer, seller = orders[trade.bid], orders[trade.offer]
    bends = (
        replace(trade, bid=player.one_of(everything)),
        replace(trade, offer=player.one_of(everything)),
        replace(trade, bid=trade.offer, offer=trade.bid),
        replace(trade, wh=Wh(0)),
        replace(trade, wh=Wh(min(buyer.wh + 1, U64_MAX))),
        replace(trade, wh=Wh(min(seller.wh + 1, U64_MAX))),
        replace(trade, wh=Wh(U64_MAX)),
        replace(trade, price=Price(min(buyer.limit_price + 1, U64_MAX))),
        replace(trade, price=Price(max(seller.limit_price - 1, 0))),
        replace(trade, wh=Wh(1)),
    )
    changed = player.one_of(bends)
    if player.chance(0.3):
        return [*trades[: place + 1], changed, *trades[place + 1 :]]
    return [*trades[:place], changed, *trades[place + 1 :]]


def challenge_clearing(player: Player) -> Do:
    """Anybody shows what may be a fault of a clearing."""
    key, _ = _book(player, lambda book: book.status is BookStatus.CLEARED and player.now < book.final_at)
    arguments = {"community": key[0], "interval_start": key[1], "fault": proofs.fault(player, key)}
    return player.does(player.anybody(), _PALLET, "challenge_clearing", **arguments)


def settle(player: Player) -> Do:
    """Anybody settles a cleared book, a few trades and orders at a time."""
    key, _ = _book(player, lambda book: book.status is BookStatus.CLEARED and player.now >= book.final_at)
    limit = player.bent(player.one_of((1, 2, 3, 1_000)), lambda: player.one_of(_LIMITS))
    return player.does(player.anybody(), _PALLET, "settle", community=key[0], interval_start=key[1], limit=limit)


def void(player: Player) -> Do:
    """Anybody voids a book that was not cleared in time."""
    key, _ = _book(player, lambda book: _may_be_voided(player, book))
    limit = player.bent(player.one_of((1, 2, 1_000)), lambda: player.one_of(_LIMITS))
    return player.does(player.anybody(), _PALLET, "void", community=key[0], interval_start=key[1], limit=limit)


def _may_be_voided(player: Player, book: Book) -> bool:
    overdue = book.status is BookStatus.OPEN and player.now >= book.deadline
    return overdue or (book.status is BookStatus.VOIDED and book.closed_orders < book.orders)
