"""Quotients of whole numbers, rounded one way or the other; and points between two ends, by permille."""

from typing import Final

from aipchain.market.whole import refuse_fraction

__all__ = ["PERMILLE", "blend", "nearest", "refuse_k", "rounded_up"]

PERMILLE: Final = 1_000
"""All of something, in thousandths."""


def rounded_up(numerator: int, denominator: int) -> int:
    """The least whole number that is not below the quotient; `denominator` above zero."""
    return -(-numerator // denominator)


def nearest(numerator: int, denominator: int) -> int:
    """The whole number nearest to the quotient, halves upwards; `denominator` above zero."""
    return (2 * numerator + denominator) // (2 * denominator)


def blend(low: int, high: int, k_permille: int) -> int:
    """The point at k between two ends, rounded down: low + floor((high - low) k / 1000).

    :raises TypeError, ValueError: see `refuse_k`.
    """
    refuse_k(k_permille)
    return low + (high - low) * k_permille // PERMILLE


def refuse_k(k_permille: int) -> None:
    """Check where a price is to lie between its lowest and its highest.

    :raises TypeError: `k_permille` is not whole.
    :raises ValueError: `k_permille` is outside 0..1000.
    """
    refuse_fraction("k [permille]", k_permille)
    if not 0 <= k_permille <= PERMILLE:
        raise ValueError(f"k is {k_permille} permille; it must lie in 0..{PERMILLE}")
