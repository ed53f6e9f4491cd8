"""`aip plugin` without a chain, and choosing a plugin with settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aipchain.cli.bundles import plugin_change
from aipchain.cli.errors import Misread
from aipchain.cli.grid import describe_terms, read_grid
from aipchain.cli.terms import SlotName
from aipchain.errors import InputError
from aipchain.plugins.errors import ConfigInvalid
from aipchain.runtime_bridge.types import PLAIN_TERMS, LineLimit, Proof, Slot, Terms, ZoneCharge
from aipchain.units import Price, Wh

Aip = Callable[..., Any]


def test_the_list_names_every_built_in_plugin(aip: Aip) -> None:
    """Names, slots and ids, read from the bundles."""
    listed = json.loads(aip("plugin", "list", "--json").out)["plugins"]

    assert {plugin["name"]: plugin["slots"] for plugin in listed} == {
        "allocation-key": ["clear"],
        "batched-amm": ["price"],
        "bill-sharing": ["price"],
        "continuous-auction": ["clear"],
        "equal-shares": ["clear"],
        "location-aware": ["clear"],
        "low-voltage-grid": ["clear"],
        "mid-market-rate": ["price"],
        "minimum-fill": ["clear"],
        "pay-as-bid": ["clear"],
        "preferred-partner": ["clear"],
        "pro-rata": ["clear"],
        "supply-demand-ratio": ["price"],
        "trade-reduction": ["clear"],
        "uniform-price": ["clear"],
        "zonal-price": ["clear"],
    }
    assert all(plugin["id"].startswith("0x") and len(plugin["id"]) == 66 for plugin in listed)


def test_show_gives_manifest_and_settings(aip: Aip) -> None:
    """The settings come as JSON Schema, with unit and bounds."""
    shown = json.loads(aip("plugin", "show", "uniform-price", "--json").out)

    assert shown["label"] == "uniform-price@1.0"
    assert shown["manifest"]["licence"] == "Apache-2.0"
    assert shown["config_schema"]["properties"]["k_permille"]["maximum"] == 1_000
    assert "k_permille" in aip("plugin", "show", "uniform-price").out


def test_an_unknown_name_is_answered_with_near_ones(aip: Aip) -> None:
    """One sentence, exit code 2."""
    ended = aip("plugin", "show", "unform-price")

    assert ended.code == 2
    assert ended.sentence == "there is no plugin 'unform-price' here: did you mean uniform-price or zonal-price?"


def test_a_folder_without_bundles_is_refused(aip: Aip, tmp_path: Path) -> None:
    """`--plugins` names a bundle, or a folder of bundles."""
    ended = aip("plugin", "list", "--plugins", tmp_path)

    assert (ended.code, "plugin.toml" in ended.sentence) == (2, True)


def test_a_chain_without_a_community_is_refused(aip: Aip) -> None:
    """Which slots to show would be a guess."""
    ended = aip("plugin", "list", "--url", "ws://127.0.0.1:1")

    assert (ended.code, "--community" in ended.sentence) == (2, True)


def test_settings_are_typed_by_the_manifest() -> None:
    """The bytes are the canonical JSON that a vote binds."""
    bundle, change = plugin_change("uniform-price", (), None, ["k_permille=250"])

    assert bundle.label == "uniform-price@1.0"
    assert (change.slot, change.binding.config) == (Slot.CLEAR, b'{"k_permille":250}')
    assert change.binding.terms == Terms(Proof.UNIFORM_PRICE)


def test_a_price_model_has_nothing_to_prove() -> None:
    """Only clearings prove anything, so only they are asked."""
    assert plugin_change("mid-market-rate", (), None, [])[1].binding.terms == PLAIN_TERMS


def test_charges_and_lines_come_in_any_order() -> None:
    """They are bound in the order of their zones, as the chain wants them."""
    grid = read_grid(["1:0=0.02", "0:1=0.000000001"], ["1=2kWh:0Wh", "0=5Wh:7Wh"])
    _, change = plugin_change("pro-rata", (), None, [], grid)

    assert change.binding.terms == Terms(
        Proof.ENVELOPE,
        (ZoneCharge(0, 1, Price(1)), ZoneCharge(1, 0, Price(20_000_000))),
        (LineLimit(0, Wh(5), Wh(7)), LineLimit(1, Wh(2_000), Wh(0))),
    )
    assert [value for _, value in describe_terms(change.binding.terms)] == [
        "envelope",
        "0.000000001 AIP/kWh from zone 0 to zone 1",
        "0.020000000 AIP/kWh from zone 1 to zone 0",
        "zone 0: at most 5 Wh out, 7 Wh in",
        "zone 1: at most 2.000 kWh out, 0 Wh in",
    ]


@pytest.mark.parametrize(
    ("charges", "lines", "sentence"),
    [
        (["0-1=0.02"], [], "write FROM:TO=PRICE"),
        (["0:65536=0.02"], [], "zones are numbered"),
        (["0:1=cheap"], [], "AIP per kWh"),
        (["0:1=1", "0:1=2"], [], "only once"),
        ([], ["0=5Wh"], "write ZONE=OUT:IN"),
        ([], ["0=5:6"], "whole watt-hours"),
        ([], ["0=1Wh:1Wh", "0=2Wh:2Wh"], "only once"),
    ],
)
def test_a_grid_that_cannot_be_read_is_refused(charges: list[str], lines: list[str], sentence: str) -> None:
    """Each with what would be right."""
    with pytest.raises(Misread, match=sentence):
        read_grid(charges, lines)


@pytest.mark.parametrize(
    ("settings", "failure", "sentence"),
    [
        (["k_permille"], Misread, "KEY=VALUE"),
        (["k_permille=half"], Misread, "whole number"),
        (["k_permille=1", "k_permille=2"], Misread, "twice"),
        (["k_permile=1"], ConfigInvalid, "did you mean k_permille"),
        (["k_permille=1001"], ConfigInvalid, "at most 1000"),
    ],
)
def test_wrong_settings_are_refused(settings: list[str], failure: type[InputError], sentence: str) -> None:
    """Each with what would be right."""
    with pytest.raises(failure, match=sentence):
        plugin_change("uniform-price", (), None, settings)


def test_a_slot_that_does_not_fit_is_refused() -> None:
    """A price rule cannot clear."""
    with pytest.raises(InputError, match=r"mid-market-rate@1\.0 does not fit the slot clear, it is for price"):
        plugin_change("mid-market-rate", (), SlotName.CLEAR, [])
