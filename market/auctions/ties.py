"""Who is served first among equal prices: every order has a lot of 12 bits, drawn from a public seed.

Orders are served by price, then by lot, then by number: a total order, whatever sequence a book comes in. The lot of
order `n` is the top of the n-th output of SplitMix64 (`market.splitmix`) started at the seed. Another interval has
another seed, so nobody is first or last among equals for ever; and an order's lot depends on its own number only, so
other orders cannot change who of two goes first.

The seed comes from what stands on chain long before, community and interval. Anybody can compute the lots, also before
placing an order: a lot decides who of equals goes first and nothing else, never a price.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from aipchain.market.splitmix import outputs
from aipchain.market.whole import refuse_seed
from aipchain.units import Interval

__all__ = ["LOT_BITS", "lot", "lots", "tie_seed"]

LOT_BITS: Final = 12
"""Width of a lot; with it, 30 bits of price and 20 of place fit one sort key of 62 bits."""

_SHIFT: Final = 64 - LOT_BITS


def tie_seed(interval: Interval, community: int = 0) -> int:
    """The public seed of one book, 0..2^64-1: BLAKE2b-64 of community, interval start and length, 8 bytes each.

    Order numbers are unique on a chain, so books of two communities differ even with one seed.
    """
    digest = blake2b(digest_size=8, person=b"aipchain/ties/v1")
    for part in (community, interval.start, interval.length):
        digest.update(part.to_bytes(8, "big"))
    return int.from_bytes(digest.digest(), "big")


def lot(seed: int, number: int) -> int:
    """The lot of one order, 0..4095."""
    return lots(seed, (number,))[0]


def lots(seed: int, numbers: Iterable[int]) -> list[int]:
    """The lots of orders, by their numbers.

    :raises TypeError, ValueError: the seed is none, also where there are no orders (`whole.refuse_seed`).
    """
    refuse_seed(seed)
    return [output >> _SHIFT for output in outputs(seed, numbers)]
