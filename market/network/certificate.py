"""The proof of a clearing on a feeder: duals in whole numbers, from which anyone computes how much better it could be.

For any price of the balance and any duals y_k >= 0 of the limits, no clearing whatever has more welfare than

    bound = sum y_k b_k + sum over orders of max(0, value of one Wh at its node - y a) x its quantity     (weak duality)

so that checking needs no solver: one sweep shows that the fills keep every limit, one sweep of the duals gives the
bound. Because every order of the book stands in the bound, no order can be left out unseen. Duals are base units x
2^20: per Wh (balance), per W (power), per 2^40 units of squared voltage; the sum is kept at 2^60 without rounding.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from aipchain.market.book import BookOrder, OrderNumber, Side
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.network.grid_book import GridBook, injections, outside_exchange, welfare
from aipchain.market.network.sweep import GridLimit, LimitKind, exceeded, sweep
from aipchain.market.rounding import rounded_up
from aipchain.units import Wh

__all__ = [
    "DUAL_BITS",
    "LARGEST_GAP_PPM",
    "SUM_BITS",
    "VOLTAGE_BITS",
    "Fault",
    "GridCertificate",
    "GridResult",
    "gap_ppm",
    "node_values",
    "upper_bound",
    "verify",
]

DUAL_BITS: Final = 20
VOLTAGE_BITS: Final = 40
SUM_BITS: Final = DUAL_BITS + VOLTAGE_BITS
LARGEST_GAP_PPM: Final = 500
"""The gap that is accepted unless a community votes another one [parts per million of the bound]."""


@dataclass(frozen=True, slots=True)
class GridCertificate:
    """Dual of the balance [2^-20 base units per Wh] and of each limit that binds, in order of limits."""

    balance: int
    duals: tuple[tuple[GridLimit, int], ...] = ()


class Fault(StrEnum):
    """What can be wrong with a result or its certificate, in the order in which it is looked for."""

    UNKNOWN_ORDER = "UnknownOrder"
    OVERFILLED = "Overfilled"
    OUT_OF_BALANCE = "OutOfBalance"
    LIMIT_EXCEEDED = "LimitExceeded"
    UNKNOWN_LIMIT = "UnknownLimit"
    NEGATIVE_DUAL = "NegativeDual"
    GAP_TOO_LARGE = "GapTooLarge"


class GridResult(Protocol):
    """What is verified: served energy by order number, and net import from the outside [Wh]."""

    @property
    def fills(self) -> Mapping[OrderNumber, Wh]: ...  # noqa: D102
    @property
    def import_wh(self) -> Wh: ...  # noqa: D102


def verify(
    book: GridBook, result: GridResult, certificate: GridCertificate, largest_gap_ppm: int = LARGEST_GAP_PPM
) -> Breach | None:
    """None if the fills keep every limit and are proven within `largest_gap_ppm` of the best; solves nothing."""
    breach = _fill_breach(book, result) or _limit_breach(book, result.fills) or _dual_breach(book, certificate)
    if breach is not None:
        return breach
    gap = gap_ppm(book, result.fills, certificate)
    return Breach(Fault.GAP_TOO_LARGE, None, gap) if gap > largest_gap_ppm else None


def gap_ppm(book: GridBook, fills: Mapping[OrderNumber, Wh], certificate: GridCertificate) -> int:
    """(bound - welfare) / bound, rounded up [parts per million]; 0 where the bound is 0 and reached."""
    bound = upper_bound(book, certificate)
    missing = bound - (welfare(book, fills) << SUM_BITS)
    return rounded_up(missing * 1_000_000, bound) if bound > 0 else 0 if missing <= 0 else 1_000_000


def upper_bound(book: GridBook, certificate: GridCertificate) -> int:
    """No clearing has more welfare than this [2^-60 base units]; duals must not be negative."""
    balance, total = certificate.balance << VOLTAGE_BITS, _limits_worth(book, certificate)
    demand, supply, bid = 0, 0, Side.BID
    for order, worth in zip(book.orders, node_values(book, certificate), strict=True):
        advantage = (order.limit_price << SUM_BITS) - worth
        if order.side is bid:
            demand += order.wh
        else:
            supply += order.wh
            advantage = -advantage
        if advantage > 0:
            total += advantage * order.wh
    if book.reference is not None:
        total += max(0, balance - (book.reference.retail << SUM_BITS)) * demand
        total += max(0, (book.reference.feed_in << SUM_BITS) - balance) * supply
    return total


def node_values(book: GridBook, certificate: GridCertificate) -> Iterator[int]:
    """What a watt-hour is worth at the node of each order: balance and limits [2^-60 base units]."""
    balance, factor, bid = certificate.balance << VOLTAGE_BITS, book.watts_per_wh, Side.BID
    drawing, feeding = _node_charges(book, certificate)
    for order, position in zip(book.orders, book.positions, strict=True):
        yield balance + factor * (drawing if order.side is bid else feeding)[position]


def _node_charges(book: GridBook, certificate: GridCertificate) -> tuple[list[int], list[int]]:
    """What a watt drawn, and one fed in, is worth at each position beyond the balance [2^-60 base units]."""
    feeder = book.feeder
    count, parent = len(feeder.parent), feeder.parent
    voltage, power = [0] * count, [0] * count
    for limit, dual in certificate.duals:
        if limit.kind in {LimitKind.POWER_DOWN, LimitKind.POWER_UP}:
            power[limit.position] += (dual if limit.kind is LimitKind.POWER_DOWN else -dual) << VOLTAGE_BITS
        else:
            voltage[limit.position] += dual if limit.kind is LimitKind.VOLTAGE_LOW else -dual
    for node in range(count - 1, 0, -1):
        voltage[parent[node]] += voltage[node]
    active, reactive = [0] * count, [0] * count
    for node in range(1, count):
        active[node] = active[parent[node]] + power[node] + feeder.resistance[node] * voltage[node]
        reactive[node] = reactive[parent[node]] + feeder.reactance[node] * voltage[node]
    drawing = [a + x * share for a, x, share in zip(active, reactive, feeder.tan_phi, strict=True)]
    return drawing, active


def _limits_worth(book: GridBook, certificate: GridCertificate) -> int:
    """The sum of duals times limits [2^-60 base units]."""
    feeder, total = book.feeder, 0
    for limit, dual in certificate.duals:
        if limit.kind in {LimitKind.POWER_DOWN, LimitKind.POWER_UP}:
            total += (dual * feeder.rated_w[limit.position]) << VOLTAGE_BITS
        elif limit.kind is LimitKind.VOLTAGE_LOW:
            total += dual * (feeder.root_voltage - feeder.lowest)
        else:
            total += dual * (feeder.highest - feeder.root_voltage)
    return total


def _fill_breach(book: GridBook, result: GridResult) -> Breach | None:
    known: dict[OrderNumber, BookOrder] = {order.number: order for order in book.orders}
    for number, fill in sorted(result.fills.items()):
        if number not in known:
            return Breach(Fault.UNKNOWN_ORDER, At(Thing.ORDER, number), fill)
        if not 0 <= fill <= known[number].wh:
            return Breach(Fault.OVERFILLED, At(Thing.ORDER, number), fill)
    drawn = outside_exchange(book, result.fills)
    if drawn != result.import_wh or (book.reference is None and drawn):
        return Breach(Fault.OUT_OF_BALANCE, None, drawn)
    return None


def _limit_breach(book: GridBook, fills: Mapping[OrderNumber, Wh]) -> Breach | None:
    power = injections(book, fills)
    first = next(exceeded(book.feeder, sweep(book.feeder, power.load_w, power.generation_w)), None)
    return None if first is None else Breach(Fault.LIMIT_EXCEEDED, At(Thing.NODE, first[0].position), first[1])


def _dual_breach(book: GridBook, certificate: GridCertificate) -> Breach | None:
    for limit, dual in certificate.duals:
        if not 0 < limit.position < len(book.feeder.nodes):
            return Breach(Fault.UNKNOWN_LIMIT, At(Thing.NODE, limit.position), dual)
        if dual < 0:
            return Breach(Fault.NEGATIVE_DUAL, At(Thing.NODE, limit.position), dual)
    return None
