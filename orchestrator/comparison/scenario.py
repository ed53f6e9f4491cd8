"""What every rule is given: per interval the tariffs, the orders of the homes, and what their meters show in the end.

Homes trade as in the demo (`aipchain.orchestrator.household`): retail for what they lack, feed-in for what they have
left. They know their energy ahead (the default, so that rules alone make the difference), or forecast it as the demo
does. Which home places its order first in an interval is drawn from the seed; without one they come in the given order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from aipchain.ai.forecast import daily_persistence
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.metering.packs import Home, Pack
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.units import Interval, Wh

__all__ = ["Forecast", "Scene", "Settings", "scenes"]

DAYS_OF_WEEK: Final = 7

FORECAST_STEPS: Final = 2
"""Orders are placed inside the interval before delivery, so the last measured one lies two steps back."""


class Forecast(StrEnum):
    """How homes come to the energy that they order."""

    PERFECT = "perfect"
    """What will be metered."""
    NAIVE = "naive"
    """The mean of the same time on the last days (`aipchain.ai.forecast.daily_persistence`)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is replayed: homes of a pack over whole weeks.

    With `accept_price` homes also take a price of their price plugin beyond what the grid would cost or pay them.
    """

    pack: Pack
    homes: tuple[Home, ...]
    first_day: date
    weeks: int
    seed: int | None
    forecast: Forecast = Forecast.PERFECT
    accept_price: bool = False

    @property
    def steps(self) -> range:
        """The steps of the pack.

        :raises BadPack: the pack does not cover the weeks.
        """
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
    """
    tariffs = reference_prices(settings.pack)
    networks = [[load - pv for load, pv in zip(home.load_wh, home.pv_wh, strict=True)] for home in settings.homes]
    told: list[Scene] = []
    placed = 0
    for step in settings.steps:
        interval, reference = settings.pack.interval(step), tariffs[step]
        wanted = [_expected(settings, net_wh, step) for net_wh in networks]
        orders = tuple(_orders(wanted, reference, _arrivals(settings, interval), placed))
        placed += len(orders)
        told.append(
            Scene(
                interval=interval,
                reference=reference,
                orders=orders,
                imports=tuple(home.import_wh(step) for home in settings.homes),
                exports=tuple(home.export_wh(step) for home in settings.homes),
                consumed_wh=Wh(sum(home.load_wh[step] for home in settings.homes)),
                generated_wh=Wh(sum(home.pv_wh[step] for home in settings.homes)),
            )
        )
    return tuple(told)


def _expected(settings: Settings, net_wh: Sequence[int], step: int) -> int:
    """Net energy that a home expects in `step` [Wh]; generation is negative, 0 also where it has no forecast."""
    if settings.forecast is Forecast.PERFECT:
        return net_wh[step]
    measured = net_wh[: max(0, step - FORECAST_STEPS + 1)]
    return daily_persistence(measured, settings.pack.steps_per_day, FORECAST_STEPS) or 0


def _arrivals(settings: Settings, interval: Interval) -> list[int]:
    """Homes in the order in which they place their orders."""
    places = list(range(len(settings.homes)))
    if settings.seed is None:
        return places
    drawn = {place: _drawn(f"{settings.seed}/{interval.start}/{settings.homes[place].name}") for place in places}
    return sorted(places, key=lambda place: (drawn[place], place))


def _drawn(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16, person=b"aipchain-compare").digest()


def _orders(
    wanted: Sequence[int], reference: ReferencePrice, arrivals: Sequence[int], first_number: int
) -> Iterator[BookOrder]:
    number = first_number
    for place in arrivals:
        net = wanted[place]
        if net:
            side, limit = (Side.BID, reference.retail) if net > 0 else (Side.OFFER, reference.feed_in)
            owner, meter = AccountId(f"home {place}"), MeterId(place)
            yield BookOrder(OrderNumber(number), owner, meter, side, Wh(abs(net)), limit)
            number += 1
