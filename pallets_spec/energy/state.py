"""What the chapter of energy remembers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from aipchain.pallets_spec.types import U64_MAX, AccountId, CommunityId, MeterId, Source
from aipchain.units import UnixSeconds, Wh

__all__ = ["MAX_METERS", "NO_ENERGY", "EnergyState", "EnergySums", "Lot", "LotState", "Mint"]

MAX_METERS = 500
"""The most meters of one `mint`; a longer list cannot be encoded as a call."""
NO_ENERGY = Wh(0)


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
        moved_wh = max(self.held_from_wh - self.first_wh, 0)
        return Wh(min(moved_wh + self.held_wh, U64_MAX))


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

    free: Wh = NO_ENERGY
    held: Wh = NO_ENERGY
    retired: Wh = NO_ENERGY

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
