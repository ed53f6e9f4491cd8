"""A runtime's metadata, made ready for quick use: prefixes of calls, readers of events, keys of storage, errors.

Built once per runtime version. `verification.py` compares it with what this
client relies on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any, Literal, NewType, TypeAlias, get_type_hints

from aipchain.runtime_bridge.codec import Layout, read_compact
from aipchain.runtime_bridge.errors import (
    CertificateRefused,
    DispatchRefused,
    ForeignRuntime,
    TradeRefused,
    Undecodable,
    Unencodable,
)
from aipchain.runtime_bridge.facts import Fact, OtherEvent
from aipchain.runtime_bridge.layouts import camel, layout_of
from aipchain.runtime_bridge.metadata_v14 import ExtrinsicMetadata, RuntimeMetadata, StorageEntry, VariantCase
from aipchain.runtime_bridge.protocol import EVENTS, StorageSpec
from aipchain.runtime_bridge.registry import Decode, Registry, Variant
from aipchain.runtime_bridge.storage_keys import StorageItem, storage_item
from aipchain.runtime_bridge.types import Flaw, Rule

__all__ = ["Call", "CallFunction", "Metadata", "RuntimeVersion", "SignedExtension", "argument_layouts"]

Call = NewType("Call", bytes)
"""An encoded call: pallet index, call index, arguments."""
CallFunction: TypeAlias = Callable[..., Call]


@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """Which runtime a node runs."""

    spec_name: str
    spec_version: int
    transaction_version: int


@dataclass(frozen=True, slots=True)
class SignedExtension:
    """A transaction extension: its name, and whether it adds bytes to the extrinsic and to what is signed."""

    name: str
    in_extrinsic: bool
    in_signature: bool


class Metadata:
    """What one runtime version accepts, stores and says."""

    def __init__(self, described: RuntimeMetadata, version: RuntimeVersion) -> None:
        self.version = version
        self.registry = Registry(described.types)
        self._pallets = {pallet.name: pallet for pallet in described.pallets}
        self.signed_extensions = self._read_extensions(described.extrinsic)
        self._calls: dict[CallFunction, tuple[bytes, tuple[tuple[str, Layout[Any]], ...]]] = {}
        self._items: dict[tuple[str, str], StorageItem[Any]] = {}
        self._events = self._event_readers()
        self._errors = self._error_texts()

    # calls

    def call_prefix(self, pallet: str, name: str) -> bytes:
        """Give the two bytes an encoded call of this name starts with.

        :raises ForeignRuntime: there is no such call.
        """
        for case in self.variants(pallet, "calls"):
            if case.name == name:
                return bytes((self._pallets[pallet].index, case.index))
        raise ForeignRuntime(self.title, (f"it has no call {pallet}.{name}",))

    def encode_call(self, pallet: str, function: CallFunction, arguments: Sequence[object]) -> Call:
        """Encode a call of ours; `function` of `calls.py` has its name and tells the layout of its arguments."""
        prefix, layouts = self._calls.get(function) or self._bind(pallet, function)
        parts = [prefix]
        for (name, layout), value in zip(layouts, arguments, strict=True):
            try:
                parts.append(layout.encode(value))
            except (OverflowError, ValueError, TypeError, AttributeError) as error:
                raise Unencodable(f"{function.__name__}.{name}", value, str(error)) from error
        return Call(b"".join(parts))

    # events and errors

    def decode_events(self, data: bytes) -> tuple[Fact, ...]:
        """Read the value of System.Events: everything that happened in one block, in order."""
        count, at = read_compact(data, 0)
        found = []
        try:
            for index in range(count):
                extrinsic, at = _decode_phase(data, at)
                event, at = self._events[data[at], data[at + 1]](data, at + 2)
                topics, at = read_compact(data, at)
                at += 32 * topics
                found.append(Fact(index, extrinsic, event))
        except (IndexError, KeyError, ValueError) as error:
            raise Undecodable(f"event {len(found)} of the block", at, len(data)) from error
        if at != len(data):
            raise Undecodable("the events of the block", at, len(data))
        return tuple(found)

    def refusal(self, error: object) -> DispatchRefused:
        """Turn a dispatch error, as read from an event, into the exception that tells it."""
        if isinstance(error, Variant) and error.name == "Module":
            raw: bytes = error.value["error"]
            pallet, name, docs = self._errors.get((error.value["index"], raw[0]), ("?", raw.hex(), ""))
            return _module_refusal(pallet, name, docs, raw[1:])
        if isinstance(error, Variant):
            return DispatchRefused(error.name, str(error.value))
        return DispatchRefused("System", str(error))

    # storage

    def storage(self, spec: StorageSpec[Any]) -> StorageItem[Any]:
        """Find how a storage item is addressed and read."""
        return self._items.get((spec.pallet, spec.name)) or self._bind_storage(spec)

    # what there is

    @property
    def title(self) -> str:
        """Name the runtime for people."""
        return f"{self.version.spec_name} {self.version.spec_version}"

    def has_pallet(self, name: str) -> bool:
        """Whether the runtime has the pallet."""
        return name in self._pallets

    def variants(self, pallet: str, part: Literal["calls", "event", "error"]) -> tuple[VariantCase, ...]:
        """List the calls, events or errors of a pallet; none if it has none, or is not there."""
        described = self._pallets.get(pallet)
        type_id = None if described is None else getattr(described, part)
        return () if type_id is None else self.registry.variants(type_id)

    def _bind(self, pallet: str, function: CallFunction) -> tuple[bytes, tuple[tuple[str, Layout[Any]], ...]]:
        bound = self.call_prefix(pallet, function.__name__), tuple(argument_layouts(function))
        self._calls[function] = bound
        return bound

    def _bind_storage(self, spec: StorageSpec[Any]) -> StorageItem[Any]:
        item = storage_item(spec, self.storage_entry(spec), self.registry)
        self._items[spec.pallet, spec.name] = item
        return item

    def storage_entry(self, spec: StorageSpec[Any]) -> StorageEntry:
        """Give a storage item's description in the metadata.

        :raises ForeignRuntime: there is no such item.
        """
        described = self._pallets.get(spec.pallet)
        for entry in described.storage.entries if described and described.storage else ():
            if entry.name == spec.name:
                return entry
        raise ForeignRuntime(self.title, (f"it has no storage {spec.pallet}.{spec.name}",))

    def _read_extensions(self, extrinsic: ExtrinsicMetadata) -> tuple[SignedExtension, ...]:
        nothing = (("tuple", ()), ("struct", ()))
        return tuple(
            SignedExtension(
                name=extension.identifier,
                in_extrinsic=self.registry.shape(extension.type) not in nothing,
                in_signature=self.registry.shape(extension.additional_signed) not in nothing,
            )
            for extension in extrinsic.extensions
        )

    def _event_readers(self) -> dict[tuple[int, int], Decode]:
        return {
            (pallet.index, case.index): self._event_reader(name, case)
            for name, pallet in self._pallets.items()
            for case in self.variants(name, "event")
        }

    def _event_reader(self, pallet: str, case: VariantCase) -> Decode:
        for kind in EVENTS.get(pallet, ()):
            if kind.__name__ == case.name:
                return layout_of(kind).decode
        named = [(field.name or str(place), field.type) for place, field in enumerate(case.fields)]
        return partial(
            _decode_other, (pallet, case.name), [(name, self.registry.decoder(type_id)) for name, type_id in named]
        )

    def _error_texts(self) -> dict[tuple[int, int], tuple[str, str, str]]:
        return {
            (pallet.index, case.index): (name, case.name, " ".join(case.docs).strip())
            for name, pallet in self._pallets.items()
            for case in self.variants(name, "error")
        }


def argument_layouts(function: CallFunction) -> list[tuple[str, Layout[Any]]]:
    """List the name and layout of each argument of a function of `calls.py`."""
    hints = get_type_hints(function, include_extras=True)
    names = [name for name in signature(function).parameters if name != "metadata"]
    return [(name, layout_of(hints[name])) for name in names]


def _decode_phase(data: bytes, at: int) -> tuple[int | None, int]:
    if data[at]:
        return None, at + 1
    return int.from_bytes(data[at + 1 : at + 5], "little"), at + 5


def _decode_other(
    title: tuple[str, str], fields: Sequence[tuple[str, Decode]], data: bytes, at: int
) -> tuple[OtherEvent, int]:
    values = {}
    for name, decode in fields:
        values[name], at = decode(data, at)
    return OtherEvent(*title, values), at


def _module_refusal(pallet: str, name: str, docs: str, data: bytes) -> DispatchRefused:
    match pallet, name:
        case "Market", "TradeRefused":
            rule = camel(Rule(data[2]).name)
            return TradeRefused(pallet, name, docs, data, index=int.from_bytes(data[:2], "little"), rule=rule)
        case "Market", "CertificateRefused":
            return CertificateRefused(pallet, name, docs, data, flaw=camel(Flaw(data[0]).name))
    return DispatchRefused(pallet, name, docs, data)
