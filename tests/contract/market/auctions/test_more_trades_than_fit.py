"""Books that make more trades than one result holds: what each rule promises then, with the chain's own limit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.ties import tie_seed
from aipchain.market.auctions.trade_reduction import clear_trade_reduction
from aipchain.market.book import MAX_TRADES, AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.terms import Terms
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.hookspecs import ClearInputs, ConfigValue, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(3_600), 3_600)
SEED = tie_seed(HOUR)
LOCAL = Price(50)


def order(number: int, side: Side, wh: int, limit: int, owner: str = "") -> BookOrder:
    """An order, of an owner of its own unless told otherwise."""
    return BookOrder(OrderNumber(number), AccountId(owner or str(number)), MeterId(number), side, Wh(wh), Price(limit))


def uneven(orders: int) -> list[BookOrder]:
    """Bids at 50..99 and offers at 0..49, of 1 to 997 Wh, without chance."""
    return [
        order(n, Side.BID if n % 2 else Side.OFFER, 1 + n * 577 % 997, (50 if n % 2 else 0) + n * 31 % 50)
        for n in range(orders)
    ]


def many_buyers(buyers: int, sellers: int) -> list[BookOrder]:
    """Buyers of about 100 Wh who want more than the sellers of 3,000 Wh each have."""
    bids = [order(n, Side.BID, 100 + n % 7, 60) for n in range(buyers)]
    return bids + [order(90_000 + n, Side.OFFER, 3_000, 40) for n in range(sellers)]


def ask(name: str, orders: Sequence[BookOrder], config: Mapping[str, ConfigValue] | None = None) -> tuple[Trade, ...]:
    """The checked answer of a plugin, with the terms that its manifest promises."""
    catalogue = Catalogue.discover()
    bundle = catalogue.find(name)
    terms = Terms(bundle.manifest.proof.proof)
    settings = encode_config(bundle.manifest, config or {})
    plugin = LoadedPlugin.load(catalogue, Activation(Slot.CLEAR, bundle.id, settings, terms))
    inputs = ClearInputs(HOUR, None, tuple(orders), LOCAL, MAX_TRADES, plugin.config, plugin.terms)
    return tuple(ask_clear(plugin, inputs).trades)


def gains(orders: Sequence[BookOrder], trades: Sequence[Trade]) -> list[int]:
    """What each trade is worth at its orders' limits [base units], most first."""
    limit = {each.number: each.limit_price for each in orders}
    return sorted(((limit[each.bid] - limit[each.offer]) * each.wh for each in trades), reverse=True)


def traded(trades: Sequence[Trade]) -> Counter[int]:
    """Energy of each order [Wh]."""
    filled = Counter[int]()
    for each in trades:
        filled[each.bid] += each.wh
        filled[each.offer] += each.wh
    return filled


@pytest.mark.parametrize("name", ["pay-as-bid", "continuous-auction"])
def test_an_auction_keeps_what_gains_most(name: str) -> None:
    """No other choice of 2,000 of its trades has more welfare."""
    orders = uneven(4_000)
    whole = clear_continuously(orders) if name == "continuous-auction" else clear_pay_as_bid(orders, seed=SEED)
    assert len(whole) > MAX_TRADES

    kept = ask(name, orders)

    assert set(kept) <= set(whole)
    assert gains(orders, kept) == gains(orders, whole)[:MAX_TRADES]


def test_a_uniform_price_keeps_the_largest_and_its_proof() -> None:
    """What is left out is no larger than what is kept, and the chain's own check takes the certificate."""
    orders = uneven(4_000)
    kept = ask("uniform-price", orders)
    whole = [each.wh for each in clear_pay_as_bid(orders, seed=SEED)]

    assert len(whole) > len(kept) == MAX_TRADES
    assert sorted(each.wh for each in kept) == sorted(whole)[-MAX_TRADES:]


def test_a_better_limit_does_not_win_a_place_in_a_trade_reduction() -> None:
    """An order whose trade was left out for its size stays out whatever it tells, and nobody else's trade changes."""
    orders = uneven(4_400)
    kept = ask("trade-reduction", orders)
    whole = clear_trade_reduction(orders, seed=SEED)
    assert len(whole) > len(kept) == MAX_TRADES
    left_out = next(each for each in whole if traded(kept)[each.bid] == 0)
    told = [replace(each, limit_price=Price(10_000)) if each.number == left_out.bid else each for each in orders]

    assert ask("trade-reduction", told) == kept


def test_pro_rata_serves_fewer_orders_and_those_in_proportion() -> None:
    """3,000 buyers, 60 sellers: some stay out by lot, the others have their part to within a watt-hour; all is sold."""
    orders = many_buyers(3_000, 60)
    kept = ask("pro-rata", orders)
    got = traded(kept)
    served = [each for each in orders if each.side is Side.BID and got[each.number]]
    demand, supply = sum(each.wh for each in served), sum(each.wh for each in kept)

    assert MAX_TRADES - 60 <= len(served) < 3_000
    assert len(kept) <= MAX_TRADES
    assert supply == 60 * 3_000
    assert all(abs(got[each.number] * demand - each.wh * supply) < demand for each in served)


def test_equal_shares_keep_one_level() -> None:
    """Of those who are served, nobody who wants more has over a watt-hour less than another; all is sold."""
    orders = many_buyers(3_000, 60)
    kept = ask("equal-shares", orders)
    got = traded(kept)
    bids = [each for each in orders if each.side is Side.BID and got[each.number]]
    level = max(got[each.number] for each in bids)

    assert sum(each.wh for each in kept) == 60 * 3_000
    assert all(got[each.number] in (each.wh, level - 1, level) for each in bids)


def test_an_allocation_key_keeps_its_tiers() -> None:
    """The homes of the first tier are served in full, though a thousand others have to stay out; all is sold."""
    orders = many_buyers(3_000, 60)
    first = range(1_000, 1_100)
    kept = ask("allocation-key", orders, {"key": "cascade", "tiers": ",".join(f"{meter}=0" for meter in first)})
    got = traded(kept)

    assert sum(each.wh for each in kept) == 60 * 3_000
    assert all(got[meter] == orders[meter].wh for meter in first)
    assert 900 < sum(not got[each.number] for each in orders) < 1_200


def test_an_allocation_key_keeps_the_meters_that_have_shares() -> None:
    """Under shares nobody else may buy: the listed ones have their share of what the sellers offer."""
    orders = many_buyers(3_000, 60)
    kept = ask("allocation-key", orders, {"key": "static", "shares": ",".join(f"{meter}=5" for meter in range(100))})

    assert {each.bid for each in kept} == set(range(100))
    assert all(wh == orders[number].wh for number, wh in traded(kept).items() if number < 100)


@pytest.mark.parametrize("name", ["pro-rata", "equal-shares"])
def test_who_stays_out_of_a_shared_interval_is_a_lot_of_that_interval(name: str) -> None:
    """In even books both sides lose orders, and large ones as well as small ones stay out."""
    orders = uneven(5_000)
    got = traded(ask(name, orders))
    out = [each for each in orders if not got[each.number]]
    large = [each for each in out if each.wh > 500]

    assert 0.35 < sum(each.side is Side.BID for each in out) / len(out) < 0.65
    assert 0.4 < len(large) / len(out) < 0.6


@pytest.mark.parametrize("permille", [100, 1_000])
def test_a_minimum_fill_is_kept_where_trades_do_not_fit(permille: int) -> None:
    """Every order that trades has at least its share, and nearly as many trades are made as fit."""
    orders = uneven(5_000)
    kept = ask("minimum-fill", orders, {"minimum_fill_permille": permille})
    got, wh = traded(kept), {each.number: each.wh for each in orders}

    assert 0.9 * MAX_TRADES < len(kept) <= MAX_TRADES
    assert all(filled * 1_000 >= wh[OrderNumber(number)] * permille for number, filled in got.items())


def test_a_bid_that_no_result_has_room_for_stays_out() -> None:
    """3,000 offers of a watt-hour cannot serve one bid of 3,000 Wh as a whole in 2,000 trades."""
    orders = [order(0, Side.BID, 3_000, 60), *(order(n, Side.OFFER, 1, 40) for n in range(1, 3_001))]

    assert ask("minimum-fill", orders, {"minimum_fill_permille": 1_000}) == ()
    assert sum(each.wh for each in ask("minimum-fill", orders)) == MAX_TRADES
