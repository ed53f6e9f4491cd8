"""Lots and sums: minting a final reading, and what settlement does with what it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import metering
from aipchain.pallets_spec.energy.events import Minted, Moved
from aipchain.pallets_spec.energy.state import NO_ENERGY, EnergySums, Lot, LotState, Mint
from aipchain.pallets_spec.errors import Energy
from aipchain.pallets_spec.types import U64_MAX, U128_MAX, AccountId, MeterFacts, MeterId
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["ensure_range", "free_held", "give", "mint_and_hold", "mint_reading", "move_held", "put_lot", "take"]


def mint_and_hold(world: World, meter: MeterId, interval_start: UnixSeconds, hold_wh: Wh) -> Wh:
    """Mint a final reading once and hold the front of it, at most `hold_wh`; says how much was held [Wh].

    The same again changes nothing and says the same until the hold is freed. Nothing is held where there is no final
    reading or no export.

    :raises Energy.AlreadyMinted: it was minted free, so it may be gone and nothing can be promised of it any more.
    :raises Energy.Overflow: a sum, or the end of a lot, would be beyond the largest number.
    """
    known = world.energy.mints.get((meter, interval_start))
    if known:
        if known.held_at_first == 0 and hold_wh > 0:
            raise Energy.AlreadyMinted(meter=meter, interval_start=interval_start)
        return known.held_at_first
    facts = metering.meter_facts(world, meter)
    return mint_reading(world, meter, interval_start, facts, hold_wh) if facts else NO_ENERGY


def move_held(world: World, meter: MeterId, interval_start: UnixSeconds, to: AccountId, wh: Wh) -> None:
    """Move the first `wh` of what is held to `to`, free. Moving nothing does nothing.

    :raises Energy.UnknownLot: nothing was minted.
    :raises Energy.InsufficientEnergy: less is held.
    :raises Energy.Overflow: a sum, or the end of a lot, would be beyond the largest number.
    """
    if wh == 0:
        return
    before = world.energy.mints.get((meter, interval_start))
    if before is None:
        raise Energy.UnknownLot(meter=meter, interval_start=interval_start)
    if wh > before.held_wh:
        raise Energy.InsufficientEnergy(needed=wh, held=before.held_wh)
    ensure_range(before.held_from_wh, wh)
    after = replace(before, held_from_wh=Wh(before.held_from_wh + wh), held_wh=Wh(before.held_wh - wh))
    held = Lot(before.producer, after.held_wh, LotState.HELD)
    put_lot(world, meter, interval_start, before.held_from_wh, Lot(to, wh, LotState.FREE))
    put_lot(world, meter, interval_start, after.held_from_wh, held)
    take(world, before.producer, LotState.HELD, wh)
    give(world, to, LotState.FREE, wh)
    world.energy.mints[meter, interval_start] = after
    world.emit(Moved(meter, interval_start, before.held_from_wh, wh, before.producer, to))


def free_held(world: World, meter: MeterId, interval_start: UnixSeconds) -> None:
    """Give the rest of the hold back to the producer, free. Without a hold it does nothing."""
    known = world.energy.mints.get((meter, interval_start))
    if known is None or known.held_wh == 0:
        return
    put_lot(world, meter, interval_start, known.held_from_wh, Lot(known.producer, known.held_wh, LotState.FREE))
    take(world, known.producer, LotState.HELD, known.held_wh)
    give(world, known.producer, LotState.FREE, known.held_wh)
    world.energy.mints[meter, interval_start] = replace(known, held_wh=NO_ENERGY)


def mint_reading(world: World, meter: MeterId, interval_start: UnixSeconds, facts: MeterFacts, hold_wh: Wh) -> Wh:
    """Mint a final reading that was not minted yet and hold the front of it; says how much was held."""
    reading = metering.final_reading(world, meter, interval_start)
    if reading is None or reading.export_wh == 0:
        return NO_ENERGY
    first_wh, wh, producer = reading.export_register_wh, reading.export_wh, facts.owner
    ensure_range(first_wh, wh)
    held_wh = min(hold_wh, wh)
    free_wh = Wh(wh - held_wh)
    put_lot(world, meter, interval_start, first_wh, Lot(producer, held_wh, LotState.HELD))
    put_lot(world, meter, interval_start, Wh(first_wh + held_wh), Lot(producer, free_wh, LotState.FREE))
    give(world, producer, LotState.HELD, held_wh)
    give(world, producer, LotState.FREE, free_wh)
    state = world.energy
    if state.total_minted + wh > U128_MAX:
        raise Energy.Overflow(total_minted=state.total_minted)
    state.total_minted += wh
    minted = Mint(facts.community, producer, facts.source, facts.zone, first_wh, wh, first_wh, held_wh)
    state.mints[meter, interval_start] = minted
    world.emit(Minted(meter, interval_start, producer, first_wh, wh))
    return held_wh


def ensure_range(first_wh: Wh, wh: Wh) -> None:
    """A register counts from `first_wh` on `wh` watt-hours further.

    :raises Energy.Overflow: it would end beyond the largest number.
    """
    if first_wh + wh > U64_MAX:
        raise Energy.Overflow(first_wh=first_wh, wh=wh)


def put_lot(world: World, meter: MeterId, interval_start: UnixSeconds, first_wh: Wh, lot: Lot) -> None:
    """Store a lot; an empty one is none. Where a lot began before, the new one takes its place."""
    if lot.wh > 0:
        world.energy.lots[meter, interval_start, first_wh] = lot


def take(world: World, who: AccountId, state: LotState, wh: Wh) -> None:
    """Lower one sum of an account.

    :raises Energy.InsufficientEnergy: the account has less in that state.
    """
    sums = world.energy.accounts.get(who, EnergySums())
    if wh > sums.of(state):
        raise Energy.InsufficientEnergy(account=who, needed=wh, has=sums.of(state))
    world.energy.accounts[who] = sums.with_sum(state, Wh(sums.of(state) - wh))


def give(world: World, who: AccountId, state: LotState, wh: Wh) -> None:
    """Raise one sum of an account.

    :raises Energy.Overflow: the sum would be beyond the largest number.
    """
    sums = world.energy.accounts.get(who, EnergySums())
    if sums.of(state) + wh > U64_MAX:
        raise Energy.Overflow(account=who, has=sums.of(state))
    world.energy.accounts[who] = sums.with_sum(state, Wh(sums.of(state) + wh))
