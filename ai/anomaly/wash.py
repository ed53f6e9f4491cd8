"""Wash trading: a ring sells energy round to itself, to look busy, to move the price, or to earn rewards for volume.

Honest homes trade with whomever the auction gives them; they may sell at noon and buy at night, but not from the same
few over and over. So an account is suspicious by the share of its turnover that goes round in a circle of partners
who trade more with each other than chance would have them, over all and within the intervals in which they trade: who
trades when few others do has few to choose from. So a ring that trades only while nobody else does is not seen.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.closed_flow import Circle, Edge, Flows, beyond_chance, closed_shares, mixed
from aipchain.ai.anomaly.suspicion import Suspicion, unknown
from aipchain.units import Interval

__all__ = ["LEAST_TRADES", "wash_suspicions"]

LEAST_TRADES: Final = 10
"""Trades of an account from which its partners say something."""


def wash_suspicions(activity: Activity) -> dict[str, Suspicion]:
    """Of every account: strength is the share of its turnover that goes round."""
    energy: defaultdict[Interval, defaultdict[Edge, float]] = defaultdict(lambda: defaultdict(float))
    trades: defaultdict[str, int] = defaultdict(int)
    net: defaultdict[str, int] = defaultdict(int)
    for trade in activity.trades:
        energy[trade.interval][trade.seller, trade.buyer] += trade.energy
        for account, sign in ((trade.seller, 1), (trade.buyer, -1)):
            trades[account] += 1
            net[account] += sign * trade.energy
    mean_wh = max(sum(trade.energy for trade in activity.trades) / max(len(activity.trades), 1), 1.0)
    flows = _summed(energy.values(), mean_wh)
    within_intervals = _summed(map(mixed, energy.values()), mean_wh)
    found = closed_shares(flows, beyond_chance(beyond_chance(flows, mixed(flows)), within_intervals))
    return {account: _suspicion(account, trades[account], net, found.get(account)) for account in activity.accounts}


def _summed(intervals: Iterable[Flows], mean_wh: float) -> dict[Edge, float]:
    """Over all intervals, in trades of a mean size; nobody trades with itself."""
    total: defaultdict[Edge, float] = defaultdict(float)
    for flows in intervals:
        for (giver, taker), wh in flows.items():
            if giver != taker:
                total[giver, taker] += wh / mean_wh
    return dict(total)


def _suspicion(account: str, trades: int, net: defaultdict[str, int], circle: Circle | None) -> Suspicion:
    if trades < LEAST_TRADES:
        return unknown(trades, LEAST_TRADES, "trades")
    if circle is None:
        return Suspicion(0.0, "its partners are as varied as the market's")
    others = ", ".join(name for name in circle.members if name != account)
    return Suspicion(
        circle.closed_share,
        f"{100 * circle.closed_share:.0f} % of its turnover goes round in a circle with {others}, and "
        f"{net[account]:+} Wh are left of {trades} trades",
    )
