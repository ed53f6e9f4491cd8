"""Italy's renewable energy communities: shared energy, its premium, and who may have it.

Shared energy of an hour is the smaller of what all members under one primary substation inject and withdraw. The state
pays a premium on it, and the community splits that by its own rules, within the law's: large firms get none, and what
is earned on sharing beyond a threshold goes to members that are no firms, or to social ends where the members live.

Source: the Italian rules for renewable energy communities (CER, TIAD). The premium is about 60 to 120 EUR/MWh and a
supplement of about 8; amounts and thresholds are arguments here, because they differ by plant and year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from aipchain.market.allocation.claims import WHOLE, refuse_negative
from aipchain.market.allocation.errors import CoefficientsAboveWhole, DuplicateMeter
from aipchain.market.allocation.shares import allocate
from aipchain.market.book import MeterId
from aipchain.units import Balance, Price, Wh, cost

__all__ = ["MemberKind", "PremiumClaim", "PremiumSplit", "excess_premium", "premium", "shared_energy", "split_premium"]


_NOTHING: Final = Balance(0)


class MemberKind(StrEnum):
    """What the law distinguishes."""

    CITIZEN = "citizen"
    """A household, a municipality, an association: not a firm."""
    FIRM = "firm"
    """A small or medium-sized enterprise."""
    LARGE_FIRM = "large-firm"
    """May take part, gets no premium."""


@dataclass(frozen=True, slots=True)
class PremiumClaim:
    """A member's weight in the community's own rule, for example the energy it withdrew or injected [Wh]."""

    meter: MeterId
    kind: MemberKind
    weight: int


@dataclass(frozen=True, slots=True)
class PremiumSplit:
    """The premium by meter, and what goes to social ends [base units]."""

    members: Mapping[MeterId, Balance]
    social: Balance


def shared_energy(injected: Iterable[Wh], withdrawn: Iterable[Wh]) -> Wh:
    """Energy shared in one hour [Wh]: min(total injected, total withdrawn); sum quarters of an hour first.

    :raises NegativeClaim: a reading below zero; what a meter injects and withdraws are two numbers.
    :raises TypeError: a reading that is not whole.
    """
    return Wh(min(_total("an injected energy", injected), _total("a withdrawn energy", withdrawn)))


def premium(shared: Wh, tariff: Price, supplement: Price) -> Balance:
    """The premium on shared energy [base units] at tariff and supplement [base units per Wh].

    :raises NegativeClaim: a number below zero.
    :raises TypeError: a number that is not whole.
    """
    for what, number in (("the shared energy", shared), ("the tariff", tariff), ("the supplement", supplement)):
        refuse_negative(what, number)
    return cost(shared, Price(tariff + supplement))


def excess_premium(amount: Balance, shared: Wh, injected: Wh, threshold: int) -> Balance:
    """What of a premium was earned on sharing more than `threshold` [ppm] of the injected energy, rounded down.

    :raises NegativeClaim: a number below zero.
    :raises TypeError: a number that is not whole.
    """
    numbers = (("the premium", amount), ("the shared energy", shared), ("the injected energy", injected))
    for what, number in (*numbers, ("the threshold", threshold)):
        refuse_negative(what, number)
    if not shared:
        return Balance(0)
    beyond = max(0, shared * WHOLE - threshold * injected)
    return Balance(amount * beyond // (shared * WHOLE))


def split_premium(
    amount: Balance, claims: Sequence[PremiumClaim], *, social: int = 0, excess: Balance = _NOTHING
) -> PremiumSplit:
    """Split a premium exactly: excess among citizens, the rest among all but large firms, by weight.

    What nobody may have, because no one of that kind has a weight, goes to social ends.

    :param social: the part of the ordinary premium for social ends [ppm], rounded down.
    :param excess: what of `amount` was earned beyond the threshold, as of `excess_premium`.
    :raises CoefficientsAboveWhole: `social` is above `WHOLE`, or `excess` above `amount`.
    :raises DuplicateMeter: a meter has two claims.
    :raises NegativeClaim: a weight or an amount below zero.
    :raises TypeError: a weight or an amount that is not whole.
    """
    ordered = _checked(amount, claims, social, excess)
    ordinary = amount - excess
    for_social = ordinary * social // WHOLE
    rounds = (
        (ordinary - for_social, (MemberKind.CITIZEN, MemberKind.FIRM)),
        (int(excess), (MemberKind.CITIZEN,)),
    )
    members = dict.fromkeys((claim.meter for claim in ordered), Balance(0))
    for money, kinds in rounds:
        weights = [claim.weight if claim.kind in kinds else 0 for claim in ordered]
        if not any(weights):
            for_social += money
            continue
        for claim, part in zip(ordered, allocate(money, weights), strict=True):
            members[claim.meter] = Balance(members[claim.meter] + part)
    return PremiumSplit(members, Balance(for_social))


def _total(what: str, energies: Iterable[Wh]) -> int:
    total = 0
    for energy in energies:
        refuse_negative(what, energy)
        total += energy
    return total


def _checked(amount: int, claims: Sequence[PremiumClaim], social: int, excess: int) -> list[PremiumClaim]:
    for what, number in (("the premium", amount), ("the part for social ends", social), ("the excess", excess)):
        refuse_negative(what, number)
    if social > WHOLE:
        raise CoefficientsAboveWhole(social, WHOLE)
    if excess > amount:
        raise CoefficientsAboveWhole(excess, amount)
    ordered = sorted(claims, key=lambda claim: claim.meter)
    for before, claim in pairwise(ordered):
        if before.meter == claim.meter:
            raise DuplicateMeter(claim.meter)
    for claim in ordered:
        refuse_negative(f"the weight of meter {claim.meter}", claim.weight)
    return ordered
