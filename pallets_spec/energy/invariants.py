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
        if reading is None or (reading.export_register_wh, reading.export_wh) != (each.first_wh, each.wh):
            yield f"the mint of meter {meter} at {interval_start} is not its final reading"
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
            yield f"the lots of meter {meter} at {interval_start} overlap or leave a hole"
        reached = Wh(first_wh + lot.wh)
    if reached != minted.first_wh + minted.wh:
        yield f"the lots of meter {meter} at {interval_start} do not cover the mint"
    held = {first_wh: lot for first_wh, lot in lots.items() if lot.state is LotState.HELD}
    expected = {minted.held_from_wh: Lot(minted.producer, minted.held_wh, LotState.HELD)} if minted.held_wh else {}
    if held != expected:
        yield f"the held lot of meter {meter} at {interval_start} is not where the mint says"


def _sums_invariants(state: EnergyState) -> Iterator[str]:
    sums: dict[AccountId, EnergySums] = {}
    for lot in state.lots.values():
        known = sums.get(lot.owner, EnergySums())
        sums[lot.owner] = known.with_sum(lot.state, Wh(known.of(lot.state) + lot.wh))
    if sums != {who: stored for who, stored in state.accounts.items() if stored != EnergySums()}:
        yield "the energy of an account is not the sum of its lots"


def _key(item: tuple[tuple[MeterId, UnixSeconds, Wh], Lot]) -> tuple[MeterId, UnixSeconds, Wh]:
    return item[0]
