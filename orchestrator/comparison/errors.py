"""Failures of a comparison.

AipchainError
├── InputError
│   └── UnknownRule    no rule and no plugin has that name
└── OperationError
    └── NotConserved   energy or money was lost or invented on the way
"""

from collections.abc import Sequence

from aipchain.errors import InputError, OperationError
from aipchain.plugins.errors import near

__all__ = ["NotConserved", "UnknownRule"]


class UnknownRule(InputError):
    """Nothing that can be compared is called `wanted`."""

    def __init__(self, wanted: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no rule {wanted!r}: {near(wanted, known)}")
        self.wanted = wanted


class NotConserved(OperationError):
    """Under `rule` the sums of energy [Wh] or money [base units] do not agree with the meters and the grid's bill."""

    def __init__(self, rule: str, energy_difference_wh: int, money_difference: int) -> None:
        super().__init__(
            f"under the rule {rule}, {energy_difference_wh} Wh and {money_difference} base units do not add up: "
            "this is a fault of the program or of the rule, nothing was written, please report it"
        )
        self.rule = rule
        self.energy_difference_wh, self.money_difference = energy_difference_wh, money_difference
