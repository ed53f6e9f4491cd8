"""SplitMix64: a public number spread evenly over 64 bits, for lots among equals and for making an optimum unique.

Its numbers need to be spread evenly and known to all, not secret. `words` has the same for columns.

Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

from collections.abc import Iterable
from typing import Final

__all__ = ["FIRST_FACTOR", "GAMMA", "SECOND_FACTOR", "WORD", "mix", "outputs"]

GAMMA: Final = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio, odd: the step from one output to the next."""

FIRST_FACTOR: Final = 0xBF58476D1CE4E5B9
SECOND_FACTOR: Final = 0x94D049BB133111EB
"""The factors of the output function."""

WORD: Final = (1 << 64) - 1
"""The largest number of 64 bits."""


def mix(number: int) -> int:
    """The output function, 0..2^64-1; of `number` only the lowest 64 bits count."""
    number &= WORD
    number = (number ^ number >> 30) * FIRST_FACTOR & WORD
    number = (number ^ number >> 27) * SECOND_FACTOR & WORD
    return number ^ number >> 31


def outputs(seed: int, places: Iterable[int]) -> list[int]:
    """The outputs of a generator started at `seed`, 0..2^64-1: at place 0 the first.

    That is `mix(seed + (place + 1) * GAMMA)`, written out: a call for every order would cost as much as its arithmetic.
    """
    found = []
    for place in places:
        number = seed + (place + 1) * GAMMA & WORD
        number = (number ^ number >> 30) * FIRST_FACTOR & WORD
        number = (number ^ number >> 27) * SECOND_FACTOR & WORD
        found.append(number ^ number >> 31)
    return found
