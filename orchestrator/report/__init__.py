"""The report of a run: one HTML file with plots that opens without a network."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aipchain.orchestrator.results import Results
from aipchain.units import PRICE_OF_ONE_AIP_PER_KWH, format_aip

__all__ = ["render"]


def render(results: Results) -> str:
    """Return the whole page; scripts and styles are inside it."""
    assets = resources.files("aipchain.orchestrator.report") / "assets"
    environment = Environment(
        loader=PackageLoader("aipchain.orchestrator.report", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["aip"] = format_aip
    environment.filters["kwh"] = _kwh
    environment.filters["time"] = _time
    environment.filters["day"] = _day
    environment.filters["percent"] = _percent
    return environment.get_template("report.html").render(
        results=results,
        plugin_names={use.bundle_id: use.name for use in results.price_plugins},
        largest_bill=max((abs(bill.without_trade) for bill in results.bills), default=1) or 1,
        totals=_totals(results),
        plots=json.dumps(_plots(results)).replace("<", "\\u003c"),
        plot_script=(assets / "uPlot.iife.min.js").read_text(encoding="utf-8"),
        plot_style=(assets / "uPlot.min.css").read_text(encoding="utf-8"),
        page_script=(assets / "report.js").read_text(encoding="utf-8"),
        page_style=(assets / "report.css").read_text(encoding="utf-8"),
    )


def _plots(results: Results) -> dict[str, Any]:
    """Return the plotted columns; here integers become numbers for the eye: AIP per kWh and kWh."""
    hours = results.hours
    return {
        "times": [hour.interval_start for hour in hours],
        "price": [None if hour.price is None else hour.price / PRICE_OF_ONE_AIP_PER_KWH for hour in hours],
        "retail": [hour.retail / PRICE_OF_ONE_AIP_PER_KWH for hour in hours],
        "feed_in": [hour.feed_in / PRICE_OF_ONE_AIP_PER_KWH for hour in hours],
        "import": [hour.import_wh / 1000 for hour in hours],
        "export": [hour.export_wh / 1000 for hour in hours],
        "delivered": [hour.delivered_wh / 1000 for hour in hours],
        "switches": [asdict(use) for use in results.price_plugins if use.slot == "price"],
    }


def _totals(results: Results) -> dict[str, int]:
    return {
        field: sum(getattr(bill, field) for bill in results.bills)
        for field in ("import_wh", "export_wh", "bought_wh", "sold_wh", "without_trade", "with_trade", "fees")
    }


def _kwh(energy: int) -> str:
    return f"{energy / 1000:,.1f}"


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.1f} %"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a %d %b %Y")


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a %d %b %Y %H:%M")
