"""The compiled runtime as one side of the comparison: a call goes in, its result, events and changed keys come out.

A call is a signed extrinsic that the runtime applies in an open block. The signer is the chain's sudo key, the
*carrier*, which makes the call as whoever is meant (`Sudo.sudo_as`, or `Sudo.sudo` for root): so it costs its caller no
fee, whatever the weights are, and also an account without money can make one. The carrier's fee is paid and refunded
in the same extrinsic; its own account and its events are left out of the comparison.

To stand at any second, the clock of the runtime is set directly, in a block of its own for every moment. Blocks are
never finished: what authoring and importing do to blocks is tested with whole chains elsewhere. The hash of block 0 is
a constant here, so that signatures that name it do not depend on the artifact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aipchain.chain.artifact import load_artifact
from aipchain.chain.host.block import ZERO_HASH, Header, aura_digest
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.genesis import build_genesis
from aipchain.chain.host.overlay import Overlay, Removal
from aipchain.chain.host.state import State
from aipchain.chain.spec import DEFAULT_PRESET, ChainSpec
from aipchain.errors import StateError
from aipchain.orchestrator.twin.encoding import Encoder
from aipchain.orchestrator.twin.storage import Item, items_of
from aipchain.pallets_spec.types import AccountId, Event
from aipchain.runtime_bridge.codec import compact, read_compact
from aipchain.runtime_bridge.extrinsics import Era, sign
from aipchain.runtime_bridge.keys import address_of, development_account
from aipchain.runtime_bridge.metadata import Call, Metadata, RuntimeVersion
from aipchain.runtime_bridge.metadata_v14 import RuntimeMetadata, read_metadata
from aipchain.runtime_bridge.protocol import OWN_PALLETS
from aipchain.runtime_bridge.registry import Variant
from aipchain.runtime_bridge.storage_keys import storage_prefix
from aipchain.units import Balance

__all__ = ["CARRIER", "GENESIS_HASH", "Chain", "Heard", "Outcome", "Program", "RuntimeFailed"]

GENESIS_HASH = blake2b(b"block 0 of the twins", digest_size=32).digest()
"""What the runtime is told that the hash of block 0 is."""
CARRIER = development_account("Alice")
"""The sudo key of the development preset."""

_EVENTS = storage_prefix("System", "Events")
_EVENT_COUNT = storage_prefix("System", "EventCount")
_NOW = storage_prefix("Timestamp", "Now")
_FIRST_SLOT = 1_000
_APPLIED = b"\0"
_EXHAUSTED = b"\x01\x00\x06"
_PREFIX = 32
"""Bytes of pallet and item before each key of it."""
_PHASE = 5
"""Bytes before each event: that an extrinsic caused it, and which."""


class RuntimeFailed(StateError):
    """The runtime did not take an extrinsic that any runtime takes."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as the runtime told it: its name, its bytes (pallet, variant, fields), its values."""

    pallet: str
    name: str
    raw: bytes
    values: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call did: why it was refused if it was, as the runtime says it; its events; the keys it wrote to."""

    refusal: Variant | None
    events: tuple[Heard, ...]
    written: frozenset[bytes]


class Program:
    """A compiled runtime with its metadata and a genesis; everything that sequences share."""

    def __init__(self, code: bytes | None = None, cache_dir: Path | None = None) -> None:
        """:param code: the runtime; the committed artifact when not given."""
        self.code = load_artifact().code if code is None else code
        self.runtime = Runtime(self.code, cache_dir)
        version = self.runtime.version
        self.described = self._read_metadata()
        names = RuntimeVersion(version.spec_name, version.spec_version, version.transaction_version)
        self.metadata = Metadata(self.described, names)
        self.registry = self.metadata.registry
        self.encoder = Encoder(self.described.types)
        self.items: tuple[Item, ...] = tuple(items_of(self.described, OWN_PALLETS, self.encoder, self.registry))
        (self.holds,) = (
            item
            for item in items_of(self.described, ("Balances",), self.encoder, self.registry)
            if item.name == "Holds"
        )
        self._by_prefix = {item.prefix: item for item in self.items}
        self.pallets = {pallet.name: pallet for pallet in self.described.pallets}

    def genesis(self, endowments: Mapping[AccountId, Balance]) -> State:
        """The first state of a chain where the carrier and the given accounts have money [base units]."""
        given = [[address_of(CARRIER.public), 10**24], *([address_of(who), sum_] for who, sum_ in endowments.items())]
        spec = ChainSpec.of(DEFAULT_PRESET, {"balances": {"balances": given}})
        live = build_genesis(self.runtime, self.code, spec).live
        return State(live.top, live.children)

    def encode_call(self, pallet: str, name: str, arguments: Mapping[str, object]) -> bytes:
        """A call of the metadata with arguments by name.

        :raises NotOfThisType: the metadata's call takes others.
        """
        described = self.pallets[pallet]
        case = self.encoder.case(described.calls or 0, name)
        parts = [self.encoder.of(each.type)(arguments[each.name or ""]) for each in case.fields]
        return bytes((described.index, case.index)) + b"".join(parts)

    def encode_event(self, event: Event) -> bytes:
        """An event of the specification: the index of its pallet, its own index, its fields.

        :raises NotOfThisType: the metadata's event is another.
        """
        described = self.pallets[event.pallet]
        case = self.encoder.case(described.event or 0, type(event).__name__)
        raw = self.encoder.fields(case.fields)(event) if case.fields else b""
        return bytes((described.index, case.index)) + raw

    @cached_property
    def event_record(self) -> Any:  # noqa: ANN401 - a reader
        """The reader of one event with its phase and topics."""
        return self.registry.decoder(self._vector_item(self._entry_type("System", "Events")))

    def item_of(self, key: bytes) -> Item | None:
        """The storage item of our pallets that a key belongs to."""
        return self._by_prefix.get(key[:_PREFIX])

    def error_name(self, index: int, error: bytes) -> tuple[str, str]:
        """Pallet and name of an error of a pallet, as the runtime encodes it."""
        for pallet in self.described.pallets:
            if pallet.index == index:
                cases = self.metadata.variants(pallet.name, "error")
                return pallet.name, next((case.name for case in cases if case.index == error[0]), "?")
        return "?", "?"

    def error_details(self, pallet: str, index: int, details: bytes) -> object:
        """What an error of a pallet says beside its name, decoded; nothing for most of them."""
        error = self.registry.decoder(self.pallets[pallet].error or 0)(bytes((index,)) + details, 0)[0]
        return error.value if isinstance(error, Variant) else None

    def event_values(self, pallet: str, raw: bytes) -> object:
        """The values of an event, by name: `raw` is pallet, variant, fields."""
        event = self.registry.decoder(self.pallets[pallet].event or 0)(raw, 1)[0]
        return event.value if isinstance(event, Variant) else {}

    def _read_metadata(self) -> RuntimeMetadata:
        raw = self.runtime.call("Metadata_metadata", b"", Overlay(State()))
        _, start = read_compact(raw, 0)
        return read_metadata(raw[start:])

    def _entry_type(self, pallet: str, name: str) -> int:
        storage = self.pallets[pallet].storage
        return next(entry.kind.value for entry in storage.entries if entry.name == name) if storage else 0

    def _vector_item(self, type_id: int) -> int:
        described = next(each for each in self.described.types if each.id == type_id)
        inner = getattr(described.definition, "type", None)
        if inner is None:
            inner = self._vector_item(described.definition.fields[0].type)  # type: ignore[union-attr]
        return int(inner)


@dataclass
class Chain:
    """A state of the runtime that calls change; `fork` gives one that goes its own way."""

    program: Program
    state: State
    block: int = 0
    nonce: int = 0
    now_ms: int = 0
    overlay: "_Watched" = field(init=False)

    def __post_init__(self) -> None:
        self.overlay = _Watched(self.state)

    def fork(self) -> "Chain":
        """A chain that continues from here on its own; what was changed here so far becomes its ground."""
        self.state = self.state.applied(self.overlay.drain())
        self.overlay = _Watched(self.state)
        return Chain(self.program, self.state, self.block, self.nonce, self.now_ms)

    def stand_at(self, second: int) -> None:
        """Begin a block whose time is `second` [s]."""
        self.now_ms = second * 1_000
        self._begin_block()

    def apply(self, call: bytes, signer: bytes | None) -> Outcome:
        """Make a call as `signer`, or as root when there is none, and say what it did.

        :raises RuntimeFailed: the extrinsic that carries it was not taken.
        """
        self.overlay.set(_EVENTS, None)
        self.overlay.set(_EVENT_COUNT, None)
        self.overlay.touched.clear()
        answer = self._offered(call, signer)
        if answer == _EXHAUSTED:
            self._begin_block()
            answer = self._offered(call, signer)
        if answer[:1] != _APPLIED:
            raise RuntimeFailed(f"the runtime did not take a call: 0x{answer.hex()}")
        self.nonce += 1
        return self._heard(frozenset(self.overlay.touched))

    def read(self, key: bytes) -> bytes | None:
        """The value stored under a key now."""
        return self.overlay.get(key)

    def keys(self, prefix: bytes) -> list[bytes]:
        """All keys that begin with `prefix` now."""
        found, key = [], self.overlay.next_key(prefix)
        while key is not None and key.startswith(prefix):
            found.append(key)
            key = self.overlay.next_key(key)
        return [prefix, *found] if self.read(prefix) is not None else found

    def put(self, key: bytes, value: bytes | None) -> None:
        """Store a value that no call brought there; `None` removes what is there."""
        self.overlay.set(key, value)

    def _begin_block(self) -> None:
        self.block += 1
        digest = (aura_digest(_FIRST_SLOT + self.block),)
        header = Header(GENESIS_HASH if self.block == 1 else ZERO_HASH, self.block, ZERO_HASH, ZERO_HASH, digest)
        self.program.runtime.call("Core_initialize_block", header.encode(), self.overlay)
        self.overlay.set(_NOW, self.now_ms.to_bytes(8, "little"))

    def _offered(self, call: bytes, signer: bytes | None) -> bytes:
        """Offer the call to the block; what is not taken leaves no trace."""
        self.overlay.start_transaction()
        answer = self._apply(call, signer)
        if answer[:1] == _APPLIED:
            self.overlay.commit_transaction()
        else:
            self.overlay.rollback_transaction()
        return answer

    def _apply(self, call: bytes, signer: bytes | None) -> bytes:
        metadata = self.program.metadata
        carried = Call(self._carried(call, signer))
        era = _Immortal(period=0, birth=0, birth_hash=GENESIS_HASH)
        extrinsic = sign(metadata, GENESIS_HASH, carried, CARRIER, nonce=self.nonce, era=era).extrinsic
        return self.program.runtime.call("BlockBuilder_apply_extrinsic", extrinsic, self.overlay)

    def _carried(self, call: bytes, signer: bytes | None) -> bytes:
        if signer is None:
            return self.program.metadata.call_prefix("Sudo", "sudo") + call
        return self.program.metadata.call_prefix("Sudo", "sudo_as") + b"\0" + signer + call

    def _heard(self, written: frozenset[bytes]) -> Outcome:
        """Split the events of the extrinsic: what the call told, then its result, then the carrier's own."""
        events: list[Heard] = []
        for heard in self._events():
            if heard.pallet == "Sudo":
                result = heard.values["sudo_result"]
                refusal = None if result.name == "Ok" else result.value
                return Outcome(_as_variant(refusal), tuple(events), written)
            if heard.values.get("who") != CARRIER.public:
                events.append(heard)
        raise RuntimeFailed("the runtime did not tell the result of a call")

    def _events(self) -> list[Heard]:
        raw = self.read(_EVENTS) or compact(0)
        count, at = read_compact(raw, 0)
        found = []
        for _ in range(count):
            start = at + _PHASE
            record, at = self.program.event_record(raw, at)
            told: Variant = record["event"]
            inner = told.value if isinstance(told.value, Variant) else Variant(str(told.value), {})
            found.append(Heard(told.name, inner.name, raw[start : at - 1], inner.value))
        return found


class _Immortal(Era):
    """Any block may include the extrinsic; for a chain whose blocks have no hashes."""

    def encode(self) -> bytes:
        return b"\0"


class _Watched(Overlay):
    """Changes that remember which keys a call wrote to, undone writes among them."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.touched: set[bytes] = set()

    def set(self, key: bytes, value: bytes | None) -> None:
        self.touched.add(key)
        super().set(key, value)

    def append(self, key: bytes, item: bytes) -> None:
        self.touched.add(key)
        super().append(key, item)

    def clear_prefix(self, prefix: bytes, limit: int | None = None) -> Removal:
        key: bytes | None = prefix
        while key is not None and key.startswith(prefix):
            self.touched.add(key)
            key = self.next_key(key)
        return super().clear_prefix(prefix, limit)


def _as_variant(error: Variant | str | None) -> Variant | None:
    """Refusals without details are read as their bare name."""
    return Variant(error, None) if isinstance(error, str) else error
