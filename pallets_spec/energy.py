"""Energy: verified production becomes lots of energy tokens (EAAT; 1 kWh = 1 EAAT = 1,000 Wh).

A *lot* is a range of watt-hours of one meter's export register in one interval: the range from `first_wh`, `wh` long.
Ranges never overlap, so a watt-hour exists once. A final reading is *minted* once: by the settlement of its interval,
which holds what was sold and moves it to the buyers, or by anyone when no settlement is awaited. Lots are moved by
settlement only. Their owner *retires* energy to claim it for good.

While its interval is settled, a mint looks like this, from its first watt-hour to its last::

    [moved to buyers, free][held for the next buyers][rest, free]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, market, metering
from aipchain.pallets_spec.errors import Energy
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import U64_MAX, U128_MAX, AccountId, CommunityId, Event, MeterFacts, MeterId, Source
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "MAX_METERS",
    "EnergyEvent",
    "EnergyState",
    "EnergySums",
    "Lot",
    "LotState",
    "Mint",
    "Minted",
    "Moved",
    "Retired",
    "free_held",
    "invariants",
    "mint",
    "mint_and_hold",
    "move_held",
    "retire",
]

MAX_METERS = 500
"""The most meters of one `mint`; a longer list cannot be encoded as a call."""

_NOTHING = Wh(0)


class LotState(Enum):
    """What may be done with a lot."""

    FREE = "Free"
    """The owner's to retire."""
    HELD = "Held"
    """Waits for the settlement of its interval."""
    RETIRED = "Retired"
    """Used up; a lot does not come back from here."""


@dataclass(frozen=True, slots=True)
class Mint:
    """The energy that one meter delivered in one interval."""

    community: CommunityId
    producer: AccountId
    """The owner of the meter when it was minted."""
    source: Source
    zone: int
    first_wh: Wh
    """The export register before the interval."""
    wh: Wh
    """How much was minted."""
    held_from_wh: Wh
    """Where the held lot begins; what was moved out of the hold lies before it."""
    held_wh: Wh
    """How much is held for the settlement."""

    @property
    def held_at_first(self) -> Wh:
        """How much was held at first, as long as the hold is not freed."""
        return Wh(self.held_from_wh - self.first_wh + self.held_wh)


@dataclass(frozen=True, slots=True)
class Lot:
    """A range of watt-hours; the meter, the interval and the first watt-hour are its key."""

    owner: AccountId
    wh: Wh
    """How much it is, never 0."""
    state: LotState


@dataclass(frozen=True, slots=True)
class EnergySums:
    """The energy of an account, by the state of its lots."""

    free: Wh = _NOTHING
    held: Wh = _NOTHING
    retired: Wh = _NOTHING

    def of(self, state: LotState) -> Wh:
        """The sum of the lots in one state."""
        return {LotState.FREE: self.free, LotState.HELD: self.held, LotState.RETIRED: self.retired}[state]

    def with_sum(self, state: LotState, wh: Wh) -> EnergySums:
        """The same sums but for one state."""
        match state:
            case LotState.FREE:
                return replace(self, free=wh)
            case LotState.HELD:
                return replace(self, held=wh)
            case LotState.RETIRED:
                return replace(self, retired=wh)


@dataclass(slots=True)
class EnergyState:
    """Everything this chapter stores, named as in the runtime's metadata."""

    mints: dict[tuple[MeterId, UnixSeconds], Mint] = field(default_factory=dict)
    """What was minted, by meter and start of the interval."""
    lots: dict[tuple[MeterId, UnixSeconds, Wh], Lot] = field(default_factory=dict)
    """The lots, by meter, start of the interval and first watt-hour."""
    accounts: dict[AccountId, EnergySums] = field(default_factory=dict)
    """An account that once had energy keeps its entry."""
    total_minted: int = 0
    """The energy ever minted [Wh]."""


class EnergyEvent(Event):
    """A fact about energy tokens."""

    __slots__ = ()
    pallet = "Energy"


@dataclass(frozen=True, slots=True)
class Minted(EnergyEvent):
    """A final reading became energy."""

    meter: MeterId
    interval_start: UnixSeconds
    producer: AccountId
    first_wh: Wh
    wh: Wh


@dataclass(frozen=True, slots=True)
class Moved(EnergyEvent):
    """Held energy went to its buyer."""

    meter: MeterId
    interval_start: UnixSeconds
    first_wh: Wh
    wh: Wh
    from_: AccountId
    to: AccountId


@dataclass(frozen=True, slots=True)
class Retired(EnergyEvent):
    """Energy was used up."""

    meter: MeterId
    interval_start: UnixSeconds
    first_wh: Wh
    wh: Wh
    owner: AccountId


# Calls.


def mint(
    world: World, origin: Origin, *, community: CommunityId, interval_start: UnixSeconds, meters: Sequence[MeterId]
) -> None:
    """Mint the final readings of an interval that no settlement awaits. Signed by anyone.

    Meters of another community, without a reading or export, or minted before are skipped.

    :raises Energy.UnknownCommunity: there is no such community.
    :raises Energy.NotFinal: readings of the interval are still taken.
    :raises Energy.AwaitsSettlement: the market has not settled the interval yet, and what was sold is the buyers'.
    :raises Energy.Overflow: a sum would be beyond the largest number.
    """
    ensure_signed(origin)
    _ensure_final(world, community, interval_start)
    if market.awaits_settlement(world, community, interval_start):
        raise Energy.AwaitsSettlement(community=community, interval_start=interval_start)
    for meter in meters:
        facts = metering.meter_facts(world, meter)
        if facts and facts.community == community and (meter, interval_start) not in world.energy.mints:
            _mint_reading(world, meter, interval_start, facts, hold_wh=_NOTHING)


def retire(world: World, origin: Origin, *, meter: MeterId, interval_start: UnixSeconds, first_wh: Wh, wh: Wh) -> None:
    """Retire the first `wh` watt-hours of a free lot. Signed by its owner.

    :raises Energy.ZeroEnergy: zero watt-hours are nothing to retire.
    :raises Energy.UnknownLot: no lot begins there.
    :raises Energy.NotOwner: the lot is another account's.
    :raises Energy.LotNotFree: the lot is held or retired.
    :raises Energy.InsufficientEnergy: the lot is smaller.
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
    _put_lot(world, meter, interval_start, first_wh, Lot(owner, wh, LotState.RETIRED))
    _put_lot(world, meter, interval_start, Wh(first_wh + wh), Lot(owner, Wh(lot.wh - wh), LotState.FREE))
    _take(world, owner, LotState.FREE, wh)
    _give(world, owner, LotState.RETIRED, wh)
    world.emit(Retired(meter, interval_start, first_wh, wh, owner))


# What settlement does with energy.


def mint_and_hold(world: World, meter: MeterId, interval_start: UnixSeconds, hold_wh: Wh) -> Wh:
    """Mint a final reading once and hold the front of it, at most `hold_wh`; says how much was held [Wh].

    The same again changes nothing and says the same until the hold is freed. Nothing is held where there is no final
    reading or no export.

    :raises Energy.AlreadyMinted: it was minted free, so it may be gone and nothing can be promised of it any more.
    :raises Energy.Overflow: a sum would be beyond the largest number.
    """
    known = world.energy.mints.get((meter, interval_start))
    if known:
        if known.held_at_first == 0 and hold_wh > 0:
            raise Energy.AlreadyMinted(meter=meter, interval_start=interval_start)
        return known.held_at_first
    facts = metering.meter_facts(world, meter)
    return _mint_reading(world, meter, interval_start, facts, hold_wh) if facts else _NOTHING


def move_held(world: World, meter: MeterId, interval_start: UnixSeconds, to: AccountId, wh: Wh) -> None:
    """Move the first `wh` of what is held to `to`, free. Moving nothing does nothing.

    :raises Energy.UnknownLot: nothing was minted.
    :raises Energy.InsufficientEnergy: less is held.
    :raises Energy.Overflow: a sum would be beyond the largest number.
    """
    if wh == 0:
        return
    before = world.energy.mints.get((meter, interval_start))
    if before is None:
        raise Energy.UnknownLot(meter=meter, interval_start=interval_start)
    if wh > before.held_wh:
        raise Energy.InsufficientEnergy(needed=wh, held=before.held_wh)
    after = replace(before, held_from_wh=Wh(before.held_from_wh + wh), held_wh=Wh(before.held_wh - wh))
    held = Lot(before.producer, after.held_wh, LotState.HELD)
    _put_lot(world, meter, interval_start, before.held_from_wh, Lot(to, wh, LotState.FREE))
    _put_lot(world, meter, interval_start, after.held_from_wh, held)
    _take(world, before.producer, LotState.HELD, wh)
    _give(world, to, LotState.FREE, wh)
    world.energy.mints[meter, interval_start] = after
    world.emit(Moved(meter, interval_start, before.held_from_wh, wh, before.producer, to))


def free_held(world: World, meter: MeterId, interval_start: UnixSeconds) -> None:
    """Give the rest of the hold back to the producer, free. Without a hold it does nothing."""
    known = world.energy.mints.get((meter, interval_start))
    if known is None or known.held_wh == 0:
        return
    _put_lot(world, meter, interval_start, known.held_from_wh, Lot(known.producer, known.held_wh, LotState.FREE))
    _take(world, known.producer, LotState.HELD, known.held_wh)
    _give(world, known.producer, LotState.FREE, known.held_wh)
    world.energy.mints[meter, interval_start] = replace(known, held_wh=_NOTHING)


# What always holds.


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


# Helpers.


def _ensure_final(world: World, community: CommunityId, interval_start: UnixSeconds) -> None:
    interval_s = communities.interval_s(world, community)
    parameters = communities.parameters_at(world, community, interval_start)
    if interval_s is None or parameters is None:
        raise Energy.UnknownCommunity(community=community)
    final_at = parameters.final_at(interval_start, interval_s)
    if world.now < final_at:
        raise Energy.NotFinal(final_at=final_at, now=world.now)


def _mint_reading(world: World, meter: MeterId, interval_start: UnixSeconds, facts: MeterFacts, hold_wh: Wh) -> Wh:
    """Mint a final reading that was not minted yet and hold the front of it; says how much was held."""
    reading = metering.final_reading(world, meter, interval_start)
    if reading is None or reading.export_wh == 0:
        return _NOTHING
    first_wh, wh, producer = reading.export_register_wh, reading.export_wh, facts.owner
    held_wh = min(hold_wh, wh)
    free_wh = Wh(wh - held_wh)
    _put_lot(world, meter, interval_start, first_wh, Lot(producer, held_wh, LotState.HELD))
    _put_lot(world, meter, interval_start, Wh(first_wh + held_wh), Lot(producer, free_wh, LotState.FREE))
    _give(world, producer, LotState.HELD, held_wh)
    _give(world, producer, LotState.FREE, free_wh)
    state = world.energy
    if state.total_minted + wh > U128_MAX:
        raise Energy.Overflow(total_minted=state.total_minted)
    state.total_minted += wh
    minted = Mint(facts.community, producer, facts.source, facts.zone, first_wh, wh, first_wh, held_wh)
    state.mints[meter, interval_start] = minted
    world.emit(Minted(meter, interval_start, producer, first_wh, wh))
    return held_wh


def _put_lot(world: World, meter: MeterId, interval_start: UnixSeconds, first_wh: Wh, lot: Lot) -> None:
    """Store a lot; an empty one is none. Where a lot began before, the new one takes its place."""
    if lot.wh > 0:
        world.energy.lots[meter, interval_start, first_wh] = lot


def _take(world: World, who: AccountId, state: LotState, wh: Wh) -> None:
    sums = world.energy.accounts.get(who, EnergySums())
    if wh > sums.of(state):
        raise Energy.InsufficientEnergy(account=who, needed=wh, has=sums.of(state))
    world.energy.accounts[who] = sums.with_sum(state, Wh(sums.of(state) - wh))


def _give(world: World, who: AccountId, state: LotState, wh: Wh) -> None:
    sums = world.energy.accounts.get(who, EnergySums())
    if sums.of(state) + wh > U64_MAX:
        raise Energy.Overflow(account=who, has=sums.of(state))
    world.energy.accounts[who] = sums.with_sum(state, Wh(sums.of(state) + wh))
