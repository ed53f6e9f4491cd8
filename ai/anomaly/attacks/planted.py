"""Fraud added to an honest community: wash rings, Sybil clusters, circles of praise, spoofed bids.

Each function takes the community, the homes behind it and a strength, adds what they did, and says who is a culprit.
"""

from collections.abc import Callable
from typing import Final

from aipchain.ai.anomaly.activity import Order, Payment, Review, Side, Trade
from aipchain.ai.anomaly.attacks.community import DAY, EXCHANGE, HOUR, START, Community
from aipchain.units import AIP, Balance, UnixSeconds, Wh

__all__ = ["Plant", "plant_pumping", "plant_spoofing", "plant_sybils", "plant_wash"]

Plant = Callable[[Community, list[str], float], set[str]]
"""Community, homes, strength; gives the culprits."""

ROUNDS_A_DAY: Final = 5
"""Of a wash ring."""

USUAL_PRAISE: Final = 10
"""Reviews that an active honest home writes in a week or two."""


def plant_wash(community: Community, ring: list[str], volume: float) -> set[str]:
    """Energy goes round the ring at market price, each hop in the same hour or up to three later, some left out.

    :param volume: energy that each sells on, by half of a member's honest turnover.
    """
    rng = community.rng
    turnover = sum(trade.energy for trade in community.trades for name in (trade.buyer, trade.seller) if name in ring)
    rounds = ROUNDS_A_DAY * community.hours // DAY
    each_wh = max(volume * turnover / len(ring) / 2 / rounds, 60.0)
    for _ in range(rounds):
        hour = int(rng.integers(0, community.hours - 3))
        slow = int(rng.integers(0, 2))
        order = ring if rng.random() < 0.8 else ring[::-1]
        for hop, seller in enumerate(order):
            if rng.random() < 0.1:
                continue
            at = min(hour + slow * hop, community.hours - 1)
            _trade(community, seller, order[(hop + 1) % len(order)], at, each_wh * rng.uniform(0.7, 1.3))
    return set(ring)


def plant_sybils(community: Community, head: list[str], camouflage: float) -> set[str]:
    """A home brings three to eight accounts to life: directly, one by another, or over a go-between.

    :param camouflage: share of their trades and reviews that is with others.
    """
    rng = community.rng
    master, stem = head[0], f"new-{rng.integers(0, 10**6):06}"
    accounts = [f"{stem}-{number}" for number in range(int(rng.integers(3, 9)))]
    pattern, first = int(rng.integers(0, 3)), START + int(rng.integers(0, DAY * HOUR))
    for number, account in enumerate(accounts):
        above = (accounts[number - 1] if pattern == 1 else accounts[0]) if pattern and number else master
        at = UnixSeconds(first + number * int(rng.integers(60, 8 * HOUR)))
        community.payments.append(Payment(above, account, Balance(int(rng.integers(2, 10)) * AIP), at))
        _live(community, account, [master, *accounts], camouflage)
        end = UnixSeconds(START + community.hours * HOUR)
        if rng.random() < 0.7:
            community.payments.append(Payment(account, master, Balance(int(rng.integers(1, 5)) * AIP), end))
        if rng.random() < camouflage:
            community.payments.append(Payment(EXCHANGE, account, Balance(int(rng.integers(1, 20)) * AIP), end))
    return {master, *accounts}


def plant_pumping(community: Community, circle: list[str], volume: float) -> set[str]:
    """The homes praise each other, whether they traded or not.

    :param volume: praise that each writes, by that of an active honest home.
    """
    rng = community.rng
    for number, author in enumerate(circle):
        for _ in range(max(round(USUAL_PRAISE * volume * rng.uniform(0.7, 1.3)), 2)):
            subject = circle[(number + int(rng.integers(1, len(circle)))) % len(circle)]
            community.reviews.append(Review(author, subject, int(rng.integers(4, 6)), community.some_time()))
    return set(circle)


def plant_spoofing(community: Community, homes: list[str], volume: float) -> set[str]:
    """Large orders on the other side of an own one, near the market or far, taken back before the gate closes.

    :param volume: energy of spoofed orders by that of honest ones.
    """
    rng = community.rng
    for home in homes:
        honest = [order for order in community.orders if order.account == home and order.cancelled is None]
        spoofed, wanted = 0, volume * sum(order.energy for order in honest)
        while honest and spoofed < wanted:
            own = honest[int(rng.integers(0, len(honest)))]
            spoof = _spoof(community, own)
            community.orders.append(spoof)
            spoofed += spoof.energy
    return set(homes)


def _spoof(community: Community, own: Order) -> Order:
    rng = community.rng
    side: Side = "buy" if own.side == "sell" else "sell"
    hour = (own.interval.start - START) // HOUR
    off = rng.uniform(0.03, 0.3) * (1 if side == "sell" else -1)
    energy = Wh(max(int(own.energy * rng.uniform(1, 5)), 100))
    limit = community.price(hour, 1 + off, 1 + off)
    placed = UnixSeconds(own.placed + int(rng.integers(10, 600)))
    gone = UnixSeconds(own.interval.start - int(rng.integers(60, 1_200)))
    return Order(own.account, side, own.interval, energy, limit, placed, Wh(0), max(placed, gone))


def _live(community: Community, account: str, cluster: list[str], camouflage: float) -> None:
    """Some small trades and reviews, with the cluster or, for camouflage, with homes."""
    rng = community.rng
    friends = [name for name in cluster if name != account]

    def partner() -> str:
        outside = rng.random() < camouflage
        among = community.homes if outside else friends
        return among[int(rng.integers(0, len(among)))]

    for _ in range(int(rng.integers(5, 30))):
        pair = [account, partner()]
        seller, buyer = pair if rng.random() < 0.5 else pair[::-1]
        _trade(community, seller, buyer, int(rng.integers(0, community.hours)), rng.uniform(60, 400))
    for _ in range(int(rng.integers(1, 6))):
        community.reviews.append(Review(account, partner(), 5, community.some_time()))


def _trade(community: Community, seller: str, buyer: str, hour: int, energy_wh: float) -> None:
    """A trade at market price, with both orders."""
    interval, energy = community.interval(hour), Wh(int(energy_wh))
    price = community.price(hour, 0.98, 1.02)
    community.trades.append(Trade(buyer, seller, interval, energy, price))
    sides: tuple[tuple[str, Side], ...] = ((seller, "sell"), (buyer, "buy"))
    for account, side in sides:
        placed = UnixSeconds(interval.start - int(community.rng.integers(HOUR, 3 * HOUR)))
        community.orders.append(Order(account, side, interval, energy, price, placed, energy))
