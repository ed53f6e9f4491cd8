"""Settings that a plugin cannot work with are refused before anybody votes on them."""

import pytest

from aipchain.plugins.bundle import Bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.errors import ConfigInvalid
from aipchain.plugins.hookspecs import ConfigValue, Slot
from aipchain.plugins.trial import try_settings

CATALOGUE = Catalogue.discover()
BUILTIN = [(bundle, slot) for bundle in CATALOGUE.bundles for slot in bundle.manifest.slots]


@pytest.mark.parametrize(("bundle", "slot"), BUILTIN, ids=lambda each: getattr(each, "label", str(each)))
def test_every_builtin_plugin_works_with_its_own_settings(bundle: Bundle, slot: Slot) -> None:
    """The defaults of a manifest are fit."""
    try_settings(bundle, slot, b"{}")


@pytest.mark.parametrize(
    ("name", "setting", "value", "told"),
    [
        ("location-aware", "places", "7=x/0", "places: 'x' is no whole number"),
        ("allocation-key", "shares", "7=2000", "sum to 2000000 of 1000000"),
        ("low-voltage-grid", "lines", "zz", "a line is a type, its metres"),
    ],
)
def test_a_text_that_a_plugin_cannot_read_is_told_in_its_words(
    name: str, setting: str, value: ConfigValue, told: str
) -> None:
    """One sentence that names the plugin; exit code 2."""
    bundle = CATALOGUE.find(name)
    config = encode_config(bundle.manifest, {setting: value})

    with pytest.raises(ConfigInvalid, match=told) as refused:
        try_settings(bundle, bundle.manifest.slots[0], config)
    assert refused.value.exit_code == 2
    assert str(refused.value).startswith(f"settings of plugin {name}@")
