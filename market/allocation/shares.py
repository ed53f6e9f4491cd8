"""Sharing a whole number among weights without losing or inventing a unit: exact cumulative rounding.

    a_i = floor(C_i G / C) - floor(C_(i-1) G / C),   C_i = w_1 + ... + w_i,   C = C_n

The shares sum to G, each is within one unit of w_i G / C, and none exceeds w_i while G <= C. The same formula
splits a meter's reading over its trades on chain (docs/protocol.md, market).
"""

from collections.abc import Sequence

from aipchain.units import Wh

__all__ = ["allocate", "delivered_shares"]


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights`, in list order.

    :raises ValueError: a negative number, or something to share and nobody to take it.
    """
    total = sum(weights)
    if amount < 0 or any(weight < 0 for weight in weights):
        raise ValueError("amounts and weights must not be negative")
    if total == 0:
        if amount:
            raise ValueError(f"{amount} cannot be shared: all weights are zero")
        return [0] * len(weights)
    shares: list[int] = []
    running = given = 0
    for weight in weights:
        running += weight
        reached = running * amount // total
        shares.append(reached - given)
        given = reached
    return shares


def delivered_shares(contracted: Sequence[Wh], reading: Wh) -> list[Wh]:
    """What one meter delivered of each of its contracts [Wh], never more than it measured or than was agreed."""
    return [Wh(share) for share in allocate(min(reading, sum(contracted)), contracted)]
