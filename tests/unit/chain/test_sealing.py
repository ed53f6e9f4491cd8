"""When blocks are made: the three ways, and a timer that survives a bad block but not lost state."""

import threading

import pytest

from aipchain.chain.host.sealing import BlockTimer, Sealing
from aipchain.errors import OperationError, StateError

PATIENCE_S = 30.0


class Maker:
    """Makes no blocks, but counts the wishes and answers the first ones with errors."""

    def __init__(self, *errors: Exception, until: int) -> None:
        self._errors = list(errors)
        self._until = until
        self.calls = 0
        self.done = threading.Event()

    def make(self) -> None:
        """Answer one wish."""
        self.calls += 1
        if self.calls == self._until:
            self.done.set()
        if self._errors:
            raise self._errors.pop(0)


def test_the_ways_of_sealing_differ() -> None:
    """By hand, on submission, on a timer."""
    assert Sealing() == Sealing.MANUAL
    assert Sealing.ON_DEMAND.on_submission
    assert Sealing.every(500).period_ms == 500
    with pytest.raises(ValueError, match="at least 1 ms"):
        Sealing.every(0)


def test_a_timer_goes_on_after_a_block_that_could_not_be_made() -> None:
    """A refusal of one moment is no reason to stop the chain."""
    maker = Maker(OperationError("not now"), OperationError("nor now"), until=4)
    timer = BlockTimer(1, maker.make)

    assert maker.done.wait(PATIENCE_S)
    timer.stop()
    calls = maker.calls
    assert calls >= 4
    assert timer.failure is None
    timer.stop()
    assert maker.calls == calls


def test_a_timer_stops_when_state_is_lost() -> None:
    """Nothing is built on a state that cannot be trusted."""
    maker = Maker(StateError("the disk is full"), until=1)
    timer = BlockTimer(1, maker.make)

    assert maker.done.wait(PATIENCE_S)
    timer.join(PATIENCE_S)
    assert maker.calls == 1


def test_a_timer_that_breaks_says_so() -> None:
    """A fault that nobody expected ends the blocks, and stays visible."""
    maker = Maker(RuntimeError("a bug"), until=1)
    timer = BlockTimer(1, maker.make)

    assert maker.done.wait(PATIENCE_S)
    timer.join(PATIENCE_S)
    assert maker.calls == 1
    assert str(timer.failure) == "a bug"


def test_a_timer_can_be_stopped_from_within() -> None:
    """A block's listener may close the node."""
    stopped = threading.Event()
    started = threading.Event()
    timers: list[BlockTimer] = []

    def stop() -> None:
        started.wait(PATIENCE_S)
        timers[0].stop()
        stopped.set()

    timers.append(BlockTimer(1, stop))
    started.set()

    assert stopped.wait(PATIENCE_S)
    timers[0].join(PATIENCE_S)
