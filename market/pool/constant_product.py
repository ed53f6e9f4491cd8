"""A sequential constant-product pool, for comparison: x y = k, swap by swap.

x energy [Wh] and y money [base units] in the pool. Buying e takes e from x and pays y e / (x - e), rounded up; selling
e earns y e / (x + e), rounded down; so k never falls and the pool never loses a unit. The price depends on who comes
first: a thousand buyers of one interval pay prices that differ by several percent (docs/rules/constant-product.md).
Communities vote in `batched_amm` instead; this module is no plugin.

Source: constant-product makers, for example Angeris and Chitra, Improved Price Oracles: Constant Function Market
Makers, 2020 (recalled).
"""

from dataclasses import dataclass

from aipchain.market.pool.errors import PoolEmpty, PoolTooSmall
from aipchain.market.pool.price_rules import refuse_energy
from aipchain.market.rounding import rounded_up
from aipchain.market.whole import refuse_fraction
from aipchain.units import Balance, Wh

__all__ = ["ConstantProductPool", "buy_from", "sell_to"]


@dataclass(frozen=True, slots=True)
class ConstantProductPool:
    """Energy [Wh] and money [base units] of a pool; its marginal price is money / energy.

    :raises PoolEmpty: it has no energy or no money.
    :raises TypeError: a number is not whole.
    """

    energy: Wh
    money: Balance

    def __post_init__(self) -> None:
        refuse_fraction("the pool's energy", self.energy)
        refuse_fraction("the pool's money", self.money)
        if self.energy <= 0 or self.money <= 0:
            raise PoolEmpty(self.energy, self.money)


def buy_from(pool: ConstantProductPool, energy: Wh) -> tuple[ConstantProductPool, Balance]:
    """The pool after somebody bought `energy` [Wh], and what was paid [base units].

    :raises PoolTooSmall: the pool holds no more than that.
    :raises NegativeEnergy: `energy` is below zero.
    :raises TypeError: `energy` is not whole.
    """
    refuse_energy(("energy bought", energy))
    if energy >= pool.energy:
        raise PoolTooSmall(energy, pool.energy)
    left = pool.energy - energy
    paid = Balance(rounded_up(pool.money * energy, left))
    return ConstantProductPool(Wh(left), Balance(pool.money + paid)), paid


def sell_to(pool: ConstantProductPool, energy: Wh) -> tuple[ConstantProductPool, Balance]:
    """The pool after somebody sold `energy` [Wh] to it, and what was earned [base units].

    :raises NegativeEnergy: `energy` is below zero.
    :raises TypeError: `energy` is not whole.
    """
    refuse_energy(("energy sold", energy))
    held = pool.energy + energy
    earned = Balance(pool.money * energy // held)
    return ConstantProductPool(Wh(held), Balance(pool.money - earned)), earned
