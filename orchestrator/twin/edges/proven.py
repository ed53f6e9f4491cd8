"""What corners about certificates and challenges need: a market whose clearings have something to prove.

What Town demands of its clearings is planted, because a vote would take it past the book.
"""

from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    BOOK,
    CLEOS,
    POORS,
    Corner,
    bid,
    offer,
)
from aipchain.orchestrator.twin.moves.town import BUNDLES, TOWN
from aipchain.pallets_spec.plugin_registry import BoundBinding
from aipchain.pallets_spec.proofs import (
    Certificate,
    Dual,
    LinePrice,
    Nothing,
    Optimum,
)
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import (
    NO_HASH,
    Binding,
    LineLimit,
    OrderNumber,
    PluginChange,
    Proof,
    Slot,
    Terms,
    Trade,
    ZoneCharge,
)
from aipchain.units import Price, Wh

__all__ = [
    "CHARGED",
    "LIMITED",
    "NO_LINES",
    "UNIFORM",
    "bilateral",
    "clears",
    "closes",
    "demands",
    "duals_of",
    "opened",
    "optimum",
]

UNIFORM = Terms(Proof.UNIFORM_PRICE)
CHARGED = Terms(Proof.OPTIMUM, (ZoneCharge(0, 1, Price(7)), ZoneCharge(1, 0, Price(20))))
LIMITED = replace(CHARGED, limits=(LineLimit(0, Wh(3), Wh(6)), LineLimit(1, Wh(5), Wh(4))))
NO_LINES = (LinePrice(0, Price(0), Price(0)), LinePrice(1, Price(0), Price(0)))


def demands(corner: Corner, terms: Terms) -> None:
    """From now on Town demands the terms of the clearings of books that open."""
    binding = Binding(BUNDLES[0], b"", b"", terms, None)
    bound = binding_hash(TOWN, PluginChange(Slot.CLEAR, binding), NO_HASH)
    corner.twin.plant("PluginRegistry", "Bindings", bound, BoundBinding(TOWN, Slot.CLEAR, binding, NO_HASH))
    slot = corner.twin.world.plugin_registry.slots[TOWN, Slot.CLEAR]
    corner.twin.plant("PluginRegistry", "Slots", (TOWN, Slot.CLEAR), replace(slot, active=bound, fallback=bound))


def opened(corner: Corner, terms: Terms) -> Corner:
    """A town of its own, where ada's bid of 10 Wh and ben's offer of 10 Wh meet and the gate has closed."""
    sub = corner.fork()
    demands(sub, terms)
    sub.places("ada", bid(1, 10, 100))
    sub.places("ben", offer(1, 10, 95))
    closes(sub)
    return sub


def bilateral(corner: Corner) -> None:
    """Ada bids and poor offers in zone 0, cleo bids and ben offers in zone 1. The gate has closed."""
    corner.places("ada", bid(1, 10, 100))
    corner.places("poor", offer(1, 6, 50, POORS))
    corner.places("cleo", bid(1, 10, 50, CLEOS))
    corner.places("ben", offer(2, 10, 40))
    closes(corner)


def closes(corner: Corner) -> None:
    """The gate of the book closes."""
    corner.at(corner.twin.world.market.books[BOOK].closes_at)


def clears(corner: Corner, *trades: Trade, proof: Certificate | None = None) -> None:
    """The operator submits the trades with a certificate."""
    book = corner.twin.world.market.books[BOOK]
    arguments = {"community": BOOK[0], "interval_start": BOOK[1], "rules": book.rules, "trades": trades}
    corner.does("operator", "Market", "submit_clearing", **arguments, certificate=proof or Nothing())


def optimum(*duals: tuple[int, int, int]) -> Optimum:
    """A certificate of these duals and no line."""
    return Optimum(duals_of(*duals), ())


def duals_of(*duals: tuple[int, int, int]) -> tuple[Dual, ...]:
    """Duals from order, energy [Wh] and surplus."""
    return tuple(Dual(OrderNumber(order), Wh(wh), Price(surplus)) for order, wh, surplus in duals)
