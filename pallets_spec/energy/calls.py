"""The calls of the chapter of energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, market, metering
from aipchain.pallets_spec.energy.events import Retired
from aipchain.pallets_spec.energy.ledger import ensure_range, give, mint_reading, put_lot, take
from aipchain.pallets_spec.energy.state import NO_ENERGY, Lot, LotState
from aipchain.pallets_spec.errors import Energy
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import CommunityId, MeterId
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["mint", "retire"]


def mint(
    world: World, origin: Origin, *, community: CommunityId, interval_start: UnixSeconds, meters: Sequence[MeterId]
) -> None:
    """Mint the final readings of an interval that no settlement awaits. Signed by anyone.

    Meters of another community, without a reading or export, or minted before are skipped.

    :raises Energy.UnknownCommunity: there is no such community.
    :raises Energy.NotFinal: readings of the interval are still taken.
    :raises Energy.AwaitsSettlement: the market has not settled the interval yet, and what was sold is the buyers'.
    :raises Energy.Overflow: a sum, or the end of a lot, would be beyond the largest number.
    """
    ensure_signed(origin)
    _ensure_final(world, community, interval_start)
    if market.awaits_settlement(world, community, interval_start):
        raise Energy.AwaitsSettlement(community=community, interval_start=interval_start)
    for meter in meters:
        facts = metering.meter_facts(world, meter)
        if facts and facts.community == community and (meter, interval_start) not in world.energy.mints:
            mint_reading(world, meter, interval_start, facts, hold_wh=NO_ENERGY)


def retire(world: World, origin: Origin, *, meter: MeterId, interval_start: UnixSeconds, first_wh: Wh, wh: Wh) -> None:
    """Retire the first `wh` watt-hours of a free lot. Signed by its owner.

    :raises Energy.ZeroEnergy: zero watt-hours are nothing to retire.
    :raises Energy.UnknownLot: no lot begins there.
    :raises Energy.NotOwner: the lot is another account's.
    :raises Energy.LotNotFree: the lot is held or retired.
    :raises Energy.InsufficientEnergy: the lot is smaller.
    :raises Energy.Overflow: the lot's end, or the sum retired, is beyond the largest number; never in a sound chain.
    """
    owner = ensure_signed(origin)
    if wh == 0:
        raise Energy.ZeroEnergy
    lot = world.energy.lots.get((meter, interval_start, first_wh))
    if lot is None:
        raise Energy.UnknownLot(meter=meter, interval_start=interval_start, first_wh=first_wh)
    if lot.owner != owner:
        raise Energy.NotOwner(account=owner, owner=lot.owner)
    if lot.state is not LotState.FREE:
        raise Energy.LotNotFree(state=lot.state.value)
    if wh > lot.wh:
        raise Energy.InsufficientEnergy(needed=wh, lot=lot.wh)
    ensure_range(first_wh, wh)
    put_lot(world, meter, interval_start, first_wh, Lot(owner, wh, LotState.RETIRED))
    put_lot(world, meter, interval_start, Wh(first_wh + wh), Lot(owner, Wh(lot.wh - wh), LotState.FREE))
    take(world, owner, LotState.FREE, wh)
    give(world, owner, LotState.RETIRED, wh)
    world.emit(Retired(meter, interval_start, first_wh, wh, owner))


def _ensure_final(world: World, community: CommunityId, interval_start: UnixSeconds) -> None:
    in_force = communities.in_force_at(world, community, interval_start)
    if in_force is None:
        raise Energy.UnknownCommunity(community=community)
    final_at = in_force.final_at(interval_start)
    if world.now < final_at:
        raise Energy.NotFinal(final_at=final_at, now=world.now)
