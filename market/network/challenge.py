"""One node as the proof that a published clearing of a feeder is wrong.

With a result its state is published: power into every node, reactive power and squared voltage. Each entry follows
from its neighbours' alone, so a wrong state has a node where it does not, and a state beyond limits a node where it
is beyond. Whoever finds one names it; to check takes that node, what it feeds, what feeds it, and the orders that are
there. A chain can so believe a result until somebody objects. The bound of the duals is checked whole
(`certificate`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aipchain.market.book import BookOrder, OrderNumber, Side
from aipchain.market.network.grid_book import GridBook, injections
from aipchain.units import Wh

__all__ = ["LineChallenge", "LineFault", "NodeClaim", "fault_at", "first_challenge", "is_fraud", "node_claims"]


@dataclass(frozen=True, slots=True)
class NodeClaim:
    """What is published of one node: power into it [W], reactive power [var / 1000], squared voltage."""

    flow_w: int
    reactive: int
    squared_voltage: int


@dataclass(frozen=True, slots=True)
class LineChallenge:
    """The claim at `position`, or the line that feeds it, is wrong."""

    position: int


class LineFault(StrEnum):
    """What is wrong at a node."""

    INCOMPLETE = "Incomplete"
    """There is not one claim for each node."""
    UNKNOWN_ORDER = "UnknownOrder"
    """An order is served that is not in the book."""
    FILL = "Fill"
    """An order at the node is served below zero or beyond its energy."""
    POWER = "Power"
    """Power into the node is not what it and its lines take."""
    IMBALANCE = "Imbalance"
    """Power flows into the root, and no outside is there to give or take it."""
    VOLTAGE = "Voltage"
    """The voltage is not that of the feeding node less the line's fall."""
    OVERLOADED = "Overloaded"
    OUT_OF_BAND = "OutOfBand"


def node_claims(book: GridBook, fills: Mapping[OrderNumber, Wh]) -> tuple[NodeClaim, ...]:
    """The true state, to publish with a result."""
    feeder, power = book.feeder, injections(book, fills)
    flow = [load - made for load, made in zip(power.load_w, power.generation_w, strict=True)]
    reactive = [load * share for load, share in zip(power.load_w, feeder.tan_phi, strict=True)]
    for node in range(len(flow) - 1, 0, -1):
        flow[feeder.parent[node]] += flow[node]
        reactive[feeder.parent[node]] += reactive[node]
    voltage = [feeder.root_voltage] * len(flow)
    for node in range(1, len(flow)):
        fall = feeder.resistance[node] * flow[node] + feeder.reactance[node] * reactive[node]
        voltage[node] = voltage[feeder.parent[node]] - fall
    return tuple(NodeClaim(*each) for each in zip(flow, reactive, voltage, strict=True))


def is_fraud(
    book: GridBook, fills: Mapping[OrderNumber, Wh], claims: Sequence[NodeClaim], challenge: LineChallenge
) -> bool:
    """Whether the challenge is right."""
    return fault_at(book, fills, claims, challenge.position) is not None


def first_challenge(
    book: GridBook, fills: Mapping[OrderNumber, Wh], claims: Sequence[NodeClaim]
) -> LineChallenge | None:
    """A challenge that is right, if the result or its published state is wrong anywhere."""
    wrong = (node for node in range(len(book.feeder.nodes)) if fault_at(book, fills, claims, node) is not None)
    position = next(wrong, None)
    return None if position is None else LineChallenge(position)


def fault_at(
    book: GridBook, fills: Mapping[OrderNumber, Wh], claims: Sequence[NodeClaim], position: int
) -> LineFault | None:
    """What is wrong at `position`; None if all is right there, or there is no such position.

    What is wrong with the result as a whole is wrong at the root.
    """
    feeder = book.feeder
    if not 0 <= position < len(feeder.nodes):
        return None
    if len(claims) != len(feeder.nodes):
        return None if position else LineFault.INCOMPLETE
    if not position and fills.keys() - {order.number for order in book.orders}:
        return LineFault.UNKNOWN_ORDER
    here = [order for order, place in zip(book.orders, book.positions, strict=True) if place == position]
    if any(not 0 <= fills.get(order.number, 0) <= order.wh for order in here):
        return LineFault.FILL
    return _fault_of_claim(book, fills, claims, here, position)


def _fault_of_claim(
    book: GridBook,
    fills: Mapping[OrderNumber, Wh],
    claims: Sequence[NodeClaim],
    here: Sequence[BookOrder],
    position: int,
) -> LineFault | None:
    feeder, claim = book.feeder, claims[position]
    drawn = sum(fills.get(order.number, 0) for order in here if order.side is Side.BID) * book.watts_per_wh
    fed_in = sum(fills.get(order.number, 0) for order in here if order.side is Side.OFFER) * book.watts_per_wh
    below = [claims[node] for node, up in enumerate(feeder.parent) if up == position]
    flow = drawn - fed_in + sum(each.flow_w for each in below)
    reactive = drawn * feeder.tan_phi[position] + sum(each.reactive for each in below)
    if (claim.flow_w, claim.reactive) != (flow, reactive):
        return LineFault.POWER
    if not position and book.reference is None and claim.flow_w:
        return LineFault.IMBALANCE
    fall = feeder.resistance[position] * claim.flow_w + feeder.reactance[position] * claim.reactive
    above = claims[feeder.parent[position]].squared_voltage if position else feeder.root_voltage + fall
    if claim.squared_voltage != above - fall:
        return LineFault.VOLTAGE
    if position and abs(claim.flow_w) > feeder.rated_w[position]:
        return LineFault.OVERLOADED
    return None if feeder.lowest <= claim.squared_voltage <= feeder.highest else LineFault.OUT_OF_BAND
