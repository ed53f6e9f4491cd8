"""`aip audit congestion`: how alarms are told."""

import pytest

from aipchain.ai.forecasting.congestion import Alarm
from aipchain.cli.congestion import document, tell
from aipchain.orchestrator.suspicion.zones import Feeder
from aipchain.runtime_bridge.types import CommunityId, MeterId, Permill
from aipchain.units import UnixSeconds, Wh

MONDAY = UnixSeconds(1_475_452_800)
FEEDER = Feeder(CommunityId(0), 3_600, "north", frozenset({MeterId(0)}), Wh(25_000))
ALARMS = [
    Alarm("north", 70, 19, 640_000, 500_000, raised=True, reason="so"),
    Alarm("north", 71, 18, 3_000, 500_000, raised=False, reason="not so"),
]


def test_alarms_are_told_with_when_and_how_likely(capsys: pytest.CaptureFixture[str]) -> None:
    """A day after the other; times are the start of the step that is most likely too high."""
    tell(FEEDER, MONDAY, Permill(50_000), ALARMS)
    out = capsys.readouterr().out

    assert "Zone north of community 0: 1 meters, 25.000 kWh in 60 minutes" in out
    first, second = (line for line in out.splitlines() if "2016-10-0" in line)
    assert [part in first for part in ("2016-10-03 19:00Z", "64.0 %", "ALARM")] == [True] * 3
    assert [part in second for part in ("2016-10-04 18:00Z", "0.3 %", "ALARM")] == [True, True, False]


def test_programs_are_told_the_same() -> None:
    """Shares in millionths, times in seconds."""
    told = document(FEEDER, MONDAY, Permill(50_000), ALARMS)

    assert (told["limit_wh"], told["meters"], told["class"], told["false_alarms"]) == (25_000, 1, "observed", 50_000)
    days = told["days"]
    assert isinstance(days, list)
    assert days[1] == {
        "day": MONDAY + 86_400,
        "peak": MONDAY + 86_400 + 18 * 3_600,
        "chance": 3_000,
        "threshold": 500_000,
        "alarm": False,
        "reason": "not so",
    }
