"""Settings and numbers that are not whole, put to every auction and every bilateral kernel, in either form."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from aipchain.market.auctions import pay_as_bid_certificate
from aipchain.market.auctions.array_book import array_book
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.arrays import clear_arrays, clear_orders, pay_as_bid_arrays
from aipchain.market.auctions.branch_and_bound import clear_conditional
from aipchain.market.auctions.columns import column_book, columns_of
from aipchain.market.auctions.conditions import as_linked
from aipchain.market.auctions.conditions_arrays import clear_conditional_arrays
from aipchain.market.auctions.conditions_certificate import clear_with_proof
from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.auctions.cut import keep_best
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.trade_reduction import clear_trade_reduction, reduce_two_prices
from aipchain.market.auctions.trade_reduction_arrays import reduce_one_price_arrays, reduce_two_prices_arrays
from aipchain.market.auctions.traded_conditions import clear_traded
from aipchain.market.auctions.uniform_price import clear_columns, clear_uniform_price
from aipchain.market.bilateral.arrays import clear_objects
from aipchain.market.bilateral.candidates import Surroundings, candidate_pairs, manageable_pairs
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.book import BookOrder, OrderNumber, Side, keep_largest
from aipchain.units import Price

Book = Callable[..., tuple[BookOrder, ...]]

COLUMNS = ([0, 1], [0, 1], [Side.BID, Side.OFFER], [5, 5], [20, 9])
CONDITIONAL: dict[str, Callable[..., object]] = {
    "conditions": clear_conditional,
    "conditions, arrays": clear_conditional_arrays,
    "conditions, traded": clear_traded,
    "conditions, proof": clear_with_proof,
}
SEEDED: dict[str, Callable[..., object]] = {
    "uniform price": clear_uniform_price,
    "uniform price, columns": lambda orders, **given: clear_columns(columns_of(orders), **given),
    "uniform price, arrays": lambda orders, **given: clear_arrays(arrays_of(orders), compiled=True, **given),
    "uniform price, numpy": lambda orders, **given: clear_arrays(arrays_of(orders), compiled=False, **given),
    "uniform price, rows": clear_orders,
    "pay as bid": clear_pay_as_bid,
    "pay as bid, arrays": lambda orders, **given: pay_as_bid_arrays(arrays_of(orders), **given),
    "pay as bid, proof": lambda orders, **given: pay_as_bid_certificate.clear_with_proof(columns_of(orders), **given),
    "reduction": clear_trade_reduction,
    "reduction, two prices": lambda orders, **given: reduce_two_prices(columns_of(orders), **given),
    "reduction, arrays": lambda orders, **given: reduce_one_price_arrays(arrays_of(orders), **given),
    "two prices, arrays": lambda orders, **given: reduce_two_prices_arrays(arrays_of(orders), **given),
    "bilateral": lambda orders, **given: clear_bilateral(everybody(orders), **given),
    "bilateral, arrays": lambda orders, **given: clear_objects(everybody(orders), **given),
    "candidate pairs": lambda orders, **given: candidate_pairs(orders, Surroundings(), **given),
    "manageable pairs": lambda orders, **given: manageable_pairs(orders, Surroundings(), **given),
    "the largest trades": lambda orders, **given: keep_largest(clear_pay_as_bid(orders), 0, **given),
    "the best trades": lambda orders, **given: keep_best(clear_pay_as_bid(orders), orders, 0, **given),
    **{name: lambda orders, clear=clear, **given: clear(map(as_linked, orders), **given)
       for name, clear in CONDITIONAL.items()},
}  # fmt: skip
BLENDED = {name: clear for name, clear in SEEDED.items() if name.startswith(("uniform", "conditions", "bilateral"))}
EMPTY_OR_NOT = pytest.mark.parametrize("lines", [(), ("bid ann 20@5", "bid eve 20@5", "offer ben 9@5")])


def everybody(orders: Sequence[BookOrder]) -> BilateralBook:
    """All may meet."""
    return BilateralBook(tuple(orders), candidate_pairs(orders, Surroundings()))


@EMPTY_OR_NOT
@pytest.mark.parametrize("clear", SEEDED.values(), ids=SEEDED)
def test_a_seed_is_a_whole_number_of_64_bits(book: Book, clear: Callable[..., object], lines: tuple[str, ...]) -> None:
    """In every kernel, in either form, and where there is nothing to draw for: one rule, and one sentence."""
    for seed in (-1, 1 << 64, 1 << 70):
        with pytest.raises(ValueError, match=f"the seed is {seed}; it must be in 0..{(1 << 64) - 1}"):
            clear(book(*lines), seed=seed)
    for fraction in (1.5, 1.0, True, "1", None):
        with pytest.raises(TypeError, match=r"the seed is .*, which is not a whole number"):
            clear(book(*lines), seed=fraction)
    clear(book(*lines), seed=0)
    clear(book(*lines), seed=(1 << 64) - 1)


@EMPTY_OR_NOT
@pytest.mark.parametrize("clear", BLENDED.values(), ids=BLENDED)
def test_k_is_a_whole_number_of_permille(book: Book, clear: Callable[..., object], lines: tuple[str, ...]) -> None:
    """500.5 is between two prices, and no price is a fraction."""
    for k in (-1, 1_001):
        with pytest.raises(ValueError, match=f"k is {k} permille"):
            clear(book(*lines), k_permille=k, seed=1)
    for fraction in (500.5, 500.0, True, "500", None):
        with pytest.raises(TypeError, match="which is not a whole number"):
            clear(book(*lines), k_permille=fraction, seed=1)


@pytest.mark.parametrize("clear", CONDITIONAL.values(), ids=CONDITIONAL)
def test_conditions_are_whole_numbers(book: Book, clear: Callable[..., object]) -> None:
    """Every number of an order and every setting; nodes and trades are counted from none."""
    linked = as_linked(book("bid ann 20@5")[0])
    for changed in (
        replace(linked, number=0.0),  # type: ignore[arg-type]
        replace(linked, limit_price=20.0),  # type: ignore[arg-type]
        replace(linked, wh=(5.0,)),  # type: ignore[arg-type]
        replace(linked, least_wh=(0.0,)),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="which is not a whole number"):
            clear([changed])
    for setting in ("most_nodes", "lowest_price"):
        with pytest.raises(TypeError, match="which is not a whole number"):
            clear([linked], **{setting: -1.5})
    with pytest.raises(ValueError, match="the most nodes is -1"):
        clear([linked], most_nodes=-1)
    for most, error in ((-1, ValueError), (1.5, TypeError)):
        with pytest.raises(error, match="the most trades"):
            clear_traded([linked], most_trades=most)  # type: ignore[arg-type]


def test_other_settings_are_whole_numbers(book: Book) -> None:
    """The lowest price of columns, a least fill on arrival, and the sides of arrays, which are truth values."""
    offered = [False, True]
    for build in (
        lambda: column_book(*COLUMNS, lowest_price=-1.5),  # type: ignore[arg-type]
        lambda: array_book(*COLUMNS[:2], offered, *COLUMNS[3:], lowest_price=-1.5),  # type: ignore[arg-type]
        lambda: clear_continuously(book("bid ann 20@5"), least_wh={0: 2.5}),  # type: ignore[dict-item]
        lambda: as_linked(book("bid ann 20@5")[0], least_wh=2.5),  # type: ignore[arg-type]
        lambda: CandidatePair(OrderNumber(0), OrderNumber(1), Price(1.5)),  # type: ignore[arg-type]
        lambda: CandidatePair(OrderNumber(0), OrderNumber(1), bonus=1.5),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="which is not a whole number"):
            build()
    for sides in (["Bid", "Offer"], [0, 1], np.array([0, 1])):
        with pytest.raises(TypeError, match="not as bool"):
            array_book(*COLUMNS[:2], sides, *COLUMNS[3:])  # type: ignore[arg-type]
