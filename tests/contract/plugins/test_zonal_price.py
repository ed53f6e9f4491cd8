"""The zonal-price plugin: what it answers where a proof cannot be had."""

from dataclasses import replace

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.certificate import Optimum
from aipchain.market.terms import LineLimit, Proof, Terms, ZoneCharge
from aipchain.orchestrator.proofs import bind
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.errors import PluginFailed
from aipchain.plugins.hookspecs import Clearing, ClearInputs, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear
from aipchain.runtime_bridge import types
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(3_600), 3_600)
OPTIMUM, ENVELOPE = Terms(Proof.OPTIMUM), Terms(Proof.ENVELOPE)


def order(number: int, side: Side, wh: int, price: int, zone: int = 0) -> BookOrder:
    """An order of an owner of its own."""
    return BookOrder(OrderNumber(number), AccountId(str(number)), MeterId(number), side, Wh(wh), Price(price), zone)


def clear(*orders: BookOrder, terms: Terms, max_trades: int = 2_000) -> Clearing:
    """The checked answer of the plugin under terms."""
    catalogue = Catalogue.discover()
    activation = Activation(Slot.CLEAR, catalogue.find("zonal-price").id, terms=terms)
    plugin = LoadedPlugin.load(catalogue, activation)
    return ask_clear(plugin, ClearInputs(HOUR, None, orders, None, max_trades, plugin.config, terms))


THREE = (order(0, Side.BID, 9, 20), order(1, Side.OFFER, 2, 10), order(2, Side.OFFER, 7, 10))


def test_its_binding_demands_an_optimum() -> None:
    """What the manifest promises is what the chain asks for."""
    binding = bind(Catalogue.discover().find("zonal-price"), types.Slot.CLEAR)

    assert binding.terms.proof is types.Proof.OPTIMUM


def test_the_proof_goes_with_the_trades() -> None:
    """Neither the reference nor the local price plays a part."""
    cleared = clear(*THREE, terms=OPTIMUM)

    assert [(trade.offer, trade.wh, trade.price) for trade in cleared.trades] == [(1, 2, 15), (2, 7, 15)]
    assert isinstance(cleared.certificate, Optimum)


def test_more_trades_than_fit_prove_nothing() -> None:
    """Where a proof is demanded there is no result; where none is, the largest trades are kept."""
    with pytest.raises(PluginFailed, match="has 2 trades and a result holds 1; fewer prove no optimum"):
        clear(*THREE, terms=OPTIMUM, max_trades=1)

    kept = clear(*THREE, terms=ENVELOPE, max_trades=1).trades
    assert kept == (Trade(OrderNumber(0), OrderNumber(2), Wh(7), Price(15)),)


def test_lines_are_kept_without_a_proof_as_well() -> None:
    """The limits of the terms hold for what is cleared, whatever is to be proven."""
    shut = replace(ENVELOPE, limits=(LineLimit(0, Wh(0), Wh(0)),))

    assert clear(order(0, Side.BID, 9, 20), order(1, Side.OFFER, 2, 10, zone=1), terms=shut).trades == ()


def test_a_line_that_only_a_loss_would_free_stays_full() -> None:
    """Nobody sells to a bid below its limit, however much others would gain by the room that makes."""
    terms = replace(
        OPTIMUM,
        charges=(ZoneCharge(0, 2, Price(100)), ZoneCharge(1, 1, Price(100))),
        limits=(LineLimit(1, Wh(0), Wh(5)),),
    )
    book = (
        order(0, Side.OFFER, 9, 1),
        order(1, Side.BID, 9, 50, zone=1),
        order(2, Side.OFFER, 9, 15, zone=1),
        order(3, Side.BID, 9, 12, zone=2),
    )

    assert clear(*book, terms=terms).trades == (Trade(OrderNumber(1), OrderNumber(0), Wh(5), Price(1)),)
