"""What every rule is given: per interval the tariffs, the orders of the homes, and what their meters show in the end.

Homes trade as in the demo (`aipchain.orchestrator.household`): retail for what they lack, feed-in for what they have
left. They know their energy ahead (the default, so that rules alone make the difference), or forecast it as the demo
does. Which home places its order first in an interval is drawn from the seed; without one they come in the given order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.metering.errors import BadPack
from aipchain.metering.packs import Home, Pack
from aipchain.orchestrator.conduct import AsRecorded, Conduct, Wanted
from aipchain.orchestrator.foresight import PERFECT, foresight_named
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.units import Interval, Wh

__all__ = ["Scene", "Settings", "scenes", "scenes_of"]

DAYS_OF_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Settings:
    """What is replayed: homes of a pack over whole weeks.

    `forecast` names how homes know ahead (`aipchain.orchestrator.foresight`). With `accept_price` homes also take a
    price of their price plugin beyond what the grid would cost or pay them. `zones` has the grid zone of each home;
    all are in zone 0 without it.
    """

    pack: Pack
    homes: tuple[Home, ...]
    first_day: date
    weeks: int
    seed: int | None
    forecast: str = PERFECT
    accept_price: bool = False
    zones: tuple[int, ...] = ()

    @property
    def steps(self) -> range:
        """The steps of the pack.

        :raises BadPack: no weeks, or the pack does not cover them.
        """
        if self.weeks < 1:
            raise BadPack(f"{self.weeks} weeks cannot be lived through: give at least 1")
        return self.pack.days(self.first_day, self.weeks * DAYS_OF_WEEK)


@dataclass(frozen=True, slots=True)
class Scene:
    """One interval: its tariffs, the closed book, and what each meter imports and exports [Wh].

    Meter `n` is that of home `n` (from 0). Consumption and generation of all homes are told behind the meters.
    """

    interval: Interval
    reference: ReferencePrice
    orders: tuple[BookOrder, ...]
    imports: tuple[Wh, ...]
    exports: tuple[Wh, ...]
    consumed_wh: Wh
    generated_wh: Wh


def scenes(settings: Settings) -> tuple[Scene, ...]:
    """All intervals in order of time.

    :raises BadPack: the pack does not cover the weeks.
    :raises UnknownPlugin: there is no such forecaster.
    """
    homes, pack = settings.homes, settings.pack
    foresight = foresight_named(settings.forecast, pack, homes, settings.steps.start)
    conducts = [AsRecorded(home, place, foresight) for place, home in enumerate(homes)]
    return scenes_of(pack, settings.steps, homes, conducts, settings.seed, zones=settings.zones)


def scenes_of(
    pack: Pack,
    steps: Iterable[int],
    homes: Sequence[Home],
    conducts: Sequence[Conduct],
    seed: int | None,
    *,
    zones: Sequence[int] = (),
) -> tuple[Scene, ...]:
    """Steps of a pack as its homes conduct themselves; what a battery takes counts as consumed."""
    tariffs, zones = reference_prices(pack), zones or (0,) * len(homes)
    told: list[Scene] = []
    placed = 0
    for step in steps:
        interval, reference = pack.interval(step), tariffs[step]
        wanted = [conduct.wanted(step) for conduct in conducts]
        metered = [conduct.net_wh(step) for conduct in conducts]
        orders = tuple(_orders(wanted, reference, _arrivals(conducts, seed, interval), placed, zones))
        placed += len(orders)
        told.append(
            Scene(
                interval=interval,
                reference=reference,
                orders=orders,
                imports=tuple(Wh(max(0, net)) for net in metered),
                exports=tuple(Wh(max(0, -net)) for net in metered),
                consumed_wh=Wh(sum(conduct.consumed_wh(step) for conduct in conducts)),
                generated_wh=Wh(sum(home.pv_wh[step] for home in homes)),
            )
        )
    return tuple(told)


def _arrivals(conducts: Sequence[Conduct], seed: int | None, interval: Interval) -> list[int]:
    """Homes in the order in which they place their orders."""
    places = list(range(len(conducts)))
    if seed is None:
        return places
    drawn = {place: _drawn(f"{seed}/{interval.start}/{conducts[place].name}") for place in places}
    return sorted(places, key=lambda place: (drawn[place], place))


def _drawn(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16, person=b"aipchain-compare").digest()


def _orders(
    wanted: Sequence[Wanted],
    reference: ReferencePrice,
    arrivals: Sequence[int],
    first_number: int,
    zones: Sequence[int],
) -> Iterator[BookOrder]:
    number = first_number
    for place in arrivals:
        owner, meter, of_home = AccountId(f"home {place}"), MeterId(place), wanted[place]
        sides = ((Side.BID, of_home.bid_wh, reference.retail), (Side.OFFER, of_home.offer_wh, reference.feed_in))
        for side, wh, limit in sides:
            if wh:
                yield BookOrder(OrderNumber(number), owner, meter, side, Wh(wh), limit, zones[place])
                number += 1
