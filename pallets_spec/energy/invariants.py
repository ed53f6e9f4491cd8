"""What always holds among lots, mints and sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aipchain.pallets_spec import metering
from aipchain.pallets_spec.energy.state import EnergyState, EnergySums, Lot, LotState, Mint
from aipchain.pallets_spec.types import AccountId, MeterId
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["invariants"]


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    state = world.energy
    for (meter, interval_start), each in state.mints.items():
        reading = metering.final_reading(world, meter, interval_start)
        if reading is None:
            yield "a mint without a final reading"
        elif reading.export_wh != each.wh:
            yield "a mint is not the reading"
        elif reading.export_register_wh != each.first_wh:
            yield "a mint is not where the reading is"
        yield from _lots_invariants(state, meter, interval_start, each)
    if state.total_minted != sum(each.wh for each in state.mints.values()):
        yield "the energy minted is not the sum of the mints"
    if any((meter, interval_start) not in state.mints for meter, interval_start, _ in state.lots):
        yield "a lot of no mint"
    yield from _sums_invariants(state)


def _lots_invariants(state: EnergyState, meter: MeterId, interval_start: UnixSeconds, minted: Mint) -> Iterator[str]:
    """The lots of a mint, first to last, cover it; at most one is held, where the mint says."""
    lots = {key[2]: lot for key, lot in sorted(state.lots.items(), key=_key) if key[:2] == (meter, interval_start)}
    reached = minted.first_wh
    for first_wh, lot in lots.items():
        if first_wh != reached or lot.wh == 0:
            yield "the lots of a mint overlap or leave a hole"
        reached = Wh(first_wh + lot.wh)
    if reached != minted.first_wh + minted.wh:
        yield "the lots of a mint do not cover it"
    held = {first_wh: lot for first_wh, lot in lots.items() if lot.state is LotState.HELD}
    if len(held) > 1 or any(lot.owner != minted.producer for lot in held.values()):
        yield "a mint has a hold that is not the producer's"
    expected = {minted.held_from_wh: minted.held_wh} if minted.held_wh else {}
    if {first_wh: lot.wh for first_wh, lot in held.items()} != expected:
        yield "the held lot is not where the mint says"


def _sums_invariants(state: EnergyState) -> Iterator[str]:
    sums: dict[AccountId, EnergySums] = {}
    for lot in state.lots.values():
        known = sums.get(lot.owner, EnergySums())
        sums[lot.owner] = known.with_sum(lot.state, Wh(known.of(lot.state) + lot.wh))
    if sums != {who: stored for who, stored in state.accounts.items() if stored != EnergySums()}:
        yield "the energy of an account is not the sum of its lots"


def _key(item: tuple[tuple[MeterId, UnixSeconds, Wh], Lot]) -> tuple[MeterId, UnixSeconds, Wh]:
    return item[0]
