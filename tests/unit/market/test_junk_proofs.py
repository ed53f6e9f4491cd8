"""Proofs that are none: strangers hand in what they like, and every check answers with a breach and raises nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

from aipchain.market.auctions import (
    array_check,
    certificate,
    conditions_certificate,
    continuous_certificate,
    pay_as_bid_certificate,
    trade_reduction_certificate,
)
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.arrays import ArrayClearing, clear_arrays
from aipchain.market.auctions.bound_tree import OrderCut, PriceCut
from aipchain.market.auctions.columns import columns_of
from aipchain.market.auctions.conditions import as_linked
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.trade_reduction import clear_trade_reduction, reduce_one_price, reduce_two_prices
from aipchain.market.auctions.uniform_price import clear_columns, clear_uniform_price
from aipchain.market.bilateral import array_check as bilateral_array_check
from aipchain.market.bilateral import arrays as bilateral_arrays
from aipchain.market.bilateral import certificate as bilateral_certificate
from aipchain.market.bilateral.certificate import OrderChallenge, PairChallenge
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.breach import Breach
from aipchain.units import Price, Wh

SEED = 7
SPOILS = 300
JUNK: tuple[object, ...] = (
    None,
    5.0,
    float("nan"),
    "5",
    Fraction(5),
    np.int64(5),
    np.array([5.0]),
    object(),
    [2.0, 10**400],
    (None,),
    {5: 5.0},
    [[]],
)
UNREAD = {ArrayClearing: {"low", "high"}, bilateral_arrays.ArrayClearing: {"certificate"}}
"""Fields of clearings in columns that a check does not look at, or is given beside."""


def order(number: int, side: Side, wh: int, limit: int) -> BookOrder:
    """An order of an owner and a meter of its own."""
    return BookOrder(OrderNumber(number), AccountId(str(number)), MeterId(number), side, Wh(wh), Price(limit))


ORDERS = (
    order(0, Side.BID, 5, 20),
    order(1, Side.BID, 4, 18),
    order(2, Side.BID, 3, 6),
    order(3, Side.OFFER, 6, 7),
    order(4, Side.OFFER, 8, 9),
    order(5, Side.OFFER, 9, 25),
)
BOOK, ARRAYS = columns_of(ORDERS), arrays_of(ORDERS)
UNIFORM = clear_columns(BOOK, seed=SEED)
PROOF = certificate.certificate_of(UNIFORM)
LINKED = [as_linked(each, least_wh=each.wh if each.number == 1 else 0) for each in ORDERS]
MEETING = BilateralBook(
    ORDERS, tuple(CandidatePair(OrderNumber(bid), OrderNumber(offer), Price(1)) for bid in (0, 1) for offer in (3, 4))
)
BILATERAL, COLUMNS = clear_bilateral(MEETING, SEED), bilateral_arrays.array_book_of(MEETING)
IN_COLUMNS = bilateral_arrays.clear_arrays(COLUMNS, SEED)

Check = Callable[..., Breach | None]
CHECKS: dict[str, tuple[Check, tuple[object, ...]]] = {
    "uniform price": (partial(certificate.verify, BOOK), (UNIFORM.trades, PROOF)),
    "uniform price, fills": (partial(certificate.verify_fills, BOOK), (PROOF,)),
    "uniform price, clearing": (
        lambda clearing: certificate.verify_clearing(ORDERS, clearing, 500, seed=SEED),
        (clear_uniform_price(ORDERS, seed=SEED),),
    ),
    "uniform price, compiled": (
        partial(array_check.verify_arrays, ARRAYS, compiled=True),
        (clear_arrays(ARRAYS, seed=SEED),),
    ),
    "uniform price, numpy": (
        partial(array_check.verify_arrays, ARRAYS, compiled=False),
        (clear_arrays(ARRAYS, seed=SEED),),
    ),
    "pay as bid": (
        partial(pay_as_bid_certificate.verify, BOOK, seed=SEED),
        (pay_as_bid_certificate.clear_with_proof(BOOK, seed=SEED).trades, PROOF),
    ),
    "pay as bid, orders": (
        partial(pay_as_bid_certificate.verify_orders, ORDERS, seed=SEED),
        (clear_pay_as_bid(ORDERS, seed=SEED), PROOF),
    ),
    "reduction, one price": (
        partial(trade_reduction_certificate.verify_one_price, BOOK, seed=SEED),
        (reduce_one_price(BOOK, seed=SEED), PROOF),
    ),
    "reduction, two prices": (
        partial(trade_reduction_certificate.verify_two_prices, BOOK, seed=SEED),
        (reduce_two_prices(BOOK, seed=SEED), PROOF),
    ),
    "reduction, orders": (
        partial(trade_reduction_certificate.verify_orders, ORDERS, seed=SEED),
        (clear_trade_reduction(ORDERS, seed=SEED), PROOF),
    ),
    "conditions": (
        partial(conditions_certificate.verify, LINKED),
        conditions_certificate.clear_with_proof(LINKED, seed=SEED),
    ),
    "continuous": (partial(continuous_certificate.verify, ORDERS), (continuous_certificate.in_turn(ORDERS),)),
    "bilateral": (
        lambda trades, proof: bilateral_certificate.verify(MEETING, trades, proof, SEED),
        (BILATERAL.trades, BILATERAL.certificate),
    ),
    "bilateral, arrays": (
        lambda clearing, proof: bilateral_array_check.verify_arrays(COLUMNS, clearing, proof, SEED),
        (IN_COLUMNS, IN_COLUMNS.certificate),
    ),
}
every_check = pytest.mark.parametrize(("check", "proof"), CHECKS.values(), ids=CHECKS)


def spoiled(rng: random.Random, thing: Any) -> Any:
    """The same with one part of it, however deep, replaced by junk, left out, or put in besides."""
    if rng.random() < 0.15 or isinstance(thing, TieBreak):
        return rng.choice(JUNK)
    if is_dataclass(thing) and not isinstance(thing, type):
        name = rng.choice([each.name for each in fields(thing) if each.name not in UNREAD.get(type(thing), ())])
        return replace(thing, **{name: spoiled(rng, getattr(thing, name))})
    if isinstance(thing, np.ndarray):
        kind = rng.choice((np.float64, np.int32, np.object_))
        return rng.choice((thing.astype(kind), thing[:-1], thing[:, None], thing.tolist()))
    if isinstance(thing, Mapping) and thing:
        key = rng.choice(sorted(thing))
        rest = {each: number for each, number in thing.items() if each != key}
        return rng.choice((rest | {key: spoiled(rng, thing[key])}, rest | {key + 0.5: thing[key]}, [*thing]))
    if isinstance(thing, list | tuple) and thing:
        place = rng.randrange(len(thing))
        middle = rng.choice(((spoiled(rng, thing[place]),), (), (thing[place], rng.choice(JUNK))))
        return (*thing[:place], *middle, *thing[place + 1 :])
    return rng.choice(JUNK)


@every_check
def test_a_sound_proof_is_taken(check: Check, proof: tuple[object, ...]) -> None:
    """Or nothing would be shown by what follows."""
    assert len(UNIFORM.trades) > 1
    assert len(BILATERAL.trades) > 1
    assert check(*proof) is None


@every_check
def test_junk_is_a_breach(check: Check, proof: tuple[object, ...]) -> None:
    """A part of the proof at a time: nothing is raised, and nothing is proven by it."""
    rng = random.Random(SEED)
    for _ in range(SPOILS):
        place = rng.randrange(len(proof))
        junk = (*proof[:place], spoiled(rng, proof[place]), *proof[place + 1 :])
        assert isinstance(check(*junk), Breach), junk


@pytest.mark.parametrize("tree", [None, 78, (), "Part", OrderCut(OrderNumber(1), None, None)])  # type: ignore[arg-type]
def test_a_tree_that_is_none_bounds_nothing(tree: object) -> None:
    """A clearing of nothing would be proven the best by it."""
    nothing = replace(
        CHECKS["conditions"][1][0],  # type: ignore[type-var]
        fills={}, prices=(None,), trades=((),), welfare=0, bound=0,
    )  # fmt: skip
    found = conditions_certificate.verify(LINKED, nothing, tree)  # type: ignore[arg-type]

    assert found == Breach(conditions_certificate.Fault.MALFORMED)


def test_a_cut_in_fractions_bounds_nothing() -> None:
    """A price between two whole ones, and an interval that is none."""
    clearing, tree = CHECKS["conditions"][1]
    for cut in (PriceCut(0, 8.5, tree, tree), PriceCut(0.0, 8, tree, tree)):  # type: ignore[arg-type]
        found = conditions_certificate.verify(LINKED, clearing, cut)  # type: ignore[arg-type]
        assert found == Breach(conditions_certificate.Fault.MALFORMED)


def test_fractions_that_are_whole_prove_nothing() -> None:
    """5.0 equals 5, and is no watt-hour, no price and no dual."""
    fills = replace(PROOF, bid_fills=[5.0, *PROOF.bid_fills[1:]])  # type: ignore[list-item]
    duals = replace(BILATERAL.certificate, u={**BILATERAL.certificate.u, OrderNumber(2): 0.0})  # type: ignore[dict-item]

    assert certificate.verify(BOOK, UNIFORM.trades, fills) == Breach(certificate.Fault.MALFORMED)
    found = bilateral_certificate.verify(MEETING, BILATERAL.trades, duals, SEED)
    assert found == Breach(bilateral_certificate.Fault.MALFORMED)


@pytest.mark.parametrize(
    "challenge", [None, 3, OrderChallenge([]), OrderChallenge(3.0), PairChallenge(0, {}), PairChallenge("0", 3)]  # type: ignore[arg-type]
)  # fmt: skip
def test_a_challenge_that_is_none_shows_nothing(challenge: Any) -> None:
    """Whoever asks about nothing has no fraud to show; a proof that is none is one, whatever is asked."""
    examine = bilateral_certificate.examine

    assert examine(MEETING, BILATERAL.trades, BILATERAL.certificate, challenge) is None
    assert examine(MEETING, BILATERAL.trades, None, challenge) == Breach(bilateral_certificate.Fault.MALFORMED)  # type: ignore[arg-type]


@pytest.mark.parametrize("wh", [1 << 62, -(1 << 62)])
def test_fills_whose_sum_runs_over_are_found(wh: int) -> None:
    """Four times 2^62 is nothing in 64 bits."""
    clearing = replace(IN_COLUMNS, fills=np.full(4, wh, np.int64))
    found = bilateral_array_check.verify_arrays(COLUMNS, clearing, clearing.certificate, SEED)

    assert found is not None
    fault = bilateral_certificate.Fault
    assert found.fault in ({fault.OVERFILLED} if wh > 0 else {fault.ZERO_ENERGY})


def test_numbers_that_are_too_long_for_columns_are_found() -> None:
    """Drawn five times they have more bits than a column holds; no clearing in columns was made unique by them."""
    redrawn = replace(IN_COLUMNS.certificate, tie_break=TieBreak(SEED, 4))
    found = bilateral_array_check.verify_arrays(COLUMNS, IN_COLUMNS, redrawn, SEED)

    assert found == Breach(bilateral_certificate.ForeignNumbers.TOO_LONG)
