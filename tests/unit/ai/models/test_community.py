"""All homes together: what they will use on a day, and when their peak comes."""

from datetime import date, timedelta

import numpy as np
import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.models.community import community_day, community_document
from aipchain.ai.panel import Panel

FIRST = date(2016, 8, 1)
DAY = FIRST + timedelta(days=80)


def test_a_day_is_read_from_what_lies_before_it(three_homes: Panel) -> None:
    """Nothing later changes a byte; the sum lies where three homes together lie, and its peak in the evening."""
    changed = three_homes.energy_wh.copy()
    changed[:, 80:] *= 10
    later = Panel(three_homes.homes, three_homes.start, changed, three_homes.missing)

    told = community_document(community_day(three_homes, DAY))

    assert told == community_document(community_day(later, DAY))
    low, _, _, _, median, *_, high = np.array(told["quantiles_wh"]).T
    actual = three_homes.energy_wh[:, 80].sum(axis=0)
    assert ((low <= median) & (median <= high)).all()
    assert np.abs(median - actual).sum() < 0.2 * actual.sum()
    assert community_day(three_homes, DAY).peak.step >= 18
    assert told["homes"] == ("a", "b", "c")


def test_the_day_after_the_last_can_be_asked_for_and_no_later_one(three_homes: Panel) -> None:
    """Nor one with too few days before it."""
    shown = three_homes.until(80)
    assert community_day(shown, DAY).day == DAY
    for wrong in (DAY + timedelta(days=1), FIRST + timedelta(days=55), FIRST - timedelta(days=1)):
        with pytest.raises(UnusablePanel, match="choose a day from 2016-09-26 to 2016-10-20"):
            community_day(shown, wrong)
    with pytest.raises(UnusablePanel, match="30 days are too few to forecast a community: give 56"):
        community_day(three_homes.until(30), DAY)


def test_a_home_whose_meter_sees_the_net_is_left_out(three_homes: Panel) -> None:
    """And named; with no other there is no total."""
    energy = three_homes.energy_wh.copy()
    energy[1, :, 8:18] = 0
    net = Panel(three_homes.homes, three_homes.start, energy, three_homes.missing)

    told = community_day(net, DAY)

    assert (told.homes, tuple(told.left_out)) == (("a", "c"), ("b",))
    with pytest.raises(UnusablePanel, match="all homes show no load"):
        community_day(net.of_homes(["b"]), DAY)
