"""What every made-up call needs: chance, and a look at the world for somebody, some time or number that matters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from aipchain.orchestrator.twin.moves.town import HAMLET, PEOPLE, TOWN
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec import communities
from aipchain.pallets_spec.origin import Origin, Root
from aipchain.pallets_spec.types import U32_MAX, AccountId, CommunityId, Role
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

__all__ = ["Player"]

T = TypeVar("T")

_ROOT_SHARE = 0.012
"""How often root makes a call that only accounts can make."""


@dataclass
class Player:
    """Makes up calls for the world as it is. `boldness` is how often one argument is bent."""

    world: World
    random: Random
    boldness: float = 0.3

    # chance

    def chance(self, share: float) -> bool:
        """True as often as `share` says."""
        return self.random.random() < share

    def bends(self) -> bool:
        """Whether the next argument is to be bent."""
        return self.chance(self.boldness)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them, all as likely."""
        return self.random.choice(choices)

    def any_of(self, choices: Iterable[T], otherwise: T) -> T:
        """One of them, or `otherwise` where there is none."""
        listed = list(choices)
        return self.random.choice(listed) if listed else otherwise

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """A few of them, none twice."""
        count = min(len(choices), self.random.randint(least, max(least, most)))
        return self.random.sample(list(choices), count)

    def near(self, number: int, largest: int) -> int:
        """A number at or beside a border, or at an end of what can be told."""
        return min(
            max(self.one_of((0, 1, number - 1, number, number + 1, 2 * number, largest - 1, largest)), 0), largest
        )

    # the world

    @property
    def now(self) -> UnixSeconds:
        """Chain time [s]."""
        return self.world.now

    def community(self) -> CommunityId:
        """Town most of the time; Hamlet, another one or one that is not there sometimes."""
        if self.chance(0.84):
            return TOWN
        known = list(self.world.communities.communities)
        if self.chance(0.85):
            return self.one_of([HAMLET, *known])
        return CommunityId(self.one_of((len(known), U32_MAX)))

    def anybody(self) -> AccountId:
        """Somebody."""
        return self.one_of(PEOPLE)

    def holder(self, community: CommunityId, role: Role) -> AccountId:
        """Somebody with the role."""
        held = self.world.communities.roles.items()
        return self.any_of((who for (place, who), bits in held if place == community and bits & role.bit), PEOPLE[0])

    def member(self, community: CommunityId) -> AccountId:
        """A member."""
        return self.any_of((who for place, who in self.world.communities.members if place == community), PEOPLE[1])

    def outsider(self, community: CommunityId) -> AccountId:
        """Somebody who is no member."""
        members = self.world.communities.members
        return self.any_of((who for who in PEOPLE if (community, who) not in members), PEOPLE[-1])

    def interval_s(self, community: CommunityId) -> int:
        """The community's interval length [s]."""
        return communities.interval_s(self.world, community) or 3_600

    def epoch_s(self, community: CommunityId) -> int:
        """The community's epoch length [s]."""
        return communities.epoch_s(self.world, community) or 7_200

    def interval(self, community: CommunityId, least: int, most: int) -> UnixSeconds:
        """The start of an interval so many intervals from the current one."""
        length = self.interval_s(community)
        return UnixSeconds(max((self.now // length + self.random.randint(least, most)) * length, 0))

    # the call

    def does(self, who: Origin, pallet: str, call: str, /, **arguments: object) -> Do:
        """Make the call as `who`; now and then as somebody else, or as root."""
        if self.chance(_ROOT_SHARE) and (pallet, call) != ("Communities", "found"):
            return Do(Root(), pallet, call, arguments)
        if self.chance(self.boldness / 4):
            return Do(self.anybody(), pallet, call, arguments)
        return Do(who, pallet, call, arguments)

    def bent(self, sound: T, *bends: Callable[[], T]) -> T:
        """`sound`, or one of its bends."""
        return self.one_of(bends)() if self.bends() else sound
