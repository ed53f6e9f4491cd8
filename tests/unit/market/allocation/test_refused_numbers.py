"""Fractions and numbers below zero are refused where they enter an allocation."""

from collections.abc import Callable
from datetime import date

import pytest

from aipchain.market.allocation import keys
from aipchain.market.allocation.betas import BetaTable
from aipchain.market.allocation.claims import WHOLE, Claim
from aipchain.market.allocation.clearing import KeyTable, clear_by_coefficients, clear_by_producers
from aipchain.market.allocation.errors import NegativeClaim
from aipchain.market.allocation.pairs import share_by_pairs
from aipchain.market.allocation.participation import split_by_participation
from aipchain.market.allocation.shared_energy import (
    MemberKind,
    PremiumClaim,
    excess_premium,
    premium,
    shared_energy,
    split_premium,
)
from aipchain.market.book import MeterId
from aipchain.units import Balance, Price, Wh

ANN, BEN = MeterId(1), MeterId(2)
HALF = Wh(3.5)  # type: ignore[arg-type]
PLANT = {ANN: Wh(5)}
Act = Callable[[], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda: keys.pro_rata(Wh(10), [Claim(ANN, HALF)]),
        lambda: keys.pro_rata(HALF, [Claim(ANN, Wh(3))]),
        lambda: Claim(ANN, Wh(3), coefficient=0.5),  # type: ignore[arg-type]
        lambda: Claim(ANN, Wh(3), tier=0.5),  # type: ignore[arg-type]
        lambda: keys.equal(Wh(10), [Claim(ANN, Wh(3))], rounds=1.5),  # type: ignore[arg-type]
        lambda: share_by_pairs({ANN: HALF}, PLANT, {}),
        lambda: share_by_pairs(PLANT, PLANT, {(ANN, BEN): 0.5}),  # type: ignore[dict-item]
        lambda: split_by_participation(Wh(100), {1: 33.3}),  # type: ignore[dict-item]
        lambda: split_by_participation(HALF, {1: 33}),
        lambda: BetaTable(date(2026, 1, 1), [{ANN: WHOLE / 2, BEN: WHOLE / 2}]),  # type: ignore[dict-item]
        lambda: clear_by_coefficients([], Price(9.5), KeyTable()),  # type: ignore[arg-type]
        lambda: clear_by_producers([], Price(9.5), {}),  # type: ignore[arg-type]
        lambda: shared_energy([HALF], [Wh(3)]),
        lambda: premium(Wh(5), Price(100), Price(0.5)),  # type: ignore[arg-type]
        lambda: excess_premium(Balance(5), Wh(5), Wh(5), 0.5),  # type: ignore[arg-type]
        lambda: split_premium(Balance(5), [PremiumClaim(ANN, MemberKind.CITIZEN, 0.5)]),  # type: ignore[arg-type]
        lambda: split_premium(Balance(5.5), []),  # type: ignore[arg-type]
    ],
)
def test_a_fraction_is_no_number_of_an_allocation(act: Act) -> None:
    """Energy, coefficients, tiers, factors, betas, tariffs and weights are whole."""
    with pytest.raises(TypeError, match="not a whole number"):
        act()


@pytest.mark.parametrize(
    "act",
    [
        lambda: shared_energy([Wh(-5)], [Wh(3)]),
        lambda: shared_energy([Wh(5)], [Wh(9), Wh(-3)]),
        lambda: premium(Wh(-5), Price(100), Price(8)),
        lambda: premium(Wh(5), Price(-100), Price(8)),
        lambda: premium(Wh(5), Price(100), Price(-8)),
        lambda: excess_premium(Balance(-5), Wh(5), Wh(5), 5),
        lambda: excess_premium(Balance(5), Wh(0), Wh(-5), 5),
        lambda: excess_premium(Balance(5), Wh(-5), Wh(5), 5),
        lambda: excess_premium(Balance(5), Wh(5), Wh(5), -5),
    ],
)
def test_the_italian_scheme_takes_nothing_below_zero(act: Act) -> None:
    """What is injected and withdrawn are two numbers; a premium is never taken away."""
    with pytest.raises(NegativeClaim, match="it must be zero or more"):
        act()
