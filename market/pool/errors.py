"""Failures of the pool that a person can see.

AipchainError
└── InputError
    └── MarketError
        ├── BandOutsideReference   a price band does not lie between feed-in and retail
        ├── BandUpsideDown         a price band whose lower end is above its upper one, or below zero
        ├── NegativeEnergy         supply, demand or a meter's energy is below zero
        ├── PoolEmpty              a constant-product pool without energy or without money
        ├── PoolTooSmall           more energy was asked of a constant-product pool than it can give
        ├── PriceOutsideReference  a local price lies below zero or above retail
        └── UnknownCurve           a batched maker's price falls along no curve of that name
"""

from collections.abc import Iterable

from aipchain.market.errors import MarketError

__all__ = [
    "BandOutsideReference",
    "BandUpsideDown",
    "NegativeEnergy",
    "PoolEmpty",
    "PoolTooSmall",
    "PriceOutsideReference",
    "UnknownCurve",
]


class NegativeEnergy(MarketError):
    """Energy of a pool is below zero; import and export are two numbers, not one with a sign."""

    def __init__(self, what: str, wh: int) -> None:
        self.what = what
        self.wh = wh
        super().__init__(f"{what} is {wh} Wh; give import and export as two numbers of zero or more")


class BandOutsideReference(MarketError):
    """The settings of a price band are not 0 <= low <= high <= 1000 permille of the gap."""

    def __init__(self, low_permille: int, high_permille: int) -> None:
        self.low_permille = low_permille
        self.high_permille = high_permille
        super().__init__(
            f"the band runs from {low_permille} to {high_permille} permille of the gap between feed-in and retail; "
            "it needs 0 <= low <= high <= 1000"
        )


class BandUpsideDown(MarketError):
    """The ends of a price band are not 0 <= low <= high."""

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high
        super().__init__(f"the band runs from {low} to {high}; give its lower end first, at zero or above")


class UnknownCurve(MarketError):
    """A curve that the batched maker does not have."""

    def __init__(self, curve: object, known: Iterable[str]) -> None:
        self.curve = curve
        super().__init__(f"{curve!r} is no curve of the batched maker; take one of {', '.join(known)}")


class PriceOutsideReference(MarketError):
    """A local price below zero or above retail, which no member would take."""

    def __init__(self, price: int, retail: int) -> None:
        self.price = price
        self.retail = retail
        super().__init__(f"the local price {price} must lie between 0 and the retail price {retail}")


class PoolTooSmall(MarketError):
    """A constant-product pool never gives its last watt-hour."""

    def __init__(self, asked_wh: int, held_wh: int) -> None:
        self.asked_wh = asked_wh
        self.held_wh = held_wh
        super().__init__(f"{asked_wh} Wh were asked of a pool of {held_wh} Wh; ask for less than it holds")


class PoolEmpty(MarketError):
    """A constant-product pool without energy or money has no price."""

    def __init__(self, held_wh: int, money: int) -> None:
        self.held_wh = held_wh
        self.money = money
        super().__init__(f"a pool of {held_wh} Wh and {money} base units has no price; it needs some of both")
