"""How a sound world is spoilt: by a function for each check, which the check must be the only one to notice.

The world is the one of the fixture `grown`: Ada, Ben and Cat are members 0, 1 and 2 of the community `HERE`. Ada has
the meters 0 and 3, Ben 1 and 4, Cat 2. The book of `START` is cleared and half settled (order 2 is Ben's offer), the
book of `LATER` is open (order 5 is cancelled). Proposal 0 is being confirmed.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

from aipchain.pallets_spec.scale import blake2_256
from aipchain.pallets_spec.types import AccountId, CommunityId, Hash, MeterId
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

HERE, NOWHERE = CommunityId(0), CommunityId(9)
START = UnixSeconds(1_800_000_000)
LATER = UnixSeconds(START + 3_600)
NEVER = UnixSeconds(START + 36_000)
"""An interval that nobody traded or read."""
ADA, BEN, CAT, NOBODY = (AccountId(blake2_256(name)) for name in (b"ada", b"ben", b"cat", b"nobody"))
NO_METER = MeterId(99)
OTHER_HASH = Hash(b"another ".ljust(32))

Spoil: TypeAlias = Callable[[World], None]
_Spoil = TypeVar("_Spoil", bound=Spoil)


class Checks:
    """The table of a chapter: what its checks are called, and what spoils a world for each."""

    def __init__(self) -> None:
        self._spoilt: list[tuple[str, Spoil]] = []

    def __iter__(self) -> Iterator[tuple[str, Spoil]]:
        return iter(self._spoilt)

    def notice(self, name: str) -> Callable[[_Spoil], _Spoil]:
        """The check of this name must notice what the function does to the world."""

        def enter(spoil: _Spoil) -> _Spoil:
            self._spoilt.append((name, spoil))
            return spoil

        return enter
