"""Bilateral clearing against figures worked out by hand, the certificate's refusals, and bad input."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from aipchain.market.bilateral.certificate import (
    MOST_ATTEMPTS,
    BilateralCertificate,
    Fault,
    ForeignNumbers,
    OrderChallenge,
    PairChallenge,
    examine,
    is_fraud,
    verify,
)
from aipchain.market.bilateral.clearing import BilateralClearing, clear_bilateral
from aipchain.market.bilateral.errors import PairInvalid
from aipchain.market.bilateral.greedy import fill_greedily
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.bilateral.result import BilateralTrade
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import transport_problem
from aipchain.market.book import BookOrder, OrderNumber
from aipchain.market.breach import Breach
from aipchain.market.errors import DuplicateOrder
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
MILLION = 1_000_000
SEED = 7


def pairs(*lines: str) -> tuple[CandidatePair, ...]:
    """Pairs from lines such as `0>2 charge 5 bonus 3`: bid, offer, charge and bonus in millions."""
    return tuple(_pair(*line.split()) for line in lines)


def _pair(ends: str, *terms: str) -> CandidatePair:
    bid, offer = (OrderNumber(int(end)) for end in ends.split(">"))
    amounts = dict(zip(terms[::2], (int(term) * MILLION for term in terms[1::2]), strict=True))
    return CandidatePair(bid, offer, Price(amounts.get("charge", 0)), amounts.get("bonus", 0))


def in_millions(orders: tuple[BookOrder, ...]) -> tuple[BookOrder, ...]:
    """The same orders with limit prices in millions of base units, so that tie-breaking does not show."""
    return tuple(replace(order, limit_price=Price(order.limit_price * MILLION)) for order in orders)


def shown(clearing: BilateralClearing) -> list[tuple[int, int, int, int]]:
    """Bid, offer, energy [Wh], price [millions]."""
    trades = (each.trade for each in clearing.trades)
    return [(trade.bid, trade.offer, trade.wh, round(trade.price / MILLION)) for trade in trades]


@pytest.fixture
def crossed(book: Book) -> BilateralBook:
    """Ann is near Cat and Ben is not; values are 10, 9 for Ann and 9, 2 for Ben."""
    orders = in_millions(book("bid ann 21@5", "bid ben 21@5", "offer cat 10@5", "offer dan 10@5"))
    return BilateralBook(orders, pairs("0>2 charge 1", "0>3 charge 2", "1>2 charge 2", "1>3 charge 9"))


def test_the_optimum_gives_up_the_best_pair(crossed: BilateralBook) -> None:
    """Two pairs of value 9 are worth more than one of 10 and one of 2, which a greedy matcher takes."""
    problem = transport_problem(crossed, TieBreak(SEED))

    assert [(bid, offer, wh) for bid, offer, wh, _ in shown(clear_bilateral(crossed, SEED))] == [(0, 3, 5), (1, 2, 5)]
    assert fill_greedily(problem) == ({0: 5}, {1: 5})


@pytest.mark.parametrize(("k_permille", "dan", "cat"), [(0, 10, 11), (1_000, 18, 19), (500, 14, 15)])
def test_k_chooses_between_the_lowest_and_the_highest_prices(
    crossed: BilateralBook, k_permille: int, dan: int, cat: int
) -> None:
    """Dan must stay one below Cat, or Ann would leave for Cat who is nearer; within that all prices are possible."""
    assert [price for *_, price in shown(clear_bilateral(crossed, SEED, k_permille))] == [dan, cat]


def test_the_charge_is_paid_on_top_and_nothing_is_left_over(crossed: BilateralBook) -> None:
    """What buyers pay is what sellers and the carrier get, and no buyer pays more than its limit."""
    for each in clear_bilateral(crossed, SEED).trades:
        assert each.buyer_pays == each.seller_gets + each.carrier_gets
        assert each.buyer_pays <= 21 * MILLION * each.trade.wh
        assert each.seller_gets >= 10 * MILLION * each.trade.wh


def test_a_pair_that_cannot_pay_its_charge_does_not_trade(book: Book) -> None:
    """Bid 12 and offer 10 with a charge of 3: there is no price for both, whatever the bonus."""
    orders = in_millions(book("bid ann 12@5", "offer cat 10@5"))

    assert clear_bilateral(BilateralBook(orders, pairs("0>1 charge 3 bonus 99")), SEED).trades == ()


def test_equal_limits_trade(book: Book) -> None:
    """A bid and an offer at one price trade at it."""
    orders = in_millions(book("bid ann 6@9", "offer ben 6@4"))

    assert shown(clear_bilateral(BilateralBook(orders, pairs("0>1")), SEED)) == [(0, 1, 4, 6)]


def test_a_bonus_decides_who_meets_but_not_beyond_the_limits(book: Book) -> None:
    """Ann likes the dearer Dan by more than the difference; she pays at most her limit for it."""
    orders = in_millions(book("bid ann 20@5", "offer cat 10@5", "offer dan 14@5"))
    liked = BilateralBook(orders, pairs("0>1", "0>2 bonus 50"))

    assert shown(clear_bilateral(liked, SEED, 1_000)) == [(0, 2, 5, 20)]
    assert shown(clear_bilateral(liked, SEED, 0)) == [(0, 2, 5, 14)]


def test_two_positions_of_one_owner_add(book: Book) -> None:
    """500 Wh and 700 Wh of one owner at one price are 1,200 Wh."""
    orders = in_millions(book("bid ann 20@500", "bid ann 20@700", "offer ben 10@1200"))

    assert sum(wh for _, _, wh, _ in shown(clear_bilateral(BilateralBook(orders, pairs("0>2", "1>2")), SEED))) == 1_200


def test_ties_are_seeded(book: Book) -> None:
    """Of equal bids a public number decides: one result per seed in any arrangement, another bid with another seed."""
    orders = book("bid ann 20@5", "bid ben 20@5", "bid cat 20@5", "offer dan 10@5")
    listed = tuple(CandidatePair(OrderNumber(bid), OrderNumber(3)) for bid in range(3))
    by_seed = [
        {clear_bilateral(BilateralBook(arranged, listed[::-1]), seed).trades for arranged in permutations(orders)}
        for seed in range(20)
    ]

    assert all(len(results) == 1 for results in by_seed)
    assert {trades[0].trade.bid for results in by_seed for trades in results} == {0, 1, 2}


def test_equal_pairs_are_told_apart_for_certain(book: Book) -> None:
    """Thirty equal bids meet thirty equal offers; the numbers drawn get longer until one optimum is left."""
    sides = ["bid"] * 30 + ["offer"] * 30
    orders = book(*[f"{side} owner{n} 20@{1 + 7 * n % 11}" for n, side in enumerate(sides)])
    numbers = [order.number for order in orders]
    equal = BilateralBook(orders, tuple(CandidatePair(bid, offer) for bid in numbers[:30] for offer in numbers[30:]))
    clearing = clear_bilateral(equal, 2)

    assert clearing.certificate.tie_break.attempt == 1
    assert sum(each.trade.wh for each in clearing.trades) == min(
        sum(order.wh for order in orders[:30]), sum(order.wh for order in orders[30:])
    )
    assert verify(equal, clearing.trades, clearing.certificate, 2) is None


def test_equal_trades_are_told_apart_by_the_intervals_seed_alone(book: Book) -> None:
    """Whoever clears cannot choose the winner by another seed, nor by drawing until it fits."""
    orders = book("bid ann 20@10", "bid ben 20@10", "offer cat 5@10")
    tied = BilateralBook(orders, pairs("0>2", "1>2"))
    mine = clear_bilateral(tied, SEED + 1)
    redrawn = replace(mine.certificate, tie_break=TieBreak(SEED, MOST_ATTEMPTS + 1))

    assert verify(tied, mine.trades, mine.certificate, SEED + 1) is None
    assert verify(tied, mine.trades, mine.certificate, SEED) == Breach(ForeignNumbers.OTHER_SEED)
    assert verify(tied, mine.trades, redrawn, SEED) == Breach(ForeignNumbers.TOO_LONG)


@pytest.mark.parametrize("lines", [(), ("bid ann 20@5",), ("offer cat 10@5",), ("bid ann 20@5", "offer cat 10@5")])
def test_a_book_without_pairs_has_no_trades(book: Book, lines: tuple[str, ...]) -> None:
    """An empty book, an empty side and no candidate pairs are no error, and proven like any other."""
    unpaired = BilateralBook(book(*lines), ())
    clearing = clear_bilateral(unpaired, SEED)

    assert clearing.trades == ()
    assert verify(unpaired, clearing.trades, clearing.certificate, SEED) is None


def test_numbers_at_the_edge_of_u128(book: Book) -> None:
    """The dearest price and the most energy that an order can have; the plain form has no largest number."""
    top, most = (1 << 128) - 1, (1 << 64) - 1
    orders = book(f"bid ann {top}@{most}", f"offer cat 0@{most}", f"offer dan 1@{most}")
    huge = BilateralBook(orders, pairs("0>1", "0>2"))
    clearing = clear_bilateral(huge, SEED, 1_000)

    assert verify(huge, clearing.trades, clearing.certificate, SEED) is None
    assert sum(each.trade.wh for each in clearing.trades) == most


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1>2", "1 is no bid"),
        ("0>0", "0 is no offer"),
        ("0>9", "9 is no offer"),
        ("0>1", "both belong to ann, and nobody trades with itself"),
    ],
)
def test_pairs_that_cannot_be_are_refused(book: Book, line: str, problem: str) -> None:
    """A pair of unknown orders, of wrong sides or of one owner is an error in the book, never a trade."""
    orders = book("bid ann 20@5", "offer ann 10@5", "offer cat 10@5")

    with pytest.raises(PairInvalid, match=problem):
        BilateralBook(orders, pairs(line))


def test_what_is_listed_twice_is_refused(book: Book) -> None:
    """A pair and an order number appear once."""
    orders = book("bid ann 20@5", "offer cat 10@5")

    with pytest.raises(PairInvalid, match="listed twice"):
        BilateralBook(orders, pairs("0>1", "0>1"))
    with pytest.raises(DuplicateOrder, match="order 0"):
        BilateralBook((*orders, orders[0]), ())
    with pytest.raises(DuplicateOrder, match="order 0"):
        BilateralBook((orders[0], replace(orders[1], number=OrderNumber(0))), ())


def test_settings_out_of_range_are_refused(crossed: BilateralBook) -> None:
    """k is a share in permille, a seed a number of 64 bits, a charge never a gift."""
    with pytest.raises(ValueError, match="permille"):
        clear_bilateral(crossed, SEED, 1_001)
    with pytest.raises(ValueError, match="seed"):
        clear_bilateral(crossed, -1)
    with pytest.raises(PairInvalid, match="negative"):
        CandidatePair(OrderNumber(0), OrderNumber(1), Price(-1))


def test_each_broken_condition_has_a_witness(crossed: BilateralBook) -> None:
    """Whatever is changed, one pair or one order shows it, and shows nothing of the true result."""
    clearing = clear_bilateral(crossed, SEED)
    trades, proof = clearing.trades, clearing.certificate
    first, second = trades
    one, pair = OrderChallenge(OrderNumber(0)), PairChallenge(OrderNumber(0), OrderNumber(3))
    nobody, strangers = OrderChallenge(OrderNumber(9)), PairChallenge(OrderNumber(0), OrderNumber(0))
    u, p = dict(proof.u), dict(proof.p)
    stranger = replace(first, trade=replace(first.trade, offer=OrderNumber(0)))
    broken: dict[Fault, tuple[PairChallenge | OrderChallenge, Sequence[BilateralTrade], BilateralCertificate]] = {
        Fault.UNKNOWN_PAIR: (strangers, (*trades, stranger), proof),
        Fault.LISTED_TWICE: (pair, (_with_wh(first, 2), _with_wh(first, 3), second), proof),
        Fault.ZERO_ENERGY: (pair, (_with_wh(first, 0), second), proof),
        Fault.DUAL_MISSING: (one, trades, replace(proof, u={OrderNumber(1): u[OrderNumber(1)]})),
        Fault.DUAL_OF_NO_ORDER: (nobody, trades, replace(proof, p=p | {OrderNumber(9): 0})),
        Fault.DUAL_NEGATIVE: (one, trades, replace(proof, u=u | {OrderNumber(0): -1})),
        Fault.OVERFILLED: (one, (_with_wh(first, 6), second), proof),
        Fault.BETTER_FILL_EXISTS: (one, (second,), proof),
        Fault.BETTER_PAIR_EXISTS: (
            pair,
            trades,
            replace(proof, u=u | {OrderNumber(0): u[OrderNumber(0)] - 1}),
        ),
        Fault.PAIR_NOT_WORTH_IT: (pair, trades, replace(proof, u=u | {OrderNumber(0): u[OrderNumber(0)] + 1})),
        Fault.WRONG_CHARGE: (pair, (replace(first, charge=Price(0)), second), proof),
        Fault.WRONG_PRICE: (pair, (_with_price(first, first.trade.price + 1), second), proof),
    }

    assert set(broken) == set(Fault) - {Fault.MALFORMED}  # junk has no witness (`test_junk_proofs`)
    for fault, (witness, changed, certificate) in broken.items():
        assert examine(crossed, changed, certificate, witness) == Breach(fault, witness)
        assert not is_fraud(crossed, trades, proof, witness)
        found = verify(crossed, changed, certificate, certificate.tie_break.seed)
        assert found is not None
        assert isinstance(found.witness, PairChallenge | OrderChallenge)
        assert is_fraud(crossed, changed, certificate, found.witness)


def _with_wh(each: BilateralTrade, wh: int) -> BilateralTrade:
    return replace(each, trade=replace(each.trade, wh=Wh(wh)))


def _with_price(each: BilateralTrade, price: int) -> BilateralTrade:
    return replace(each, trade=replace(each.trade, price=Price(price)))


def test_a_challenge_of_something_else_shows_nothing(crossed: BilateralBook) -> None:
    """Who points at a pair or an order that does not exist has shown no fraud."""
    clearing = clear_bilateral(crossed, SEED)
    asked = (PairChallenge(OrderNumber(8), OrderNumber(9)), OrderChallenge(OrderNumber(9)))

    assert not any(is_fraud(crossed, clearing.trades, clearing.certificate, each) for each in asked)


def test_a_breach_says_where(crossed: BilateralBook) -> None:
    """A breach names its fault and its witness."""
    pair = Breach(Fault.BETTER_PAIR_EXISTS, PairChallenge(OrderNumber(1), OrderNumber(2)))

    assert str(pair) == "the clearing is not proven: BetterPairExists at the pair of bid 1 and offer 2"
    assert str(Breach(Fault.OVERFILLED, OrderChallenge(OrderNumber(1)))) == (
        "the clearing is not proven: Overfilled at order 1"
    )
