"""Wash trading: a ring sells energy round to itself, to look busy, to move the price, or to earn rewards for volume.

Honest homes trade with whomever the auction gives them; they may sell at noon and buy at night, but not from the same
few over and over. So an account is suspicious by the share of its turnover that goes round in a circle of partners
who trade more with each other than chance would have them.
"""

from collections import defaultdict
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.closed_flow import Circle, beyond_mixing, closed_shares
from aipchain.ai.anomaly.suspicion import Suspicion, unknown

__all__ = ["LEAST_TRADES", "wash_suspicions"]

LEAST_TRADES: Final = 10
"""Trades of an account from which its partners say something."""


def wash_suspicions(activity: Activity) -> dict[str, Suspicion]:
    """Of every account: strength is the share of its turnover that goes round."""
    energy: defaultdict[tuple[str, str], float] = defaultdict(float)
    trades: defaultdict[str, int] = defaultdict(int)
    net: defaultdict[str, int] = defaultdict(int)
    for trade in activity.trades:
        energy[trade.seller, trade.buyer] += trade.energy
        for account, sign in ((trade.seller, 1), (trade.buyer, -1)):
            trades[account] += 1
            net[account] += sign * trade.energy
    mean_wh = max(sum(energy.values()) / max(len(activity.trades), 1), 1.0)
    flows = {pair: wh / mean_wh for pair, wh in energy.items() if pair[0] != pair[1]}
    found = closed_shares(flows, beyond_mixing(flows))
    return {account: _suspicion(account, trades[account], net, found.get(account)) for account in activity.accounts}


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
