"""Failures of plugins that a person can see.

AipchainError
├── InputError
│   ├── BundleInvalid      the folder cannot be a bundle
│   ├── ManifestInvalid    plugin.toml is missing or wrong
│   ├── PluginInvalid      the code does not do what the manifest says
│   ├── ConfigInvalid      the settings do not fit the plugin
│   └── UnknownPlugin      nothing here has that name or id
└── OperationError
    └── PluginFailed       the plugin ran and gave no usable answer
        ├── ResultRefused  its trades break a rule of the chain's envelope
        └── CertificateInvalid  its certificate does not prove its trades
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from aipchain.errors import InputError, OperationError
from aipchain.market.envelope import Refusal

__all__ = [
    "BundleInvalid",
    "CertificateInvalid",
    "ConfigInvalid",
    "ManifestInvalid",
    "PluginFailed",
    "PluginInvalid",
    "ResultRefused",
    "UnknownPlugin",
    "near",
]


class BundleInvalid(InputError):
    """A folder that cannot be a plugin bundle."""

    def __init__(self, folder: Path, problem: str) -> None:
        self.folder = folder
        self.problem = problem
        super().__init__(f"{folder} is not a usable plugin bundle: {problem}")


class ManifestInvalid(InputError):
    """A `plugin.toml` that is missing, or says something it may not."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")


class PluginInvalid(InputError):
    """A bundle whose code does not fit its manifest or the rules for plugin code."""

    def __init__(self, plugin: str, problem: str) -> None:
        self.plugin = plugin
        self.problem = problem
        super().__init__(f"plugin {plugin} cannot be loaded: {problem}")


class ConfigInvalid(InputError):
    """Settings that do not fit the plugin's manifest."""

    def __init__(self, plugin: str, problem: str) -> None:
        self.plugin = plugin
        self.problem = problem
        super().__init__(f"settings of plugin {plugin}: {problem}")


class UnknownPlugin(InputError):
    """No bundle here has the wanted name or id."""

    def __init__(self, wanted: str, problem: str) -> None:
        self.wanted = wanted
        self.problem = problem
        super().__init__(f"there is no plugin {wanted!r} here: {problem}")


class PluginFailed(OperationError):
    """A plugin raised, or returned something that is no answer to its hook."""

    def __init__(self, plugin: str, hook: str, problem: str) -> None:
        self.plugin = plugin
        self.hook = hook
        self.problem = problem
        super().__init__(f"plugin {plugin} failed in hook {hook!r}: {problem}")


class ResultRefused(PluginFailed):
    """A plugin's trades break the envelope; the chain would refuse them all."""

    def __init__(self, plugin: str, hook: str, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(plugin, hook, f"{refusal}; the chain would refuse the whole result")


class CertificateInvalid(PluginFailed):
    """A plugin's certificate does not prove its trades; the chain would refuse it, or somebody undo the clearing."""


def near(wanted: str, known: Sequence[str]) -> str:
    """The end of a sentence that suggests what `wanted` may have meant."""
    close = get_close_matches(wanted, known, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    return "known are " + ", ".join(sorted(known)) if known else "none is known"
