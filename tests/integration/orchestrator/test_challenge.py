"""Looking for a fault, where there is nothing to prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aipchain.orchestrator.challenge import Examination, NotCleared, examine
from aipchain.orchestrator.errors import NoBook
from aipchain.units import Interval, UnixSeconds

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village


def test_a_clearing_under_the_envelope_has_no_duals_to_doubt(village: Village) -> None:
    """Trades of a rule that promises no proof: no fault, and none of what only an optimum has."""
    interval = Interval(village.interval, 3_600)
    village.bid(village.buyer, 300)
    village.offer(village.seller, 200)
    with pytest.raises(NotCleared, match="is open: only a cleared book"):
        examine(village.connection, village.here, interval)
    village.clears(village.trade(0, 1, 200))

    assert examine(village.connection, village.here, interval) == Examination(1, 2, 0, None, None)
    with pytest.raises(NoBook):
        examine(village.connection, village.here, Interval(UnixSeconds(village.interval + 3_600), 3_600))
