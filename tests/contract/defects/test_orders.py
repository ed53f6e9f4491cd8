"""Defects g, h, k: what an order holds, and whose it is."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.metadata import Call

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village


def test_g_collateral_reserved_per_order(village: Village) -> None:
    """The other market looked whether the balance covers each order and kept nothing back, so that settlement failed;
    here each order holds its own, the first that is not covered is refused, and what was promised is paid in full."""
    free, _ = village.money(village.buyer)
    price = free * 2 // 5 // 1_000
    village.bid(village.buyer, 1_000, price, id=0)
    bid = village.bid(village.buyer, 1_000, price, id=1)
    offer = village.offer(village.seller, 1_000, price)
    assert village.money(village.buyer)[1] == 2_000 * price

    third = village.placing(village.order(village.buyer, t.Side.BID, 1_000, price, id=2))
    away = calls.transfer_keep_alive(village.metadata, dest=village.stranger.public, value=1_000 * price)
    for spending in (third, away):
        refusal = village.is_refused(village.buyer.key, spending)
        assert (refusal.pallet, refusal.name) == ("Token", "FundsUnavailable")

    village.clears(village.trade(bid, offer, 1_000, price))
    village.delivers(village.reading(village.buyer, import_wh=1_000), village.reading(village.seller, export_wh=1_000))
    village.becomes_final()
    told = village.does(village.stranger, village.settling())
    assert [event.paid for event in told if isinstance(event, facts.TradeSettled)] == [1_000 * price]
    assert village.book().status is t.BookStatus.SETTLED


def test_g_collateral_reserved_per_order_of_one_call(village: Village) -> None:
    """The other market compared each order of a list with the whole balance; here they are covered together or none
    stands."""
    free, _ = village.money(village.buyer)
    price = free * 2 // 5 // 1_000
    listed = [village.order(village.buyer, t.Side.BID, 1_000, price, id=id) for id in range(3)]

    refusal = village.is_refused(village.buyer.key, village.placing(*listed))

    assert (refusal.pallet, refusal.name) == ("Token", "FundsUnavailable")
    assert reads.orders(village.connection) == {}
    village.places(village.buyer, *listed[:2])


def test_h_sellers_lock_their_share_only(village: Village) -> None:
    """The other market let sellers lock energy x rate too; here a seller who could never pay for its own energy offers
    it against the voted share, gets all of that back, and is refused only when the share itself is not covered."""
    free, _ = village.money(village.seller)
    price = free // 1_000
    offer = village.offer(village.seller, 5_000, price)
    bid = village.bid(village.buyer, 500, price)
    share = 5_000 * price // 10
    assert 5_000 * price > free
    assert village.money(village.seller)[1] == share

    more = village.placing(village.order(village.seller, t.Side.OFFER, 5_000, price, id=1))
    assert village.is_refused(village.seller.key, more).name == "FundsUnavailable"

    village.clears(village.trade(bid, offer, 500, price))
    village.delivers(village.reading(village.buyer, import_wh=500), village.reading(village.seller, export_wh=500))
    village.becomes_final()
    before = sum(village.money(village.seller))
    village.does(village.stranger, village.settling())
    assert village.money(village.seller) == (before + 500 * price, 0)


def test_k_owner_is_signer(village: Village) -> None:
    """The other market took the owner from the payload; here an order has no such field, and is its signer's."""
    number = village.bid(village.buyer, 300)
    placed = reads.order(village.connection, number)

    assert placed is not None
    assert placed.owner == village.buyer.key.public
    assert {field.name for field in fields(t.NewOrder)} == {"id", "meter", "side", "wh", "limit_price"}


def test_k_owner_is_signer_of_the_cancellation(village: Village) -> None:
    """The other market let others act on an order; here not even steward, operator or counterpart takes it back."""
    number = village.bid(village.buyer, 300)
    withdrawal = calls.cancel_order(village.metadata, number=number)

    for key in (village.seller.key, village.service, village.steward, village.stranger):
        assert village.is_refused(key, withdrawal).name == "NotOwner"
        assert village.is_refused(key, calls.batch_all(village.metadata, [withdrawal])).name == "NotOwner"
        assert village.is_refused(key, instead_of(village, withdrawal)).name == "NotProxy"
    village.does(village.buyer.key, withdrawal)
    assert village.money(village.buyer)[1] == 0


def test_k_owner_is_signer_for_its_own_meter(village: Village) -> None:
    """The other market let anyone name any meter; here a member trades with its own, and in its own name."""
    order = village.placing(village.order(village.buyer, t.Side.BID, 300))

    assert village.is_refused(village.seller.key, order).name == "UnknownMeter"
    assert village.is_refused(village.steward, order).name == "NotMember"
    assert village.is_refused(village.stranger, instead_of(village, order)).name == "NotProxy"
    village.does(village.buyer.key, order)


def instead_of(village: Village, call: Call) -> Call:
    """The buyer's call in the hands of somebody it gave no power to."""
    proxy = village.metadata.call_prefix("Proxy", "proxy")
    return Call(proxy + b"\x00" + village.buyer.key.public + b"\x00" + call)
