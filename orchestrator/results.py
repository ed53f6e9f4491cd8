"""What a run of a community came to: the figures of the table, the JSON file and the report.

Money is in base units [10^-12 AIP], energy in Wh, prices in base units per Wh, times in chain seconds.
"""

from dataclasses import asdict, dataclass
from typing import Any

__all__ = [
    "Bill", "ChainState", "Conservation", "ForecastValue", "Hour", "PluginUse", "ProposalOutcome", "Results", "Skill",
    "as_json",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChainState:
    """The chain a run ended on."""

    spec_name: str
    spec_version: int
    height: int
    state_root: str
    code_hash: str
    genesis_hash: str


@dataclass(frozen=True, slots=True)
class Hour:
    """One delivery interval of the community."""

    interval_start: int
    retail: int
    feed_in: int
    price: int | None
    """Mean price of the delivered energy, rounded down; None when nothing was delivered."""
    price_bundle: str | None
    """Bundle id of the price plugin the book was bound to; None when no order opened a book."""
    import_wh: int
    export_wh: int
    traded_wh: int
    delivered_wh: int


@dataclass(frozen=True, slots=True)
class PluginUse:
    """A plugin that was in force from an interval on."""

    from_interval: int
    slot: str
    bundle_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ProposalOutcome:
    """A proposal and how it ended; `enacted_epoch` is None unless it was scheduled."""

    id: int
    binding_hash: str
    electorate: int
    ayes: int
    nays: int
    state: str
    enacted_epoch: int | None
    enacted_from: int | None
    """First second of the enacted epoch."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a home pays [base units]; negative when it earns. Fees are told apart."""

    home: str
    import_wh: int
    export_wh: int
    bought_wh: int
    sold_wh: int
    without_trade: int
    with_trade: int
    fees: int


@dataclass(frozen=True, slots=True)
class Conservation:
    """Both must be zero: energy minted against metered, moved and held; money of every account against its history."""

    energy_difference_wh: int
    money_difference: int


@dataclass(frozen=True, slots=True)
class Skill:
    """How well the homes of a day were known ahead: what their orders missed of the meters [Wh], all homes together."""

    day: int
    """Its first second."""
    error_wh: int
    naive_error_wh: int
    """What yesterday's readings would have missed."""

    @property
    def skill_ppm(self) -> int:
        """The part of the naive error that was saved; below zero when more was missed, 0 when nothing could be."""
        if not self.naive_error_wh:
            return 0
        return (self.naive_error_wh - self.error_wh) * 1_000_000 // self.naive_error_wh


@dataclass(frozen=True, slots=True)
class ForecastValue:
    """The same days under the same rules, had all homes known ahead in one way: bills of all [base units]."""

    forecast: str
    without_trade: int
    with_trade: int
    delivered_wh: int


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a run reports."""

    community: str
    interval_s: int
    chain: ChainState
    intervals: int
    orders: int
    trades: int
    traded_wh: int
    delivered_wh: int
    minted_wh: int
    price_plugins: tuple[PluginUse, ...]
    proposal: ProposalOutcome | None
    bills: tuple[Bill, ...]
    conservation: Conservation
    hours: tuple[Hour, ...]
    forecast: str
    agent: str
    skill: tuple[Skill, ...]
    value: tuple[ForecastValue, ...] = ()
    """With perfect knowledge, as it was, and naive; empty unless a forecaster was asked."""
    forecast_failures: tuple[str, ...] = ()
    """Why the forecaster gave no usable answer for a day, which climatology forecast instead; one for each such day."""


def as_json(results: Results, seconds: float) -> dict[str, Any]:
    """Return the results as a JSON object; only `seconds` differs between runs of one seed."""
    skill = [{**asdict(day), "skill_ppm": day.skill_ppm} for day in results.skill]
    return {**asdict(results), "skill": skill, "seconds": round(seconds, 1)}
