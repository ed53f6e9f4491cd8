"""When things happen: the moments of every delivery interval, in chain time.

The order of one interval is fixed by the protocol: orders before the gate closes, the clearing before its deadline,
readings after delivery, settlement when readings are final. This module only says when; it does nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from aipchain.units import Interval, UnixSeconds

__all__ = ["BLOCK_S", "MarketTimes", "Moment", "Step", "moments"]

BLOCK_S = 6
"""Length of a block slot [s]: nothing on chain is finer."""


class Step(IntEnum):
    """What is done for an interval, in the order of its life; equal times are served in this order."""

    SETTLE = 0
    READ = 1
    CLEAR = 2
    BID = 3


@dataclass(frozen=True, slots=True)
class MarketTimes:
    """The parameters of a community that fix the moments [s]."""

    gate_closure_s: int
    clearing_window_s: int
    grace_s: int


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One step of one interval, due at chain time `at` [s]."""

    at: UnixSeconds
    step: Step
    interval: Interval


def moments(intervals: Iterable[Interval], times: MarketTimes, bid_lead_s: int) -> list[Moment]:
    """Return every moment of `intervals`, in order.

    :param bid_lead_s: how long before gate closure the orders are placed [s].
    """
    return sorted(moment for interval in intervals for moment in _of_one(interval, times, bid_lead_s))


def _of_one(interval: Interval, times: MarketTimes, bid_lead_s: int) -> list[Moment]:
    gate = interval.start - times.gate_closure_s
    due = {
        Step.BID: gate - bid_lead_s,
        Step.CLEAR: gate + BLOCK_S,
        Step.READ: interval.end + BLOCK_S,
        Step.SETTLE: interval.end + times.grace_s,
    }
    return [Moment(UnixSeconds(_to_slot(at)), step, interval) for step, at in due.items()]


def _to_slot(at: int) -> int:
    return -(-at // BLOCK_S) * BLOCK_S
