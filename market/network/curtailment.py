"""Curtailing fills until every limit holds, in whole watt-hours and one order of steps.

While a limit is exceeded, the worst one is relieved: orders that weigh on it are cut until it holds by the exact
sweep's own numbers. Every step takes energy away and no trade at all keeps every limit, so it ends with a feasible
result. Where relieving one limit brings back a bit of another, in a narrow band, steps get ever smaller: after
`PATIENT_STEPS` they relieve more than is needed, ever more, and soon all that weighs on a limit. Two uses:

- mending the rounding of an optimum: the orders that weigh most are cut first, a few Wh, so that other limits hardly
  notice;
- the whole clearing where there is no solver: least lost worth per relief first. Feasible and the same everywhere,
  but not the best.
"""

from collections.abc import Sequence
from typing import Final

from aipchain.market.book import OrderNumber, ReferencePrice, Side
from aipchain.market.network.grid_book import GridBook, injections, welfare
from aipchain.market.network.program import SHIFT, Program, Row, limit_row
from aipchain.market.network.sweep import GridLimit, exceeded, sweep
from aipchain.market.rounding import rounded_up
from aipchain.units import Wh

__all__ = ["curtailed", "pressed"]

PATIENT_STEPS: Final = 200
"""So many limits are relieved by what is needed; feeders of usual sizes and bands take up to 130."""
DOUBLING_STEPS: Final = 8


def curtailed(
    book: GridBook, program: Program, fills: dict[OrderNumber, Wh], *, mending: bool = False
) -> dict[OrderNumber, Wh]:
    """`fills` [Wh] cut until they balance and keep every limit of the book's feeder.

    :param program: gives worth and order of equal orders; its feeder must be the book's.
    :param mending: cut as little energy as possible, rather than as little worth.
    """
    left = [int(fills.get(order.number, 0)) for order in book.orders]
    values = [column.value for column in program.columns[: len(left)]]
    if book.reference is None:
        _balance(book, values, left)
    step = 0
    while (worst := _next_to_relieve(book, left, mending=mending)) is not None:
        row, excess = limit_row(program, worst[0]), pressed(worst[1], step)
        if book.reference is None:
            _cut_pairs(book, row, values, left, excess)
        else:
            _cut_single(
                row, _least_energy(row, left) if mending else _least_worth(book, row, values, left), left, excess
            )
        step += 1
    kept = _as_fills(book, left)
    return kept if welfare(book, kept) >= 0 else {}


def pressed(excess: int, step: int) -> int:
    """By how much a limit that is exceeded by `excess` is relieved at a step: after many, ever more than by that."""
    return excess << max(0, step - PATIENT_STEPS) // DOUBLING_STEPS


def _as_fills(book: GridBook, left: Sequence[int]) -> dict[OrderNumber, Wh]:
    return {order.number: Wh(wh) for order, wh in zip(book.orders, left, strict=True) if wh}


def _next_to_relieve(book: GridBook, left: list[int], *, mending: bool) -> tuple[GridLimit, int] | None:
    if book.reference is not None and not mending:
        _drop_losing(book, book.reference, left)
    return _worst(book, left)


def _worst(book: GridBook, left: Sequence[int]) -> tuple[GridLimit, int] | None:
    """The limit to relieve: overloaded lines before voltages, the largest excess of its kind, then by position."""
    power = injections(book, _as_fills(book, left))
    state = sweep(book.feeder, power.load_w, power.generation_w)
    found = exceeded(book.feeder, state)
    return max(found, key=lambda each: (-(each[0].kind // 2), each[1], -each[0].position), default=None)


def _balance(book: GridBook, values: Sequence[int], left: list[int]) -> None:
    """Cut the longer side, least worth first, until bids and offers are served equally."""
    drawn = sum(wh if order.side is Side.BID else -wh for order, wh in zip(book.orders, left, strict=True))
    side = Side.BID if drawn > 0 else Side.OFFER
    excess = abs(drawn)
    for index in sorted(range(len(left)), key=lambda i: values[i]):
        if book.orders[index].side is side:
            cut = min(excess, left[index])
            left[index] -= cut
            excess -= cut


def _drop_losing(book: GridBook, reference: ReferencePrice, left: list[int]) -> None:
    """Cut bids below retail that imports serve, and offers above feed-in that are exported, the worst first."""
    drawn = sum(wh if order.side is Side.BID else -wh for order, wh in zip(book.orders, left, strict=True))
    if drawn > 0:
        losing = [i for i in _served(book, left, Side.BID) if book.orders[i].limit_price < reference.retail]
        losing.sort(key=lambda i: (book.orders[i].limit_price, i))
    else:
        losing = [i for i in _served(book, left, Side.OFFER) if book.orders[i].limit_price > reference.feed_in]
        losing.sort(key=lambda i: (-book.orders[i].limit_price, i))
    excess = abs(drawn)
    for index in losing:
        cut = min(excess, left[index])
        left[index] -= cut
        excess -= cut


def _served(book: GridBook, left: Sequence[int], side: Side) -> list[int]:
    return [i for i, wh in enumerate(left) if wh and book.orders[i].side is side]


def _least_energy(row: Row, left: Sequence[int]) -> list[int]:
    """Orders that weigh on the limit, those that weigh most first."""
    return sorted(_weighing(row, left), key=lambda i: (-row.coefficients[i], i))


def _least_worth(book: GridBook, row: Row, values: Sequence[int], left: Sequence[int]) -> list[int]:
    """Orders that weigh on the limit, those first that lose least against the outside per relief."""
    reference = book.reference
    twice_outside = 0 if reference is None else reference.retail + reference.feed_in << SHIFT

    def lost_per_relief(index: int) -> tuple[int, int]:
        sign = 1 if book.orders[index].side is Side.BID else -1
        lost = 2 * values[index] - sign * twice_outside
        return (lost << 64) // row.coefficients[index], index

    return sorted(_weighing(row, left), key=lost_per_relief)


def _weighing(row: Row, left: Sequence[int]) -> list[int]:
    return [i for i, wh in enumerate(left) if wh and row.coefficients[i] > 0]


def _cut_single(row: Row, chosen: Sequence[int], left: list[int], excess: int) -> None:
    """With an outside: cut orders alone; the outside takes the difference."""
    for index in chosen:
        if excess <= 0:
            return
        cut = min(left[index], rounded_up(excess, row.coefficients[index]))
        left[index] -= cut
        excess -= cut * row.coefficients[index]


def _cut_pairs(book: GridBook, row: Row, values: Sequence[int], left: list[int], excess: int) -> None:
    """Without an outside: cut a bid and an offer together, the pair that weighs most first."""
    bids, offers = (
        sorted(_served(book, left, side), key=lambda i: (-row.coefficients[i], values[i]))
        for side in (Side.BID, Side.OFFER)
    )
    while excess > 0 and bids and offers:
        bid, offer = bids[0], offers[0]
        relief = row.coefficients[bid] + row.coefficients[offer]
        if relief <= 0:
            return
        cut = min(left[bid], left[offer], rounded_up(excess, relief))
        left[bid] -= cut
        left[offer] -= cut
        excess -= cut * relief
        if not left[bid]:
            bids.pop(0)
        if not left[offer]:
            offers.pop(0)
