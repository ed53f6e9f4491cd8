"""Turn a bundle into callable hooks, from the bytes that were hashed.

Loading runs in this process: for developers and for an operator who trusts the plugin, not yet a boundary against
malice. Modules are imported under a name made of the bundle id, so two builds of one plugin live side by side; imports
inside the bundle are relative and stand at the top of a file.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType

import pluggy

from aipchain.plugins.bundle import Bundle, bundle_id
from aipchain.plugins.errors import PluginInvalid
from aipchain.plugins.hookspecs import HOOKS, PROJECT, HookSpecs
from aipchain.plugins.source_check import check_source

__all__ = ["load_hooks"]


def load_hooks(bundle: Bundle) -> pluggy.PluginManager:
    """A dispatcher on which the bundle, and nothing else, is registered.

    :raises PluginInvalid: the bytes do not have the bundle's id, the code is not fit for its class, does not import,
        or does not implement exactly the hooks of the manifest.
    """
    if bundle_id(bundle.files) != bundle.id:
        raise PluginInvalid(bundle.label, f"its files do not have the id {bundle.id}")
    findings = check_source(bundle.files)
    if findings:
        raise PluginInvalid(bundle.label, f"{findings[0]} ({len(findings)} found in all)")
    return _dispatcher(bundle, _import_entry(bundle))


def _dispatcher(bundle: Bundle, module: ModuleType) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(HookSpecs)
    try:
        manager.register(module, name=bundle.id)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginInvalid(bundle.label, str(error).replace("\n", " ")) from error
    claimed = {claim.hook for claim in bundle.manifest.hooks}
    found = {caller.name for caller in manager.get_hookcallers(module) or ()}
    if claimed != found:
        problem = f"the manifest names the hooks {sorted(claimed)}, the code implements {sorted(found)}"
        raise PluginInvalid(bundle.label, f"{problem}; known hooks are {[hook.name for hook in HOOKS]}")
    return manager


def _import_entry(bundle: Bundle) -> ModuleType:
    package = f"aipchain_bundle_{bundle.digest.hex()}"
    name = f"{package}.{bundle.manifest.entry}"
    if name in sys.modules:
        return sys.modules[name]
    with _importable(package, bundle.files):
        try:
            return importlib.import_module(name)
        except (Exception, SystemExit) as error:
            for loaded in [each for each in sys.modules if each == package or each.startswith(package + ".")]:
                del sys.modules[loaded]
            raise PluginInvalid(bundle.label, f"importing {name.partition('.')[2]}: {error!r}") from error


@contextmanager
def _importable(package: str, files: Mapping[str, bytes]) -> Iterator[None]:
    importer = _BundleImporter(package, files)
    sys.meta_path.insert(0, importer)
    try:
        yield
    finally:
        sys.meta_path.remove(importer)


class _BundleImporter(MetaPathFinder, InspectLoader):
    """Finds the modules of one bundle among its bytes in memory."""

    def __init__(self, package: str, files: Mapping[str, bytes]) -> None:
        self._package = package
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != self._package or not (self.is_package(fullname) or self._path(fullname)):
            return None
        return spec_from_loader(fullname, self, is_package=self.is_package(fullname))

    def is_package(self, fullname: str) -> bool:
        inside = self._inside(fullname)
        return not inside or any(path.startswith(inside + "/") for path in self._files)

    def get_source(self, fullname: str) -> str:
        path = self._path(fullname)
        return self._files[path].decode("utf-8") if path else ""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_source(fullname), f"{self._package}/{self._path(fullname)}")

    def _path(self, fullname: str) -> str | None:
        inside = self._inside(fullname)
        candidates = (f"{inside}.py", f"{inside}/__init__.py") if inside else ("__init__.py",)
        return next((path for path in candidates if path in self._files), None)

    def _inside(self, fullname: str) -> str:
        return fullname.partition(".")[2].replace(".", "/")
