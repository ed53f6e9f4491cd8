"""Worlds: an honest community with four kinds of fraud planted in it, and who did what.

Culprits of rings, pumping and spoofing are homes that trade honestly as well; Sybil accounts are new ones, with a home
at their head. Nobody is a culprit of two kinds. Strengths are drawn from ranges (`Strength`); a careful attacker stays
at the low end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.attacks.community import Community
from aipchain.ai.anomaly.attacks.honest import honest_community
from aipchain.ai.anomaly.attacks.planted import Plant, plant_pumping, plant_spoofing, plant_sybils, plant_wash

__all__ = ["BOLD", "CAREFUL", "KINDS", "Strength", "World", "world"]

KINDS: Final = ("wash", "sybil", "pumping", "spoofing")


@dataclass(frozen=True, slots=True)
class Strength:
    """From and to: fraud by honest activity, and the share of a Sybil account's life that is camouflage."""

    volume: tuple[float, float]
    camouflage: tuple[float, float]


BOLD: Final = Strength(volume=(0.4, 2.0), camouflage=(0.0, 0.4))
CAREFUL: Final = Strength(volume=(0.15, 0.4), camouflage=(0.4, 0.7))


@dataclass(frozen=True, slots=True)
class World:
    """What was done, and by kind of fraud who did it."""

    activity: Activity
    culprits: Mapping[str, frozenset[str]]

    @property
    def honest(self) -> frozenset[str]:
        """Everybody who did nothing wrong."""
        return frozenset(self.activity.accounts).difference(*self.culprits.values())


def world(seed: int, homes: int, days: int = 7, strength: Strength = BOLD) -> World:
    """A community with two wash rings, two Sybil clusters, two circles of praise and two spoofers or more.

    :param homes: forty or more, so that honest ones are left.
    :raises ValueError: there are fewer.
    """
    if homes < 40:
        raise ValueError(f"two rings of each kind leave nobody honest among {homes} homes: take 40 or more")
    community = honest_community(homes, days, seed)
    free = _Homes(community)
    culprits = {
        "wash": _planted(plant_wash, community, [free.some(2, 5), free.some(2, 5)], strength.volume),
        "sybil": _planted(plant_sybils, community, [free.some(1, 1), free.some(1, 1)], strength.camouflage),
        "pumping": _planted(plant_pumping, community, [free.some(2, 4), free.some(2, 4)], strength.volume),
        "spoofing": _planted(plant_spoofing, community, [free.some(2, 3)], strength.volume),
    }
    return World(community.activity(), MappingProxyType(culprits))


class _Homes:
    """Homes that are no culprits yet, in random order."""

    def __init__(self, community: Community) -> None:
        self._rng = community.rng
        self._left = [community.homes[number] for number in self._rng.permutation(len(community.homes))]

    def some(self, fewest: int, most: int) -> list[str]:
        """Take between so many and so many."""
        return [self._left.pop() for _ in range(int(self._rng.integers(fewest, most + 1)))]


def _planted(
    plant: Plant, community: Community, groups: list[list[str]], between: tuple[float, float]
) -> frozenset[str]:
    """Plant each group with a strength of its own."""
    return frozenset().union(*(plant(community, group, community.rng.uniform(*between)) for group in groups))
