"""Detectors of trade fraud on books that can be read at a glance."""

from itertools import pairwise

import pytest

from aipchain.ai.anomaly.activity import Activity, Order, Payment, Review, Side, Trade
from aipchain.ai.anomaly.closed_flow import beyond_chance, circles, closed_shares, mixed
from aipchain.ai.anomaly.observed import calibrate
from aipchain.ai.anomaly.reputation import pumping_suspicions
from aipchain.ai.anomaly.spoofing import spoofing_suspicions
from aipchain.ai.anomaly.suspicion import Suspicion, calibrate_accounts, scored
from aipchain.ai.anomaly.sybil import clusters, sybil_suspicions
from aipchain.ai.anomaly.wash import wash_suspicions
from aipchain.units import Balance, Interval, Price, UnixSeconds, Wh

HOMES = [f"h{number}" for number in range(8)]
MARKET = Price(250)


def hour(number: int) -> Interval:
    """The hour of that number."""
    return Interval(UnixSeconds(3_600 * number), 3_600)


def trade(seller: str, buyer: str, at: int, wh: int = 500) -> Trade:
    """At market price."""
    return Trade(buyer, seller, hour(at), Wh(wh), MARKET)


def order(
    account: str, side: Side, at: int, wh: int, *, traded: int = 0, limit: int = 250, back: bool = False
) -> Order:
    """Placed an hour before its interval, and perhaps taken back."""
    placed = UnixSeconds(hour(at).start - 3_600)
    gone = UnixSeconds(placed + 60) if back else None
    return Order(account, side, hour(at), Wh(wh), Price(limit), placed, Wh(traded), gone)


def market() -> list[Trade]:
    """Four sellers, four buyers, everybody with everybody, in twenty hours."""
    return [trade(seller, buyer, at) for at in range(20) for seller in HOMES[:4] for buyer in HOMES[4:]]


def test_a_ring_is_found_and_its_partners_are_named() -> None:
    """Three homes sell the same energy round; all the others only sell or only buy."""
    ring = [trade(*pair, at) for at in range(20) for pair in (("h0", "h4"), ("h4", "h5"), ("h5", "h0")) for _ in "123"]
    found = wash_suspicions(Activity(trades=(*market(), *ring)))

    assert {account for account, each in found.items() if each.strength} == {"h0", "h4", "h5"}
    assert "goes round in a circle with h4, h5, and" in found["h0"].reason


def test_friends_who_trade_one_way_are_no_ring() -> None:
    """A favourite customer gives nothing back."""
    favourite = [trade("h0", "h4", at) for at in range(20) for _ in "123"]

    assert not any(each.strength for each in wash_suspicions(Activity(trades=(*market(), *favourite))).values())


def test_few_trades_say_nothing() -> None:
    """No score, never a zero."""
    found = wash_suspicions(Activity(trades=(trade("a", "b", 0), trade("b", "a", 1))))

    assert found["a"] == Suspicion(None, "not enough history: 2 trades, 10 are needed")


def test_circles_are_what_leads_back() -> None:
    """Two rings joined one way are two circles."""
    edges = dict.fromkeys([("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c"), ("d", "e")], 1.0)

    assert sorted(map(sorted, circles(edges))) == [["a", "b"], ["c", "d"]]


def test_what_goes_round_is_the_lesser_of_given_and_got() -> None:
    """Of ten given and four got, four go round: eight of fourteen."""
    flows = {("a", "b"): 10.0, ("b", "a"): 4.0}

    assert closed_shares(flows, flows)["a"].closed_share == pytest.approx(8 / 14)


def test_a_market_that_mixes_leaves_nothing_beyond_chance() -> None:
    """Everybody trades with everybody alike."""
    flows = {(a, b): 5.0 for a in HOMES for b in HOMES if a != b}

    assert beyond_chance(flows, mixed(flows)) == {}


def test_who_has_few_to_trade_with_is_no_ring_for_it() -> None:
    """By night two homes sell to each other in turns, as nobody else trades; by day they sell or buy like others."""
    nights = [trade(*pair, 100 + at) for at, pair in enumerate([("h0", "h4"), ("h4", "h0")] * 20)]

    found = wash_suspicions(Activity(trades=(*market(), *nights)))

    assert not any(each.strength for each in found.values())


def funded(pairs: list[tuple[str, str]]) -> tuple[Payment, ...]:
    """First payments, one after another."""
    return tuple(Payment(payer, payee, Balance(10), UnixSeconds(at)) for at, (payer, payee) in enumerate(pairs))


def test_accounts_of_one_origin_are_a_cluster() -> None:
    """Directly, in a chain, over a go-between; whom the treasury funds is nobody's."""
    pairs = [("treasury", "x"), ("treasury", "h0"), ("x", "s1"), ("s1", "s2"), ("s2", "s3"), ("h0", "partner")]
    activity = Activity(payments=funded(pairs), public_funders=frozenset({"treasury"}))

    assert clusters(activity) == [("x", "s1", "s2", "s3")]


def test_sybils_live_among_themselves_and_tenants_do_not() -> None:
    """Both were brought to life by one account; and so is found who did it."""
    sybils, tenants = ["s1", "s2", "s3"], ["h5", "h6", "h7"]
    pairs = [("h0", each) for each in sybils] + [("h4", each) for each in tenants]
    inward = [trade(*pair, at) for at in range(4) for pair in pairwise(["h0", *sybils])]
    reviews = tuple(Review(each, "h0", 5, UnixSeconds(0)) for each in sybils)
    back = tuple(Payment(each, "h0", Balance(5), UnixSeconds(99)) for each in sybils)
    found = sybil_suspicions(Activity((*market(), *inward), (), funded(pairs) + back, reviews))

    assert {account for account, each in found.items() if (each.strength or 0) > 0.8} == {"h0", *sybils}
    assert all((found[each].strength or 0) < 0.4 for each in ("h4", *tenants))
    assert "brought 3 accounts to life" in found["h0"].reason


def test_accounts_that_fund_each_other_end_nowhere() -> None:
    """A circle of first payments is no endless search."""
    activity = Activity(payments=funded([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]))

    assert set(sybil_suspicions(activity)) == {"a", "b", "c", "d"}


def test_praise_beyond_trade_goes_round() -> None:
    """Two homes praise each other ten times; others review as they trade."""
    honest = [Review(each.buyer, each.seller, 5, each.interval.start) for each in market()[::8]]
    pumped = [Review(*pair, 5, UnixSeconds(at)) for at in range(10) for pair in (("h0", "h1"), ("h1", "h0"))]
    found = pumping_suspicions(Activity(trades=tuple(market()), reviews=(*honest, *pumped)))

    assert {account for account, each in found.items() if each.strength} == {"h0", "h1"}
    assert "of its praise goes round with h1, more often than they trade" in found["h0"].reason


def test_complaints_are_no_praise() -> None:
    """One star each, over and over, pumps nobody."""
    angry = [Review(*pair, 1, UnixSeconds(at)) for at in range(10) for pair in (("h0", "h1"), ("h1", "h0"))]

    assert not any(each.strength for each in pumping_suspicions(Activity(reviews=tuple(angry))).values())


def test_orders_that_are_taken_back_for_nothing_are_hollow() -> None:
    """A spoofer sells, and shows demand that is not there; an agent that replaces its order does not."""
    own = [order("spoofer", "sell", at, 500, traded=500) for at in range(10)]
    shown = [order("spoofer", "buy", at, 500, limit=200, back=True) for at in range(10)]
    replaced = [order("agent", "buy", at, 450, back=True) for at in range(10)]
    kept = [order("agent", "buy", at, 500, traded=500) for at in range(10)]
    trades = tuple(trade("spoofer", "agent", at) for at in range(10))
    found = spoofing_suspicions(Activity(trades, (*own, *shown, *replaced, *kept)))

    assert found["spoofer"].strength == pytest.approx(0.5)
    assert found["spoofer"].reason == (
        "50 % of what it placed was taken back without replacement, 50 % beside a trade on the other side, "
        "50 % far from the market"
    )
    assert found["agent"].strength == 0


@pytest.mark.parametrize("detect", [wash_suspicions, sybil_suspicions, pumping_suspicions, spoofing_suspicions])
def test_where_nothing_happened_nobody_is_accused(detect: object) -> None:
    """An empty community."""
    assert callable(detect)
    assert detect(Activity()) == {}


def test_suspicions_become_scores() -> None:
    """Nothing suspicious is 0, unknown stays unknown."""
    known = {"a": Suspicion(0.5, "odd"), "b": Suspicion(0.0, "fine"), "c": Suspicion(None, "new")}
    found = scored(known, calibrate([0.0] * 98 + [0.6]))

    assert [each.score for each in found] == [9_800, 0, None]
    with pytest.raises(ValueError, match="calibrate nothing"):
        calibrate_accounts([Suspicion(None, "new")])
