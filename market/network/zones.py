"""A book over zones: who is in which zone, and how much energy may go from zone to zone in the interval.

Caps are in Wh per interval, each for one direction: what one zone may send to all others (`export`), may get from all
others (`imported`), or may send to one other (`pairs`). They hold for all energy traded in that direction, so the net
flow keeps them too. A missing cap is no limit, zero forbids. What stays inside a zone has no cap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aipchain.market.book import BookOrder, MeterId, in_number_order
from aipchain.market.network.errors import CapOutOfRange, UnknownZone, UnplacedMeter
from aipchain.market.network.flow import Arc
from aipchain.market.network.tariff import GridTariff
from aipchain.units import Wh

__all__ = ["ZoneBook", "ZoneCaps", "zone_arcs", "zone_book"]


@dataclass(frozen=True, slots=True)
class ZoneCaps:
    """Most energy from or to each zone, and between two [Wh per interval]."""

    export: Mapping[int, Wh] = field(default_factory=dict)
    imported: Mapping[int, Wh] = field(default_factory=dict)
    pairs: Mapping[tuple[int, int], Wh] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ZoneBook:
    """Orders by number, the zone of each, the tariff of the pairs and the caps."""

    orders: tuple[BookOrder, ...]
    zones: tuple[int, ...]
    tariff: GridTariff
    caps: ZoneCaps


def zone_book(
    orders: Iterable[BookOrder], zones: Mapping[MeterId, int], tariff: GridTariff, caps: ZoneCaps | None = None
) -> ZoneBook:
    """Place the orders; any arrangement gives the same book.

    :param zones: zone of each meter, an index into the community's zones.
    :raises NetworkError: an unknown zone, a meter without one, a negative cap.
    :raises DuplicateOrder: two orders have one number.
    """
    caps = caps or ZoneCaps()
    _check_caps(caps, tariff.zones)
    book = in_number_order(orders)
    places: list[int] = []
    for order in book:
        if order.meter not in zones:
            raise UnplacedMeter(order.meter, order.number)
        zone = zones[order.meter]
        if not 0 <= zone < tariff.zones:
            raise UnknownZone(zone, tariff.zones, f"meter {order.meter}")
        places.append(zone)
    return ZoneBook(book, tuple(places), tariff, caps)


def zone_arcs(book: ZoneBook) -> tuple[Arc, ...]:
    """The ways of energy; zone z has four nodes: offers z, bids Z + z, leaving 2 Z + z, arriving 3 Z + z.

    Each pair of zones is one arc with the pair's whole charge, so no charge can be paid twice.
    """
    count, caps = book.tariff.zones, book.caps
    arcs = [Arc(zone, count + zone, None, book.tariff.charge(zone, zone)) for zone in range(count)]
    arcs += [Arc(zone, 2 * count + zone, caps.export.get(zone), 0) for zone in range(count)]
    arcs += [Arc(3 * count + zone, count + zone, caps.imported.get(zone), 0) for zone in range(count)]
    for start in range(count):
        for end in range(count):
            if start != end:
                cap = caps.pairs.get((start, end))
                arcs.append(Arc(2 * count + start, 3 * count + end, cap, book.tariff.charge(start, end)))
    return tuple(arcs)


def _check_caps(caps: ZoneCaps, zones: int) -> None:
    named = [((zone,), cap, f"on export of zone {zone}") for zone, cap in caps.export.items()]
    named += [((zone,), cap, f"on import of zone {zone}") for zone, cap in caps.imported.items()]
    for (start, end), cap in caps.pairs.items():
        named.append(((start, end), cap, f"from zone {start} to zone {end}"))  # type: ignore[arg-type]
    for names, cap, what in named:
        for zone in names:
            if not 0 <= zone < zones:
                raise UnknownZone(zone, zones, f"the cap {what}")
        if cap < 0:
            raise CapOutOfRange(what, cap)
