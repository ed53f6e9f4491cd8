"""What holds for every pool rule: price bounds, monotonicity, symmetry, exact budgets, and no say for sequence."""

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.book import MeterId, ReferencePrice
from aipchain.market.pool.batched_amm import Curve, batched_amm_local_price, price_band
from aipchain.market.pool.constant_product import ConstantProductPool, buy_from, sell_to
from aipchain.market.pool.price_rules import (
    LocalPriceRule,
    average_prices,
    bill_sharing_local_price,
    mid_market_local_price,
    mid_market_rate,
    supply_demand_local_price,
)
from aipchain.market.pool.settlement import settle_pool
from aipchain.units import Balance, Price, Wh, cost

prices = st.integers(0, 12).map(Price) | st.integers(0, 2**64 - 1).map(Price) | st.integers(0, 2**128 - 1).map(Price)
energies = st.integers(0, 9).map(Wh) | st.integers(0, 2**64 - 1).map(Wh)
references = st.tuples(prices, prices).map(lambda pair: ReferencePrice(retail=max(pair), feed_in=min(pair)))
meters = st.dictionaries(st.integers(0, 20).map(MeterId), energies, max_size=8)


def amm(curve: Curve, low: int = 0, high: int = 1_000) -> LocalPriceRule:
    """A batched maker as a pool rule."""
    return lambda reference, supply, demand: batched_amm_local_price(
        price_band(reference, low, high), supply, demand, curve
    )


RATIONAL: dict[str, LocalPriceRule] = {
    "mid-market-rate": lambda reference, _supply, _demand: mid_market_local_price(reference),
    "supply-demand-ratio": supply_demand_local_price,
    "linear": amm(Curve.LINEAR),
    "concentrated": amm(Curve.CONCENTRATED),
    "narrow": amm(Curve.CONCENTRATED, 250, 750),
}
ALL: dict[str, LocalPriceRule] = RATIONAL | {
    "bill-sharing": lambda _reference, _supply, _demand: bill_sharing_local_price()
}
rational = pytest.mark.parametrize("rule", RATIONAL.values(), ids=RATIONAL)
every = pytest.mark.parametrize("rule", ALL.values(), ids=ALL)


@rational
@given(reference=references, supply=energies, demand=energies)
def test_nobody_fares_worse_than_outside(
    rule: LocalPriceRule, reference: ReferencePrice, supply: Wh, demand: Wh
) -> None:
    """Local and average prices lie between feed-in and retail; members sell for no more than members pay."""
    local = rule(reference, supply, demand)
    average = average_prices(reference, supply, demand, local)

    assert reference.feed_in <= local <= reference.retail
    assert reference.feed_in <= average.sell <= average.buy <= reference.retail
    assert type(local) is int


@every
@given(reference=references, supply=energies, demand=energies, more=energies)
def test_the_price_falls_with_supply_and_rises_with_demand(
    rule: LocalPriceRule, reference: ReferencePrice, supply: Wh, demand: Wh, more: Wh
) -> None:
    """Weakly, to the last unit: rounding never turns it round."""
    local = rule(reference, supply, demand)

    assert rule(reference, Wh(supply + more), demand) <= local
    if supply:  # the price without supply is the upper end by definition
        assert rule(reference, supply, Wh(demand + more)) >= local


@given(references, energies, energies, energies)
def test_average_mid_market_prices_fall_with_supply_and_rise_with_demand(
    reference: ReferencePrice, supply: Wh, demand: Wh, more: Wh
) -> None:
    """Rounding up for buyers and down for sellers keeps it so."""
    before = mid_market_rate(reference, supply, demand)
    if demand:
        assert mid_market_rate(reference, Wh(supply + more), demand).buy <= before.buy
    if supply:
        assert mid_market_rate(reference, supply, Wh(demand + more)).sell >= before.sell


@every
@given(reference=references, supply=energies, demand=energies, factor=st.integers(1, 10**6))
def test_only_the_ratio_counts(
    rule: LocalPriceRule, reference: ReferencePrice, supply: Wh, demand: Wh, factor: int
) -> None:
    """A community twice as large has the same price, to the unit."""
    assert rule(reference, Wh(supply * factor), Wh(demand * factor)) == rule(reference, supply, demand)


@given(references, energies, energies, energies, energies, st.sampled_from(Curve))
def test_the_batch_price_is_lipschitz_in_the_share_of_supply(
    reference: ReferencePrice, supply: Wh, demand: Wh, more: Wh, less: Wh, curve: Curve
) -> None:
    """A small change of the batch is a small change of the price: |dp| <= K |du| + 1 for the rounding."""
    low, high = band = price_band(reference)
    if not supply or (curve is Curve.CONCENTRATED and not low):
        return
    steepest = Fraction(high - low) * (Fraction(high, low) if curve is Curve.CONCENTRATED else 1)
    other = (Wh(supply + more), Wh(demand + less))
    levels = [Fraction(s, s + d) for s, d in ((supply, demand), other)]
    change = batched_amm_local_price(band, supply, demand, curve) - batched_amm_local_price(band, *other, curve)

    assert abs(change) <= steepest * abs(levels[0] - levels[1]) + 1


@given(references, energies.filter(bool), energies)
def test_the_concentrated_price_is_the_floor_of_the_real_one(reference: ReferencePrice, supply: Wh, demand: Wh) -> None:
    """p <= n / (a + sqrt b) < p + 1, decided without a root."""
    low, high = price_band(reference)
    if low == high:
        return
    price = batched_amm_local_price((low, high), supply, demand, Curve.CONCENTRATED)
    numerator = high * low * (supply + demand) ** 2
    plain, squared = demand**2 * low + supply**2 * high, 4 * supply**2 * demand**2 * high * low

    def is_reached(candidate: int) -> bool:
        rest = numerator - candidate * plain
        return rest >= 0 and squared * candidate**2 <= rest**2

    assert is_reached(price)
    assert not is_reached(price + 1)


@every
@given(reference=references, imports=meters, exports=meters)
def test_the_budget_balances_to_the_unit(
    rule: LocalPriceRule, reference: ReferencePrice, imports: dict[MeterId, Wh], exports: dict[MeterId, Wh]
) -> None:
    """Buyers' money is sellers' money and the outside's bill, with nothing left over."""
    supply, demand = Wh(sum(exports.values())), Wh(sum(imports.values()))
    local = rule(reference, supply, demand)
    settled = settle_pool(reference, local, imports, exports)
    bought = cost(Wh(max(0, demand - supply)), reference.retail)
    sold = cost(Wh(max(0, supply - demand)), reference.feed_in)

    assert sum(settled.paid.values()) - sum(settled.earned.values()) == settled.outside == bought - sold
    assert set(settled.paid) == set(imports)
    assert set(settled.earned) == set(exports)


@rational
@given(reference=references, imports=meters, exports=meters)
def test_each_meter_pays_its_proportion_and_never_more_than_outside(
    rule: LocalPriceRule, reference: ReferencePrice, imports: dict[MeterId, Wh], exports: dict[MeterId, Wh]
) -> None:
    """Within a unit of energy x average price, so equal meters differ by one unit at most."""
    supply, demand = Wh(sum(exports.values())), Wh(sum(imports.values()))
    settled = settle_pool(reference, rule(reference, supply, demand), imports, exports)
    for parts, energies_ in ((settled.paid, imports), (settled.earned, exports)):
        total, money = sum(energies_.values()), sum(parts.values())
        assert all(abs(parts[meter] * total - money * wh) < max(total, 1) for meter, wh in energies_.items())

    assert all(settled.paid[meter] <= cost(wh, reference.retail) for meter, wh in imports.items())
    assert all(settled.earned[meter] >= cost(wh, reference.feed_in) for meter, wh in exports.items())


@given(references, meters, meters, st.randoms(use_true_random=False))
def test_the_order_of_meters_does_not_matter(
    reference: ReferencePrice,
    imports: dict[MeterId, Wh],
    exports: dict[MeterId, Wh],
    chance: Random,
) -> None:
    """A shuffled table of readings has the same bills."""
    shuffled = [dict(chance.sample(list(each.items()), len(each))) for each in (imports, exports)]

    assert settle_pool(reference, reference.feed_in, *shuffled) == settle_pool(
        reference, reference.feed_in, imports, exports
    )


@given(st.integers(1, 10**12), st.integers(1, 10**18), st.lists(st.tuples(st.booleans(), st.integers(0, 10**6))))
def test_a_sequential_pool_never_loses(energy: int, money: int, swaps: list[tuple[bool, int]]) -> None:
    """x y never falls, and what traders paid is in the pool."""
    pool = ConstantProductPool(Wh(energy), Balance(money))
    for is_purchase, wh in swaps:
        if is_purchase and wh >= pool.energy:
            continue
        swap: Callable[[ConstantProductPool, Wh], tuple[ConstantProductPool, Balance]]
        swap = buy_from if is_purchase else sell_to
        after, moved = swap(pool, Wh(wh))
        assert after.energy * after.money >= pool.energy * pool.money
        assert after.money - pool.money == (moved if is_purchase else -moved)
        pool = after
