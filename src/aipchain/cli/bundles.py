"""Choosing a plugin on the command line: which bundle, for which slot, with which settings."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from aipchain.cli.errors import Misread
from aipchain.cli.grid import NO_GRID, GridTerms
from aipchain.cli.terms import SlotName
from aipchain.errors import InputError
from aipchain.orchestrator.proofs import bind
from aipchain.plugins.bundle import Bundle, BundleId
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.errors import ConfigInvalid, near
from aipchain.plugins.hookspecs import ConfigValue
from aipchain.plugins.hookspecs import Slot as PluginSlot
from aipchain.plugins.manifest import Manifest
from aipchain.plugins.trial import try_settings
from aipchain.runtime_bridge.types import PluginChange, Slot

__all__ = [
    "BundleArgument",
    "PluginsOption",
    "SettingsOption",
    "SlotOption",
    "configs_of",
    "plugin_change",
    "slots_of",
]

PluginsOption = Annotated[list[Path] | None, typer.Option(help="A folder with more plugin bundles; may be repeated.")]
BundleArgument = Annotated[str, typer.Argument(help="Its name, name@release.build, or id (0x...).")]
SlotOption = Annotated[SlotName | None, typer.Option(help="The slot; needed if the plugin fits several.")]
SettingsOption = Annotated[
    list[str] | None, typer.Option("--set", help="A setting as KEY=VALUE; the rest has its default. May be repeated.")
]

_TRUTHS = {"true": True, "false": False}


def slots_of(bundle: Bundle) -> tuple[Slot, ...]:
    """List the chain's slots that a bundle can fill."""
    return tuple(Slot[slot.name] for slot in bundle.manifest.slots)


def plugin_change(
    name: str,
    folders: Sequence[Path],
    slot: SlotName | None,
    settings: Sequence[str],
    grid: GridTerms = NO_GRID,
) -> tuple[Bundle, PluginChange]:
    """Choose a bundle and say what putting it into its slot means; what it promises to prove is demanded of it.

    :raises UnknownPlugin: nothing here has that name.
    :raises InputError: the slot does not fit, or must be named.
    :raises ConfigInvalid, Misread: a setting does not fit, or the plugin cannot work with it.
    :raises PluginInvalid: it cannot be loaded.
    """
    bundle = Catalogue.discover(folders).find(name)
    config = encode_config(bundle.manifest, _read_settings(bundle.manifest, settings))
    place = _slot(bundle, slot)
    try_settings(bundle, PluginSlot[place.name], config)
    return bundle, PluginChange(place, bind(bundle, place, config, charges=grid.charges, limits=grid.limits))


def configs_of(catalogue: Catalogue, settings: Iterable[str]) -> dict[BundleId, bytes]:
    """Settings of several plugins, each as PLUGIN.KEY=VALUE: checked, tried, and by bundle as they would be voted on.

    :raises UnknownPlugin: nothing here has that name.
    :raises ConfigInvalid, Misread: a setting does not fit, or the plugin cannot work with it.
    :raises PluginInvalid: it cannot be loaded.
    """
    given: dict[BundleId, list[str]] = {}
    for text in settings:
        place, equals, value = text.partition("=")
        name, dot, key = place.rpartition(".")
        if not (equals and dot):
            raise Misread("--set", text, "write PLUGIN.KEY=VALUE")
        given.setdefault(catalogue.find(name).id, []).append(f"{key}={value}")
    configs: dict[BundleId, bytes] = {}
    for bundle in map(catalogue.with_id, given):
        configs[bundle.id] = encode_config(bundle.manifest, _read_settings(bundle.manifest, given[bundle.id]))
        for slot in bundle.manifest.slots:
            try_settings(bundle, PluginSlot(slot), configs[bundle.id])
    return configs


def _slot(bundle: Bundle, wanted: SlotName | None) -> Slot:
    fitting = slots_of(bundle)
    told = " and ".join(slot.name.lower() for slot in fitting)
    if wanted is None:
        if len(fitting) > 1:
            raise InputError(f"{bundle.label} fits the slots {told}: say which with --slot")
        return fitting[0]
    if wanted.slot not in fitting:
        raise InputError(f"{bundle.label} does not fit the slot {wanted.value}, it is for {told}")
    return wanted.slot


def _read_settings(manifest: Manifest, settings: Sequence[str]) -> dict[str, ConfigValue]:
    read: dict[str, ConfigValue] = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise Misread("--set", text, "write KEY=VALUE")
        if key in read:
            raise Misread("--set", text, f"{key} is set twice")
        if key not in manifest.config:
            raise ConfigInvalid(manifest.label, f"there is no setting {key!r}: {near(key, list(manifest.config))}")
        read[key] = _typed(text, value, manifest.config[key].default)
    return read


def _typed(text: str, value: str, default: ConfigValue) -> ConfigValue:
    """Read a value as the type that the manifest gives the setting by its default."""
    if isinstance(default, bool):
        if value not in _TRUTHS:
            raise Misread("--set", text, "the value is true or false")
        return _TRUTHS[value]
    if isinstance(default, int):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            raise Misread("--set", text, "the value is a whole number")
        return int(value)
    return value
