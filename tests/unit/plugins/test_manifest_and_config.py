"""plugin.toml and voted settings: what they say, and each way in which they can be wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aipchain.plugins.bundle import read_bundle
from aipchain.plugins.config import encode_config, read_config
from aipchain.plugins.errors import ConfigInvalid, ManifestInvalid
from aipchain.plugins.hookspecs import ConfigValue, Slot
from aipchain.plugins.manifest import Manifest

BundleMaker = Callable[..., Path]


@pytest.fixture
def manifest(make_bundle: BundleMaker) -> Manifest:
    """A manifest with one setting, `level` in 1..9."""
    return read_bundle(make_bundle()).manifest


def test_a_manifest_is_read_without_running_code(make_bundle: BundleMaker) -> None:
    """A bundle whose code cannot even be imported still says what it is."""
    manifest = read_bundle(make_bundle("this is not Python")).manifest

    assert (manifest.label, manifest.slots, manifest.budget.cpu_ms) == ("flat-price@1.2", (Slot.PRICE,), 100)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name = "flat-price"', 'name = "Flat Price"', "name: "),
        ("release = 1", "release = 65536", "release: "),
        ("release = 1", 'release = "1"', "release: "),
        ("host_api = [1, 1]", "host_api = [2, 3]", "host API 2 to 3; this host has 1"),
        ('hook = "price"', 'hook = "prize"', "there is no hook 'prize'; hooks are price, clear"),
        ('class = "exact"', 'class = "local"', "hook 'price' is of class exact"),
        ("cpu_ms = 100", "cpu_ms = 0", "budget.cpu_ms: "),
        ('affects = "all who trade"\n', "", "config.level.affects: Field required"),
        ("default = 7", "default = 7.5", "config.level.default"),
        ("default = 7", "default = 70", "the default must be at most 9, not 70"),
        ("default = 7", "default = true", "minimum and maximum are for whole numbers"),
        ("authors = ", "colour = 3\nauthors = ", "colour: Extra inputs are not permitted"),
        ("authors = ", 'capabilities = ["network"]\nauthors = ', "grants no capabilities"),
        ("[budget]", '[migration]\nforward = "m:f"\nback = "m:b"\n\n[budget]', "nothing to migrate"),
        ('entry = "rule"', 'entry = "../rule"', "entry: "),
        ('name = "flat-price"', "name = ", "not valid TOML"),
    ],
)
def test_a_wrong_manifest_is_one_clear_error(make_bundle: BundleMaker, old: str, new: str, problem: str) -> None:
    """The error names the file, the place and the problem."""
    with pytest.raises(ManifestInvalid) as caught:
        read_bundle(make_bundle(manifest=(old, new)))

    assert problem in str(caught.value)
    assert "plugin.toml" in str(caught.value)
    assert caught.value.exit_code == 2


def test_settings_become_a_json_schema(manifest: Manifest) -> None:
    """Forms and other languages read the schema; unit and who is affected are part of it."""
    assert manifest.config_schema() == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of flat-price@1.2",
        "type": "object",
        "properties": {
            "level": {
                "type": "integer",
                "default": 7,
                "title": "Level",
                "description": "The price.",
                "x-affects": "all who trade",
                "minimum": 1,
                "maximum": 9,
                "x-unit": "base units per Wh",
            }
        },
        "additionalProperties": False,
    }


def test_settings_are_canonical_bytes_and_defaults_fill_in(manifest: Manifest) -> None:
    """What is voted on is only what was set; what the plugin gets is complete."""
    assert encode_config(manifest, {"level": 3}) == b'{"level":3}'
    assert read_config(manifest, b'{"level":3}') == {"level": 3}
    assert read_config(manifest, b"{}") == {"level": 7}


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"levle": 3}, "there is no setting 'levle': did you mean level?"),
        ({"level": 0}, "level must be at least 1, not 0"),
        ({"level": 10}, "level must be at most 9, not 10"),
        ({"level": True}, "level must be of type integer, not True"),
        ({"level": "3"}, "level must be of type integer, not '3'"),
        ({"level": "\ud800"}, "level must be text that UTF-8 can hold, not '\\ud800'"),
        ({"level": 10**5_000}, "level must have at most 2048 digits"),
        ({"level": -(10**5_000)}, "level must have at most 2048 digits"),
    ],
)
def test_settings_that_do_not_fit_are_refused(manifest: Manifest, config: dict[str, ConfigValue], problem: str) -> None:
    """The error names plugin, setting and bound."""
    with pytest.raises(ConfigInvalid) as caught:
        encode_config(manifest, config)

    assert str(caught.value) == f"settings of plugin flat-price@1.2: {problem}"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"level": 3}', "not canonical JSON"),
        (b'{"level":3,"level":3}', "not canonical JSON"),
        (b'{"level":3.0}', "must be of type integer"),
        (b"[]", "not a JSON object"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 2_048, "not JSON"),
        (b"[" * 2_049, "2049 bytes are more than the 2048 of a binding"),
        (b'{"level":"\\ud800"}', "level must be text that UTF-8 can hold, not '.ud800'"),
        (b'{"\\ud800":1}', "there is no setting '.ud800'"),
        (b'{"level":' + b"9" * 2_000 + b"}", "level must be at most 9"),
        (b'{"level":' + b"9" * 5_000 + b"}", "5010 bytes are more than the 2048 of a binding"),
    ],
)
def test_bytes_that_are_not_canonical_settings_are_refused(manifest: Manifest, content: bytes, problem: str) -> None:
    """Two spellings of one setting would be two binding hashes."""
    with pytest.raises(ConfigInvalid, match=problem):
        read_config(manifest, content)
