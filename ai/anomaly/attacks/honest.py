"""Honest trade to hide attacks in: homes with and without panels and batteries sell what is left, buy what lacks.

It is made to be hard on detectors: some pairs of neighbours trade first with each other, batteries sell at night what
they kept at noon, agents take orders back and place others, households stop for a day.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.activity import Order, Side, Trade
from aipchain.ai.anomaly.attacks.community import DAY, HOUR, Community
from aipchain.ai.anomaly.attacks.habits import bring_to_life, review
from aipchain.units import Price, UnixSeconds, Wh

__all__ = ["honest_community"]

PRICE: Final = 250_000_000
"""Middle of the market [base units per Wh]: 0.25 AIP per kWh."""

LEAST_WH: Final = 50
"""Less is not traded."""

NEIGHBOURLY: Final = 0.1
"""Share of homes that have a neighbour they trade with first."""

STOPPED: Final = 0.01
"""Share of days on which a household takes everything back."""


def honest_community(homes: int, days: int, seed: int) -> Community:
    """A community that traded, paid and reviewed for some days.

    :raises ValueError: fewer than ten homes or no day.
    """
    if homes < 10 or days < 1:
        raise ValueError(f"{homes} homes over {days} days are no community: take 10 homes and a day, or more")
    rng = np.random.default_rng(seed)
    daily = 1 + 0.2 * np.sin(2 * np.pi * (np.arange(days * DAY) % DAY - 12) / DAY)
    market = np.rint(PRICE * daily * rng.uniform(0.95, 1.05, days * DAY)).astype(np.int64)
    community = Community([f"home-{number:03}" for number in range(homes)], days * DAY, market, rng)
    _trade(community, _net_wh(homes, days, rng))
    bring_to_life(community)
    review(community)
    return community


def _net_wh(homes: int, days: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Energy that each home lacks (above 0) or has left, shape (homes, hours) [Wh]."""
    hour = np.arange(days * DAY) % DAY
    shape = (homes, days * DAY)
    evening = 1 + 1.2 * np.exp(-(((hour - 19) / 2.5) ** 2)) + 0.5 * np.exp(-(((hour - 8) / 2) ** 2))
    load = rng.uniform(200, 900, (homes, 1)) * evening * rng.lognormal(0, 0.5, shape)
    sky = np.repeat(rng.uniform(0.3, 1, days), DAY)
    sun = np.maximum(np.sin(np.pi * (hour - 6) / 12), 0) * (hour > 6) * (hour < 18)
    panels = rng.random((homes, 1)) < 0.5
    generated = panels * rng.uniform(2_000, 5_000, (homes, 1)) * sun * sky * rng.uniform(0.9, 1.1, shape)
    stored = (rng.random((homes, 1)) < 0.3) * np.where(sun > 0.5, 700, np.where(hour >= 19, -900, 0))
    return np.asarray(np.rint(load - generated + stored), dtype=np.int64)


def _trade(community: Community, net_wh: NDArray[np.int64]) -> None:
    """Match every hour, with one order for each home that has something left or lacks it."""
    homes, rng = len(community.homes), community.rng
    friend = _friends(homes, rng)
    replans = rng.beta(1, 5, homes)
    stopped = np.repeat(rng.random((homes, community.hours // DAY)) < STOPPED, DAY, axis=1)
    for hour in range(community.hours):
        net = np.where(np.abs(net_wh[:, hour]) >= LEAST_WH, net_wh[:, hour], 0)
        traded = np.zeros(homes, dtype=np.int64)
        for seller, buyer, wh in _matched(np.where(stopped[:, hour], 0, net), friend, rng):
            traded[[seller, buyer]] += wh
            names = community.homes[buyer], community.homes[seller]
            price = community.price(hour, 0.98, 1.02)
            community.trades.append(Trade(*names, community.interval(hour), Wh(wh), price))
        for home in np.flatnonzero(net):
            wanted, got = int(net[home]), int(traded[home])
            if stopped[home, hour]:
                community.orders.append(_taken_back(_order(community, int(home), hour, wanted)))
                continue
            if rng.random() < replans[home]:
                other = int(wanted * rng.uniform(0.7, 1.4))
                community.orders.append(_taken_back(_order(community, int(home), hour, other)))
            community.orders.append(_order(community, int(home), hour, wanted, got))


def _friends(homes: int, rng: np.random.Generator) -> dict[int, int]:
    drawn = rng.permutation(homes)[: 2 * int(homes * NEIGHBOURLY / 2)].reshape(-1, 2)
    return {int(one): int(other) for pair in drawn for one, other in (pair, pair[::-1])}


def _matched(
    net: NDArray[np.int64], friend: dict[int, int], rng: np.random.Generator
) -> Iterator[tuple[int, int, int]]:
    """Seller, buyer and energy [Wh]; friends come first, the others in random order."""
    left = net.copy()
    for one, other in friend.items():
        wh = int(min(-left[one], left[other]))
        if wh > 0:
            yield one, other, wh
            left[one] += wh
            left[other] -= wh
    sellers, buyers = (list(rng.permutation(np.flatnonzero(side))) for side in (left < 0, left > 0))
    while sellers and buyers:
        seller, buyer = int(sellers[-1]), int(buyers[-1])
        wh = int(min(-left[seller], left[buyer]))
        yield seller, buyer, wh
        left[seller] += wh
        left[buyer] -= wh
        if left[seller] == 0:
            sellers.pop()
        if left[buyer] == 0:
            buyers.pop()


def _order(community: Community, home: int, hour: int, net_wh: int, traded_wh: int = 0) -> Order:
    side: Side = "buy" if net_wh > 0 else "sell"
    interval, limit = community.interval(hour), community.price(hour, 0.8, 1.2)
    placed = UnixSeconds(interval.start - int(community.rng.integers(HOUR, 3 * HOUR)))
    return Order(community.homes[home], side, interval, Wh(abs(net_wh)), Price(limit), placed, Wh(traded_wh))


def _taken_back(order: Order) -> Order:
    return replace(order, cancelled=UnixSeconds(order.placed + 600))
