"""The rules that can be compared: what the catalogue's plugins can be put together to.

A clear plugin that finds prices by itself is a rule alone. One that trades only at a given price is a rule with each
price plugin, named `price+clear`. Which of the two a plugin is, it says itself: asked about a small book without a
price, it cannot decide. Settings that are not given are the manifests' defaults.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aipchain.market.book import (
    MAX_TRADES,
    AccountId,
    BookOrder,
    MeterId,
    OrderNumber,
    ReferencePrice,
    Side,
    Trade,
)
from aipchain.market.terms import PLAIN_TERMS, Proof, Terms
from aipchain.orchestrator.comparison.errors import UnknownRule
from aipchain.plugins.bundle import Bundle, BundleId
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.errors import PluginFailed
from aipchain.plugins.hookspecs import CannotDecide, ClearInputs, ConfigValue, PriceInputs, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear, ask_price
from aipchain.units import Interval, Price, UnixSeconds, Wh

__all__ = ["ALL", "MarketRule", "choose_rules", "rules_of"]

ALL: Final = "all"
_DEFAULTS: Final[Mapping[BundleId, bytes]] = {}


@dataclass(frozen=True, slots=True)
class MarketRule:
    """A clear plugin, and the price plugin before it if it needs one, both loaded."""

    name: str
    price_plugin: LoadedPlugin | None
    clear_plugin: LoadedPlugin

    @property
    def summary(self) -> str:
        """What the plugins say about themselves."""
        plugins = [each for each in (self.price_plugin, self.clear_plugin) if each is not None]
        return ". ".join(each.bundle.manifest.summary for each in plugins)

    @property
    def plugin_names(self) -> tuple[str, ...]:
        """The names of its plugins."""
        return tuple(each.bundle.manifest.name for each in (self.price_plugin, self.clear_plugin) if each is not None)

    @property
    def settings(self) -> dict[str, dict[str, ConfigValue]]:
        """By plugin, the settings that are not the manifest's defaults."""
        plugins = [each for each in (self.price_plugin, self.clear_plugin) if each is not None]
        changed = {each.bundle.manifest.name: _changed(each) for each in plugins}
        return {name: settings for name, settings in changed.items() if settings}

    def price(self, interval: Interval, reference: ReferencePrice, orders: Sequence[BookOrder]) -> Price | None:
        """The local price [base units per Wh], or None for "the clearing decides".

        :raises PluginFailed: the plugin gave no usable answer.
        """
        plugin = self.price_plugin
        if plugin is None:
            return None
        return ask_price(plugin, PriceInputs(interval, reference, tuple(orders), plugin.config))

    def trades(
        self, interval: Interval, reference: ReferencePrice, orders: Sequence[BookOrder], price: Price | None
    ) -> tuple[Trade, ...]:
        """The trades in canonical order, inside the chain's envelope.

        :raises PluginFailed: no usable answer; `ResultRefused` if the chain would refuse the trades.
        """
        return _ask(self.clear_plugin, interval, reference, orders, price)


def rules_of(
    catalogue: Catalogue, configs: Mapping[BundleId, bytes] = _DEFAULTS, grid: Terms = PLAIN_TERMS
) -> tuple[MarketRule, ...]:
    """Every rule that the catalogue's plugins make, by name.

    :param configs: settings of some bundles, as canonical JSON (`aipchain.plugins.config`).
    :param grid: charges between zones and limits of lines, for the rules that prove an optimum under them.
    :raises PluginInvalid: a bundle cannot be loaded.
    :raises ConfigInvalid: settings do not fit their bundle.
    """
    prices, clears = (
        [_load(catalogue, bundle, slot, configs, grid) for bundle in catalogue.bundles if slot in bundle.manifest.slots]
        for slot in (Slot.PRICE, Slot.CLEAR)
    )
    builds = Counter(bundle.manifest.name for bundle in catalogue.bundles)
    rules: list[MarketRule] = []
    for clear in clears:
        for price in prices if _needs_price(clear) else (None,):
            parts = [_called(each.bundle, builds) for each in (price, clear) if each is not None]
            rules.append(MarketRule("+".join(parts), price, clear))
    return tuple(sorted(rules, key=lambda rule: rule.name))


def choose_rules(rules: Sequence[MarketRule], choice: str) -> tuple[MarketRule, ...]:
    """The rules that `choice` names: `all`, or names parted by commas; a plugin's name means every rule with it.

    :raises UnknownRule: a name that is neither a rule's nor a plugin's, or no name at all.
    """
    names = [name for name in ("".join(part.split()) for part in choice.split(",")) if name]
    chosen = {rule.name for name in names or [choice] for rule in _called_so(rules, name)}
    return tuple(rule for rule in rules if rule.name in chosen)


def _called_so(rules: Sequence[MarketRule], name: str) -> Iterator[MarketRule]:
    found = [rule for rule in rules if name in (ALL, rule.name, *rule.plugin_names)]
    if not found:
        known = {rule.name for rule in rules}.union(*(rule.plugin_names for rule in rules))
        raise UnknownRule(name, sorted({*known, ALL}))
    yield from found


def _load(
    catalogue: Catalogue, bundle: Bundle, slot: Slot, configs: Mapping[BundleId, bytes], grid: Terms
) -> LoadedPlugin:
    """The plugin with its settings, which proves what its manifest promises."""
    terms = Terms(bundle.manifest.proof.proof) if slot is Slot.CLEAR else PLAIN_TERMS
    if terms.proof is Proof.OPTIMUM:
        terms = replace(terms, charges=grid.charges, limits=grid.limits)
    return LoadedPlugin.load(catalogue, Activation(slot, bundle.id, configs.get(bundle.id, b"{}"), terms))


def _changed(plugin: LoadedPlugin) -> dict[str, ConfigValue]:
    defaults = plugin.bundle.manifest.config
    return {key: value for key, value in plugin.config.items() if value != defaults[key].default}


def _called(bundle: Bundle, builds: Counter[str]) -> str:
    """A name alone, unless several builds have it."""
    return bundle.manifest.name if builds[bundle.manifest.name] == 1 else bundle.label


_PROBE: Final = (
    BookOrder(OrderNumber(0), AccountId("buyer"), MeterId(0), Side.BID, Wh(1_000), Price(300_000_000)),
    BookOrder(OrderNumber(1), AccountId("seller"), MeterId(1), Side.OFFER, Wh(1_000), Price(80_000_000)),
)


def _needs_price(plugin: LoadedPlugin) -> bool:
    reference = ReferencePrice(_PROBE[0].limit_price, _PROBE[1].limit_price)
    try:
        _ask(plugin, Interval(UnixSeconds(0), 3_600), reference, _PROBE, None)
    except PluginFailed as failure:
        return isinstance(failure.__cause__, CannotDecide)
    return False


def _ask(
    plugin: LoadedPlugin,
    interval: Interval,
    reference: ReferencePrice,
    orders: Sequence[BookOrder],
    price: Price | None,
) -> tuple[Trade, ...]:
    """The only place where `clear` is called: checked by `aipchain.market.envelope` on the way back."""
    inputs = ClearInputs(interval, reference, tuple(orders), price, MAX_TRADES, plugin.config, plugin.terms)
    return tuple(ask_clear(plugin, inputs).trades)
