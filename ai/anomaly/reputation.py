"""Reputation pumping: accounts praise each other far more often than they trade.

Honest partners review each other, too, at the community's rate of reviews for trades. Four and five stars above that
rate are praise that no trade explains; an account is suspicious by the share of the praise it gives and gets that goes
round between few, like a wash trade of stars.
"""

from collections import Counter
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.closed_flow import Circle, closed_shares
from aipchain.ai.anomaly.suspicion import Suspicion, unknown

__all__ = ["LEAST_REVIEWS", "pumping_suspicions"]

LEAST_REVIEWS: Final = 5
"""Reviews given and got, together, from which they say something."""

_PRAISE: Final = 4
"""Stars."""

_DEVIATIONS: Final = 3.0


def pumping_suspicions(activity: Activity) -> dict[str, Suspicion]:
    """Of every account: strength is the share of its praise, given and got, that goes round beyond what it trades."""
    praise = Counter((each.author, each.subject) for each in activity.reviews if each.stars >= _PRAISE)
    trades = Counter(frozenset((each.buyer, each.seller)) for each in activity.trades)
    rate = sum(praise.values()) / max(2 * len(activity.trades), 1)
    flows = {pair: float(count) for pair, count in praise.items() if pair[0] != pair[1]}
    excess = {}
    for pair, count in flows.items():
        chance = rate * trades[frozenset(pair)]
        if count > chance + _DEVIATIONS * (chance + 0.1) ** 0.5:
            excess[pair] = count - chance
    found = closed_shares(flows, excess)
    busy = Counter(name for each in activity.reviews for name in (each.author, each.subject))
    return {account: _suspicion(account, busy[account], found.get(account)) for account in activity.accounts}


def _suspicion(account: str, reviews: int, circle: Circle | None) -> Suspicion:
    if reviews < LEAST_REVIEWS:
        return unknown(reviews, LEAST_REVIEWS, "reviews")
    if circle is None:
        return Suspicion(0.0, "its reviews are as many as its trades let expect")
    others = ", ".join(name for name in circle.members if name != account)
    return Suspicion(
        circle.closed_share,
        f"{100 * circle.closed_share:.0f} % of its praise goes round with {others}, more often than they trade",
    )
