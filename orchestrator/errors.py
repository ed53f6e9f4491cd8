"""Failures of the orchestrator.

AipchainError
├── InputError
│   ├── NoBook            no order opened a book for that interval
│   ├── AnotherRun        the chain at hand was founded by a run with other homes, data, days or seed
│   ├── NoBattery         an agent was asked for, and no home has a battery
│   ├── NothingToReplay   the chain holds no cleared interval
│   ├── OtherGenesis      a node's chain starts from another block than the one expected
│   └── UnreadableGenesis a node does not give the state of its first block
├── StateError
│   ├── FoldFailed        a block's facts do not fit the projection's rows, or these cannot be written
│   ├── Incomplete        the chain lacks a block or a community that it must have
│   ├── UnknownBinding    a book names rules the chain does not know
│   └── WrongGenesisState a node's first state is not the one that its first block commits to
└── OperationError
    ├── NoNewBlock        a node makes no more blocks
    └── StepFailed        the chain refused a step of the loop
"""

from aipchain.errors import InputError, OperationError, StateError

__all__ = [
    "AnotherRun",
    "FoldFailed",
    "Incomplete",
    "NoBattery",
    "NoBook",
    "NoNewBlock",
    "NothingToReplay",
    "OtherGenesis",
    "StepFailed",
    "UnknownBinding",
    "UnreadableGenesis",
    "WrongGenesisState",
]


class NoBook(InputError):
    """There is no book for the interval."""

    def __init__(self, community: int, interval_start: int) -> None:
        super().__init__(f"community {community} has no book for the interval at {interval_start}: no order opened one")


class AnotherRun(InputError):
    """The chain belongs to a run with other settings; `found` says which."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found}: give the options it was begun with, or another --base-path")
        self.found = found


class NothingToReplay(InputError):
    """A chain without a cleared interval."""

    def __init__(self, height: int) -> None:
        super().__init__(f"no interval was cleared in the {height} blocks of this chain: there is nothing to replay")


class OtherGenesis(InputError):
    """The node's chain starts from block `found`, the genesis built here is `built`."""

    def __init__(self, found: bytes, built: bytes, described: str) -> None:
        super().__init__(
            f"the node's chain starts from 0x{found.hex()}; {described} with this runtime gives 0x{built.hex()}. "
            "Give the preset, patch and runtime that the chain was founded with, or let its first state be read from it"
        )
        self.found, self.built = found, built


class UnreadableGenesis(InputError):
    """The node does not give the state of block 0."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the node does not give the state of block 0: {reason}. "
            "Ask a node that keeps all state, or give the preset that the chain was founded with"
        )
        self.reason = reason


class WrongGenesisState(StateError):
    """What the node says about block 0 contradicts itself."""

    def __init__(self, genesis_hash: bytes, reason: str) -> None:
        super().__init__(f"the node's first block is 0x{genesis_hash.hex()}, but {reason}: it is not to be trusted")
        self.genesis_hash, self.reason = genesis_hash, reason


class NoNewBlock(OperationError):
    """The node's newest final block stayed `last` while `wanted` was waited for."""

    def __init__(self, last: int, wanted: int) -> None:
        super().__init__(
            f"the node stands at block {last} and made no further one while block {wanted} was waited for. "
            "Is it making blocks? Ask for fewer blocks otherwise"
        )
        self.last, self.wanted = last, wanted


class NoBattery(InputError):
    """Agents run batteries, and the homes of the pack have none."""

    def __init__(self, agent: str) -> None:
        super().__init__(
            f"agent {agent!r} runs batteries, and no chosen home has one: give the table homes the columns "
            "battery_kwh and battery_kw, choose other homes, or leave --agent out"
        )
        self.agent = agent


class StepFailed(OperationError):
    """A step of the loop was refused by the chain; `step` says which, `reason` why."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step, self.reason = step, reason


class FoldFailed(StateError):
    """Block `number` could not be folded into the projection; its rows are as they were before."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(
            f"block {number} could not be folded ({reason}); the rows are as they were. "
            "If there is room on the disk, delete the projection, it is folded again"
        )
        self.number, self.reason = number, reason


class Incomplete(StateError):
    """The chain does not have what it must have; `what` says it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the chain has no {what}: it is damaged, or the node does not keep all of it")
        self.what = what


class UnknownBinding(StateError):
    """The chain does not know a binding that one of its books names."""

    def __init__(self, binding_hash: bytes) -> None:
        super().__init__(
            f"the chain has no binding 0x{binding_hash.hex()}, which one of its books names: it is damaged"
        )
