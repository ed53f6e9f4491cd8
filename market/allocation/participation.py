"""A meter that takes part in several communities at once, as in Austria: up to five, by participation factors.

A factor is the whole percentage of the meter's energy that counts in a community. What the factors leave of a reading
is in no community. Factors may change daily; they are an argument of every interval. Each community then shares what
came to it by its own key, so no watt-hour is shared twice.

Source: the Austrian rules for energy communities and multiple participation.
"""

from collections.abc import Mapping
from typing import Final

from aipchain.market.allocation.claims import refuse_negative
from aipchain.market.allocation.errors import ParticipationInvalid
from aipchain.market.allocation.shares import allocate
from aipchain.market.whole import refuse_fraction
from aipchain.units import Wh

__all__ = ["MOST_COMMUNITIES", "check_factors", "split_by_participation"]

MOST_COMMUNITIES: Final = 5
_ALL: Final = 100


def check_factors(factors: Mapping[int, int]) -> None:
    """Whether a meter may take part with these factors [percent] by community number.

    :raises ParticipationInvalid: more than five, one outside 1..100, or more than 100 in all.
    :raises TypeError: a factor that is not whole.
    """
    if len(factors) > MOST_COMMUNITIES:
        raise ParticipationInvalid(f"{len(factors)} communities are too many")
    for community, factor in sorted(factors.items()):
        refuse_fraction(f"the factor of community {community} [percent]", factor)
        if not 1 <= factor <= _ALL:
            raise ParticipationInvalid(f"the factor of community {community} is {factor} percent")
    if sum(factors.values()) > _ALL:
        raise ParticipationInvalid(f"the factors sum to {sum(factors.values())} percent")


def split_by_participation(reading: Wh, factors: Mapping[int, int]) -> tuple[dict[int, Wh], Wh]:
    """The part of a meter's reading [Wh] that counts in each community, in order of their numbers, and the rest.

    :raises ParticipationInvalid, TypeError: as `check_factors`.
    :raises NegativeClaim: a reading below zero.
    """
    check_factors(factors)
    refuse_negative("the reading", reading)
    communities = sorted(factors)
    weights = [factors[community] for community in communities]
    *parts, rest = allocate(reading, [*weights, _ALL - sum(weights)])
    return {community: Wh(part) for community, part in zip(communities, parts, strict=True)}, Wh(rest)
