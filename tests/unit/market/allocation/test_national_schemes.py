"""Six countries' schemes against figures worked out by hand; sources in docs/rules/allocation-keys.md."""

from datetime import date

import pytest

from aipchain.market.allocation.betas import BetaTable, check_change, share_by_betas
from aipchain.market.allocation.both_sides import BothSides, share_scarce_side
from aipchain.market.allocation.claims import Claim
from aipchain.market.allocation.errors import (
    BetasNotWhole,
    BetasTooSoon,
    CoefficientsAboveWhole,
    DuplicateMeter,
    NegativeClaim,
    ParticipationInvalid,
)
from aipchain.market.allocation.keys import cascade, equal, pro_rata, static
from aipchain.market.allocation.pairs import share_by_pairs
from aipchain.market.allocation.participation import split_by_participation
from aipchain.market.allocation.shared_energy import (
    MemberKind,
    PremiumClaim,
    PremiumSplit,
    excess_premium,
    premium,
    shared_energy,
    split_premium,
)
from aipchain.market.book import MeterId
from aipchain.units import Balance, Price, Wh

ANN, BEN, CAT, ROOF, BARN = MeterId(1), MeterId(2), MeterId(3), MeterId(10), MeterId(11)


def test_france_static_and_default_dynamic() -> None:
    """Fixed coefficients leave Ann a surplus; the default, pro rata of consumption, leaves none."""
    homes = [Claim(ANN, Wh(100), coefficient=500_000), Claim(BEN, Wh(300), coefficient=500_000)]

    assert static(Wh(400), homes).used == {ANN: 100, BEN: 200}
    assert pro_rata(Wh(400), homes).used == {ANN: 100, BEN: 300}


def test_france_simple_dynamic_has_new_percentages_each_interval() -> None:
    """One pot; the operator's percentages of the interval."""
    first, second = ([Claim(ANN, Wh(900), ann), Claim(BEN, Wh(900), 1_000_000 - ann)] for ann in (250_000, 800_000))

    assert static(Wh(1_000), first).used == {ANN: 250, BEN: 750}
    assert static(Wh(1_000), second).used == {ANN: 800, BEN: 200}


def test_france_full_dynamic_is_by_pair() -> None:
    """The roof shares half and half; the barn 60 and 20 %. Ann consumed 60 of her 80 Wh: 60 x 50/80 and 60 x 30/80."""
    shared = share_by_pairs(
        {ROOF: Wh(100), BARN: Wh(50)},
        {ANN: Wh(60), BEN: Wh(200)},
        {(ROOF, ANN): 500_000, (ROOF, BEN): 500_000, (BARN, ANN): 600_000, (BARN, BEN): 200_000},
    )

    assert shared.assigned == {(ROOF, ANN): 50, (ROOF, BEN): 50, (BARN, ANN): 30, (BARN, BEN): 10}
    assert shared.used == {(ROOF, ANN): 37, (BARN, ANN): 23, (ROOF, BEN): 50, (BARN, BEN): 10}
    assert shared.unassigned == {ROOF: 0, BARN: 10}


def test_france_full_dynamic_refuses_bad_coefficients() -> None:
    """More than all of a producer, or less than nothing."""
    with pytest.raises(CoefficientsAboveWhole):
        share_by_pairs({ROOF: Wh(1)}, {ANN: Wh(1)}, {(ROOF, ANN): 1_000_001})
    with pytest.raises(NegativeClaim):
        share_by_pairs({ROOF: Wh(1)}, {ANN: Wh(1)}, {(ROOF, ANN): -1})


def test_france_priority_and_equal_with_reuse() -> None:
    """The school first; or equal parts, and what Ann cannot use goes to Ben."""
    homes = [Claim(ANN, Wh(50), tier=1), Claim(BEN, Wh(300), tier=0)]

    assert cascade(Wh(320), homes).used == {ANN: 20, BEN: 300}
    assert equal(Wh(320), homes).used == {ANN: 50, BEN: 270}


def test_spain_shares_an_hour_by_betas() -> None:
    """A quarter of 1,001 Wh is 250.25: 250 and 751. Ben cannot use 151 Wh of his; they are his surplus."""
    table = BetaTable(date(2026, 1, 1), [{ANN: 250_000, BEN: 750_000}, {ANN: 1_000_000}])
    shared = share_by_betas(table, 0, Wh(1_001), {ANN: Wh(300), BEN: Wh(600)})

    assert shared.assigned == {ANN: 250, BEN: 751}
    assert shared.surplus == {ANN: 0, BEN: 151}
    assert share_by_betas(table, 3, Wh(1_001), {BEN: Wh(600)}).surplus == {ANN: 1_001, BEN: 0}


@pytest.mark.parametrize(
    "hours", [[], [{ANN: 999_999}], [{ANN: 1_000_000}, {ANN: 1_000_001}], [{ANN: -1, BEN: 1_000_001}], [{}]]
)
def test_spain_betas_sum_to_one_every_hour(hours: list[dict[MeterId, int]]) -> None:
    """Not a millionth more or less, and none below zero."""
    with pytest.raises(BetasNotWhole, match="sum to"):
        BetaTable(date(2026, 1, 1), hours)


def test_spain_betas_are_set_ahead_and_stay_four_months() -> None:
    """From 31 January on until 31 May; and never for a day that is already there."""
    current, early, right = (
        BetaTable(day, [{ANN: 1_000_000}]) for day in (date(2026, 1, 31), date(2026, 5, 30), date(2026, 5, 31))
    )

    check_change(current, right, date(2026, 5, 30))
    with pytest.raises(BetasTooSoon, match="the current ones hold since 2026-01-31"):
        check_change(current, early, date(2026, 2, 1))
    with pytest.raises(BetasTooSoon, match="set ahead"):
        check_change(current, right, date(2026, 5, 31))


def test_italy_shares_the_smaller_of_injected_and_withdrawn() -> None:
    """700 Wh in, 600 Wh out: 600 Wh shared, at 110 and 8 per Wh."""
    shared = shared_energy([Wh(400), Wh(300)], [Wh(500), Wh(100)])

    assert shared == 600
    assert premium(shared, Price(110), Price(8)) == 70_800


def test_italy_splits_the_premium_by_own_rules_within_the_law() -> None:
    """Beyond 55 % of 700 Wh earned 25,370: Ann's alone. A tenth of the rest is social; large firms get none."""
    amount = Balance(70_800)
    excess = excess_premium(amount, Wh(600), Wh(700), 550_000)
    claims = [
        PremiumClaim(CAT, MemberKind.LARGE_FIRM, 500),
        PremiumClaim(ANN, MemberKind.CITIZEN, 300),
        PremiumClaim(BEN, MemberKind.FIRM, 200),
    ]

    assert excess == 25_370
    assert split_premium(amount, claims, social=100_000, excess=excess) == PremiumSplit(
        {ANN: Balance(24_532 + 25_370), BEN: Balance(16_355), CAT: Balance(0)}, Balance(4_543)
    )


def test_italy_what_nobody_may_have_is_social() -> None:
    """A community of large firms alone; no shared energy, no excess."""
    only_large = [PremiumClaim(CAT, MemberKind.LARGE_FIRM, 1)]

    assert split_premium(Balance(9), only_large) == PremiumSplit({CAT: Balance(0)}, Balance(9))
    assert excess_premium(Balance(9), Wh(0), Wh(0), 550_000) == 0


def test_italy_refuses_what_cannot_be() -> None:
    """Weights below zero, a member twice, a social part above all, an excess above the premium."""
    ann = PremiumClaim(ANN, MemberKind.CITIZEN, 1)
    with pytest.raises(NegativeClaim):
        split_premium(Balance(1), [PremiumClaim(ANN, MemberKind.CITIZEN, -1)])
    with pytest.raises(NegativeClaim):
        split_premium(Balance(-1), [ann])
    with pytest.raises(DuplicateMeter):
        split_premium(Balance(1), [ann, ann])
    with pytest.raises(CoefficientsAboveWhole):
        split_premium(Balance(1), [ann], social=1_000_001)
    with pytest.raises(CoefficientsAboveWhole):
        split_premium(Balance(1), [ann], excess=Balance(2))


def test_austria_a_meter_takes_part_in_several_communities() -> None:
    """30 % of 1,001 Wh in community 1, 50 % in community 3, a fifth in none."""
    assert split_by_participation(Wh(1_001), {3: 50, 1: 30}) == ({1: 300, 3: 500}, 201)
    assert split_by_participation(Wh(7), {}) == ({}, 7)


@pytest.mark.parametrize(
    ("factors", "problem"),
    [
        (dict.fromkeys(range(6), 10), "6 communities are too many"),
        ({1: 0}, "the factor of community 1 is 0 percent"),
        ({1: 101}, "the factor of community 1 is 101 percent"),
        ({1: 60, 2: 41}, "the factors sum to 101 percent"),
    ],
)
def test_austria_refuses_more_than_a_meter_has(factors: dict[int, int], problem: str) -> None:
    """Up to five communities, 1 to 100 percent each, 100 in all."""
    with pytest.raises(ParticipationInvalid, match=problem):
        split_by_participation(Wh(10), factors)


def test_austria_refuses_a_negative_reading() -> None:
    """Import and export are two readings."""
    with pytest.raises(NegativeClaim):
        split_by_participation(Wh(-1), {1: 50})


def test_luxembourg_the_key_acts_on_the_scarce_side() -> None:
    """200 Wh are wanted of 400: producers by priority or pro rata. 100 Wh for 200: consumers by percentages."""
    producers = [Claim(ROOF, Wh(100), tier=1), Claim(BARN, Wh(300), tier=0)]
    buyers = [Claim(ANN, Wh(150), coefficient=200_000), Claim(BEN, Wh(50), coefficient=800_000)]

    assert share_scarce_side(producers, buyers, cascade).exported == {ROOF: 0, BARN: 200}
    assert share_scarce_side(producers, buyers) == BothSides({ROOF: Wh(50), BARN: Wh(150)}, {ANN: Wh(150), BEN: Wh(50)})
    assert share_scarce_side([Claim(ROOF, Wh(100))], buyers, static) == BothSides(
        {ROOF: Wh(70)}, {ANN: Wh(20), BEN: Wh(50)}
    )


def test_belgium_fixed_equal_fixed_specific_and_pro_rata() -> None:
    """Thirds without reuse; own coefficients; by consumption."""
    homes = [Claim(ANN, Wh(10), 200_000), Claim(BEN, Wh(90), 300_000), Claim(CAT, Wh(200), 500_000)]

    assert equal(Wh(90), homes, rounds=1).used == {ANN: 10, BEN: 30, CAT: 30}
    assert static(Wh(90), homes).used == {ANN: 10, BEN: 27, CAT: 45}
    assert pro_rata(Wh(90), homes).used == {ANN: 3, BEN: 27, CAT: 60}
