"""Whether a runtime is the one this client was written for: every layout it relies on against the type registry.

Done once at connect, so that nothing is ever read, signed or sent in a wrong layout.
"""

from collections.abc import Collection
from typing import Any

from aipchain.runtime_bridge.calls import CALLS
from aipchain.runtime_bridge.codec import Shape
from aipchain.runtime_bridge.errors import ForeignRuntime
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.metadata import CallFunction, Metadata, argument_layouts
from aipchain.runtime_bridge.metadata_v14 import MapEntry
from aipchain.runtime_bridge.protocol import EVENTS, STORAGE, StorageSpec
from aipchain.runtime_bridge.registry import differences
from aipchain.runtime_bridge.storage_keys import key_parts

__all__ = ["verify"]

_ALWAYS = ("System", "Timestamp", "Balances")


def verify(metadata: Metadata, pallets: Collection[str]) -> None:
    """Compare the calls, events and storage of `pallets` with the runtime's.

    :raises ForeignRuntime: with every difference found.
    """
    wanted = (*_ALWAYS, *pallets)
    present = [name for name in wanted if metadata.has_pallet(name)]
    found = [f"there is no pallet {name}" for name in wanted if name not in present]
    for pallet in present:
        for function in CALLS.get(pallet, ()):
            found += _call_differences(metadata, pallet, function)
        for kind in EVENTS.get(pallet, ()):
            found += _event_differences(metadata, pallet, kind)
    for spec in STORAGE:
        if spec.pallet in present:
            found += _storage_differences(metadata, spec)
    if found:
        raise ForeignRuntime(metadata.title, tuple(found))


def _call_differences(metadata: Metadata, pallet: str, function: CallFunction) -> list[str]:
    where = f"{pallet}.{function.__name__}"
    for variant in metadata.variants(pallet, "calls"):
        if variant.name == function.__name__:
            ours = tuple((name, layout.shape) for name, layout in argument_layouts(function))
            return differences(("struct", ours), ("struct", metadata.registry.field_shapes(variant.fields)), where)
    return [f"there is no call {where}"]


def _event_differences(metadata: Metadata, pallet: str, kind: Any) -> list[str]:  # noqa: ANN401 - an event dataclass
    where = f"{pallet}::{kind.__name__}"
    for variant in metadata.variants(pallet, "event"):
        if variant.name == kind.__name__:
            return differences(layout_of(kind).shape, ("struct", metadata.registry.field_shapes(variant.fields)), where)
    return [f"there is no event {where}"]


def _storage_differences(metadata: Metadata, spec: StorageSpec[Any]) -> list[str]:
    try:
        kind = metadata.storage_entry(spec).kind
    except ForeignRuntime as missing:
        return list(missing.differences)
    registry, where = metadata.registry, f"{spec.pallet}.{spec.name}"
    keys = key_parts(registry, kind.key) if isinstance(kind, MapEntry) else []
    ours: Shape = ("tuple", tuple(layout_of(part).shape for part in spec.key))
    theirs: Shape = ("tuple", tuple(registry.shape(key) for key in keys))
    found = differences(ours, theirs, f"the key of {where}")
    return found + differences(layout_of(spec.value).shape, registry.shape(kind.value), where)
