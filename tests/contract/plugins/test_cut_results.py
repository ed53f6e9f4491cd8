"""Of equal trades that do not all fit a result the interval's lots choose, under every market rule."""

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.terms import PLAIN_TERMS
from aipchain.plugins.bundle import Bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.hookspecs import ClearInputs, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear
from aipchain.units import Interval, Price, UnixSeconds, Wh

CLEARING = [bundle for bundle in Catalogue.discover().bundles if Slot.CLEAR in bundle.manifest.slots]
BIDS, OFFERS = range(4), range(4, 8)


def order(number: int) -> BookOrder:
    """Four equal bids, then four equal offers, each of an owner and a meter of its own."""
    side, limit = (Side.BID, 30) if number in BIDS else (Side.OFFER, 10)
    return BookOrder(OrderNumber(number), AccountId(str(number)), MeterId(number), side, Wh(500), Price(limit))


BOOK = tuple(order(number) for number in (*BIDS, *OFFERS))


@pytest.mark.parametrize("bundle", CLEARING, ids=lambda bundle: bundle.manifest.name)
def test_no_order_is_kept_for_its_number(bundle: Bundle) -> None:
    """One trade fits a result: over sixteen hours it is not always of the same bid, nor of the same offer."""
    plugin = LoadedPlugin.load(Catalogue((bundle,)), Activation(Slot.CLEAR, bundle.id, b"{}", PLAIN_TERMS))
    kept = set()
    for hour in range(16):
        interval = Interval(UnixSeconds(3_600 * hour), 3_600)
        inputs = ClearInputs(interval, None, BOOK, Price(20), 1, plugin.config, PLAIN_TERMS)
        (trade,) = ask_clear(plugin, inputs).trades
        kept.add((trade.bid, trade.offer))

    assert len({bid for bid, _ in kept}) > 1
    assert len({offer for _, offer in kept}) > 1
