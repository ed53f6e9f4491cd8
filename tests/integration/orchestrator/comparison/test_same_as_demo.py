"""A comparison is the demo without a chain: the same days come to the same bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.orchestrator.comparison.replay import replay
from aipchain.orchestrator.comparison.rules import choose_rules, rules_of
from aipchain.orchestrator.comparison.scenario import Settings, scenes
from aipchain.orchestrator.foresight import RECENT
from aipchain.plugins.catalogue import Catalogue

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Lived


def test_a_day_of_the_demo_has_the_same_bills_without_a_chain(one_day: Lived) -> None:
    """Orders, tariffs, clearing, deliveries and bills agree to the watt-hour and the base unit."""
    lived, results = one_day.settings, one_day.results
    settings = Settings(lived.pack, lived.homes, lived.first_day, 1, None, RECENT)
    rule = choose_rules(rules_of(Catalogue.discover()), "mid-market-rate+pro-rata")[0]

    outcome = replay(rule, scenes(settings)[:24], tuple(home.name for home in lived.homes))

    assert [use.name for use in results.price_plugins] == ["mid-market-rate"]
    assert (outcome.traded_wh, outcome.delivered_wh) == (results.traded_wh, results.delivered_wh)
    assert [(bill.home, bill.without_trade, bill.with_trade) for bill in outcome.bills] == [
        (bill.home, bill.without_trade, bill.with_trade) for bill in results.bills
    ]
    assert outcome.delivered_wh > 0
