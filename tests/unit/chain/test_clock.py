"""The clocks that chain time comes from, and when the next block may stand."""

import time

import pytest

from aipchain.chain.errors import TimeNotRising
from aipchain.chain.host.authoring import block_time
from aipchain.chain.host.block import Header, aura_digest
from aipchain.chain.host.clock import SimulatedClock, SystemClock

SLOT_MS = 6_000


def parent_in_slot(slot: int) -> Header:
    """A header that claims an Aura slot."""
    return Header(bytes(32), 4, bytes(32), bytes(32), (aura_digest(slot),))


def test_a_simulated_clock_moves_only_when_told() -> None:
    """Setting and advancing are the only ways on."""
    clock = SimulatedClock(1_000)
    clock.advance(500)
    clock.set(2_000)

    assert clock.now_ms() == 2_000


def test_a_simulated_clock_never_goes_back() -> None:
    """Chain time rises, so does its clock; a refused move changes nothing."""
    clock = SimulatedClock(1_000)

    with pytest.raises(ValueError, match="does not go back"):
        clock.set(999)
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)
    assert clock.now_ms() == 1_000


def test_a_clock_before_1970_is_refused() -> None:
    """The runtime counts milliseconds since 1970."""
    with pytest.raises(ValueError, match="0 ms or later"):
        SimulatedClock(-1)


def test_the_system_clock_tells_the_machines_time() -> None:
    """Its milliseconds lie between two looks at the machine's clock."""
    before = time.time_ns() // 1_000_000
    shown = SystemClock().now_ms()

    assert before <= shown <= time.time_ns() // 1_000_000


def test_a_block_stands_at_the_wanted_time_when_its_slot_is_free() -> None:
    """Any moment of a later slot will do."""
    assert block_time(parent_in_slot(10), SLOT_MS, 11 * SLOT_MS + 123, exact=True) == 11 * SLOT_MS + 123


def test_a_clock_that_lags_gives_the_next_slot() -> None:
    """Blocks faster than slots let chain time run ahead of the clock, one slot per block."""
    assert block_time(parent_in_slot(10), SLOT_MS, 10 * SLOT_MS + 5_999, exact=False) == 11 * SLOT_MS


def test_an_exact_time_in_the_parents_slot_is_refused() -> None:
    """A block asked for at a given time stands there or not at all."""
    with pytest.raises(TimeNotRising, match="Block 5 cannot stand at 65999 ms") as refusal:
        block_time(parent_in_slot(10), SLOT_MS, 10 * SLOT_MS + 5_999, exact=True)

    assert refusal.value.earliest_ms == 11 * SLOT_MS
    assert refusal.value.exit_code == 2


def test_the_first_block_may_stand_anywhere() -> None:
    """Genesis has no slot, so a chain can start in the past it simulates."""
    assert block_time(Header(bytes(32), 0, bytes(32), bytes(32)), SLOT_MS, 1_000, exact=True) == 1_000
