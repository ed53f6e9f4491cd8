"""Failures of the market kernels that a person can see; each package's `errors` goes on from here.

AipchainError
└── InputError
    └── MarketError
        └── DeliveryAboveReading   more energy was traded than the meter measured
"""

from aipchain.errors import InputError

__all__ = ["DeliveryAboveReading", "MarketError"]


class MarketError(InputError):
    """What was put to the market cannot be: a book, a setting, a network or a bill."""


class DeliveryAboveReading(MarketError):
    """A home's delivered trades hold more energy than its meter measured."""

    def __init__(self, direction: str, delivered_wh: int, measured_wh: int) -> None:
        self.direction = direction
        self.delivered_wh = delivered_wh
        self.measured_wh = measured_wh
        super().__init__(
            f"{delivered_wh} Wh were {direction}, but the meter shows {measured_wh} Wh in that direction; "
            "bill delivered energy (after settlement), not contracted energy"
        )
