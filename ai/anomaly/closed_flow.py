"""What flows round in a small circle: how much of what an account gives comes back to it over others.

Of a directed graph of flows only those edges are kept that are heavier than chance: more than three deviations above
what two accounts so busy would exchange where everybody mixes (expectation of the configuration model, Poisson
deviation; Molloy and Reed 1995). Strongly connected parts of what is left (Tarjan 1972) are the circles; within
its circle, the lesser of what an account gives and gets on those edges goes round.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Circle", "Edge", "Flows", "beyond_chance", "circles", "closed_shares", "mixed"]

_DEVIATIONS: Final = 3.0

Edge = tuple[str, str]
Flows = Mapping[Edge, float]
"""By giver and taker, how much; in units of which one is one event."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Accounts between which something goes round, in alphabetic order, and the share of one's flow that does."""

    members: tuple[str, ...]
    closed_share: float


def mixed(flows: Flows) -> dict[Edge, float]:
    """What each edge would carry if all that was given went to all takers alike."""
    given, taken = _totals(flows)
    total = sum(given.values())
    return {(giver, taker): out * into / total for giver, out in given.items() for taker, into in taken.items()}


def beyond_chance(flows: Flows, chance: Flows) -> dict[Edge, float]:
    """The edges that carry more than chance, significantly, and what they carry.

    :param flows: in events, such as trades of a mean size, no account with itself; so `chance`, for each of them.
    """
    limit = {edge: chance[edge] + _DEVIATIONS * (chance[edge] + 1) ** 0.5 for edge in flows}
    return {edge: flow for edge, flow in flows.items() if flow > limit[edge]}


def closed_shares(flows: Flows, apart: Flows) -> dict[str, Circle]:
    """By account in a circle: the circle, and which share of all that the account gives and gets goes round in it.

    :param apart: what counts for going round, on the edges that stand apart.
    """
    given, taken = _totals(flows)
    found = {}
    for members in circles(apart):
        inside = {edge: flow for edge, flow in apart.items() if edge[0] in members and edge[1] in members}
        given_inside, taken_inside = _totals(inside)
        for account in members:
            around = 2 * min(given_inside[account], taken_inside[account])
            share = around / (given[account] + taken[account])
            found[account] = Circle(tuple(sorted(members)), min(share, 1.0))
    return found


def circles(edges: Flows) -> list[frozenset[str]]:
    """Strongly connected parts of two accounts or more."""
    onward, back = _neighbours(edges), _neighbours([(taker, giver) for giver, taker in edges])
    left, found = sorted(onward), []
    seen: set[str] = set()
    for account in left:
        if account in seen:
            continue
        part = _reached(account, onward) & _reached(account, back)
        seen |= part
        if len(part) > 1:
            found.append(frozenset(part))
    return found


def _neighbours(edges: Flows | list[Edge]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for giver, taker in edges:
        found[giver].add(taker)
    return dict(found)


def _reached(start: str, onward: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        new = onward.get(waiting.pop(), set()) - seen
        seen |= new
        waiting.extend(new)
    return seen


def _totals(flows: Flows) -> tuple[defaultdict[str, float], defaultdict[str, float]]:
    given: defaultdict[str, float] = defaultdict(float)
    taken: defaultdict[str, float] = defaultdict(float)
    for (giver, taker), flow in flows.items():
        given[giver] += flow
        taken[taker] += flow
    return given, taken
