"""Checking shares per producer and consumer without making them, and trades by them: passes in any order.

The certificate of trades is the allocation (`pairs.PairAllocation`): what each producer assigned to each consumer, and
what of it is used. With generation G and coefficient k (of `WHOLE`), consumption c and all that is offered to a
consumer O, an allocation follows from the coefficients if

    |assigned x WHOLE - k G| < WHOLE                       each producer's parts and what it keeps sum to G
    |used x O - assigned x min(O, c)| < O                  each consumer's parts sum to min(O, c), none above assigned

and trades follow from it if they keep the chain's envelope, are all at the price, and move for each two meters what is
used, all of it but what an owner would have from itself. Parts of a meter's orders are in proportion, to within 1 Wh.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from aipchain.market.allocation.claims import WHOLE
from aipchain.market.allocation.pairs import Pair, PairAllocation, share_by_pairs
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.breach import At, Breach, Thing, Witness
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.pool.one_price import eligible
from aipchain.units import Price, Wh

__all__ = ["Fault", "PairOfMeters", "Shares", "certify", "verify", "verify_trades"]


class Fault(StrEnum):
    """What can be wrong with shares or with trades by them, in the order in which it is looked for."""

    PAIRS_NOT_ANSWERED_ONCE = "PairsNotAnsweredOnce"
    """A pair or a producer of the book has no part, or a stranger has one."""
    COEFFICIENTS_ABOVE_WHOLE = "CoefficientsAboveWhole"
    """A producer hands out more than all of its energy."""
    USED_NOT_CAPPED = "UsedNotCapped"
    """What is used is more than what is assigned, or something is negative."""
    PRODUCER_SUM_DIFFERS = "ProducerSumDiffers"
    """A producer's parts and what it keeps do not sum to its generation."""
    COEFFICIENT_NOT_KEPT = "CoefficientNotKept"
    CONSUMER_SUM_DIFFERS = "ConsumerSumDiffers"
    """A consumer uses something else than what it is offered, or than it consumed."""
    USE_NOT_IN_PROPORTION = "UseNotInProportion"
    OUTSIDE_ENVELOPE = "OutsideEnvelope"
    """A trade that the chain would refuse."""
    OTHER_PRICE = "OtherPrice"
    OTHER_ENERGY = "OtherEnergy"
    """Two meters trade another energy than is used, less what an owner has from itself."""
    ORDER_NOT_IN_PROPORTION = "OrderNotInProportion"
    """An order has another part of its meter's energy than its energy is."""


@dataclass(frozen=True, slots=True)
class PairOfMeters(Witness):
    """A producer and a consumer."""

    producer: MeterId
    consumer: MeterId

    def __str__(self) -> str:
        return f"meters {self.producer} and {self.consumer}"


@dataclass(frozen=True, slots=True)
class Shares:
    """Generation and consumption by meter [Wh], and coefficients by (producer, consumer) [parts of `WHOLE`]."""

    generation: Mapping[MeterId, Wh]
    consumption: Mapping[MeterId, Wh]
    coefficients: Mapping[Pair, int]


def verify(book: Shares, result: PairAllocation) -> Breach | None:
    """The first thing that keeps `result` from being the coefficients of `book` applied to it, or None."""
    pairs = list(product(book.generation, book.consumption))
    if not set(pairs) == set(result.assigned) == set(result.used) or set(book.generation) != set(result.unassigned):
        return Breach(Fault.PAIRS_NOT_ANSWERED_ONCE)
    for pair in pairs:
        if not 0 <= result.used[pair] <= result.assigned[pair]:
            return Breach(Fault.USED_NOT_CAPPED, PairOfMeters(*pair))
    return next(_producer_breaches(book, result), None) or next(_consumer_breaches(book, result), None)


def _producer_breaches(book: Shares, result: PairAllocation) -> Iterator[Breach]:
    for producer, generation in book.generation.items():
        weights = {consumer: book.coefficients.get((producer, consumer), 0) for consumer in book.consumption}
        if not 0 <= sum(weights.values()) <= WHOLE or min(weights.values(), default=0) < 0:
            yield Breach(Fault.COEFFICIENTS_ABOVE_WHOLE, At(Thing.METER, producer))
        kept = result.unassigned[producer]
        if kept < 0 or sum(result.assigned[producer, consumer] for consumer in weights) + kept != generation:
            yield Breach(Fault.PRODUCER_SUM_DIFFERS, At(Thing.METER, producer))
        for consumer, weight in weights.items():
            if abs(result.assigned[producer, consumer] * WHOLE - weight * generation) >= WHOLE:
                yield Breach(Fault.COEFFICIENT_NOT_KEPT, PairOfMeters(producer, consumer))


def _consumer_breaches(book: Shares, result: PairAllocation) -> Iterator[Breach]:
    for consumer, consumption in book.consumption.items():
        offered = sum(result.assigned[producer, consumer] for producer in book.generation)
        given = min(offered, consumption)
        if sum(result.used[producer, consumer] for producer in book.generation) != given:
            yield Breach(Fault.CONSUMER_SUM_DIFFERS, At(Thing.METER, consumer))
        for producer in book.generation:
            pair = producer, consumer
            if offered and abs(result.used[pair] * offered - result.assigned[pair] * given) >= offered:
                yield Breach(Fault.USE_NOT_IN_PROPORTION, PairOfMeters(*pair))


def verify_trades(
    orders: Sequence[BookOrder],
    trades: Sequence[Trade],
    price: Price,
    coefficients: Mapping[Pair, int],
    certificate: PairAllocation,
) -> Breach | None:
    """The first thing that keeps `trades` from being those of `clearing.clear_by_producers` for the book, or None.

    :param certificate: what the meters of the coefficients that may trade at `price` have of each other.
    """
    offers, bids = _listed(orders, price, coefficients)
    shares = Shares(_energies(offers), _energies(bids), coefficients)
    return (
        verify(shares, certificate)
        or _envelope_breach(orders, trades, price)
        or next(_pair_breaches(orders, trades, certificate), None)
        or next(_order_breaches((*offers, *bids), trades, certificate), None)
    )


def certify(orders: Iterable[BookOrder], price: Price, coefficients: Mapping[Pair, int]) -> PairAllocation:
    """The certificate of `clearing.clear_by_producers`; raises as `pairs.share_by_pairs`."""
    offers, bids = _listed(orders, price, coefficients)
    return share_by_pairs(_energies(offers), _energies(bids), coefficients)


def _listed(
    orders: Iterable[BookOrder], price: Price, coefficients: Iterable[Pair]
) -> tuple[list[BookOrder], list[BookOrder]]:
    """Offers and bids that may trade at the price, of the meters that have coefficients."""
    known = list(orders)
    producers, consumers = ({pair[end] for pair in coefficients} for end in (0, 1))
    offers = [order for order in known if eligible(order, price, Side.OFFER) and order.meter in producers]
    bids = [order for order in known if eligible(order, price, Side.BID) and order.meter in consumers]
    return offers, bids


def _envelope_breach(orders: Iterable[BookOrder], trades: Sequence[Trade], price: Price) -> Breach | None:
    refusal = first_breach_in_book(trades, orders)
    if refusal is not None:
        return Breach(Fault.OUTSIDE_ENVELOPE, At(Thing.TRADE, refusal.index))
    other = next((index for index, trade in enumerate(trades) if trade.price != price), None)
    return None if other is None else Breach(Fault.OTHER_PRICE, At(Thing.TRADE, other))


def _energies(orders: Iterable[BookOrder]) -> dict[MeterId, Wh]:
    energies = Counter[MeterId]()
    for order in orders:
        energies[order.meter] += order.wh
    return {meter: Wh(wh) for meter, wh in energies.items()}


def _owners(orders: Iterable[BookOrder]) -> dict[MeterId, set[AccountId]]:
    owners: dict[MeterId, set[AccountId]] = defaultdict(set)
    for order in orders:
        owners[order.meter].add(order.owner)
    return owners


def _pair_breaches(
    orders: Sequence[BookOrder], trades: Iterable[Trade], certificate: PairAllocation
) -> Iterator[Breach]:
    meter, owners = {order.number: order.meter for order in orders}, _owners(orders)
    moved = Counter[Pair]()
    for trade in trades:
        moved[meter[trade.offer], meter[trade.bid]] += trade.wh
    for pair in {*moved, *certificate.used}:
        used, (sellers, buyers) = certificate.used.get(pair, 0), (owners[each] for each in pair)
        is_own, may_be_own = sellers == buyers and len(sellers) == 1, bool(sellers & buyers)
        least, most = (0 if may_be_own else used), (0 if is_own else used)
        if not least <= moved[pair] <= most:
            yield Breach(Fault.OTHER_ENERGY, PairOfMeters(*pair), moved[pair] - most)


def _order_breaches(
    listed: Iterable[BookOrder], trades: Iterable[Trade], certificate: PairAllocation
) -> Iterator[Breach]:
    """Orders of meters that trade with other owners only have their proportion."""
    traded = Counter[OrderNumber]()
    for trade in trades:
        traded[trade.bid] += trade.wh
        traded[trade.offer] += trade.wh
    meters: dict[tuple[Side, MeterId], list[BookOrder]] = defaultdict(list)
    for order in listed:
        meters[order.side, order.meter].append(order)
    for (side, meter), own in meters.items():
        end = 0 if side is Side.OFFER else 1
        total, wh = sum(order.wh for order in own), sum(traded[order.number] for order in own)
        if wh != sum(used for pair, used in certificate.used.items() if pair[end] == meter):
            continue
        for order in own:
            if abs(traded[order.number] * total - order.wh * wh) >= total:
                yield Breach(Fault.ORDER_NOT_IN_PROPORTION, At(Thing.ORDER, order.number))
