"""Made-up calls to energy."""

from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.energy import Lot, LotState
from aipchain.pallets_spec.types import U32_MAX, U64_MAX, CommunityId, MeterId
from aipchain.units import UnixSeconds, Wh

__all__ = ["mint", "retire"]

_PALLET = "Energy"


def mint(player: Player) -> Do:
    """Anybody mints the readings of an interval that has some."""
    community = player.community()
    start = player.any_of(_intervals_with_readings(player, community), player.interval(community, -4, -2))
    start = player.bent(
        start, lambda: player.interval(community, -3, 1), lambda: UnixSeconds(U64_MAX), lambda: UnixSeconds(start + 1)
    )
    meters = [*player.world.metering.meters, MeterId(player.world.metering.next_meter_id), MeterId(U32_MAX)]
    listed = player.some(meters, 0, len(meters))
    if player.chance(0.1):
        listed += listed[:1]
    return player.does(
        player.anybody(), _PALLET, "mint", community=community, interval_start=start, meters=tuple(listed)
    )


def retire(player: Player) -> Do:
    """An owner retires the front of a lot, all of it, or more than it is."""
    lots = player.world.energy.lots
    free = [key for key, lot in lots.items() if lot.state is LotState.FREE]
    key = player.any_of(free, (MeterId(0), UnixSeconds(0), Wh(0)))
    if player.bends():
        key = player.any_of(lots, (MeterId(U32_MAX), UnixSeconds(U64_MAX), Wh(U64_MAX)))
    lot = lots.get(key, Lot(player.anybody(), Wh(1), LotState.FREE))
    meter, start, first_wh = key
    wh = player.bent(player.random.randint(1, lot.wh), lambda: player.near(lot.wh, U64_MAX))
    first_wh = player.bent(first_wh, lambda: first_wh, lambda: Wh(min(first_wh + 1, U64_MAX)))
    arguments = {"meter": meter, "interval_start": start, "first_wh": first_wh, "wh": wh}
    return player.does(lot.owner, _PALLET, "retire", **arguments)


def _intervals_with_readings(player: Player, community: CommunityId) -> list[UnixSeconds]:
    meters = player.world.metering.meters
    return [start for start, meter in player.world.metering.readings if meters[meter].community == community]
