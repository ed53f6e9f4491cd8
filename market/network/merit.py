"""The clearing without the grid: dearest columns against cheapest, and the price at which they meet.

The program with its balance alone. Sorting the disturbed values solves it; all served columns but one are served in
full, and the price of that one is the price of the balance.
"""

from dataclasses import dataclass

from aipchain.market.network.program import Program

__all__ = ["MeritPoint", "merit_point"]


@dataclass(frozen=True, slots=True)
class MeritPoint:
    """Disturbed quantities by column, and the price of the balance [base units per Wh]."""

    point: tuple[int, ...]
    price: int


def merit_point(program: Program) -> MeritPoint:
    """The optimum without limits."""
    columns = program.columns
    demand = sorted((i for i, each in enumerate(columns) if each.sign > 0), key=lambda i: -columns[i].value)
    supply = sorted((i for i, each in enumerate(columns) if each.sign < 0), key=lambda i: -columns[i].value)
    point = [0] * len(columns)
    bid = offer = 0
    price = columns[demand[0]].price if demand else -columns[supply[0]].price if supply else 0
    while bid < len(demand) and offer < len(supply):
        buyer, seller = columns[demand[bid]], columns[supply[offer]]
        if buyer.value + seller.value <= 0:
            break
        room_bid, room_offer = buyer.quantity - point[demand[bid]], seller.quantity - point[supply[offer]]
        step = min(room_bid, room_offer)
        point[demand[bid]] += step
        point[supply[offer]] += step
        price = buyer.price if step < room_bid else -seller.price
        bid += step == room_bid
        offer += step == room_offer
    return MeritPoint(tuple(point), price)
