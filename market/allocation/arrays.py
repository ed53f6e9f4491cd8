"""Allocation keys over many intervals at once, as numpy arrays; the same bytes as `keys`, member by member.

Rows are intervals, columns are meters in order of meter number; all numbers are int64 [Wh; coefficients in ppm]. The
functions give what is assigned; `used_of` caps that by consumption. Numbers are refused where the reference form has to
be taken: fractions, negative ones, and products beyond 64 bits; so are tables that do not fit one another. Nothing here
depends on the number of threads. The answer goes to `out` where one is given: for a year of a thousand meters, asking
the system for a new table costs as much time as filling it.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from aipchain.market.allocation.claims import WHOLE
from aipchain.market.allocation.errors import CoefficientsAboveWhole, NegativeClaim, ShapeMismatch
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.words import Int64s

__all__ = ["cascade", "hybrid", "pro_rata", "static", "used_of"]

_ROWS: Final = 16  # rows of one pass: with a thousand meters they stay in the processor's cache
_TOP: Final = (1 << 63) - 1


def static(generation: Int64s, coefficients: Int64s, out: Int64s | None = None) -> Int64s:
    """Each meter's coefficient of each interval's generation.

    :param generation: energy to share by interval, shape (intervals,).
    :param coefficients: by meter, shape (meters,), sum at most `WHOLE`.
    :raises CoefficientsAboveWhole: they sum to more.
    :raises NegativeClaim, OutsideArrayRange, TypeError: numbers this form does not take.
    :raises ShapeMismatch: tables of other intervals or meters.
    """
    _check("generation", generation)
    reached = _cumulative_coefficients(generation, coefficients)
    assigned = _table((len(generation), len(coefficients)), out)
    buffer = _buffer(len(coefficients))
    for rows in _passes(len(generation)):
        _static_rows(generation[rows], reached, buffer, assigned[rows])
    return assigned


def pro_rata(generation: Int64s, consumption: Int64s, out: Int64s | None = None) -> Int64s:
    """In proportion to consumption, as much as was consumed.

    :param consumption: shape (intervals, meters).
    :raises NegativeClaim, OutsideArrayRange, TypeError: numbers this form does not take.
    :raises ShapeMismatch: tables of other intervals or meters.
    """
    _check_table(generation, consumption)
    assigned = _table(consumption.shape, out)
    buffer = _buffer(consumption.shape[1])
    for rows in _passes(len(generation)):
        _pro_rata_rows(consumption[rows], generation[rows], buffer, assigned[rows])
    return assigned


def cascade(generation: Int64s, consumption: Int64s, tiers: Int64s, out: Int64s | None = None) -> Int64s:
    """Lower tiers first, pro rata within a tier.

    :param tiers: by meter, shape (meters,).
    :raises NegativeClaim, OutsideArrayRange, TypeError: numbers this form does not take.
    :raises ShapeMismatch: tables of other intervals or meters.
    """
    _check_table(generation, consumption)
    _check("tiers", tiers)
    _check_shape("tiers", tiers, consumption.shape[1:])
    if not len(tiers):
        return _table(consumption.shape, out)
    by_tier = np.argsort(tiers, kind="stable")
    ends = np.cumsum(np.unique(tiers, return_counts=True)[1])
    back = np.argsort(by_tier)
    assigned = _table(consumption.shape, out)
    shares, buffer = _buffer(len(tiers)), np.empty(len(tiers), dtype=np.int64)
    for rows in _passes(len(generation)):
        these = shares[: len(generation[rows])]
        np.take(consumption[rows], by_tier, axis=1, out=these, mode="clip")
        _cascade_rows(these, generation[rows], ends, buffer)
        np.take(these, back, axis=1, out=assigned[rows], mode="clip")
    return assigned


def hybrid(generation: Int64s, consumption: Int64s, coefficients: Int64s, out: Int64s | None = None) -> Int64s:
    """Coefficients first, capped by consumption; the rest pro rata to what is still consumed.

    :raises CoefficientsAboveWhole: coefficients sum to more than `WHOLE`.
    :raises NegativeClaim, OutsideArrayRange, TypeError: numbers this form does not take.
    :raises ShapeMismatch: tables of other intervals or meters.
    """
    _check_table(generation, consumption)
    reached = _cumulative_coefficients(generation, coefficients)
    _check_shape("coefficients", coefficients, consumption.shape[1:])
    assigned = _table(consumption.shape, out)
    needs, shares, buffer = (_buffer(len(coefficients)) for _ in range(3))
    for rows in _passes(len(generation)):
        energy, first = generation[rows], assigned[rows]
        these, those = needs[: len(energy)], shares[: len(energy)]
        _static_rows(energy, reached, buffer, first)
        np.minimum(first, consumption[rows], out=first)
        np.subtract(consumption[rows], first, out=these)
        _pro_rata_rows(these, energy - first.sum(axis=1), buffer, those)
        first += those
    return assigned


def used_of(assigned: Int64s, consumption: Int64s, out: Int64s | None = None) -> Int64s:
    """What meters can use of what they were assigned [Wh]; `out` may be `assigned` itself."""
    _check_shape("consumption", consumption, assigned.shape)
    return np.minimum(assigned, consumption, out=_table(assigned.shape, out))


def _static_rows(generation: Int64s, reached: Int64s, buffer: Int64s, out: Int64s) -> None:
    """Cumulative rounding with one divisor for all: floor(C_i G / C) - floor(C_(i-1) G / C)."""
    totals = buffer[: len(generation)]
    np.multiply(generation[:, np.newaxis], reached, out=totals)
    _divide(totals, WHOLE)
    _differences(totals, out)


def _pro_rata_rows(needs: Int64s, energy: Int64s, buffer: Int64s, out: Int64s) -> Int64s:
    """Write each row's shares of at most `energy`; give what was shared by row.

    A row whose need is met in full is taken times one and not divided, which gives the needs themselves.
    """
    totals: Int64s = needs.sum(axis=1)
    given = np.minimum(energy, totals)
    is_short = given < totals
    reached = buffer[: len(needs), : needs.shape[1]]
    np.cumsum(needs, axis=1, out=reached)
    np.multiply(reached, np.where(is_short, given, 1)[:, np.newaxis], out=reached)
    for row in np.flatnonzero(is_short):
        _divide(reached[row], int(totals[row]))
    _differences(reached, out)
    return given


def _cascade_rows(needs: Int64s, energy: Int64s, ends: Int64s, buffer: Int64s) -> None:
    """Turn needs, columns by tier, into shares: earlier tiers keep theirs, one is served in part, later ones lose all.

    :param ends: the column after the last one of each tier.
    """
    starts = np.concatenate(([0], ends[:-1]))
    totals = np.add.reduceat(needs, starts, axis=1)
    until = np.cumsum(totals, axis=1)
    for row in np.flatnonzero(energy < until[:, -1]):
        tier = int(np.searchsorted(until[row], energy[row], side="right"))  # the first that is not served in full
        total = totals[row, tier]
        part = needs[row, starts[tier] : ends[tier]]
        reached = np.cumsum(part, out=buffer[: len(part)])
        np.multiply(reached, energy[row] - until[row, tier] + total, out=reached)
        _divide(reached, int(total))
        _differences(reached, part)
        needs[row, ends[tier] :] = 0


def _divide(numbers: Int64s, divisor: int) -> None:
    """In place, rounded down; unsigned, because that is three times as fast and nothing here is negative."""
    unsigned = numbers.view(np.uint64)
    np.floor_divide(unsigned, np.uint64(divisor), out=unsigned)


def _differences(reached: Int64s, out: Int64s) -> None:
    out[..., :1] = reached[..., :1]
    np.subtract(reached[..., 1:], reached[..., :-1], out=out[..., 1:])


def _passes(rows: int) -> Iterator[slice]:
    return (slice(first, first + _ROWS) for first in range(0, rows, _ROWS))


def _table(shape: tuple[int, ...], out: Int64s | None) -> Int64s:
    if out is None:
        return np.empty(shape, dtype=np.int64)
    if out.dtype != np.int64:
        raise TypeError(f"out must be int64, not {out.dtype}: the answer is in whole watt-hours")
    _check_shape("out", out, shape)
    return out


def _buffer(columns: int) -> Int64s:
    """Room for one pass, taken once: asking the system for it in every pass costs more than the arithmetic."""
    return np.empty((_ROWS, columns), dtype=np.int64)


def _cumulative_coefficients(generation: Int64s, coefficients: Int64s) -> Int64s:
    _check("coefficients", coefficients)
    total = sum(int(coefficient) for coefficient in coefficients)
    if total > WHOLE:
        raise CoefficientsAboveWhole(total, WHOLE)
    _check_product(_largest(generation), WHOLE)
    return np.cumsum(coefficients)


def _check_table(generation: Int64s, consumption: Int64s) -> None:
    _check("generation", generation)
    _check("consumption", consumption)
    _check_shape("consumption", consumption, (len(generation), consumption.shape[1] if consumption.ndim > 1 else 1))
    _check_product(_largest(consumption), consumption.shape[1])
    most = _largest(consumption.sum(axis=1))
    _check_product(most, min(most, _largest(generation)))


def _check_shape(what: str, table: Int64s, expected: tuple[int, ...]) -> None:
    if table.shape != expected:
        raise ShapeMismatch(what, table.shape, expected)


def _check(what: str, numbers: Int64s) -> None:
    if numbers.dtype != np.int64:
        raise TypeError(f"{what} must be int64, not {numbers.dtype}: energy is a whole number of watt-hours")
    if numbers.size and numbers.min() < 0:
        raise NegativeClaim(what, int(numbers.min()))


def _check_product(one: int, other: int) -> None:
    if one * other > _TOP:
        raise OutsideArrayRange("a product of energies and coefficients", one * other, _TOP)


def _largest(numbers: Int64s) -> int:
    return int(numbers.max()) if numbers.size else 0
