"""No setting of a market rule silently ends all trade: each is tried at its ends on a book in which much can trade."""

from collections.abc import Iterator

import pytest

from aipchain.market.terms import Terms
from aipchain.plugins.bundle import Bundle
from aipchain.plugins.cases import conformance_cases
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.hookspecs import ClearInputs, ConfigValue, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear
from aipchain.plugins.manifest import ConfigField
from aipchain.units import Interval, UnixSeconds

HOUR = Interval(UnixSeconds(3_600), 3_600)
CROSSED = next(case for case in conformance_cases() if case.name == "crossed")
NEEDS_MORE: dict[tuple[str, str, ConfigValue], str] = {
    ("allocation-key", "key", "static"): "shares hand out what they list, and none are listed",
    ("allocation-key", "key", "per-producer"): "shares hand out what they list, and none are listed",
    ("minimum-fill", "minimum_fill_permille", 1_000): "no orders of 1000 and 500 Wh add up to some of 800 and 900 Wh",
}
"""Settings under which nothing of this book can trade, and why."""


def values(setting: ConfigField) -> Iterator[ConfigValue]:
    """The choices of a setting, or its ends; text without choices has none."""
    if isinstance(setting.default, bool):
        yield not setting.default
    elif setting.choices:
        yield from setting.choices
    else:
        yield from (end for end in (setting.minimum, setting.maximum) if end is not None)


def questions() -> Iterator[tuple[Bundle, str, ConfigValue]]:
    """Each market rule with each value of each of its settings but the default."""
    for bundle in Catalogue.discover().bundles:
        for key, setting in bundle.manifest.config.items() if Slot.CLEAR in bundle.manifest.slots else ():
            for value in values(setting):
                if value != setting.default:
                    yield bundle, key, value


@pytest.mark.parametrize(
    ("bundle", "key", "value"),
    [pytest.param(*each, id=f"{each[0].manifest.name}-{each[1]}-{each[2]}") for each in questions()],
)
def test_a_rule_still_trades_with_its_settings_at_their_ends(bundle: Bundle, key: str, value: ConfigValue) -> None:
    """One setting changed: energy is traded on the kit's crossed book, or the reason why not is written here."""
    terms = Terms(bundle.manifest.proof.proof)
    activation = Activation(Slot.CLEAR, bundle.id, encode_config(bundle.manifest, {key: value}), terms)
    plugin = LoadedPlugin.load(Catalogue((bundle,)), activation)

    inputs = ClearInputs(HOUR, CROSSED.reference, CROSSED.orders, CROSSED.price, 2_000, plugin.config, terms)
    trades = ask_clear(plugin, inputs).trades

    assert bool(trades) is not ((bundle.manifest.name, key, value) in NEEDS_MORE)
