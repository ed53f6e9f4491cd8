"""Lots of energy, and how much an account has."""

from dataclasses import dataclass
from enum import IntEnum

from aipchain.runtime_bridge.types.metering import Source
from aipchain.runtime_bridge.types.scalars import U16, AccountId, CommunityId
from aipchain.units import Wh

__all__ = ["EnergySums", "Lot", "LotState", "Mint"]


class LotState(IntEnum):
    """Whether a lot can be used, is promised, or is used up."""

    FREE = 0
    HELD = 1
    RETIRED = 2


@dataclass(frozen=True, slots=True)
class Mint:
    """What was minted of one meter and interval, as a range of its export register [Wh], and what of it is held."""

    community: CommunityId
    producer: AccountId
    source: Source
    zone: U16
    first_wh: Wh
    wh: Wh
    held_from_wh: Wh
    held_wh: Wh


@dataclass(frozen=True, slots=True)
class Lot:
    """A range of watt-hours with one owner and one state."""

    owner: AccountId
    wh: Wh
    state: LotState


@dataclass(frozen=True, slots=True)
class EnergySums:
    """An account's energy by state [Wh]."""

    free: Wh
    held: Wh
    retired: Wh
