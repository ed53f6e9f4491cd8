"""Gates: which product of an interval takes an order now.

Four products follow one another over the delivery interval [s, e):

    day-ahead      closes at s at the latest; most energy is traded here, on forecasts
    intraday       closes at s at the latest; better forecasts correct what was traded
    balancing      closes at e at the latest; what is known while the energy flows
    post-delivery  opens at e at the earliest; members trade what meters show they took or gave beyond their contracts

A schedule has some of them, each once and in this order, and never two open at a time. An order is taken while
opens_at <= now < closes_at, as on chain (docs/protocol.md, Time). Times are chain seconds; there is no clock in here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from aipchain.market.products.errors import GateClosed, ScheduleInvalid, UnknownProduct
from aipchain.market.whole import refuse_fraction
from aipchain.units import Interval, UnixSeconds

__all__ = ["Gate", "GateRule", "Product", "Schedule", "open_product", "require_open", "schedule_of"]


class Product(StrEnum):
    """The products, in the order in which they follow one another."""

    DAY_AHEAD = "day-ahead"
    INTRADAY = "intraday"
    BALANCING = "balancing"
    POST_DELIVERY = "post-delivery"


@dataclass(frozen=True, slots=True)
class Gate:
    """When a product takes orders [s], and whether what is left of them stands in the next product."""

    product: Product
    opens_at: UnixSeconds
    closes_at: UnixSeconds
    carries: bool = True


@dataclass(frozen=True, slots=True)
class GateRule:
    """A gate of every interval: seconds after the interval's start, negative before it."""

    product: Product
    opens_s: int
    closes_s: int
    carries: bool = True


@dataclass(frozen=True, slots=True)
class Schedule:
    """The gates of one delivery interval.

    :raises ScheduleInvalid: a product twice or out of order, gates that overlap, or that do not fit the interval.
    :raises UnknownProduct: a gate of something else than a `Product`.
    :raises TypeError: a time is not whole.
    """

    interval: Interval
    gates: tuple[Gate, ...]

    def __post_init__(self) -> None:
        for gate in self.gates:
            _refuse_other(gate.product)
            for what, time in (("opens", gate.opens_at), ("closes", gate.closes_at)):
                refuse_fraction(f"the time at which {gate.product} {what} [s]", time)
            problem = _problem(gate, self.interval)
            if problem:
                raise ScheduleInvalid(gate.product, problem)
        places = list(Product)
        for before, gate in pairwise(self.gates):
            if places.index(gate.product) <= places.index(before.product):
                raise ScheduleInvalid(gate.product, f"comes after the one of {before.product}")
            if gate.opens_at < before.closes_at:
                raise ScheduleInvalid(gate.product, f"opens before the one of {before.product} closes")


def schedule_of(interval: Interval, rules: Iterable[GateRule]) -> Schedule:
    """The gates of `interval` by rules that hold for every interval.

    :raises ScheduleInvalid, UnknownProduct, TypeError: as `Schedule`.
    """
    start = interval.start
    return Schedule(
        interval,
        tuple(
            Gate(rule.product, UnixSeconds(start + rule.opens_s), UnixSeconds(start + rule.closes_s), rule.carries)
            for rule in rules
        ),
    )


def open_product(schedule: Schedule, now: UnixSeconds) -> Product | None:
    """The product that takes orders at `now`, if any does."""
    return next((gate.product for gate in schedule.gates if gate.opens_at <= now < gate.closes_at), None)


def require_open(schedule: Schedule, product: Product, now: UnixSeconds) -> None:
    """Whether `product` takes an order at `now`.

    :raises GateClosed: it does not.
    :raises UnknownProduct: `product` is no `Product`.
    """
    _refuse_other(product)
    if open_product(schedule, now) is not product:
        to_come = [gate.opens_at for gate in schedule.gates if gate.product is product and gate.opens_at > now]
        raise GateClosed(product, now, to_come[0] if to_come else None)


def _refuse_other(product: Product) -> None:
    if not isinstance(product, Product):
        raise UnknownProduct(product, Product)


def _problem(gate: Gate, interval: Interval) -> str | None:
    if gate.opens_at >= gate.closes_at:
        return f"closes at {gate.closes_at}, but opens at {gate.opens_at}"
    latest = {Product.DAY_AHEAD: interval.start, Product.INTRADAY: interval.start, Product.BALANCING: interval.end}
    if gate.closes_at > latest.get(gate.product, gate.closes_at):
        return f"closes at {gate.closes_at}, later than {latest[gate.product]}"
    if gate.product is Product.POST_DELIVERY and gate.opens_at < interval.end:
        return f"opens at {gate.opens_at}, before the interval ends at {interval.end}"
    return None
