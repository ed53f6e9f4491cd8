"""The five keys against figures worked out by hand: three homes that consume 300, 500 and 200 Wh."""

import pytest

from aipchain.market.allocation.claims import Allocation, Claim
from aipchain.market.allocation.errors import AllocationError, CoefficientsAboveWhole, DuplicateMeter, NegativeClaim
from aipchain.market.allocation.keys import AllocationKey, cascade, equal, hybrid, pro_rata, static
from aipchain.market.book import MeterId
from aipchain.units import Wh

ANN, BEN, CAT = MeterId(1), MeterId(2), MeterId(3)
HOMES = (
    Claim(ANN, Wh(300), coefficient=500_000, tier=1),
    Claim(BEN, Wh(500), coefficient=300_000, tier=0),
    Claim(CAT, Wh(200), coefficient=200_000, tier=1),
)
KEYS = (static, pro_rata, cascade, hybrid, equal)


def used(allocation: Allocation) -> list[int]:
    """What the homes used, in order."""
    return [allocation.used[meter] for meter in (ANN, BEN, CAT)]


def test_static_is_by_coefficient_whatever_was_consumed() -> None:
    """Half, three and two tenths of 1,000 Wh: Ann can use 300 of her 500 Wh, the rest is her surplus."""
    allocation = static(Wh(1_000), HOMES)

    assert allocation.assigned == {ANN: 500, BEN: 300, CAT: 200}
    assert used(allocation) == [300, 300, 200]
    assert allocation.surplus == {ANN: 200, BEN: 0, CAT: 0}
    assert allocation.unassigned == 0


def test_coefficients_below_the_whole_leave_a_rest_with_the_producer() -> None:
    """40 % and 30 % are handed out, 30 % are not."""
    homes = [Claim(ANN, Wh(900), coefficient=400_000), Claim(BEN, Wh(900), coefficient=300_000)]

    assert static(Wh(1_000), homes) == Allocation({ANN: Wh(400), BEN: Wh(300)}, {ANN: Wh(400), BEN: Wh(300)}, Wh(300))


def test_pro_rata_is_by_consumption() -> None:
    """600 Wh for 1,000 Wh of consumption: three fifths each. 1,100 Wh: all that was consumed, 100 Wh stay."""
    assert used(pro_rata(Wh(600), HOMES)) == [180, 300, 120]
    assert used(pro_rata(Wh(1_100), HOMES)) == [300, 500, 200]
    assert pro_rata(Wh(1_100), HOMES).unassigned == 100


def test_a_cascade_fills_a_tier_before_the_next() -> None:
    """Ben's tier takes its 500 Wh; 100 Wh are left for the 500 Wh of Ann and Cat."""
    assert used(cascade(Wh(600), HOMES)) == [60, 500, 40]
    assert used(cascade(Wh(499), HOMES)) == [0, 499, 0]


def test_hybrid_reuses_what_coefficients_could_not_place() -> None:
    """Of 1,000 Wh, coefficients place 300, 300 and 200; the other 200 go to Ben, who alone still consumes."""
    assert used(hybrid(Wh(1_000), HOMES)) == [300, 500, 200]


@pytest.mark.parametrize(
    ("generation", "rounds", "shares", "left"),
    [
        (600, None, [200, 200, 200], 0),
        (700, None, [250, 250, 200], 0),  # 233 each and 34 left: 17 more for Ann and Ben
        (700, 1, [233, 234, 200], 33),  # no reuse: 233 each, the odd watt-hour by rounding, 33 could not be used
        (601, None, [200, 201, 200], 0),
        (2_000, None, [300, 500, 200], 1_000),
        (700, 0, [0, 0, 0], 700),
    ],
)
def test_equal_parts_with_reuse(generation: int, rounds: int | None, shares: list[int], left: int) -> None:
    """All rise to one level; who is full leaves the rest to the others."""
    allocation = equal(Wh(generation), HOMES, rounds)

    assert used(allocation) == shares
    assert allocation.unassigned == left


@pytest.mark.parametrize("key", KEYS)
def test_nothing_to_share_and_nobody_to_share_with(key: AllocationKey) -> None:
    """Every key has an answer when production, consumption or the list of members is empty."""
    idle = [Claim(ANN, Wh(0)), Claim(BEN, Wh(0))]

    assert used(key(Wh(0), HOMES)) == [0, 0, 0]
    assert key(Wh(7), idle) == Allocation({ANN: Wh(0), BEN: Wh(0)}, {ANN: Wh(0), BEN: Wh(0)}, Wh(7))
    assert key(Wh(7), ()) == Allocation({}, {}, Wh(7))


@pytest.mark.parametrize("key", KEYS)
def test_bad_claims_are_refused(key: AllocationKey) -> None:
    """Negative energy, a meter twice: one clear sentence each."""
    with pytest.raises(NegativeClaim, match="the energy to share is -1"):
        key(Wh(-1), HOMES)
    with pytest.raises(DuplicateMeter, match="meter 1 has two claims"):
        key(Wh(1), [*HOMES, HOMES[0]])
    with pytest.raises(NegativeClaim, match="consumption of meter 1 is -5"):
        Claim(ANN, Wh(-5))
    assert issubclass(DuplicateMeter, AllocationError)


@pytest.mark.parametrize("key", [static, hybrid])
def test_coefficients_above_the_whole_are_refused(key: AllocationKey) -> None:
    """Nothing can be handed out twice."""
    with pytest.raises(CoefficientsAboveWhole, match="sum to 1000001 of 1000000"):
        key(Wh(1), [Claim(ANN, Wh(1), coefficient=1_000_001)])


def test_fewer_than_no_rounds_are_refused() -> None:
    """A count."""
    with pytest.raises(NegativeClaim, match="rounds is -1"):
        equal(Wh(1), HOMES, -1)
