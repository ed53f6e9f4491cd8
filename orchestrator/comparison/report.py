"""The report of a comparison: one HTML file with plots that opens without a network, as the demo's."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from importlib import resources
from typing import Any, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined

from aipchain.market.measures import permille
from aipchain.orchestrator.comparison.idle import idle_sentences
from aipchain.orchestrator.comparison.outcome import Comparison, HourOfDay, RuleOutcome
from aipchain.orchestrator.comparison.replay import DAY_S
from aipchain.units import AIP, PRICE_OF_ONE_AIP_PER_KWH, format_aip

__all__ = ["render"]

HERE = "aipchain.orchestrator.comparison"
Column: TypeAlias = list[float | None]


def render(comparison: Comparison) -> str:
    """Return the whole page; scripts and styles are inside it."""
    shared = resources.files("aipchain.orchestrator.report") / "assets"
    own = resources.files(HERE)
    environment = Environment(loader=PackageLoader(HERE, "."), autoescape=True, undefined=StrictUndefined)
    environment.filters.update(aip=format_aip, kwh=_kwh, percent=_percent, ratio=_ratio)
    return environment.get_template("report.html").render(
        comparison=comparison,
        outcomes=(comparison.without_market, *comparison.rules),
        idle=list(idle_sentences(comparison)),
        most_saved=max((bill.saved for rule in comparison.rules for bill in rule.bills), default=0) or 1,
        plots=json.dumps(_plots(comparison)).replace("<", "\\u003c"),
        plot_script=(shared / "uPlot.iife.min.js").read_text(encoding="utf-8"),
        plot_style=(shared / "uPlot.min.css").read_text(encoding="utf-8"),
        page_script=(own / "report.js").read_text(encoding="utf-8"),
        page_style=(shared / "report.css").read_text(encoding="utf-8")
        + (own / "report.css").read_text(encoding="utf-8"),
    )


def _plots(comparison: Comparison) -> dict[str, Any]:
    """Return the plotted columns; here integers become numbers for the eye."""
    tariffs = [
        {"label": name, "values": [price / PRICE_OF_ONE_AIP_PER_KWH for price in prices], "tariff": True}
        for name, prices in (("Retail", comparison.retail_by_hour), ("Feed-in", comparison.feed_in_by_hour))
    ]
    midnight = datetime.combine(date.fromisoformat(comparison.first_day), datetime.min.time(), UTC)
    days = range(len(comparison.without_market.by_day_wh))
    return {
        "price": {
            "x": list(range(len(comparison.retail_by_hour))),
            "series": [*_lines(comparison.rules, _price_by_hour), *tariffs],
        },
        "savings": {
            "x": [place + 1 for place in range(len(comparison.homes))],
            "series": _lines(comparison.rules, _ranked),
        },
        "energy": {
            "x": [int(midnight.timestamp()) + day * DAY_S for day in days],
            "series": _lines(comparison.rules, lambda rule: [energy / 1_000 for energy in rule.by_day_wh]),
        },
    }


def _lines(rules: Sequence[RuleOutcome], values: Callable[[RuleOutcome], Column]) -> list[dict[str, Any]]:
    """One line for all trading rules with equal values; it is named after the first of them."""
    names: dict[tuple[float | None, ...], list[str]] = {}
    for rule in rules:
        if rule.delivered_wh:
            names.setdefault(tuple(values(rule)), []).append(rule.name)
    return [{"label": _together(called), "values": list(column)} for column, called in names.items()]


def _together(names: Sequence[str]) -> str:
    return " = ".join(names) if len(names) <= 2 else f"{names[0]} = {len(names) - 1} more"


def _price_by_hour(rule: RuleOutcome) -> Column:
    return [_mean_price(hour) for hour in rule.by_hour]


def _mean_price(hour: HourOfDay) -> float | None:
    """AIP per kWh to a thousandth; None where nothing was delivered."""
    return round(hour.paid / hour.delivered_wh / PRICE_OF_ONE_AIP_PER_KWH, 3) if hour.delivered_wh else None


def _ranked(rule: RuleOutcome) -> Column:
    """Savings of the homes, largest first [AIP]."""
    return [bill / AIP for bill in sorted((each.saved for each in rule.bills), reverse=True)]


def _kwh(energy: int) -> str:
    return f"{energy / 1_000:,.1f}"


def _percent(ratio: Fraction) -> str:
    return f"{permille(ratio) / 10:.1f}"


def _ratio(ratio: Fraction) -> str:
    return f"{permille(ratio) / 1_000:.3f}"
