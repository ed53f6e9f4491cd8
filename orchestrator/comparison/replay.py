"""The same weeks under one rule: clear each interval, deliver what both meters confirm, bill every home.

Deliveries are shared as the chain's specification does it. What is not traded locally has the retail or feed-in price.
Sums are kept twice, home by home and for the community as a whole, and their difference is part of the outcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aipchain.market.bill import Bill, Delivery, bill_interval, total_bill
from aipchain.market.book import BookOrder, MeterId, Side, Trade
from aipchain.market.measures import EnergyShares, mean_power_w
from aipchain.orchestrator.comparison.outcome import HomeBill, HourOfDay, RuleOutcome
from aipchain.orchestrator.comparison.rules import MarketRule
from aipchain.orchestrator.comparison.scenario import Scene
from aipchain.orchestrator.results import Conservation
from aipchain.pallets_spec.market.delivery import deliveries
from aipchain.pallets_spec.types import MeterId as SpecMeterId
from aipchain.plugins.errors import PluginFailed
from aipchain.units import Price, Wh, cost

__all__ = ["WITHOUT_MARKET", "replay"]

WITHOUT_MARKET: Final = "no market"
DAY_S: Final = 86_400
HOUR_S: Final = 3_600
HOURS: Final = 24


def replay(
    rule: MarketRule | None, told: Sequence[Scene], homes: Sequence[str], *, accept_price: bool = False
) -> RuleOutcome:
    """Live all scenes under a rule; None is life without a market.

    An interval for which the rule has no valid result ends without trades.
    """
    settled: list[_Settled] = []
    failures: list[str] = []
    for scene in told:
        cleared = _NOTHING
        try:
            cleared = _NOTHING if rule is None else _cleared(rule, scene, accept_price)
        except PluginFailed as failure:
            failures.append(str(failure))
        settled.append(_settle(scene, cleared))
    return _outcome(rule, homes, settled, failures)


@dataclass(frozen=True, slots=True)
class _Contract:
    """A trade between two meters, and the part of it that was delivered."""

    buyer: MeterId
    seller: MeterId
    trade: Trade
    delivered: Delivery


@dataclass(frozen=True, slots=True)
class _Cleared:
    """What a rule made of the orders of an interval; `priced_out` if it is nothing for its price's sake."""

    contracts: Sequence[_Contract] = ()
    priced_out: bool = False


_NOTHING: Final = _Cleared()


@dataclass(frozen=True, slots=True)
class _Settled:
    """An interval that is over: the bill of each meter, the sums of its trades, and what does not add up."""

    scene: Scene
    bills: tuple[Bill, ...]
    traded_wh: int
    delivered_wh: int
    paid: int
    priced_out: bool
    difference: Conservation

    @property
    def outside_import_wh(self) -> int:
        """What homes took and nobody sold them [Wh]."""
        return sum(self.scene.imports) - self.delivered_wh

    @property
    def outside_export_wh(self) -> int:
        """What homes gave and nobody bought [Wh]."""
        return sum(self.scene.exports) - self.delivered_wh


def _cleared(rule: MarketRule, scene: Scene, accept_price: bool) -> _Cleared:
    orders = scene.orders
    price = rule.price(scene.interval, scene.reference, orders)
    if accept_price and price is not None and (taken := _taking(orders, price)) != orders:
        orders = taken
        price = rule.price(scene.interval, scene.reference, orders)
    trades = rule.trades(scene.interval, scene.reference, orders, price)
    meters = {order.number: order.meter for order in orders}
    pairs = [(meters[trade.bid], meters[trade.offer]) for trade in trades]
    delivered = deliveries(
        (
            (SpecMeterId(buyer), SpecMeterId(seller), each.wh)
            for (buyer, seller), each in zip(pairs, trades, strict=True)
        ),
        {SpecMeterId(meter): wh for meter, wh in enumerate(scene.imports)},
        {SpecMeterId(meter): wh for meter, wh in enumerate(scene.exports)},
    )
    contracts = [
        _Contract(*pair, trade, Delivery(wh, trade.price))
        for pair, trade, wh in zip(pairs, trades, delivered, strict=True)
    ]
    return _Cleared(contracts, not trades and price is not None and _taking(orders, price) != orders)


def _taking(orders: Iterable[BookOrder], price: Price) -> tuple[BookOrder, ...]:
    """The orders of homes that take `price` even where the grid is better: limits are moved to it, never away."""
    return tuple(
        replace(order, limit_price=(max if order.side is Side.BID else min)(order.limit_price, price))
        for order in orders
    )


def _settle(scene: Scene, cleared: _Cleared) -> _Settled:
    contracts = cleared.contracts
    bought: list[list[Delivery]] = [[] for _ in scene.imports]
    sold: list[list[Delivery]] = [[] for _ in scene.exports]
    for each in contracts:
        bought[each.buyer].append(each.delivered)
        sold[each.seller].append(each.delivered)
    bills = tuple(
        bill_interval(scene.reference, import_wh=imported, export_wh=exported, bought=buys, sold=sells)
        for imported, exported, buys, sells in zip(scene.imports, scene.exports, bought, sold, strict=True)
    )
    return _Settled(
        scene=scene,
        bills=bills,
        traded_wh=sum(each.trade.wh for each in contracts),
        delivered_wh=sum(each.delivered.wh for each in contracts),
        paid=sum(cost(each.delivered.wh, each.delivered.price) for each in contracts),
        priced_out=cleared.priced_out,
        difference=_difference(scene, bills, _energy(bought), _energy(sold)),
    )


def _energy(by_meter: Iterable[Iterable[Delivery]]) -> int:
    return sum(each.wh for listed in by_meter for each in listed)


def _difference(scene: Scene, bills: Iterable[Bill], bought_wh: int, sold_wh: int) -> Conservation:
    """What homes bought against what they sold and all meters together; what they pay against the grid's bill."""
    outside_import, outside_export = sum(scene.imports) - bought_wh, sum(scene.exports) - sold_wh
    energy = abs(bought_wh - sold_wh) + abs(outside_import - outside_export - scene.consumed_wh + scene.generated_wh)
    grid = cost(Wh(outside_import), scene.reference.retail) - cost(Wh(outside_export), scene.reference.feed_in)
    return Conservation(energy, abs(sum(bill.with_trade for bill in bills) - grid))


def _outcome(
    rule: MarketRule | None, homes: Sequence[str], settled: Sequence[_Settled], failures: Sequence[str]
) -> RuleOutcome:
    return RuleOutcome(
        name=WITHOUT_MARKET if rule is None else rule.name,
        summary="Every home buys and sells outside" if rule is None else rule.summary,
        bills=tuple(_home_bill(home, (each.bills[meter] for each in settled)) for meter, home in enumerate(homes)),
        traded_wh=sum(each.traded_wh for each in settled),
        delivered_wh=sum(each.delivered_wh for each in settled),
        energy=EnergyShares(
            consumed_wh=Wh(sum(each.scene.consumed_wh for each in settled)),
            generated_wh=Wh(sum(each.scene.generated_wh for each in settled)),
            outside_import_wh=Wh(sum(each.outside_import_wh for each in settled)),
            outside_export_wh=Wh(sum(each.outside_export_wh for each in settled)),
        ),
        peak_import_w=max(
            (mean_power_w(Wh(each.outside_import_wh), each.scene.interval.length) for each in settled), default=0
        ),
        conservation=Conservation(
            sum(each.difference.energy_difference_wh for each in settled),
            sum(each.difference.money_difference for each in settled),
        ),
        by_hour=_by_hour(settled),
        by_day_wh=_by_day(settled),
        void_intervals=len(failures),
        first_failure=failures[0] if failures else "",
        priced_out_intervals=sum(each.priced_out for each in settled),
        settings={} if rule is None else rule.settings,
    )


def _home_bill(home: str, bills: Iterable[Bill]) -> HomeBill:
    total = total_bill(bills)
    return HomeBill(home, total.without_trade, total.with_trade)


def _by_hour(settled: Iterable[_Settled]) -> tuple[HourOfDay, ...]:
    hours = [HourOfDay()] * HOURS
    for each in settled:
        hour = each.scene.interval.start % DAY_S // HOUR_S
        so_far = hours[hour]
        hours[hour] = HourOfDay(so_far.delivered_wh + each.delivered_wh, so_far.paid + each.paid)
    return tuple(hours)


def _by_day(settled: Iterable[_Settled]) -> tuple[int, ...]:
    days: dict[int, int] = {}
    for each in settled:
        day = each.scene.interval.start // DAY_S
        days[day] = days.get(day, 0) + each.delivered_wh
    return tuple(days.values())
