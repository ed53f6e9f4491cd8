"""The moments of an interval keep the order of the protocol."""

from aipchain.orchestrator.timeline import MarketTimes, Moment, Step, moments
from aipchain.units import Interval, UnixSeconds

TIMES = MarketTimes(gate_closure_s=600, clearing_window_s=300, grace_s=900)


def test_one_interval_is_bid_cleared_read_and_settled() -> None:
    """Orders precede the gate, the clearing meets its window, settlement waits for the grace to end."""
    interval = Interval(UnixSeconds(7_200), 3_600)

    assert moments([interval], TIMES, bid_lead_s=120) == [
        Moment(UnixSeconds(6_480), Step.BID, interval),
        Moment(UnixSeconds(6_606), Step.CLEAR, interval),
        Moment(UnixSeconds(10_806), Step.READ, interval),
        Moment(UnixSeconds(11_700), Step.SETTLE, interval),
    ]


def test_moments_of_neighbours_interleave_in_time() -> None:
    """The next interval is bid for while the last one is being read."""
    intervals = [Interval(UnixSeconds(start), 900) for start in (7_200, 8_100, 9_000)]

    times = [moment.at for moment in moments(intervals, TIMES, bid_lead_s=60)]

    assert times == sorted(times)
    assert all(at % 6 == 0 for at in times)
