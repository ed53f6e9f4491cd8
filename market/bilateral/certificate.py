"""The proof of a bilateral clearing: whole-number duals, checked without solving anything.

Fills are optimal exactly if duals exist with

    u_i, p_j >= 0       u_i + p_j >= value_ij      for every candidate pair that has a surplus
    f_ij > 0  =>  u_i + p_j = value_ij             u_i > 0  =>  bid i is full       p_j > 0  =>  offer j is sold out

Together these say that the total value equals sum u_i d_i + sum p_j s_j, which no fills can exceed (weak duality).
Every condition is about one pair or one order. So a wrong certificate has a witness that fits in a line, and whoever
accepted it in good faith, a chain for example, can be shown that line: `PairChallenge`, `OrderChallenge`, `is_fraud`.
`verify` asks every possible question and gives the first breach, orders before pairs, by number. Trades, duals and
challenges come from strangers: whatever they hold, nothing is raised.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aipchain.market.bilateral.faults import MOST_ATTEMPTS, Fault, ForeignNumbers, foreign_numbers
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair, surplus
from aipchain.market.bilateral.result import BilateralTrade, trade_price
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import BookOrder, OrderNumber, Side, told_trades
from aipchain.market.breach import Breach, Witness
from aipchain.market.whole import are_whole, is_whole

__all__ = [
    "MOST_ATTEMPTS",
    "BilateralCertificate",
    "Fault",
    "ForeignNumbers",
    "OrderChallenge",
    "PairChallenge",
    "examine",
    "foreign_numbers",
    "is_fraud",
    "order_breach",
    "pair_breach",
    "verify",
]


@dataclass(frozen=True, slots=True)
class BilateralCertificate:
    """Duals by order number [base units per Wh, scaled by 2^bits]: `u` of every bid, `p` of every offer."""

    tie_break: TieBreak
    u: Mapping[OrderNumber, int]
    p: Mapping[OrderNumber, int]


@dataclass(frozen=True, slots=True)
class PairChallenge(Witness):
    """The question whether a pair, trading or not, is as the duals say."""

    bid: OrderNumber
    offer: OrderNumber

    def __str__(self) -> str:
        return f"the pair of bid {self.bid} and offer {self.offer}"


@dataclass(frozen=True, slots=True)
class OrderChallenge(Witness):
    """The question whether an order is filled as its dual says."""

    number: OrderNumber

    def __str__(self) -> str:
        return f"order {self.number}"


def verify(
    book: BilateralBook, trades: Sequence[BilateralTrade], certificate: BilateralCertificate, seed: int
) -> Breach | None:
    """The first breach, or None if the trades are the optimum of the book at prices of an equilibrium.

    :param seed: the public number of the interval. Whoever clears may not choose between equally good trades by
        another one.
    """
    if not _are_told(trades, certificate):
        return Breach(Fault.MALFORMED)
    if numbers := foreign_numbers(certificate.tie_break, seed):
        return Breach(numbers)
    facts = _Facts(book, trades, certificate)
    for challenge in facts.all_challenges():
        if fault := facts.answer(challenge):
            return Breach(fault, challenge)
    return None


def examine(
    book: BilateralBook,
    trades: Sequence[BilateralTrade],
    certificate: BilateralCertificate,
    challenge: PairChallenge | OrderChallenge,
) -> Breach | None:
    """What this one pair or order shows to be wrong, if anything; a challenge of something else shows nothing."""
    if not _are_told(trades, certificate):
        return Breach(Fault.MALFORMED)
    fault = _Facts(book, trades, certificate).answer(challenge)
    return None if fault is None else Breach(fault, challenge)


def is_fraud(
    book: BilateralBook,
    trades: Sequence[BilateralTrade],
    certificate: BilateralCertificate,
    challenge: PairChallenge | OrderChallenge,
) -> bool:
    """Whether this one pair or order shows that the clearing is wrong."""
    return examine(book, trades, certificate, challenge) is not None


def pair_breach(value: int, wh: int, u: int, p: int) -> Fault | None:
    """The check of one candidate pair from four numbers: its value, its energy [Wh] and its duals."""
    if u + p < value:
        return Fault.BETTER_PAIR_EXISTS
    return Fault.PAIR_NOT_WORTH_IT if wh and u + p > value else None


def order_breach(wh: int, filled: int, dual: int | None) -> Fault | None:
    """The check of one order from three numbers: its energy [Wh], how much of it trades [Wh], and its dual."""
    if dual is None:
        return Fault.DUAL_MISSING
    if dual < 0:
        return Fault.DUAL_NEGATIVE
    if filled > wh:
        return Fault.OVERFILLED
    return Fault.BETTER_FILL_EXISTS if dual and filled < wh else None


def _are_told(trades: object, certificate: object) -> bool:
    """Whether trades and certificate are of their types, and all their numbers whole."""
    return (
        isinstance(trades, Sequence)
        and all(isinstance(each, BilateralTrade) for each in trades)
        and told_trades([each.trade for each in trades]) is not None
        and are_whole([each.charge for each in trades])
        and isinstance(certificate, BilateralCertificate)
        and isinstance(certificate.tie_break, TieBreak)
        and all(
            isinstance(duals, Mapping) and are_whole([*duals], [*duals.values()])
            for duals in (certificate.u, certificate.p)
        )
    )


class _Facts:
    """What the answers are read from: book, trades and duals by number."""

    def __init__(
        self, book: BilateralBook, trades: Sequence[BilateralTrade], certificate: BilateralCertificate
    ) -> None:
        self.bids, self.offers = book.bids, book.offers
        self.pairs = {(pair.bid, pair.offer): pair for pair in book.pairs}
        self.certificate = certificate
        self.trades: dict[tuple[OrderNumber, OrderNumber], list[BilateralTrade]] = {}
        self.filled: dict[OrderNumber, int] = {}
        for each in trades:
            trade = each.trade
            self.trades.setdefault((trade.bid, trade.offer), []).append(each)
            for number in (trade.bid, trade.offer):
                self.filled[number] = self.filled.get(number, 0) + trade.wh

    def all_challenges(self) -> Iterator[PairChallenge | OrderChallenge]:
        """Every question that can have an answer."""
        numbers = {*self.bids, *self.offers, *self.certificate.u, *self.certificate.p}
        yield from (OrderChallenge(number) for number in sorted(numbers))
        yield from (PairChallenge(bid, offer) for bid, offer in sorted({*self.pairs, *self.trades}))

    def answer(self, challenge: PairChallenge | OrderChallenge) -> Fault | None:
        """The fault that the challenge shows, if any."""
        match challenge:
            case OrderChallenge(number) if is_whole(number):
                return self._order(number)
            case PairChallenge(bid, offer) if are_whole((bid, offer)):
                return self._pair(bid, offer)
        return None

    def _order(self, number: OrderNumber) -> Fault | None:
        order = self.bids.get(number) or self.offers.get(number)
        u, p = self.certificate.u, self.certificate.p
        own, other = (u, p) if order is not None and order.side is Side.BID else (p, u)
        if number in other or (order is None and number in own):
            return Fault.DUAL_OF_NO_ORDER
        return None if order is None else order_breach(order.wh, self.filled.get(number, 0), own.get(number))

    def _pair(self, bid_number: OrderNumber, offer_number: OrderNumber) -> Fault | None:
        pair = self.pairs.get((bid_number, offer_number))
        trades = self.trades.get((bid_number, offer_number), [])
        bid, offer = self.bids.get(bid_number), self.offers.get(offer_number)
        if pair is None or bid is None or offer is None or surplus(bid, offer, pair.charge) < 0:
            return Fault.UNKNOWN_PAIR if trades else None
        u, p = self.certificate.u.get(bid_number), self.certificate.p.get(offer_number)
        if u is None or p is None:
            return Fault.DUAL_MISSING
        value = self.certificate.tie_break.value(
            surplus(bid, offer, pair.charge) + pair.bonus, bid_number, offer_number
        )
        if broken := pair_breach(value, len(trades), u, p):
            return broken
        return self._terms(trades, pair, bid, offer)

    def _terms(
        self, trades: Sequence[BilateralTrade], pair: CandidatePair, bid: BookOrder, offer: BookOrder
    ) -> Fault | None:
        """The trade of a pair, if it has one, at the charge and the price that follow."""
        if len(trades) > 1:
            return Fault.LISTED_TWICE
        for each in trades:
            if each.trade.wh <= 0:
                return Fault.ZERO_ENERGY
            if each.charge != pair.charge:
                return Fault.WRONG_CHARGE
            advantage = self.certificate.p[offer.number] >> self.certificate.tie_break.bits
            if each.trade.price != trade_price(bid, offer, pair.charge, advantage):
                return Fault.WRONG_PRICE
        return None
