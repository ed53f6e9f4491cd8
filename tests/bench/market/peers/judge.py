"""What the trades of a matcher are worth, worked out from nothing but the book and the fills it handed in.

Money of a fill is energy [Wh] times price [milli-cent/kWh]. Fills are taken as fractions of whole numbers
without rounding, so a matcher that computes in floating point is judged by what it says, to the last bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .lap import Fill, Order

__all__ = ["Verdict", "judge", "optimum"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Shares of the optimum, and what is wrong with the trades.

    `energy_difference_wh` is bought less sold [Wh], `money_difference` what buyers pay less what sellers get [Wh x
    milli-cent/kWh], fees aside. `irrational` orders trade beyond their limit, `overfilled` ones more than they hold,
    `fractional` ones a part of a watt-hour.
    """

    welfare: float
    volume: float
    energy_difference_wh: float
    money_difference: float
    irrational: int
    overfilled: int
    fractional: int


def judge(orders: Sequence[Order], fills: Iterable[Fill]) -> Verdict:
    """Compare fills with the largest welfare that the book allows, and with the volume of that.

    :raises KeyError: a fill names an order that is not in the book.
    """
    book = {order.number: order for order in orders}
    filled: dict[int, Fraction] = {}
    worth = energy = money = sold = Fraction(0)
    irrational: set[int] = set()
    for number, wh, price in fills:
        order, part, paid = book[number], Fraction(wh), Fraction(price)
        sign = -1 if order.is_offer else 1
        filled[number] = filled.get(number, Fraction(0)) + part
        worth += sign * part * order.limit
        energy += sign * part
        money += sign * part * paid
        sold += part if order.is_offer else 0
        if sign * (paid - order.limit) > 0:
            irrational.add(number)
    most_worth, most_wh = optimum(orders)
    return Verdict(
        welfare=_share(worth, most_worth),
        volume=_share(sold, most_wh),
        energy_difference_wh=float(energy),
        money_difference=float(money),
        irrational=len(irrational),
        overfilled=sum(wh > book[number].wh for number, wh in filled.items()),
        fractional=sum(wh.denominator != 1 for wh in filled.values()),
    )


def optimum(orders: Sequence[Order]) -> tuple[int, int]:
    """Largest welfare [Wh x milli-cent/kWh] and its energy [Wh], by walking both curves unit by unit of merit.

    Its own few lines, apart from every matcher that is judged by it.
    """
    bids = sorted(((order.limit, order.wh) for order in orders if not order.is_offer), reverse=True)
    offers = sorted((order.limit, order.wh) for order in orders if order.is_offer)
    worth = energy = bid = offer = 0
    bid_left, offer_left = (side[0][1] if side else 0 for side in (bids, offers))
    while bid < len(bids) and offer < len(offers) and bids[bid][0] >= offers[offer][0]:
        step = min(bid_left, offer_left)
        worth += step * (bids[bid][0] - offers[offer][0])
        energy += step
        bid_left, offer_left = bid_left - step, offer_left - step
        if not bid_left:
            bid += 1
            bid_left = bids[bid][1] if bid < len(bids) else 0
        if not offer_left:
            offer += 1
            offer_left = offers[offer][1] if offer < len(offers) else 0
    return worth, energy


def _share(part: Fraction, whole: int) -> float:
    return float(part / whole) if whole else 1.0
