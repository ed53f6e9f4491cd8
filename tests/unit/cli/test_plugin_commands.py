"""`aip plugin` without a chain, and choosing a plugin with settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aipchain.cli.bundles import plugin_change
from aipchain.cli.errors import Misread
from aipchain.cli.terms import SlotName
from aipchain.errors import InputError
from aipchain.plugins.errors import ConfigInvalid
from aipchain.runtime_bridge.types import Slot

Aip = Callable[..., Any]


def test_the_list_names_every_built_in_plugin(aip: Aip) -> None:
    """Names, slots and ids, read from the bundles."""
    listed = json.loads(aip("plugin", "list", "--json").out)["plugins"]

    assert {plugin["name"]: plugin["slots"] for plugin in listed} == {
        "batched-amm": ["price"],
        "bill-sharing": ["price"],
        "continuous-auction": ["clear"],
        "equal-shares": ["clear"],
        "location-aware": ["clear"],
        "mid-market-rate": ["price"],
        "minimum-fill": ["clear"],
        "pay-as-bid": ["clear"],
        "preferred-partner": ["clear"],
        "pro-rata": ["clear"],
        "supply-demand-ratio": ["price"],
        "trade-reduction": ["clear"],
        "uniform-price": ["clear"],
    }
    assert all(plugin["id"].startswith("0x") and len(plugin["id"]) == 66 for plugin in listed)


def test_show_gives_manifest_and_settings(aip: Aip) -> None:
    """The settings come as JSON Schema, with unit and bounds."""
    shown = json.loads(aip("plugin", "show", "uniform-price", "--json").out)

    assert shown["label"] == "uniform-price@2.0"
    assert shown["manifest"]["licence"] == "Apache-2.0"
    assert shown["config_schema"]["properties"]["k_permille"]["maximum"] == 1_000
    assert "k_permille" in aip("plugin", "show", "uniform-price").out


def test_an_unknown_name_is_answered_with_near_ones(aip: Aip) -> None:
    """One sentence, exit code 2."""
    ended = aip("plugin", "show", "unform-price")

    assert ended.code == 2
    assert ended.sentence == "there is no plugin 'unform-price' here: did you mean uniform-price?"


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

    assert bundle.label == "uniform-price@2.0"
    assert (change.slot, change.binding.config) == (Slot.CLEAR, b'{"k_permille":250}')


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
    with pytest.raises(InputError, match=r"mid-market-rate@1\.1 does not fit the slot clear, it is for price"):
        plugin_change("mid-market-rate", (), SlotName.CLEAR, [])
