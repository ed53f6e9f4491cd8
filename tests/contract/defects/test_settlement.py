"""Defects d, e, l, o: what becomes of the rest of an order, whose meter counts, and what can be looked up later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aipchain.orchestrator.follow import catch_up
from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge import facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.bindings import trade_list_hash
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from tests.contract.defects.conftest import Neighbours
    from tests.integration.orchestrator.village import Village

HOUR = 3_600


def closed(events: tuple[facts.Event, ...]) -> dict[int, tuple[int, int]]:
    """Energy traded [Wh] and money released [base units] of each order that was closed."""
    return {e.number: (e.filled_wh, e.released) for e in events if isinstance(e, facts.OrderClosed)}


def settled(events: tuple[facts.Event, ...]) -> list[tuple[int, int]]:
    """Energy delivered [Wh] and money paid [base units] of each settled trade, in the order of the list."""
    return [(e.delivered_wh, e.paid) for e in events if isinstance(e, facts.TradeSettled)]


def delivered(village: Village, *, bought: int = 1_000, sold: int = 1_000) -> None:
    """All meters are read, the buyer's with its import and both others' with their export, and readings are final."""
    village.delivers(
        village.reading(village.buyer, import_wh=bought),
        village.reading(village.seller, export_wh=sold),
        village.reading(village.prosumer, export_wh=sold),
    )
    village.becomes_final()


# d


def test_d_residual_is_kept(village: Village) -> None:
    """The other market took a partial fill without its residual, and the rest was gone; here the order keeps all its
    energy and escrow, whatever a trade takes of it, and settlement gives back what the trades did not cost."""
    bid, offer = village.bid(village.buyer, 1_000), village.offer(village.seller, 900)
    alone = village.bid(village.prosumer, 70)
    issued = reads.total_issuance(village.connection)

    village.clears(village.trade(bid, offer, 300))

    for number, wh, share in ((bid, 1_000, 1), (offer, 900, 10)):
        order = reads.order(village.connection, number)
        assert order is not None
        assert (order.wh, order.filled_wh, order.escrow) == (wh, 300, wh * village.tariff // share)
    delivered(village)
    before = [sum(village.money(each)) for each in village.residents]
    told = village.does(village.stranger, village.settling())
    paid = 300 * village.tariff
    assert closed(told) == {
        bid: (300, 700 * village.tariff),
        offer: (300, 90 * village.tariff),
        alone: (0, 70 * village.tariff),
    }
    after = [village.money(each) for each in village.residents]
    assert after == [(before[0] + paid, 0), (before[1] - paid, 0), (before[2], 0)]
    assert reads.total_issuance(village.connection) == issued


# e


def test_e_residual_can_settle(village: Village) -> None:
    """The other market knew residuals by another hash than their order, so that they never settled; here every part of
    an order trades under its one number, and each is paid at its own price."""
    bid = village.bid(village.buyer, 300)
    offers = village.offer(village.seller, 200), village.offer(village.prosumer, 150, village.tariff // 2)
    first = village.trade(bid, offers[0], 200)
    second = village.trade(bid, offers[1], 100, village.tariff // 2)
    village.clears(first, second)
    delivered(village)

    told = village.does(village.stranger, village.settling(limit=1))
    assert settled(told) == [(200, 200 * village.tariff)]
    told = village.does(village.stranger, village.settling())
    assert settled(told) == [(100, 50 * village.tariff)]
    assert closed(told)[bid] == (300, 50 * village.tariff)
    assert village.book().status is t.BookStatus.SETTLED


# l


@pytest.mark.parametrize(
    ("bought", "sold", "counts"), [(300, 300, 300), (1_000, 80, 80), (120, 1_000, 120), (300, 0, 0), (0, 300, 0)]
)
def test_l_penalties_read_both_meters(village: Village, bought: int, sold: int, counts: int) -> None:
    """The other market read the buyer's meter alone, and its under-use cost the seller; here the smaller of both
    meters is delivered and paid, and what the buyer leaves takes neither money, collateral nor energy of the seller."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    village.clears(village.trade(bid, offer, 300))
    delivered(village, bought=bought, sold=sold)
    before = [sum(village.money(each)) for each in (village.seller, village.buyer)]

    told = village.does(village.stranger, village.settling())

    paid = counts * village.tariff
    assert settled(told) == [(counts, paid)]
    assert closed(told)[offer] == (300, 300 * village.tariff // 10)
    assert [village.money(each) for each in (village.seller, village.buyer)] == [
        (before[0] + paid, 0),
        (before[1] - paid, 0),
    ]
    village.does(village.stranger, village.minting(village.seller.meter))
    energy = [reads.energy(village.connection, each.key.public).free for each in (village.seller, village.buyer)]
    assert energy == [sold - counts, counts]


def test_l_penalties_read_both_meters_once(village: Village) -> None:
    """The other market held each trade against the whole reading; here 200 Wh drawn are 200 Wh over all trades."""
    bid = village.bid(village.buyer, 400)
    offers = village.offer(village.seller, 200), village.offer(village.prosumer, 200)
    village.clears(*(village.trade(bid, offer, 200) for offer in offers))
    delivered(village, bought=200)

    told = village.does(village.stranger, village.settling())

    assert settled(told) == [(100, 100 * village.tariff), (100, 100 * village.tariff)]


# o


def test_o_trades_registry_keeps_all(village: Village, neighbours: Neighbours) -> None:
    """The other market kept one hash for each operator; here the trades of every interval of every community that one
    operator cleared stay on chain, settled or not, and the projection tells each of them."""
    here, there, first = village.here, neighbours.here, village.interval
    next_hour = UnixSeconds(first + HOUR)
    bids = [village.bid(village.buyer, 50, id=id) for id in range(2)]
    offer = village.offer(village.seller, 100)
    abroad = [
        neighbours.places(village.buyer, t.Side.BID, 70),
        neighbours.places(village.seller, t.Side.OFFER, 70),
    ]
    later = [
        village.places(whose, village.order(whose, side, 90), interval=next_hour)
        for whose, side in ((village.buyer, t.Side.BID), (village.seller, t.Side.OFFER))
    ]
    lists = {
        (here, first): tuple(village.trade(bid, offer, 50) for bid in bids),
        (there, first): (village.trade(abroad[0], abroad[1], 70),),
        (here, next_hour): (village.trade(later[0], later[1], 90),),
    }
    village.clears(*lists[here, first])
    village.does(village.service, neighbours.clearing(*lists[there, first]))
    village.interval = next_hour
    village.clears(*lists[here, next_hour])
    village.interval = first
    delivered(village)
    village.does(village.stranger, village.settling())

    assert {place: reads.trades(village.connection, *place) for place in lists} == lists
    books = {place: reads.book(village.connection, *place) for place in lists}
    assert {place: book and book.result for place, book in books.items()} == {
        place: trade_list_hash(trades) for place, trades in lists.items()
    }
    projection = Projection(None, village.connection.genesis_hash)
    catch_up(village.connection, projection)
    rows = projection.rows("SELECT community, interval_start, result, trades FROM books")
    assert {(row[0], row[1]): tuple(row)[2:] for row in rows} == {
        place: (trade_list_hash(trades).hex(), len(trades)) for place, trades in lists.items()
    }
