"""What holds for every allocation key: exact sums, caps, fairness, monotonicity, certificates, arrays that agree."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.allocation import arrays
from aipchain.market.allocation.certificate import KeyName, certify, verify
from aipchain.market.allocation.claims import WHOLE, Claim, allocation_of
from aipchain.market.allocation.errors import NegativeClaim, ShapeMismatch
from aipchain.market.allocation.keys import AllocationKey, cascade, equal, hybrid, pro_rata, static
from aipchain.market.allocation.pairs import share_by_pairs
from aipchain.market.allocation.participation import split_by_participation
from aipchain.market.allocation.shared_energy import MemberKind, PremiumClaim, split_premium
from aipchain.market.book import MeterId
from aipchain.market.errors import OutsideArrayRange
from aipchain.units import Balance, Wh

KEYS: dict[KeyName, AllocationKey] = {
    KeyName.STATIC: static,
    KeyName.PRO_RATA: pro_rata,
    KeyName.CASCADE: cascade,
    KeyName.HYBRID: hybrid,
    KeyName.EQUAL: equal,
}
keys = pytest.mark.parametrize("name", KEYS)
few, any_energy = st.integers(0, 30), st.integers(0, 30) | st.integers(0, 2**128 - 1)


@st.composite
def books(draw: st.DrawFn, energies: st.SearchStrategy[int] = any_energy) -> tuple[Wh, list[Claim]]:
    """Energy to share, and claims of up to nine meters whose coefficients fit the whole."""
    meters = draw(st.lists(st.integers(0, 40), max_size=9, unique=True))
    left, claims = WHOLE, []
    for meter in meters:
        coefficient = draw(st.integers(0, left))
        left -= coefficient
        claims.append(Claim(MeterId(meter), Wh(draw(energies)), coefficient, draw(st.integers(0, 2))))
    return Wh(draw(energies)), claims


@keys
@given(book=books())
def test_sums_are_exact_and_nobody_uses_more_than_it_consumed(name: KeyName, book: tuple[Wh, list[Claim]]) -> None:
    """No watt-hour is lost or made; all answers are whole numbers."""
    generation, claims = book
    result = KEYS[name](generation, claims)

    assert sum(result.assigned.values()) + result.unassigned == generation
    assert all(result.used[claim.meter] == min(result.assigned[claim.meter], claim.wh) for claim in claims)
    assert all(type(wh) is int and wh >= 0 for wh in (*result.assigned.values(), result.unassigned))
    if name is not KeyName.STATIC:
        assert sum(result.used.values()) == min(generation, sum(claim.wh for claim in claims))


@keys
@given(book=books(), chance=st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(name: KeyName, book: tuple[Wh, list[Claim]], chance: Random) -> None:
    """A shuffled list of members has the same answer."""
    generation, claims = book

    assert KEYS[name](generation, chance.sample(claims, len(claims))) == KEYS[name](generation, claims)


@keys
@given(book=books())
def test_every_allocation_is_certified(name: KeyName, book: tuple[Wh, list[Claim]]) -> None:
    """Its certificate proves it, read in another order."""
    generation, claims = book
    result = KEYS[name](generation, claims)
    certificate = certify(book, result, name)

    assert verify((generation, claims[::-1]), result, certificate) is None


@keys
@given(book=books(), chance=st.randoms(use_true_random=False), wh=st.integers(2, 40))
def test_no_favour_of_two_watt_hours_is_certified(
    name: KeyName, book: tuple[Wh, list[Claim]], chance: Random, wh: int
) -> None:
    """Energy moved from one meter to another breaks the key, whatever certificate is made for it."""
    generation, claims = book
    if len(claims) < 2:
        return
    one, other = chance.sample(claims, 2)
    assigned = dict(KEYS[name](generation, claims).assigned)
    if assigned[one.meter] < wh or (name is not KeyName.STATIC and assigned[other.meter] + wh > other.wh):
        return
    assigned |= {one.meter: Wh(assigned[one.meter] - wh), other.meter: Wh(assigned[other.meter] + wh)}
    ordered = sorted(claims, key=lambda claim: claim.meter)
    favour = allocation_of(generation, ordered, [assigned[claim.meter] for claim in ordered])

    assert verify(book, favour, certify(book, favour, name)) is not None


@keys
@given(book=books(few), more=st.integers(1, 30))
def test_more_generation_leaves_nobody_more_than_a_watt_hour_worse(
    name: KeyName, book: tuple[Wh, list[Claim]], more: int
) -> None:
    """Monotone up to rounding; a hybrid rounds twice."""
    generation, claims = book
    before, after = KEYS[name](generation, claims), KEYS[name](Wh(generation + more), claims)
    slack = 2 if name is KeyName.HYBRID else 1

    assert all(after.used[claim.meter] >= before.used[claim.meter] - slack for claim in claims)


@keys
@given(
    energy=any_energy,
    wh=any_energy,
    coefficient=st.integers(0, WHOLE // 4),
    meters=st.lists(st.integers(0, 40), min_size=2, max_size=4, unique=True),
)
def test_equal_claims_differ_by_a_watt_hour_at_most(
    name: KeyName, energy: int, wh: int, coefficient: int, meters: list[int]
) -> None:
    """Symmetry up to rounding; a hybrid rounds twice."""
    result = KEYS[name](Wh(energy), [Claim(MeterId(meter), Wh(wh), coefficient) for meter in meters])

    assert max(result.used.values()) - min(result.used.values()) <= (2 if name is KeyName.HYBRID else 1)


@given(books(), st.integers(0, 4))
def test_rounds_of_equal_parts_only_add(book: tuple[Wh, list[Claim]], rounds: int) -> None:
    """Another round places as much or more, and unlimited rounds place all that is used."""
    generation, claims = book
    placed = [sum(equal(generation, claims, limit).used.values()) for limit in (rounds, rounds + 1, None)]

    assert placed == sorted(placed)


@given(
    st.dictionaries(st.integers(0, 5).map(MeterId), any_energy.map(Wh), max_size=4),
    st.dictionaries(st.integers(0, 5).map(MeterId), any_energy.map(Wh), max_size=4),
    st.integers(1, 4).flatmap(lambda parts: st.lists(st.integers(0, WHOLE // 4), min_size=16, max_size=16)),
)
def test_pairs_conserve_energy_of_each_producer_and_consumer(
    generation: dict[MeterId, Wh], consumption: dict[MeterId, Wh], numbers: list[int]
) -> None:
    """Each producer hands out what it made, each consumer uses what it is given up to its consumption."""
    pairs = [(producer, consumer) for producer in generation for consumer in consumption]
    shared = share_by_pairs(generation, consumption, dict(zip(pairs, numbers, strict=False)))
    for producer, made in generation.items():
        assert sum(shared.assigned[producer, c] for c in consumption) + shared.unassigned[producer] == made
    for consumer, needed in consumption.items():
        given_ = sum(shared.assigned[p, consumer] for p in generation)
        assert sum(shared.used[p, consumer] for p in generation) == min(given_, needed)
    assert all(0 <= shared.used[pair] <= shared.assigned[pair] for pair in shared.assigned)


@given(any_energy, st.dictionaries(st.integers(0, 99), st.integers(1, 20), max_size=5))
def test_participation_parts_sum_to_the_reading(reading: int, factors: dict[int, int]) -> None:
    """Each within one watt-hour of its percentage."""
    parts, rest = split_by_participation(Wh(reading), factors)

    assert sum(parts.values()) + rest == reading
    assert all(abs(part * 100 - reading * factors[community]) < 100 for community, part in parts.items())


@given(
    st.integers(0, 10**15),
    st.lists(st.tuples(st.sampled_from(MemberKind), st.integers(0, 9)), max_size=6),
    st.integers(0, WHOLE),
    st.integers(0, 100),
)
def test_a_premium_is_split_to_the_unit(
    amount: int, members: list[tuple[MemberKind, int]], social: int, percent: int
) -> None:
    """Money in is money out, and large firms get none."""
    claims = [PremiumClaim(MeterId(number), kind, weight) for number, (kind, weight) in enumerate(members)]
    split = split_premium(Balance(amount), claims, social=social, excess=Balance(amount * percent // 100))

    assert sum(split.members.values()) + split.social == amount
    assert all(not split.members[claim.meter] for claim in claims if claim.kind is MemberKind.LARGE_FIRM)


@given(
    st.integers(1, 6).flatmap(
        lambda meters: st.tuples(
            st.lists(st.lists(few, min_size=meters, max_size=meters), min_size=1, max_size=40),
            st.lists(st.integers(0, WHOLE // 6), min_size=meters, max_size=meters),
            st.lists(st.integers(0, 2), min_size=meters, max_size=meters),
        )
    ),
    st.lists(st.integers(0, 100), min_size=40, max_size=40),
    st.integers(1, 10**6),
)
def test_arrays_agree_with_the_reference(
    table: tuple[list[list[int]], list[int], list[int]], energies: list[int], scale: int
) -> None:
    """Interval by interval and meter by meter, the same whole numbers."""
    consumed, coefficients, tiers = table
    consumption = np.array(consumed, dtype=np.int64) * scale
    generation = np.array(energies[: len(consumed)], dtype=np.int64) * scale
    weights, ranks = np.array(coefficients, dtype=np.int64), np.array(tiers, dtype=np.int64)
    found = {
        KeyName.STATIC: arrays.static(generation, weights),
        KeyName.PRO_RATA: arrays.pro_rata(generation, consumption),
        KeyName.CASCADE: arrays.cascade(generation, consumption, ranks),
        KeyName.HYBRID: arrays.hybrid(generation, consumption, weights),
    }
    for row, energy in enumerate(generation.tolist()):
        claims = [
            Claim(MeterId(meter), Wh(wh), coefficients[meter], tiers[meter])
            for meter, wh in enumerate(consumption[row].tolist())
        ]
        for name, assigned in found.items():
            reference = KEYS[name](Wh(energy), claims)
            assert assigned[row].tolist() == list(reference.assigned.values())
            assert arrays.used_of(assigned, consumption)[row].tolist() == list(reference.used.values())


def test_arrays_refuse_what_they_cannot_hold() -> None:
    """Numbers beyond 64 bits, negative ones, fractions, and tables that do not fit."""
    hour, home = np.array([2**40]), np.array([[2**40]])
    with pytest.raises(OutsideArrayRange, match=r"use the plain form"):
        arrays.pro_rata(hour, home)
    with pytest.raises(OutsideArrayRange):
        arrays.pro_rata(np.array([1]), np.full((1, 4), 2**62))
    with pytest.raises(OutsideArrayRange):
        arrays.static(np.array([2**60]), np.array([WHOLE]))
    with pytest.raises(NegativeClaim):
        arrays.pro_rata(np.array([-1]), np.array([[1]]))
    with pytest.raises(TypeError, match="must be int64, not float64"):
        arrays.pro_rata(np.array([1.0]), np.array([[1]]))
    one, home = np.array([1]), np.array([[1, 1]])
    with pytest.raises(ShapeMismatch, match=r"consumption has the shape \(1, 2\), not \(2, 2\)"):
        arrays.pro_rata(np.array([1, 2]), home)
    with pytest.raises(ShapeMismatch, match="consumption has the shape"):
        arrays.pro_rata(one, one)
    with pytest.raises(ShapeMismatch, match="out has"):
        arrays.pro_rata(one, home, np.zeros((2, 2), dtype=np.int64))
    with pytest.raises(TypeError, match="out must be int64"):
        arrays.pro_rata(one, home, np.zeros((1, 2)))  # type: ignore[arg-type]
    for short in (one, np.array([], np.int64), np.array([1, 1, 1])):
        with pytest.raises(ShapeMismatch, match="tiers"):
            arrays.cascade(one, home, short)
        with pytest.raises(ShapeMismatch, match="coefficients"):
            arrays.hybrid(one, home, short)
    with pytest.raises(ShapeMismatch, match="consumption"):
        arrays.used_of(home, np.array([[1, 1, 1]]))


def test_arrays_fill_the_table_they_are_given() -> None:
    """What stood in it plays no part; what can be used may replace what was assigned."""
    consumption, out = np.array([[3, 9], [5, 1]]), np.full((2, 2), -7)

    assert arrays.pro_rata(np.array([4, 99]), consumption, out) is out
    assert out.tolist() == [[1, 3], [5, 1]]
    arrays.static(np.array([10, 10]), np.array([WHOLE // 2, WHOLE // 2]), out)
    assert arrays.used_of(out, consumption, out).tolist() == [[3, 5], [5, 1]]


def test_arrays_of_nothing() -> None:
    """No intervals, or no meters."""
    nothing = np.zeros(0, dtype=np.int64)

    assert arrays.static(nothing, np.array([1])).shape == (0, 1)
    assert arrays.pro_rata(nothing, np.zeros((0, 3), dtype=np.int64)).shape == (0, 3)
    assert arrays.cascade(np.array([5]), np.zeros((1, 0), dtype=np.int64), nothing).shape == (1, 0)
    assert arrays.hybrid(np.array([5]), np.zeros((1, 0), dtype=np.int64), nothing).shape == (1, 0)
