"""The clearing of a feeder as a linear program in whole numbers, with one optimum.

    maximise  sum v_i x_i   subject to   sum s_i x_i = 0   (bids and exports +1, offers and imports -1)
              sum a_ki x_i <= b_k  for every limit k,      0 <= x_i <= q_i

Ties would leave many optima, and solvers choose differently. So values and quantities are first multiplied by 2^SHIFT
and then disturbed by less than half a unit in all: by the rank of the order in a sequence drawn from the interval's
public seed, and by bits of its hash. A bid is disturbed upwards of an offer, so that equal limits trade. Rounding to
whole units takes the disturbance away; what is left of it is which of several equal orders is served.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from aipchain.market.auctions.ties import lots
from aipchain.market.book import Side
from aipchain.market.network.feeder import Feeder
from aipchain.market.network.grid_book import GridBook
from aipchain.market.network.sweep import GridLimit, LimitKind

__all__ = ["SHIFT", "Column", "Program", "Row", "limit_row", "program_of"]

SHIFT: Final = 28
_HALF: Final = 1 << SHIFT - 1
_BID: Final = _HALF // 2
"""Bids are disturbed by this much more than offers, so that equal limits trade."""
_HASH_BITS: Final = 10
_OUTSIDE: Final = (-1, -2)
"""Numbers of the columns for import and export."""


@dataclass(frozen=True, slots=True)
class Column:
    """One order or one direction of the outside.

    `sign` in the balance, disturbed `quantity` and `value` of a watt-hour, and its `price` as it stands in the book,
    all with the sign of welfare: prices of offers are negative.
    """

    number: int
    sign: int
    position: int
    quantity: int
    value: int
    price: int


@dataclass(frozen=True, slots=True)
class Program:
    """The columns of a book, by number, the outside last."""

    feeder: Feeder
    columns: tuple[Column, ...]
    watts_per_wh: int


@dataclass(frozen=True, slots=True)
class Row:
    """A limit over the columns of a program: coefficients per unit of x, and the right side."""

    limit: GridLimit
    coefficients: tuple[int, ...]
    bound: int


def program_of(book: GridBook, seed: int) -> Program:
    """The program of `book`; equals are served by lot, as in the auctions (`tie_seed`)."""
    numbers = [order.number for order in book.orders]
    hashes = _hashes(seed, numbers)
    by_rank = sorted(zip(lots(seed, numbers), range(len(numbers)), strict=True))
    rank = {index: place for place, (_, index) in enumerate(by_rank)}
    step, room = _HALF // (len(rank) + 2) // 2, _HALF // (len(rank) + 1)
    columns, bid = [], Side.BID
    for index, (order, position, own) in enumerate(zip(book.orders, book.positions, hashes, strict=True)):
        noise = rank[index] * step + (own & (1 << _HASH_BITS) - 1) % max(1, step)
        size = (order.wh << SHIFT) + (own >> _HASH_BITS) % room
        if order.side is bid:
            value = (order.limit_price << SHIFT) + noise + _BID
            columns.append(Column(order.number, 1, position, size, value, order.limit_price))
        else:
            value = -(order.limit_price << SHIFT) - noise
            columns.append(Column(order.number, -1, position, size, value, -order.limit_price))
    return Program(book.feeder, (*columns, *_outside(book, columns)), book.watts_per_wh)


def limit_row(program: Program, limit: GridLimit) -> Row:
    """The limit as a row; by the same formulas as the sweep."""
    feeder = program.feeder
    sign = 1 if limit.kind in {LimitKind.POWER_DOWN, LimitKind.VOLTAGE_LOW} else -1
    factor = sign * program.watts_per_wh
    if limit.kind in {LimitKind.POWER_DOWN, LimitKind.POWER_UP}:
        load = generation = [factor * inside for inside in _below(feeder, limit.position)]
        bound = feeder.rated_w[limit.position]
    else:
        active, reactive = _shared_impedance(feeder, limit.position)
        load = [factor * (r + x * share) for r, x, share in zip(active, reactive, feeder.tan_phi, strict=True)]
        generation = [factor * r for r in active]
        bound = feeder.root_voltage - feeder.lowest if sign > 0 else feeder.highest - feeder.root_voltage
    coefficients = tuple([load[c.position] if c.sign > 0 else -generation[c.position] for c in program.columns])
    return Row(limit, coefficients, (bound << SHIFT) + _disturbance(program, limit, coefficients))


def _outside(book: GridBook, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Import as an offer at retail, export as a bid at feed-in; neither can be more than one side of the book."""
    if book.reference is None:
        return ()
    demand = sum(column.quantity for column in columns if column.sign > 0)
    supply = sum(column.quantity for column in columns if column.sign < 0)
    retail, feed_in = book.reference.retail, book.reference.feed_in
    # at equal prices the outside comes after every offer and before every bid, and never trades with itself
    return (
        Column(_OUTSIDE[0], -1, 0, demand + 1, -((retail << SHIFT) + _BID - 1), -retail),
        Column(_OUTSIDE[1], 1, 0, supply + 1, (feed_in << SHIFT) + _BID - 2, feed_in),
    )


def _disturbance(program: Program, limit: GridLimit, coefficients: Sequence[int]) -> int:
    """Less than half a unit of what the limit concerns, so that no limit and order, or two limits, meet exactly."""
    smallest = min(map(abs, filter(None, coefficients)), default=0)
    places = 8 * len(program.feeder.nodes)
    return smallest * (_hashes(limit.kind, [limit.position])[0] % max(1, _HALF // places))


def _hashes(seed: int, numbers: Sequence[int]) -> list[int]:
    """Eight bytes for each number, for this seed."""
    key = seed.to_bytes(8, "big")
    return [int.from_bytes(blake2b(b"%d" % each, key=key, digest_size=8).digest(), "big") for each in numbers]


def _below(feeder: Feeder, position: int) -> list[int]:
    """1 for `position` and every position it feeds, else 0."""
    inside = [0] * len(feeder.parent)
    inside[position] = 1
    for node in range(position + 1, len(feeder.parent)):
        inside[node] = inside[feeder.parent[node]]
    return inside


def _shared_impedance(feeder: Feeder, position: int) -> tuple[list[int], list[int]]:
    """Resistance and reactance of the way from the root that each position shares with `position`."""
    on_way = [0] * len(feeder.parent)
    node = position
    while node > 0:
        on_way[node], node = 1, feeder.parent[node]
    active, reactive = [0] * len(on_way), [0] * len(on_way)
    for node in range(1, len(on_way)):
        up = feeder.parent[node]
        active[node] = active[up] + (feeder.resistance[node] if on_way[node] else 0)
        reactive[node] = reactive[up] + (feeder.reactance[node] if on_way[node] else 0)
    return active, reactive
