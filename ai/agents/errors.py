"""Failures of the agents.

InputError
├── BadSetting      a household's setting or a battery cannot be used
├── UnusableOutlook what is expected of the next steps cannot be planned on
└── UnusableWish    an appliance cannot run as it was wished
OperationError
└── NoPlan          the solver found no plan
"""

from aipchain.errors import InputError, OperationError

__all__ = ["BadSetting", "NoPlan", "UnusableOutlook", "UnusableWish"]


class BadSetting(InputError):
    """A setting lies outside its range."""

    def __init__(self, name: str, value: object, low: int, high: int, unit: str) -> None:
        self.name, self.value = name, value
        super().__init__(f"{name} is {value!r}: give a whole number from {low:,} to {high:,} {unit}")


class UnusableOutlook(InputError):
    """Expected energy or prices of the next steps cannot be planned on."""


class NoPlan(OperationError):
    """The solver found no plan."""

    def __init__(self, status: str, steps: int) -> None:
        self.status, self.steps = status, steps
        super().__init__(f"no plan over {steps} steps ({status}): let the battery follow its rule until the next one")


class UnusableWish(InputError):
    """An appliance cannot run as it was wished."""
