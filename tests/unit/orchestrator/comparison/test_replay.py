"""Weeks under a rule: what is delivered, billed, added up, and what happens where a rule fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from aipchain.market.book import Trade
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator.comparison.contest import compare
from aipchain.orchestrator.comparison.errors import NotConserved
from aipchain.orchestrator.comparison.outcome import as_json
from aipchain.orchestrator.comparison.replay import replay
from aipchain.orchestrator.comparison.rules import MarketRule
from aipchain.orchestrator.comparison.scenario import Settings, scenes
from aipchain.orchestrator.foresight import RECENT
from aipchain.orchestrator.results import Conservation
from aipchain.plugins.errors import PluginFailed
from aipchain.units import Interval, Wh

if TYPE_CHECKING:
    from tests.unit.orchestrator.comparison.conftest import Village

Rules = Mapping[str, MarketRule]
NOTHING_LOST = Conservation(0, 0)
DAY = date(2016, 10, 3)
RETAIL, FEED_IN = 220_000_000, 80_080_000
MID = (RETAIL + FEED_IN) // 2

PAIR = {"lacks": [300] * 168, "has": [-200] * 168}


class Failing(MarketRule):
    """A rule that gives no answer in every second hour."""

    def trades(self, interval: Interval, *rest: Any) -> tuple[Trade, ...]:
        """As the rule itself, or a failure."""
        if interval.start // 3_600 % 2:
            raise PluginFailed("flaky@1.0", "clear", "it raised")
        return super().trades(interval, *rest)


def test_two_homes_share_what_the_grid_took(village: Village, rules: Rules) -> None:
    """At the mid-market rate both save half of the gap on each watt-hour, and the rest has the grid's price."""
    outcome = replay(rules["mid-market-rate+pro-rata"], scenes(village(PAIR)), tuple(PAIR))
    lacks, has = outcome.bills

    assert (outcome.traded_wh, outcome.delivered_wh) == (168 * 200, 168 * 200)
    assert (lacks.without_trade, lacks.with_trade) == (168 * 300 * RETAIL, 168 * (200 * MID + 100 * RETAIL))
    assert (has.without_trade, has.with_trade) == (-168 * 200 * FEED_IN, -168 * 200 * MID)
    assert outcome.welfare == 168 * 200 * (RETAIL - FEED_IN)
    assert (outcome.peak_import_w, outcome.conservation) == (100, NOTHING_LOST)
    assert (outcome.energy.self_consumption, outcome.losers) == (Fraction(1), ())
    assert set(outcome.by_day_wh) == {24 * 200}
    assert {(hour.delivered_wh, hour.paid) for hour in outcome.by_hour} == {(7 * 200, 7 * 200 * MID)}


def test_life_without_a_market(village: Village) -> None:
    """Nobody trades, and everybody has the grid's bill."""
    outcome = replay(None, scenes(village(PAIR)), tuple(PAIR))

    assert (outcome.welfare, outcome.delivered_wh, outcome.gini, outcome.peak_import_w) == (0, 0, Fraction(0), 300)
    assert (outcome.energy.self_consumption, outcome.conservation) == (Fraction(0), NOTHING_LOST)


def test_what_is_traded_and_not_metered_is_not_billed(village: Village, rules: Rules) -> None:
    """On the last day the seller has half of what its forecast said: a smaller part is delivered, at the same price."""
    net = {"lacks": [300] * 168, "has": [-200] * 144 + [-100] * 24}
    settings = replace(village(net), forecast=RECENT)

    outcome = replay(rules["mid-market-rate+pro-rata"], scenes(settings), tuple(net))

    assert outcome.traded_wh > outcome.delivered_wh == (120 * 200 + 24 * 100)
    assert outcome.welfare == outcome.delivered_wh * (RETAIL - FEED_IN)
    assert outcome.conservation == NOTHING_LOST


@pytest.mark.parametrize("name", ["bill-sharing+pro-rata", "bill-sharing+equal-shares"])
def test_homes_that_take_any_price_can_lose(village: Village, rules: Rules, name: str) -> None:
    """Bill sharing gives energy away: limits keep homes from it, and those that drop them may lose by it."""
    told = scenes(village(PAIR))
    careful = replay(rules[name], told, tuple(PAIR))
    willing = replay(rules[name], told, tuple(PAIR), accept_price=True)

    assert (careful.delivered_wh, careful.losers, careful.gini) == (0, (), Fraction(0))
    assert (willing.delivered_wh, willing.losers) == (168 * 200, ("has",))
    assert willing.bills[0].saved == 168 * 200 * RETAIL
    assert willing.bills[1].with_trade == 0
    assert willing.conservation == NOTHING_LOST


def test_taking_any_price_changes_nothing_between_the_tariffs(village: Village, rules: Rules) -> None:
    """Other price rules never leave the limits."""
    told = scenes(village(PAIR))
    rule = rules["supply-demand-ratio+pro-rata"]

    assert replay(rule, told, tuple(PAIR), accept_price=True) == replay(rule, told, tuple(PAIR))


def test_an_interval_without_a_result_ends_without_trades(village: Village, rules: Rules) -> None:
    """It is counted and told, and everything still adds up."""
    rule = rules["uniform-price"]
    failing = Failing(rule.name, rule.price_plugin, rule.clear_plugin)

    outcome = replay(failing, scenes(village(PAIR)), tuple(PAIR))

    assert (outcome.void_intervals, outcome.delivered_wh, outcome.conservation) == (84, 84 * 200, NOTHING_LOST)
    assert "flaky@1.0" in outcome.first_failure


def test_a_difference_ends_the_comparison(village: Village, rules: Rules) -> None:
    """Where meters and homes do not agree, no figure is believed."""
    settings = village(PAIR)
    home = settings.homes[0]

    class Leaking(type(home)):  # type: ignore[misc]
        """A home that draws a watt-hour more than it uses."""

        def import_wh(self, step: int) -> Wh:
            """One too many."""
            return Wh(super().import_wh(step) + 1)

    leaking = replace(settings, homes=(Leaking(home.name, home.load_wh, home.pv_wh), settings.homes[1]))

    with pytest.raises(NotConserved, match="168 Wh") as raised:
        compare(leaking, [rules["uniform-price"]])
    assert (raised.value.exit_code, raised.value.energy_difference_wh) == (1, 168)


def test_every_builtin_rule_conserves_on_real_homes(rules: Rules) -> None:
    """A week of six homes under each rule: nothing lost, nobody worse off, limits kept."""
    pack = load_pack()
    settings = Settings(pack, choose_homes(pack, "home_01,home_03,home_07,home_12,home_15,home_17"), DAY, 1, 1)

    comparison = compare(settings, list(rules.values()))

    for outcome in comparison.rules:
        assert (outcome.conservation, outcome.losers, outcome.void_intervals) == (NOTHING_LOST, (), 0), outcome.name
        assert outcome.delivered_wh == outcome.traded_wh
        for hour, retail, feed_in in zip(
            outcome.by_hour, comparison.retail_by_hour, comparison.feed_in_by_hour, strict=True
        ):
            assert hour.delivered_wh * feed_in <= hour.paid <= hour.delivered_wh * retail
    most = max(outcome.welfare for outcome in comparison.rules)
    assert next(each.welfare for each in comparison.rules if each.name == "uniform-price") == most > 0


def test_equal_settings_give_equal_documents(village: Village, rules: Rules) -> None:
    """The JSON has its fields in one order, and whole numbers only."""
    documents = [as_json(compare(village(PAIR, seed=3), [rules["uniform-price"]])) for _ in range(2)]
    first = documents[0]

    assert documents[1] == first
    told = [
        "homes",
        "first_day",
        "weeks",
        "seed",
        "forecast",
        "accept_price",
        "zones",
        "meters",
        "without_market",
        "rules",
    ]
    assert (list(first), first["homes"], first["weeks"], first["seed"]) == (told, 2, 1, 3)
    rule = first["rules"][0]
    assert list(rule) == [
        "name",
        "welfare",
        "traded_wh",
        "self_consumption",
        "peak_import_w",
        "gini",
        "losers",
        "bills",
        "void_intervals",
        "first_failure",
        "conservation",
        "settings",
    ]
    assert rule["bills"] == {"lacks": 168 * 300 * RETAIL, "has": -168 * 200 * RETAIL}
    assert (rule["self_consumption"], rule["gini"], rule["losers"]) == (1_000, 500, [])
    assert rule["conservation"] == {"energy_difference_wh": 0, "money_difference": 0}


def test_each_rule_is_told_before_it_is_replayed(village: Village, rules: Rules) -> None:
    """For whoever waits."""
    told: list[str] = []

    compare(village(PAIR), [rules["pay-as-bid"], rules["uniform-price"]], told.append)

    assert told == ["pay-as-bid", "uniform-price"]
