"""What stands: the energy of a meter's open orders of one side in one book.

Orders are physical: together they are never more than the connection of the meter carries in the interval. So nobody
can offer or ask for energy that could not flow, and take the place of those whose energy could.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.types import BookKey, MeterId, Side
from aipchain.units import Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["add_standing", "take_standing"]


def add_standing(world: World, key: BookKey, meter: MeterId, side: Side, wh: Wh, *, carries_wh: Wh) -> None:
    """One more order of `wh` stands.

    :param carries_wh: the most that the meter's connection carries in the interval.
    :raises Market.AboveConnectionLimit: the meter's orders of this side would be more than that together.
    """
    standing_wh = Wh(world.market.standing_wh.get((key, (meter, side)), 0) + wh)
    if standing_wh > carries_wh:
        raise Market.AboveConnectionLimit(meter=meter, side=side.value, standing_wh=standing_wh, carries_wh=carries_wh)
    world.market.standing_wh[key, (meter, side)] = standing_wh


def take_standing(world: World, key: BookKey, meter: MeterId, side: Side, wh: Wh) -> None:
    """An order of `wh` stands no longer. Where nothing stands, nothing is stored."""
    place = (key, (meter, side))
    rest = world.market.standing_wh.pop(place, 0) - wh
    if rest < 0:
        raise Corruption(meter=meter)
    if rest > 0:
        world.market.standing_wh[place] = Wh(rest)
