"""The report of a comparison is one file that needs no network and takes no code from names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aipchain.orchestrator.comparison.contest import compare
from aipchain.orchestrator.comparison.outcome import Comparison
from aipchain.orchestrator.comparison.report import render

if TYPE_CHECKING:
    from tests.unit.orchestrator.comparison.conftest import Village

    from aipchain.orchestrator.comparison.rules import MarketRule

EVIL = "</script><script>alert(1)</script>&<b>"
PAIR = {"lacks": [300] * 168, "has": [-200] * 168}


@pytest.fixture
def comparison(village: Village, rules: Mapping[str, MarketRule]) -> Comparison:
    """Two homes under an auction, a price rule with both ways of sharing, and a rule that trades nothing."""
    chosen = ("bill-sharing+pro-rata", "mid-market-rate+equal-shares", "mid-market-rate+pro-rata", "uniform-price")
    return compare(village(PAIR), [rules[name] for name in chosen])


def plots(page: str) -> dict[str, Any]:
    """The plotted columns."""
    found: dict[str, Any] = json.loads(
        re.findall(r'<script type="application/json" id="plots">(.*?)</script>', page)[0]
    )
    return found


def test_the_report_needs_no_network(comparison: Comparison) -> None:
    """Nothing is fetched, and no address is named but where uPlot comes from."""
    page = render(comparison)

    assert re.findall(r"@import|url\(|\ssrc=|\shref=", page) == []
    assert set(re.findall(r"https?://[^\s\"'<>)]+", page)) <= {"https://github.com/leeoniya/uPlot"}


def test_names_are_text_wherever_they_stand(comparison: Comparison) -> None:
    """A home or rule that is called like markup adds no element and ends no script."""
    bills = tuple(replace(bill, home=EVIL) for bill in comparison.rules[1].bills)
    evil = replace(comparison.rules[1], name=EVIL, summary=EVIL, bills=bills, void_intervals=1, first_failure=EVIL)
    page = render(replace(comparison, homes=(EVIL, "has"), rules=(evil, *comparison.rules[1:])))

    plain = render(replace(comparison, rules=comparison.rules[1:2] + comparison.rules[1:]))
    assert page.count("<script") == plain.count("<script") == 3
    assert any(line["label"].startswith(EVIL) for line in plots(page)["energy"]["series"])


def test_rules_with_equal_values_share_a_line(comparison: Comparison) -> None:
    """A rule that trades nothing has none; tariffs stand beside the prices."""
    shown = plots(render(comparison))

    assert [line["label"] for line in shown["price"]["series"]] == [
        "mid-market-rate+equal-shares = mid-market-rate+pro-rata",
        "uniform-price",
        "Retail",
        "Feed-in",
    ]
    assert [line["label"] for line in shown["energy"]["series"]] == ["mid-market-rate+equal-shares = 2 more"]
    assert shown["energy"]["series"][0]["values"] == [4.8] * 7
    assert set(shown["price"]["series"][0]["values"]) == {0.15}


def test_rules_that_trade_nothing_are_explained(
    comparison: Comparison, village: Village, rules: Mapping[str, MarketRule]
) -> None:
    """Homes that take any price trade."""
    trading = compare(replace(village(PAIR), accept_price=True), [rules["bill-sharing+pro-rata"]])
    explained = "Nothing was traded under bill-sharing+pro-rata: the price is beyond"

    assert explained in render(comparison)
    assert "Nothing was traded" not in render(trading)


def test_homes_have_the_numbers_by_which_settings_name_them(comparison: Comparison) -> None:
    """In the head of the table of all savings."""
    assert "<th>lacks<br>0</th><th>has<br>1</th>" in render(comparison)


def test_the_tables_hold_savings_and_bills(comparison: Comparison) -> None:
    """Amounts are rounded for the eye only."""
    page = render(comparison)
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page)

    first = cells.index("uniform-price")
    assert cells[first + 1 : first + 8] == ["4.70", "33.6", "100.0", "66.7", "0.1", "0.500", "0"]
    bills = cells.index("bill without a market")
    assert cells[bills + 1 : bills + 3] == ["11.09", "-2.69"]


def test_a_comparison_without_rules_is_reported(comparison: Comparison) -> None:
    """Only the life without a market."""
    assert "no market" in render(replace(comparison, rules=()))
