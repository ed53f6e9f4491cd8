"""The bundles at hand: the built-in ones and those in folders a person names. Finding runs no plugin code.

Being in the catalogue makes nothing active; only the chain does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from aipchain.plugins.bundle import Bundle, BundleId, read_bundle
from aipchain.plugins.errors import BundleInvalid, UnknownPlugin, near
from aipchain.plugins.manifest import MANIFEST_NAME

__all__ = ["BUILTIN_FOLDER", "Catalogue"]

BUILTIN_FOLDER: Final = Path(__file__).parent / "builtin"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Bundles sorted by name, release and build; each id once."""

    bundles: tuple[Bundle, ...]

    @classmethod
    def discover(cls, folders: Sequence[Path] = ()) -> Self:
        """The built-in bundles and those in `folders`; a folder is a bundle itself or holds bundles.

        :raises BundleInvalid: a folder without a bundle, or with one that may not be used.
        :raises ManifestInvalid: a wrong `plugin.toml`.
        """
        found = {bundle.id: bundle for folder in (BUILTIN_FOLDER, *folders) for bundle in _bundles_in(folder)}
        return cls(tuple(sorted(found.values(), key=_order)))

    def find(self, name_or_id: str) -> Bundle:
        """A bundle by id (`0x...`), by name, or by `name@release.build`.

        :raises UnknownPlugin: none, or more than one with that name.
        """
        if name_or_id.startswith("0x"):
            return self.with_id(name_or_id)
        matches = [bundle for bundle in self.bundles if name_or_id in (bundle.manifest.name, bundle.label)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise UnknownPlugin(name_or_id, "several builds have that name; give one id: " + _listed(matches))
        raise UnknownPlugin(name_or_id, near(name_or_id, sorted({each.manifest.name for each in self.bundles})))

    def with_id(self, bundle_id: BundleId | str) -> Bundle:
        """The bundle with exactly this id.

        :raises UnknownPlugin: no folder holds it.
        """
        for bundle in self.bundles:
            if bundle.id == bundle_id.lower():
                return bundle
        raise UnknownPlugin(
            bundle_id, "no known folder has a bundle with this id; at hand are " + _listed(self.bundles)
        )


def _bundles_in(folder: Path) -> Iterator[Bundle]:
    if not folder.is_dir():
        raise BundleInvalid(folder, "it is not a folder")
    if (folder / MANIFEST_NAME).exists():
        yield read_bundle(folder)
        return
    inside = sorted(manifest.parent for manifest in folder.glob(f"*/{MANIFEST_NAME}"))
    if not inside:
        raise BundleInvalid(folder, f"neither it nor a folder in it holds a {MANIFEST_NAME}")
    yield from (read_bundle(each) for each in inside)


def _order(bundle: Bundle) -> tuple[str, int, int, str]:
    return bundle.manifest.name, bundle.manifest.release, bundle.manifest.build, bundle.id


def _listed(bundles: Iterable[Bundle]) -> str:
    return ", ".join(f"{bundle.label} ({bundle.id})" for bundle in bundles)
