"""What the chapter of energy tells."""

from __future__ import annotations

from dataclasses import dataclass

from aipchain.pallets_spec.types import AccountId, Event, MeterId
from aipchain.units import UnixSeconds, Wh

__all__ = ["EnergyEvent", "Minted", "Moved", "Retired"]


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
