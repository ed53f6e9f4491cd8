"""Quantities the whole house shares: energy, money, price, time.

All are integers. `Wh` is energy [Wh]; `Balance` is money [base units, 10^-12 AIP]; `Price` is money per energy
[base units per Wh], so that `Price` x `Wh` is an exact `Balance`; `UnixSeconds` is chain time [s].
"""

from dataclasses import dataclass
from typing import NewType

__all__ = [
    "AIP",
    "PRICE_OF_ONE_AIP_PER_KWH",
    "UDEG",
    "Balance",
    "Interval",
    "Price",
    "Site",
    "UnixSeconds",
    "Wh",
    "cost",
    "format_aip",
    "format_price",
]

Wh = NewType("Wh", int)
Balance = NewType("Balance", int)
Price = NewType("Price", int)
UnixSeconds = NewType("UnixSeconds", int)

AIP = 10**12
"""Base units in one AIP."""

PRICE_OF_ONE_AIP_PER_KWH = AIP // 1_000
"""The `Price` of 1 AIP per kWh [base units per Wh]."""


UDEG = 1_000_000
"""Millionths of a degree in one."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The delivery interval `[start, start + length)` in chain time [s]."""

    start: UnixSeconds
    length: int

    @property
    def end(self) -> UnixSeconds:
        """First second after the interval [s]."""
        return UnixSeconds(self.start + self.length)


@dataclass(frozen=True, slots=True)
class Site:
    """Where homes are: millionths of a degree north and east, and the zone of their clocks, a name of IANA's table."""

    north_udeg: int
    east_udeg: int
    time_zone: str


def cost(energy: Wh, price: Price) -> Balance:
    """Money for `energy` [Wh] at `price` [base units per Wh]; exact."""
    return Balance(energy * price)


def format_aip(amount: int, places: int = 2) -> str:
    """Show money [base units] in AIP with `places` decimals, rounded half away from zero."""
    return _scaled(amount, AIP, places)


def format_price(price: int, places: int = 4) -> str:
    """Show a price [base units per Wh] in AIP per kWh, rounded half away from zero."""
    return _scaled(price, PRICE_OF_ONE_AIP_PER_KWH, places)


def _scaled(amount: int, unit: int, places: int) -> str:
    steps = (abs(amount) * 10**places * 2 + unit) // (2 * unit)
    whole, part = divmod(steps, 10**places)
    sign = "-" if amount < 0 and steps else ""
    return f"{sign}{whole:,}.{part:0{places}d}" if places else f"{sign}{whole:,}"
