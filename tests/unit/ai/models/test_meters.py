"""Meters that see the net only: found by the rule of the benchmark, and left out of what is learned."""

import numpy as np
import pytest

from aipchain.ai.benchmark.homes import year_of
from aipchain.ai.errors import UnusablePanel
from aipchain.ai.models.meters import homes_seen_net, without_homes_seen_net
from aipchain.ai.panel import Panel
from aipchain.metering.packs import load_pack


def _with_zeros(panel: Panel, home: int, steps: int, missing: bool = False) -> Panel:
    """The same where a home shows nothing in the first steps of each day."""
    energy, gone = panel.energy_wh.copy(), panel.missing.copy()
    energy[home, :, :steps], gone[home, :, :steps] = 0, missing
    return Panel(panel.homes, panel.start, energy, gone)


def test_a_home_without_load_in_more_than_a_quarter_of_all_steps_is_left_out(three_homes: Panel) -> None:
    """Six hours of 24 are a quarter, seven are more; hours that were not measured are no zeros."""
    for home, steps, missing, expected in ((1, 7, False, ("b",)), (1, 6, False, ()), (1, 20, True, ())):
        panel = _with_zeros(three_homes, home, steps, missing)
        kept, left_out = without_homes_seen_net(panel)
        assert left_out == expected
        assert kept.homes == tuple(home for home in panel.homes if home not in expected)
        assert np.array_equal(kept.energy_wh, panel.of_homes(kept.homes).energy_wh)


def test_homes_of_the_package_are_those_of_the_benchmark() -> None:
    """Two ways to the same rule."""
    year = year_of(load_pack())

    assert [home for home in year.load.homes if home not in homes_seen_net(year.load)] == list(year.core_load.homes)


def test_where_no_home_is_left_nothing_is_learned(three_homes: Panel) -> None:
    """With what to give."""
    panel = three_homes.of_homes(["a"])
    with pytest.raises(UnusablePanel, match="give what homes used, without what their roofs gave"):
        without_homes_seen_net(_with_zeros(panel, 0, 9))
