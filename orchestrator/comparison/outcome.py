"""What a comparison came to: for each rule the bills, the community's energy, and whether everything adds up.

Money is in base units [10^-12 AIP], energy in Wh, power in W. The JSON form has whole numbers only; ratios in permille.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from aipchain.market.measures import EnergyShares, gini, permille
from aipchain.orchestrator.results import Conservation
from aipchain.plugins.hookspecs import ConfigValue

__all__ = ["Comparison", "HomeBill", "HourOfDay", "RuleOutcome", "as_json"]


@dataclass(frozen=True, slots=True)
class HomeBill:
    """What a home pays [base units]; negative when it earns."""

    home: str
    without_trade: int
    with_trade: int

    @property
    def saved(self) -> int:
        """What trading made the home better off by; negative if it lost."""
        return self.without_trade - self.with_trade


@dataclass(frozen=True, slots=True)
class HourOfDay:
    """All energy that was delivered in one hour of the days, and what buyers paid for it."""

    delivered_wh: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What the weeks came to under one rule, or without a market."""

    name: str
    summary: str
    bills: tuple[HomeBill, ...]
    traded_wh: int
    delivered_wh: int
    """The part of the traded energy that both meters confirm."""
    energy: EnergyShares
    peak_import_w: int
    """The most that homes bought outside in an interval, as mean power."""
    conservation: Conservation
    by_hour: tuple[HourOfDay, ...]
    by_day_wh: tuple[int, ...]
    """Energy delivered on each day."""
    void_intervals: int = 0
    """Intervals for which the rule gave no valid result; they end without trades, as on the chain."""
    first_failure: str = ""
    priced_out_intervals: int = 0
    """Intervals that ended without trades because the price was beyond what some homes' orders take."""
    settings: Mapping[str, Mapping[str, ConfigValue]] = field(default_factory=dict)
    """By plugin, the settings that are not its defaults."""

    @property
    def welfare(self) -> int:
        """What all homes together are better off by than without trade [base units]."""
        return sum(bill.saved for bill in self.bills)

    @property
    def losers(self) -> tuple[str, ...]:
        """Homes whose bill is higher than without trade."""
        return tuple(bill.home for bill in self.bills if bill.saved < 0)

    @property
    def is_idle(self) -> bool:
        """Had the rule a result in every interval, and yet nobody got anything from a neighbour?"""
        return self.delivered_wh == 0 and not self.void_intervals

    @property
    def gini(self) -> Fraction:
        """Inequality of the savings."""
        return gini(bill.saved for bill in self.bills)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same weeks without a market and under each rule."""

    homes: tuple[str, ...]
    first_day: str
    weeks: int
    seed: int | None
    zones: tuple[int, ...]
    intervals: int
    forecast: str
    accept_price: bool
    without_market: RuleOutcome
    rules: tuple[RuleOutcome, ...]
    retail_by_hour: tuple[int, ...]
    """Mean tariff of each hour of the day [base units per Wh], rounded down."""
    feed_in_by_hour: tuple[int, ...]


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return what `--json` shows; equal settings give equal documents.

    `without_market` has the form of a rule: savings, losers and inequality can be counted again from the bills.
    """
    return {
        "homes": len(comparison.homes),
        "first_day": comparison.first_day,
        "weeks": comparison.weeks,
        "seed": comparison.seed,
        "forecast": comparison.forecast,
        "accept_price": comparison.accept_price,
        "zones": list(comparison.zones),
        "meters": {home: meter for meter, home in enumerate(comparison.homes)},
        "without_market": _rule_as_json(comparison.without_market),
        "rules": [_rule_as_json(outcome) for outcome in comparison.rules],
    }


def _rule_as_json(outcome: RuleOutcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "welfare": outcome.welfare,
        "traded_wh": outcome.traded_wh,
        "self_consumption": permille(outcome.energy.self_consumption),
        "peak_import_w": outcome.peak_import_w,
        "gini": permille(outcome.gini),
        "losers": list(outcome.losers),
        "bills": {bill.home: bill.with_trade for bill in outcome.bills},
        "void_intervals": outcome.void_intervals,
        "first_failure": outcome.first_failure,
        "conservation": asdict(outcome.conservation),
        "settings": {plugin: dict(settings) for plugin, settings in outcome.settings.items()},
    }
