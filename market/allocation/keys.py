"""Allocation keys: static, pro rata, cascade, hybrid, equal with reuse.

Each is a function of the energy to share G [Wh] and the claims of the interval, and every split in it is exact
cumulative rounding in order of meter number (`shares.allocate`): sums are exact, and every part is within one watt-hour
of its ideal. Fractions are a `TypeError`, numbers below zero `NegativeClaim`.

    static     coefficient x G, whatever was consumed; what a meter cannot use is its surplus
    pro rata   in proportion to consumption, as much of G as was consumed
    cascade    tier by tier: a tier is served in full before the next gets anything; pro rata within a tier
    hybrid     static first; what could not be used goes to the others, pro rata to what they still consume
    equal      equal parts; what a meter cannot use is shared equally by the others, round by round

National rules by these keys (docs/rules/allocation-keys.md): France's static, default dynamic (pro rata), simple
dynamic (static with coefficients of the interval), priority (cascade) and equal; Spain's betas (static); Belgium's
fixed equal, fixed specific (static) and pro rata; Austria's static and dynamic (pro rata).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from aipchain.market.allocation.claims import WHOLE, Allocation, Claim, allocation_of, in_meter_order, refuse_negative
from aipchain.market.allocation.errors import CoefficientsAboveWhole
from aipchain.market.allocation.shares import allocate
from aipchain.units import Wh

__all__ = ["AllocationKey", "cascade", "equal", "hybrid", "pro_rata", "static"]

AllocationKey: TypeAlias = Callable[[Wh, Iterable[Claim]], Allocation]
"""Energy to share [Wh] and claims to an allocation."""


def static(generation: Wh, claims: Iterable[Claim]) -> Allocation:
    """Each meter's coefficient [ppm] of `generation`; what coefficients leave of the whole is unassigned.

    :raises CoefficientsAboveWhole: they sum to more than `WHOLE`.
    """
    ordered = _ready(generation, claims)
    return allocation_of(generation, ordered, _by_coefficient(generation, ordered))


def pro_rata(generation: Wh, claims: Iterable[Claim]) -> Allocation:
    """In proportion to consumption; never more than was consumed."""
    ordered = _ready(generation, claims)
    return allocation_of(generation, ordered, _up_to(generation, [claim.wh for claim in ordered]))


def cascade(generation: Wh, claims: Iterable[Claim]) -> Allocation:
    """Lower tiers first, in proportion to consumption within a tier."""
    ordered = _ready(generation, claims)
    assigned = dict.fromkeys((claim.meter for claim in ordered), 0)
    left = int(generation)
    for tier in sorted({claim.tier for claim in ordered}):
        members = [claim for claim in ordered if claim.tier == tier]
        shares = _up_to(left, [claim.wh for claim in members])
        assigned |= {claim.meter: share for claim, share in zip(members, shares, strict=True)}
        left -= sum(shares)
    return allocation_of(generation, ordered, [assigned[claim.meter] for claim in ordered])


def hybrid(generation: Wh, claims: Iterable[Claim]) -> Allocation:
    """Coefficients first, capped by consumption; the rest in proportion to what is still consumed.

    :raises CoefficientsAboveWhole: coefficients sum to more than `WHOLE`.
    """
    ordered = _ready(generation, claims)
    first = [min(share, claim.wh) for share, claim in zip(_by_coefficient(generation, ordered), ordered, strict=True)]
    rest = [claim.wh - share for claim, share in zip(ordered, first, strict=True)]
    second = _up_to(generation - sum(first), rest)
    return allocation_of(generation, ordered, [one + two for one, two in zip(first, second, strict=True)])


def equal(generation: Wh, claims: Iterable[Claim], rounds: int | None = None) -> Allocation:
    """Equal parts among meters that still consume, again and again: all rise to one level, to within a watt-hour.

    :param rounds: how often energy is shared out; 1 is equal parts without reuse, None goes on until all is used.
    :raises NegativeClaim: fewer than zero rounds.
    """
    ordered = _ready(generation, claims)
    if rounds is not None:
        refuse_negative("the number of rounds", rounds)
    needs = [int(claim.wh) for claim in ordered]
    level, left, extra = 0, int(generation), 0
    limit = len(needs) + 1 if rounds is None else rounds
    while limit and (hungry := sum(need > level for need in needs)):
        step, extra = divmod(left, hungry)
        level, limit = level + step, limit - 1
        left = generation - sum(min(need, level) for need in needs)
        if not step:
            break
    is_hungry = [int(need > level) for need in needs]
    one_more = allocate(min(extra, sum(is_hungry)), is_hungry)
    return allocation_of(
        generation, ordered, [min(need, level) + more for need, more in zip(needs, one_more, strict=True)]
    )


def _ready(generation: Wh, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    refuse_negative("the energy to share", generation)
    return in_meter_order(claims)


def _by_coefficient(generation: int, claims: Sequence[Claim]) -> list[int]:
    coefficients = [claim.coefficient for claim in claims]
    total = sum(coefficients)
    if total > WHOLE:
        raise CoefficientsAboveWhole(total, WHOLE)
    return allocate(generation, [*coefficients, WHOLE - total])[:-1]


def _up_to(energy: int, needs: Sequence[int]) -> list[int]:
    """As much of `energy` as is needed, in proportion to the needs; no share exceeds its need."""
    return allocate(min(energy, sum(needs)), needs)
