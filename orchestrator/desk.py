"""Where signed calls go: to a chain in this process whose time we drive.

The loop says what to send and at what chain time; the desk gets it into blocks and reports refusals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aipchain.chain.node import Node
from aipchain.orchestrator.errors import StepFailed
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import UnixSeconds

__all__ = ["Desk", "Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """A call that `key` signs; `purpose` names it when the chain refuses it."""

    key: AccountKey
    call: Call
    purpose: str


class Desk:
    """Sends jobs to an embedded chain; blocks are made here and nowhere else, at the chain time of the step."""

    def __init__(self, node: Node, connection: Connection, on_block: Callable[[], None]) -> None:
        self.connection = connection
        self._node = node
        self._on_block = on_block
        self._at_ms = 0
        self._submitter = Submitter(connection, wait=self._make_block)

    def now(self) -> UnixSeconds:
        """Chain time of the newest block [s]; zero before the first."""
        slot = self._node.head.slot
        return UnixSeconds(0 if slot is None else slot * self._node.slot_ms // 1_000)

    def send(self, jobs: Sequence[Job], at: UnixSeconds) -> None:
        """Get the jobs into a block at chain time `at` [s], or into as many blocks after it as they need.

        :raises StepFailed: the chain refused one of them.
        """
        if not jobs:
            return
        self._at_ms = at * 1_000
        outcomes = self._submitter.submit_many((job.call, job.key) for job in jobs)
        for job, outcome in zip(jobs, outcomes, strict=True):
            if outcome.refusal is not None:
                raise StepFailed(job.purpose, str(outcome.refusal)) from outcome.refusal

    def _make_block(self, _: int) -> bool:
        slot = self._node.head.slot
        earliest_ms = 0 if slot is None else (slot + 1) * self._node.slot_ms
        self._node.author(max(self._at_ms, earliest_ms))
        self._on_block()
        return True
