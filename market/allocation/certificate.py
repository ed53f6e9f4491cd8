"""Checking an allocation without making it: one pass over the claims in any order.

Whatever the key: every claim is answered once, nothing is negative, what is used is the smaller of what was assigned
and what was consumed, and all parts sum to the generation. Beyond that each key has its own witness:

    static     |a W - k G| < W for every claim, with coefficient k and W = `WHOLE`
    pro rata   |a C - c E| < C, with consumption c, C its sum, and E = min(G, C) shared in all
    cascade    the one tier that is served in part; tiers before it are full, tiers after it get nothing
    hybrid     what each claim got by its coefficient; the rest is pro rata to what was still consumed
    equal      the level all rise to: a claim has its consumption, the level, or one watt-hour more
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from aipchain.market.allocation.claims import WHOLE, Allocation, Claim
from aipchain.market.allocation.keys import static
from aipchain.market.book import MeterId
from aipchain.market.breach import At, Breach, Thing
from aipchain.units import Wh

__all__ = ["Fault", "KeyCertificate", "KeyName", "certify", "verify"]

Faults: TypeAlias = Iterator[MeterId | None]
"""Meters whose part does not follow the key; None for a fault of the whole."""


_NO_LEVEL: Final = Wh(0)


class KeyName(StrEnum):
    """The key an allocation claims to follow."""

    STATIC = "static"
    PRO_RATA = "pro-rata"
    CASCADE = "cascade"
    HYBRID = "hybrid"
    EQUAL = "equal"


class Fault(StrEnum):
    """What can be wrong with an allocation, in the order in which it is looked for."""

    CLAIM_NOT_ANSWERED_ONCE = "ClaimNotAnsweredOnce"
    USED_NOT_CAPPED = "UsedNotCapped"
    """What is used is not the smaller of assigned and consumed, or something is negative."""
    SUM_DIFFERS = "SumDiffers"
    """The parts do not sum to the generation."""
    KEY_NOT_KEPT = "KeyNotKept"
    """A part does not follow the key."""


@dataclass(frozen=True, slots=True)
class KeyCertificate:
    """The key and its witness: `tier` of a cascade, `level` [Wh] of equal parts, `first` [Wh] of a hybrid."""

    key: KeyName
    tier: int = 0
    level: Wh = _NO_LEVEL
    first: Mapping[MeterId, Wh] = field(default_factory=dict)


def verify(book: tuple[Wh, Sequence[Claim]], result: Allocation, certificate: KeyCertificate) -> Breach | None:
    """The first thing that keeps `result` from being the certificate's key applied to the book, or None.

    :param book: the generation to share [Wh] and the claims, in any order.
    """
    generation, claims = book
    meters = [claim.meter for claim in claims]
    if not len(meters) == len(set(meters)) == len(result.assigned) == len(result.used) or not (
        set(meters) == set(result.assigned) == set(result.used)
    ):
        return Breach(Fault.CLAIM_NOT_ANSWERED_ONCE)
    for claim in claims:
        assigned, used = result.assigned[claim.meter], result.used[claim.meter]
        if assigned < 0 or used != min(assigned, claim.wh):
            return Breach(Fault.USED_NOT_CAPPED, At(Thing.METER, claim.meter))
    if result.unassigned < 0 or sum(result.assigned.values()) + result.unassigned != generation:
        return Breach(Fault.SUM_DIFFERS)
    for meter in _CHECKS[certificate.key](generation, claims, result, certificate):
        return Breach(Fault.KEY_NOT_KEPT, None if meter is None else At(Thing.METER, meter))
    return None


def certify(book: tuple[Wh, Sequence[Claim]], result: Allocation, key: KeyName) -> KeyCertificate:
    """The certificate of an allocation that was made by `key`, without limits on rounds."""
    generation, claims = book
    short = [claim for claim in claims if result.used[claim.meter] < claim.wh]
    tiers = [claim.tier for claim in short] or [claim.tier for claim in claims] or [0]
    level = min((result.assigned[claim.meter] for claim in short), default=max((c.wh for c in claims), default=Wh(0)))
    first = static(generation, claims).used if key is KeyName.HYBRID else {}
    return KeyCertificate(key, min(tiers) if short else max(tiers), level, first)


def _static(generation: Wh, claims: Iterable[Claim], result: Allocation, _: KeyCertificate) -> Faults:
    for claim in claims:
        if abs(result.assigned[claim.meter] * WHOLE - claim.coefficient * generation) >= WHOLE:
            yield claim.meter


def _pro_rata(generation: Wh, claims: Iterable[Claim], result: Allocation, _: KeyCertificate) -> Faults:
    return _in_proportion(generation, {claim.meter: claim.wh for claim in claims}, result.assigned)


def _cascade(generation: Wh, claims: Sequence[Claim], result: Allocation, certificate: KeyCertificate) -> Faults:
    left = int(generation)
    for claim in claims:
        if claim.tier < certificate.tier:
            left -= claim.wh
            if result.assigned[claim.meter] != claim.wh:
                yield claim.meter
        elif claim.tier > certificate.tier and result.assigned[claim.meter]:
            yield claim.meter
    members = {claim.meter: claim.wh for claim in claims if claim.tier == certificate.tier}
    yield from _in_proportion(left, members, {meter: result.assigned[meter] for meter in members})
    is_full = sum(result.assigned[meter] for meter in members) == sum(members.values())
    if is_full and any(claim.tier > certificate.tier and claim.wh for claim in claims) and result.unassigned:
        yield None


def _hybrid(generation: Wh, claims: Sequence[Claim], result: Allocation, certificate: KeyCertificate) -> Faults:
    first = certificate.first
    for claim in claims:
        part, ideal = first.get(claim.meter, -1), claim.coefficient * generation
        is_capped = part == claim.wh and ideal > (claim.wh - 1) * WHOLE
        if not 0 <= part <= claim.wh or not (is_capped or abs(part * WHOLE - ideal) < WHOLE):
            yield claim.meter
            return
    rest = {claim.meter: Wh(claim.wh - first[claim.meter]) for claim in claims}
    second = {claim.meter: Wh(result.assigned[claim.meter] - first[claim.meter]) for claim in claims}
    yield from _in_proportion(generation - sum(first[claim.meter] for claim in claims), rest, second)


def _equal(generation: Wh, claims: Sequence[Claim], result: Allocation, certificate: KeyCertificate) -> Faults:
    if sum(result.assigned.values()) != min(generation, sum(claim.wh for claim in claims)):
        yield None
    level = certificate.level
    for claim in claims:
        part = result.assigned[claim.meter]
        if part != claim.wh if claim.wh <= level else part not in (level, level + 1):
            yield claim.meter


def _in_proportion(energy: int, needs: Mapping[MeterId, Wh], parts: Mapping[MeterId, Wh]) -> Faults:
    """As much of `energy` as is needed, each part within one watt-hour of its proportion and never above its need."""
    total = sum(needs.values())
    given = min(energy, total)
    if sum(parts.values()) != given:
        yield None
    for meter, need in needs.items():
        if not 0 <= parts[meter] <= need or (total and abs(parts[meter] * total - need * given) >= total):
            yield meter


_CHECKS: Final[Mapping[KeyName, Callable[[Wh, Sequence[Claim], Allocation, KeyCertificate], Faults]]] = {
    KeyName.STATIC: _static,
    KeyName.PRO_RATA: _pro_rata,
    KeyName.CASCADE: _cascade,
    KeyName.HYBRID: _hybrid,
    KeyName.EQUAL: _equal,
}
