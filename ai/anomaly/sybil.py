"""Sybil clusters: one person behind many accounts, to vote, earn or be praised many times over.

Accounts need money to live, and it comes from somewhere. Accounts whose first money came from the same account that is
no public funder, directly or over others, are a cluster; one with few members is a family. A landlord funds tenants as
well, so the cluster itself proves nothing: suspicious are members who live in it only. How much of the money they got
and gave, of the energy they traded, of the reviews they wrote stayed inside, and how little they did beside.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import mean, median
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.suspicion import Suspicion

__all__ = ["LEAST_MEMBERS", "clusters", "sybil_suspicions"]

LEAST_MEMBERS: Final = 4
"""The one who funds, and three: fewer are a family."""

Flow = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class _Flows:
    """What went from account to account: money [base units], energy [Wh] and reviews."""

    money: tuple[Flow, ...]
    energy: tuple[Flow, ...]
    reviews: tuple[Flow, ...]


def clusters(activity: Activity) -> list[tuple[str, ...]]:
    """Accounts that one account brought to life, it first; clusters of fewer than four are left out."""
    return _clusters(activity, _funders(activity))


def sybil_suspicions(activity: Activity) -> dict[str, Suspicion]:
    """Of every account: strength is how much of its life stays in its cluster, or of the lives it brought about."""
    found = dict.fromkeys(activity.accounts, Suspicion(0.0, "it was brought to life alone, or by a public funder"))
    funder = _funders(activity)
    grouped = _clusters(activity, funder)
    if not grouped:
        return found
    flows, turnover = _flows(activity), _turnover(activity)
    usual = median(turnover[account] for account in activity.accounts)
    for cluster in grouped:
        inside = set(cluster)
        inward = {account: _inward(account, inside, flows, turnover[account], usual) for account in cluster}
        for account in cluster:
            children = [inward[each] for each in cluster if funder.get(each) == account]
            found[account] = _suspicion(inward[account], children, len(cluster))
    return found


def _suspicion(inward: float, children: list[float], members: int) -> Suspicion:
    """Who brings empty accounts to life is as suspicious as they are, however lively itself."""
    kept = "of what it pays, trades and reviews stays among"
    if children and (alike := median(children)) > inward:
        told = f"brought {len(children)} accounts to life; {100 * alike:.0f} % of what a usual one does stays among"
        return Suspicion(alike, f"{told} {members} accounts of one origin")
    return Suspicion(inward, f"{100 * inward:.0f} % {kept} {members} accounts of one origin")


def _funders(activity: Activity) -> dict[str, str]:
    """Who paid each account first."""
    funder: dict[str, str] = {}
    for payment in sorted(activity.payments, key=lambda each: (each.at, each.payer, each.payee)):
        funder.setdefault(payment.payee, payment.payer)
    return funder


def _clusters(activity: Activity, funder: Mapping[str, str]) -> list[tuple[str, ...]]:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for account in activity.accounts:
        root = _root(account, funder, activity.public_funders)
        if root != account:
            members[root].append(account)
    return [(root, *found) for root, found in sorted(members.items()) if len(found) + 1 >= LEAST_MEMBERS]


def _root(account: str, funder: Mapping[str, str], public: frozenset[str]) -> str:
    seen = {account}
    while account in funder and funder[account] not in public and funder[account] not in seen:
        account = funder[account]
        seen.add(account)
    return account


def _inward(account: str, cluster: set[str], flows: _Flows, turnover: int, usual: float) -> float:
    """Mean of the shares that stay inside, and of how much less than the median account it trades."""
    shares = [
        _share_inside(((payee, amount) for payer, payee, amount in flows.money if payer == account), cluster),
        _share_inside(_partners(flows.energy, account), cluster),
        _share_inside(((subject, count) for author, subject, count in flows.reviews if author == account), cluster),
        1 - min(turnover / usual, 1) if usual else None,
    ]
    known = [share for share in shares if share is not None]
    return mean(known) if known else 0.0


def _partners(energy: Iterable[Flow], account: str) -> Iterable[tuple[str, int]]:
    for seller, buyer, wh in energy:
        if account in (seller, buyer):
            yield (buyer if seller == account else seller), wh


def _share_inside(flows: Iterable[tuple[str, int]], cluster: set[str]) -> float | None:
    inside = total = 0
    for other, amount in flows:
        total += amount
        inside += amount if other in cluster else 0
    return inside / total if total else None


def _flows(activity: Activity) -> _Flows:
    return _Flows(
        money=tuple((each.payer, each.payee, int(each.amount)) for each in activity.payments),
        energy=tuple((each.seller, each.buyer, int(each.energy)) for each in activity.trades),
        reviews=tuple((each.author, each.subject, 1) for each in activity.reviews),
    )


def _turnover(activity: Activity) -> defaultdict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for trade in activity.trades:
        found[trade.buyer] += trade.energy
        found[trade.seller] += trade.energy
    return found
