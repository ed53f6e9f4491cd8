"""Failures of the governance room.

InputError
├── EmptySlot        the community has no plugin in that slot yet
├── NoProposal       there is no proposal of that number
└── NothingChanges   the proposal asks for what is already in force
"""

from aipchain.errors import InputError

__all__ = ["EmptySlot", "NoProposal", "NothingChanges"]


class EmptySlot(InputError):
    """A slot must be filled by `install` before it can be voted on."""

    def __init__(self, community: int, slot: str) -> None:
        super().__init__(
            f"community {community} has no plugin in its slot {slot!r} yet: the steward installs the first one"
        )


class NoProposal(InputError):
    """There is no such proposal."""

    def __init__(self, proposal: int, count: int) -> None:
        known = f"the chain has proposals 0 to {count - 1}" if count else "the chain has none yet"
        super().__init__(f"there is no proposal {proposal}: {known}")


class NothingChanges(InputError):
    """The proposal would replace a thing by itself."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is already in force: propose something else")
