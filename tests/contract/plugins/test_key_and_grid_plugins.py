"""The plugins allocation-key and low-voltage-grid: fit with every setting, and what their pages say."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.plugins.catalogue import BUILTIN_FOLDER, Catalogue
from aipchain.plugins.config import MAX_CONFIG_BYTES, encode_config
from aipchain.plugins.errors import ConfigInvalid, PluginFailed
from aipchain.plugins.hookspecs import ClearInputs, ConfigValue, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear
from aipchain.plugins.testing import conformance_problems, write_vectors
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(3_600), 3_600)
LOCAL = Price(15)
TABLES = {
    "shares": "0=400,1=300,5=300",
    "tiers": "0=1,1=0,3=2",
    "producer_shares": "1>0=600,2=400;2>0=300,1=700;3>0=1000",
}
BUSY = {"lines": "a50:0+1,a50:2+3+4,1a50:5+6+7", "types": "a=642/83/300"}
"""A feeder on which several of the kit's books are too much."""

Config = Mapping[str, ConfigValue]


def order(number: int, side: Side, wh: int, limit: int) -> BookOrder:
    """An order of an owner and a meter of its own."""
    return BookOrder(OrderNumber(number), AccountId(str(number)), MeterId(number), side, Wh(wh), Price(limit))


BOOK = (order(0, Side.BID, 300, 20), order(1, Side.BID, 500, 20), order(2, Side.OFFER, 1_000, 10))


def clear(name: str, config: Config, price: Price | None = LOCAL) -> dict[tuple[int, int], tuple[int, int]]:
    """Energy and price by (bid, offer) of the checked answer to `BOOK`."""
    catalogue = Catalogue.discover()
    bundle = catalogue.find(name)
    activation = Activation(Slot.CLEAR, bundle.id, encode_config(bundle.manifest, config))
    plugin = LoadedPlugin.load(catalogue, activation)
    trades = ask_clear(plugin, ClearInputs(HOUR, None, BOOK, price, 2_000, plugin.config)).trades
    return {(trade.bid, trade.offer): (trade.wh, trade.price) for trade in trades}


@pytest.mark.parametrize(
    ("key", "acts_on"),
    [("static", "buyers"), ("cascade", "buyers"), ("hybrid", "long-side"), ("per-producer", "buyers")],
)
def test_every_key_is_fit(key: str, acts_on: str) -> None:
    """With tables that name some of the meters."""
    config = {**TABLES, "key": key, "acts_on": acts_on}

    assert conformance_problems(BUILTIN_FOLDER / "allocation_key", config) == ()


@pytest.mark.parametrize(
    ("config", "energy"),
    [
        ({"key": "static", "shares": "0=500,1=300"}, {(0, 2): 300, (1, 2): 300}),
        ({"shares": "0=500,1=300"}, {(0, 2): 300, (1, 2): 500}),
        ({"key": "cascade", "tiers": "1=0"}, {(0, 2): 300, (1, 2): 500}),
        ({"key": "per-producer", "producer_shares": "2>1=100"}, {(1, 2): 100}),
        ({"key": "static"}, {}),
        ({}, {(0, 2): 300, (1, 2): 500}),
    ],
)
def test_the_keys_of_the_page(config: Config, energy: dict[tuple[int, int], int]) -> None:
    """The worked examples of docs/rules/allocation-keys.md, all at the local price."""
    assert clear("allocation-key", config) == {pair: (wh, LOCAL) for pair, wh in energy.items()}


def test_without_a_local_price_no_key_can_decide() -> None:
    """As for every rule that trades at a given price."""
    with pytest.raises(PluginFailed, match="cannot decide: the price plugin set no price"):
        clear("allocation-key", {}, price=None)


@pytest.mark.parametrize(
    ("name", "config", "problem"),
    [
        ("allocation-key", {"shares": "0=1.5"}, "'1.5' is no whole number"),
        ("allocation-key", {"key": "cascade", "shares": "0=600,1=600"}, "coefficients sum to 1200000 of 1000000"),
        ("allocation-key", {"tiers": "0"}, "has no '='"),
        ("allocation-key", {"producer_shares": "0>1=1;0>2=1"}, "meter 0 is listed twice"),
        ("low-voltage-grid", {"lines": "z35"}, "there is no type z"),
        ("low-voltage-grid", {"lines": "2a35,1a35"}, "lines form the loop"),
        ("low-voltage-grid", {"types": "a"}, "a type is a letter"),
    ],
)
def test_a_wrong_table_is_told(name: str, config: Config, problem: str) -> None:
    """The plugin fails in every interval with a sentence; it never guesses."""
    with pytest.raises(PluginFailed, match=problem):
        clear(name, config)


@pytest.mark.parametrize(
    "config",
    [
        BUSY,
        {**BUSY, "types": "a=642/83/0"},
        {"lines": "a50:0+1,a50:2+3+4,1a50:5+6+7", "lowest_permille": 995, "highest_permille": 1_005, "k_permille": 0},
    ],
)
def test_every_feeder_is_fit(config: Config) -> None:
    """Lines that are full, lines that are open, a narrow band."""
    assert conformance_problems(BUILTIN_FOLDER / "low_voltage_grid", config) == ()


def test_a_full_line_of_the_page() -> None:
    """The worked example of docs/rules/low-voltage-grid.md: 296 of 800 Wh reach the two meters behind the line."""
    assert clear("low-voltage-grid", {}) == {(0, 2): (300, 10), (1, 2): (500, 10)}
    behind = clear("low-voltage-grid", {"lines": "a50:2,a50:0+1", "types": "a=642/83/300"})
    assert sum(wh for wh, _ in behind.values()) == 296
    assert {price for _, price in behind.values()} == {10}


def lines_text(homes: int, digits: int) -> str:
    """A feeder of a transformer and ways of twenty homes, 35 m of cable and a meter of so many digits each."""
    first = 10 ** (digits - 1)
    entries = ["r1", *(f"{'1' if home % 20 == 0 and home else ''}a35:{first + home}" for home in range(homes))]
    return ",".join(entries)


@pytest.mark.parametrize(("homes", "digits"), [(252, 3), (224, 4), (202, 5)])
def test_so_many_homes_fit_a_binding(homes: int, digits: int) -> None:
    """As the page says; one more is refused before anybody votes."""
    manifest = Catalogue.discover().find("low-voltage-grid").manifest

    assert len(encode_config(manifest, {"lines": lines_text(homes, digits)})) <= MAX_CONFIG_BYTES
    with pytest.raises(ConfigInvalid, match="bytes are more than the 2048 of a binding"):
        encode_config(manifest, {"lines": lines_text(homes + 1, digits)})


def test_a_larger_feeder_goes_into_a_bundle_of_its_own(tmp_path: Path) -> None:
    """The page's way: the built-in's files, the feeder in a module beside the rule, another name; it is fit."""
    folder = shutil.copytree(BUILTIN_FOLDER / "low_voltage_grid", tmp_path / "our_grid")
    manifest, rule = folder / "plugin.toml", folder / "rule.py"
    manifest.write_text(manifest.read_text().replace('name = "low-voltage-grid"', 'name = "our-grid"'))
    rule.write_text(
        rule.read_text()
        .replace("from aipchain.plugins", "from .feeder import LINES\nfrom aipchain.plugins")
        .replace('str(inputs.config["lines"])', "LINES")
    )
    (folder / "feeder.py").write_text(f'"""Our feeder."""\n\nLINES = "{lines_text(600, 4)}"\n')
    write_vectors(folder)

    assert conformance_problems(folder) == ()
