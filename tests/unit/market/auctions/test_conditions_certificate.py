"""The proof of a clearing with conditions: every way in which clearing or bound can be wrong, by its fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aipchain.market.auctions.bound_tree import BoundTree, OrderCut, Part, PriceCut
from aipchain.market.auctions.certificate import Fault as TradeFault
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder, as_linked
from aipchain.market.auctions.conditions_certificate import Fault, clear_with_proof, verify
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.breach import At, Breach, Thing
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
ANN, BEN, CAT = OrderNumber(0), OrderNumber(1), OrderNumber(2)


@pytest.fixture
def orders(book: Book) -> list[LinkedOrder]:
    """Ann bids 5 Wh at 20, Ben 6 Wh at 18 as a whole, Cat offers 6 Wh at 5 as a whole: Ben and Cat trade, worth 78."""
    least = {BEN: 6, CAT: 6}
    book_orders = book("bid ann 20@5", "bid ben 18@6", "offer cat 5@6")
    return [as_linked(order, least_wh=least.get(order.number, 0)) for order in book_orders]


def trade(bid: OrderNumber, offer: OrderNumber, wh: int, price: int = 11) -> Trade:
    """A trade by its numbers."""
    return Trade(bid, offer, Wh(wh), Price(price))


SOUND = ConditionalClearing({BEN: (6,), CAT: (6,)}, (Price(11),), ((trade(BEN, CAT, 6),),), 78, 78)
# Ben is in: at 20, (18 - 20) x 6 + (20 - 5) x 6 = 78. Ben is out and Cat in: Ann's 5 Wh are too few for Cat's 6, so far
# below all limits it is worth less than nothing: 120 x 5 - 105 x 6. Neither: Ann has nobody, 0.
PROOF = OrderCut(BEN, Part((20,)), OrderCut(CAT, Part((-100,)), Part((20,))))


def test_a_clearing_proves_itself(orders: list[LinkedOrder]) -> None:
    """By the search's tree, and by the one written here."""
    clearing, proof = clear_with_proof(orders)

    assert (clearing.fills, clearing.welfare, clearing.bound) == (SOUND.fills, 78, 78)
    assert verify(orders, clearing, proof) is None
    assert verify(orders, SOUND, PROOF) is None
    assert verify(orders[::-1], SOUND, PROOF) is None


@pytest.mark.parametrize(
    ("proof", "breach"),
    [
        (Part((18,)), Breach(Fault.BOUND_NOT_PROVEN, None, 10)),
        (Part((20,)), Breach(Fault.BOUND_NOT_PROVEN, None, 12)),
        (OrderCut(BEN, Part((20,)), Part((20,))), Breach(Fault.BOUND_NOT_PROVEN, None, 12)),
        (OrderCut(ANN, Part((18,)), Part((18,))), Breach(Fault.BOUND_NOT_PROVEN, None, 10)),
        (PriceCut(0, 18, Part((18,)), Part((20,))), Breach(Fault.BOUND_NOT_PROVEN, None, 12)),
        (Part(()), Breach(Fault.OTHER_INTERVALS)),
        (Part((18, 18)), Breach(Fault.OTHER_INTERVALS)),
        (PriceCut(1, 18, Part((18,)), Part((18,))), Breach(Fault.OTHER_INTERVALS)),
        (PriceCut(-1, 18, Part((18,)), Part((18,))), Breach(Fault.OTHER_INTERVALS)),
    ],
)
def test_a_tree_that_proves_too_little(orders: list[LinkedOrder], proof: BoundTree, breach: Breach) -> None:
    """Parts that may be worth more, and trees of other intervals."""
    assert verify(orders, SOUND, proof) == breach


@pytest.mark.parametrize(
    ("clearing", "fault"),
    [
        (replace(SOUND, fills={OrderNumber(9): (6,), CAT: (6,)}), Fault.UNKNOWN_ORDER),
        (replace(SOUND, prices=()), Fault.OTHER_INTERVALS),
        (replace(SOUND, fills={BEN: (6, 0), CAT: (6,)}), Fault.OTHER_INTERVALS),
        (replace(SOUND, fills={BEN: (5,), CAT: (6,)}), Fault.CONDITION_BROKEN),
        (replace(SOUND, fills={BEN: (6,), CAT: (7,)}), Fault.CONDITION_BROKEN),
        (replace(SOUND, fills={ANN: (-1,), CAT: (6,)}), Fault.CONDITION_BROKEN),
        (replace(SOUND, fills={ANN: (5,), CAT: (6,)}), Fault.SIDES_DIFFER),
        (replace(SOUND, prices=(19,)), Fault.OUTSIDE_LIMIT),
        (replace(SOUND, prices=(4,)), Fault.OUTSIDE_LIMIT),
        (replace(SOUND, prices=(None,)), Fault.OUTSIDE_LIMIT),
        (replace(SOUND, trades=((trade(BEN, CAT, 5),),)), TradeFault.ENERGY_MISSING),
        (replace(SOUND, trades=((trade(BEN, CAT, 7),),)), TradeFault.TRADES_EXCEED_FILL),
        (replace(SOUND, trades=((trade(BEN, CAT, 6, 12),),)), TradeFault.OTHER_PRICE),
        (replace(SOUND, trades=((trade(ANN, CAT, 6),),)), TradeFault.UNKNOWN_ORDER),
        (replace(SOUND, trades=((trade(BEN, CAT, 3), trade(BEN, CAT, 3)),)), TradeFault.LISTED_TWICE),
        (replace(SOUND, trades=((),)), TradeFault.ENERGY_MISSING),
        (replace(SOUND, fills={}), TradeFault.UNKNOWN_ORDER),
        (replace(SOUND, welfare=79), Fault.OTHER_WELFARE),
        (replace(SOUND, welfare=79, bound=79), Fault.OTHER_WELFARE),
        (replace(SOUND, bound=77), Fault.BOUND_NOT_PROVEN),
    ],
)
def test_a_clearing_that_is_wrong(orders: list[LinkedOrder], clearing: ConditionalClearing, fault: Fault) -> None:
    """Fills, price, trades and figures, one at a time."""
    found = verify(orders, clearing, PROOF)

    assert found is not None
    assert found.fault is fault


def test_leaving_out_a_better_order_is_no_optimum(orders: list[LinkedOrder]) -> None:
    """Nothing traded is a clearing, and its gap is all there was; told as an optimum it is found."""
    nothing = ConditionalClearing({}, (None,), ((),), 0, 78)

    assert verify(orders, nothing, PROOF) is None
    assert verify(orders, replace(nothing, bound=0), PROOF) == Breach(Fault.BOUND_NOT_PROVEN, None, 78)


def test_self_supply_is_no_energy_missing(book: Book) -> None:
    """Ann's own pair counts as served and is not traded; the witness of a fault names its order."""
    orders = [as_linked(order) for order in book("bid ann 20@5", "offer ann 5@5")]
    clearing, proof = clear_with_proof(orders)

    assert (clearing.fills, clearing.trades) == ({ANN: (5,), BEN: (5,)}, ((),))
    assert verify(orders, clearing, proof) is None
    own = replace(clearing, trades=((trade(ANN, BEN, 5, clearing.prices[0] or 0),),))
    assert verify(orders, own, proof) == Breach(TradeFault.SELF_TRADE, At(Thing.ORDER, 0))


def test_an_empty_book_is_proven() -> None:
    """No orders, no intervals, no prices."""
    assert verify([], *clear_with_proof([])) is None
