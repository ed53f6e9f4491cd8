"""Why nothing was traded: the price, what the rule is set to, or the homes; each is told as what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.market.terms import LineLimit, Proof, Terms
from aipchain.orchestrator.comparison.contest import compare
from aipchain.orchestrator.comparison.idle import idle_sentences
from aipchain.orchestrator.comparison.rules import MarketRule, choose_rules, rules_of
from aipchain.plugins.catalogue import Catalogue
from aipchain.units import Wh

if TYPE_CHECKING:
    from tests.unit.orchestrator.comparison.conftest import Village

    from aipchain.orchestrator.comparison.scenario import Settings

PAIR = {"lacks": [300] * 168, "has": [-200] * 168}
CATALOGUE = Catalogue.discover()


def told(settings: Settings, rules: Sequence[MarketRule]) -> list[str]:
    """The sentences about a week under some rules."""
    return list(idle_sentences(compare(settings, rules)))


def set_so(plugin: str, config: bytes, rule: str) -> tuple[MarketRule, ...]:
    """A rule with settings of one of its plugins."""
    return choose_rules(rules_of(CATALOGUE, {CATALOGUE.find(plugin).id: config}), rule)


def test_a_price_beyond_the_tariffs_is_the_reason(village: Village, rules: Mapping[str, MarketRule]) -> None:
    """And what would change it is said; then they trade, and nothing is."""
    chosen = [rules["bill-sharing+pro-rata"], rules["pay-as-bid"]]

    (sentence,) = told(village(PAIR), chosen)

    assert sentence.startswith("Nothing was traded under bill-sharing+pro-rata: the price is beyond what homes take")
    assert "--accept-price" in sentence
    assert told(replace(village(PAIR), accept_price=True), chosen) == []


def test_a_full_line_is_not_the_price(village: Village, rules: Mapping[str, MarketRule]) -> None:
    """Tariffs and --accept-price have no part in it, nor have the homes, who trade under another rule."""
    closed = Terms(Proof.OPTIMUM, limits=(LineLimit(1, Wh(0), Wh(0)),))
    (zonal,) = choose_rules(rules_of(CATALOGUE, grid=closed), "zonal-price")

    (sentence,) = told(replace(village(PAIR), zones=(0, 1)), [zonal, rules["uniform-price"]])

    assert sentence == (
        "Nothing was traded under zonal-price: with the rule's settings, and the grid's charges and lines where it "
        "heeds them, no two homes can trade."
    )


def test_settings_can_be_the_reason_under_a_price_that_homes_take(village: Village) -> None:
    """Fixed shares of nothing, whatever price homes accept."""
    keyed = set_so("allocation-key", b'{"key":"static"}', "mid-market-rate+allocation-key")

    for accept in (False, True):
        (sentence,) = told(replace(village(PAIR), accept_price=accept), keyed)
        assert sentence.startswith("Nothing was traded under mid-market-rate+allocation-key: with the rule's settings")


def test_homes_can_be_the_reason(village: Village, rules: Mapping[str, MarketRule]) -> None:
    """Nobody has energy to sell, or there is nobody else."""
    (nobody_sells,) = told(village({"lacks": [300] * 168, "lacks too": [200] * 168}), [rules["pay-as-bid"]])

    assert nobody_sells.endswith("or nobody has energy left while another home lacks some.")
    assert told(village({"lacks": [300] * 168}), [rules["pay-as-bid"]]) == ["One home has nobody to trade with."]
