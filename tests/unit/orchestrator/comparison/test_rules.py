"""Which rules the catalogue's plugins make, and how they are named."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from aipchain.orchestrator.comparison.errors import UnknownRule
from aipchain.orchestrator.comparison.rules import MarketRule, choose_rules, rules_of
from aipchain.plugins.bundle import read_bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.hookspecs import Slot

Rules = Mapping[str, MarketRule]

FLAT = """
from aipchain.plugins.hookspecs import PriceInputs, hookimpl
from aipchain.units import Price

@hookimpl
def price(inputs: PriceInputs) -> Price:
    return Price(100_000_000)
"""


def write_plugin(folder: Path, name: str, build: int = 0) -> Path:
    """A price plugin that says 0.1 AIP per kWh."""
    folder.mkdir()
    (folder / "rule.py").write_text(FLAT)
    (folder / "vectors.json").write_text("[]")
    (folder / "plugin.toml").write_text(
        f'name = "{name}"\nrelease = 1\nbuild = {build}\nsummary = "Flat"\nlicence = "Apache-2.0"\n'
        'authors = ["A"]\nhost_api = [1, 1]\nentry = "rule"\n'
        'vectors_sha256 = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"\n'
        '[[hooks]]\nhook = "price"\nclass = "exact"\n[budget]\ncpu_ms = 1000\nmemory_mib = 64\n'
    )
    return folder


def test_every_plugin_of_the_catalogue_is_in_a_rule(rules: Rules) -> None:
    """Later plugins appear by themselves."""
    names = {bundle.manifest.name for bundle in Catalogue.discover().bundles}

    assert {name for rule in rules.values() for name in rule.plugin_names} == names


def test_a_clearing_that_needs_a_price_is_a_rule_with_each_price_plugin(rules: Rules) -> None:
    """An auction is one alone."""
    prices = [bundle for bundle in Catalogue.discover().bundles if Slot.PRICE in bundle.manifest.slots]

    assert sum(rule.clear_plugin.bundle.manifest.name == "pro-rata" for rule in rules.values()) == len(prices)
    assert rules["mid-market-rate+pro-rata"].plugin_names == ("mid-market-rate", "pro-rata")
    assert rules["uniform-price"].price_plugin is None


def test_a_rule_says_what_its_plugins_do(rules: Rules) -> None:
    """Both summaries, price first."""
    summary = rules["mid-market-rate+pro-rata"].summary

    assert summary.index("halfway") < summary.index("in proportion")


def test_a_plugin_in_another_folder_joins(tmp_path: Path) -> None:
    """Its rules stand among the others; several builds of a name are told apart."""
    here = Catalogue.discover([write_plugin(tmp_path / "flat", "flat")])
    two = Catalogue((*here.bundles, read_bundle(write_plugin(tmp_path / "flat2", "flat", build=1))))

    assert "flat+pro-rata" in [rule.name for rule in rules_of(here)]
    assert {"flat@1.0+pro-rata", "flat@1.1+pro-rata"} <= {rule.name for rule in rules_of(two)}


def test_settings_are_those_of_the_plugin_in_every_rule() -> None:
    """What is not the default is told; other plugins keep theirs."""
    catalogue = Catalogue.discover()
    changed = {rule.name: rule for rule in rules_of(catalogue, {catalogue.find("pro-rata").id: b"{}"})}
    moved = {rule.name: rule for rule in rules_of(catalogue, {catalogue.find("uniform-price").id: b'{"k_permille":7}'})}

    assert all(not rule.settings for rule in changed.values())
    assert {name: rule.settings for name, rule in moved.items() if rule.settings} == {
        "uniform-price": {"uniform-price": {"k_permille": 7}}
    }


@pytest.mark.parametrize("choice", ["all", " all ", "all,uniform-price"])
def test_all_are_all(rules: Rules, choice: str) -> None:
    """In the order of their names."""
    assert choose_rules(list(rules.values()), choice) == tuple(rules[name] for name in sorted(rules))


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        ("uniform-price", ["uniform-price"]),
        ("uniform-price, mid-market-rate + pro-rata", ["mid-market-rate+pro-rata", "uniform-price"]),
        (
            "mid-market-rate",
            ["mid-market-rate+allocation-key", "mid-market-rate+equal-shares", "mid-market-rate+pro-rata"],
        ),
        ("uniform-price,uniform-price", ["uniform-price"]),
    ],
)
def test_rules_are_chosen_by_their_name_or_a_plugins(rules: Rules, choice: str, chosen: list[str]) -> None:
    """A plugin's name means every rule with it; each rule comes once, in the order of names."""
    assert [rule.name for rule in choose_rules(list(rules.values()), choice)] == chosen


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        ("unifrom-price", "uniform-price"),
        ("uniform-price,pro-ratta", "pro-rata"),
        ("", "known are"),
        (",", "known are"),
    ],
)
def test_an_unknown_rule_is_told_with_the_nearest(rules: Rules, choice: str, meant: str) -> None:
    """One sentence that says what may have been meant, or what there is."""
    with pytest.raises(UnknownRule, match=meant):
        choose_rules(list(rules.values()), choice)
