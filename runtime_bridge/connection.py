"""A connection to one node that runs our runtime, over WebSocket or in process, with substrate-interface inside.

The library is used as it is, with its reconnecting switched off: it would send a request a second time without asking.
Here a broken connection is a `ConnectionLost`, and what to do about it is decided by chain state (`submitter.py`).
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from substrateinterface import SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException
from websocket import WebSocketException

from aipchain.errors import AipchainError
from aipchain.runtime_bridge.errors import ConnectionLost, NodeUnreachable, RpcRefused, Unencodable
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.metadata import Call, Metadata, RuntimeVersion
from aipchain.runtime_bridge.metadata_v14 import read_metadata
from aipchain.runtime_bridge.protocol import KNOWN_PALLETS, StorageSpec
from aipchain.runtime_bridge.verification import verify

__all__ = ["BlockHeader", "Connection", "Transport", "connect"]

T = TypeVar("T")

_KEYS_PER_PAGE = 1_000


class Transport(Protocol):
    """What carries JSON-RPC messages when no socket does: the three methods substrate-interface uses."""

    def send(self, payload: str) -> object:
        """Take one request."""

    def recv(self) -> str:
        """Give the next answer or notification, waiting for it if there is none yet."""

    def close(self) -> object:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """Where a block stands in the chain."""

    number: int
    hash: bytes
    parent_hash: bytes
    state_root: bytes


def connect(
    target: str | Transport, *, pallets: Collection[str] = KNOWN_PALLETS, timeout_s: float = 60
) -> "Connection":
    """Connect to the node at a WebSocket URL, or in process through a transport, and check its runtime.

    :param pallets: which of our pallets the runtime must have; the rest is not looked at.
    :param timeout_s: how long to wait for one answer over WebSocket [s].
    :raises NodeUnreachable: nothing answers there.
    :raises ForeignRuntime: the runtime differs from what this client was written for.
    """
    where = target if isinstance(target, str) else "the given transport"
    if isinstance(target, str) and not target.startswith(("ws://", "wss://")):
        raise NodeUnreachable(target, "the address must start with ws:// or wss://")
    settings: dict[str, Any] = {"auto_reconnect": False, "auto_discover": False, "use_remote_preset": False}
    try:
        if isinstance(target, str):
            substrate = SubstrateInterface(url=target, ws_options={"timeout": timeout_s}, **settings)
        else:
            substrate = SubstrateInterface(websocket=target, **settings)
    except (OSError, ValueError, WebSocketException) as error:
        raise NodeUnreachable(where, str(error) or type(error).__name__) from error
    try:
        return Connection(substrate, pallets)
    except (AipchainError, KeyError, TypeError) as error:
        substrate.close()
        if isinstance(error, (ConnectionLost, RpcRefused, KeyError, TypeError)):
            raise NodeUnreachable(where, str(error)) from error
        raise


class Connection:
    """One node, asked one question at a time; safe to share between threads."""

    def __init__(self, substrate: SubstrateInterface, pallets: Collection[str] = KNOWN_PALLETS) -> None:
        self.substrate = substrate
        self._lock = threading.RLock()
        self._pallets = tuple(pallets)
        self._metadata: dict[int, Metadata] = {}
        self.recent_facts: OrderedDict[bytes, tuple[Fact, ...]] = OrderedDict()
        """Facts of the newest blocks read: a submitter and a projection ask for the same ones."""
        self.genesis_hash = self.block_hash(0) or b""
        self.metadata = self.metadata_at(None)

    # requests

    def rpc(self, method: str, *parameters: object) -> Any:  # noqa: ANN401 - whatever JSON the node answers
        """Ask the node once; nothing is ever sent a second time.

        :raises RpcRefused: the node answered with an error.
        :raises ConnectionLost: no answer came.
        """
        with self._lock:
            try:
                return self.substrate.rpc_request(method, list(parameters))["result"]
            except SubstrateRequestException as error:
                raise _refused(method, error) from error
            except (OSError, WebSocketException, AipchainError) as error:
                raise ConnectionLost(method, str(error) or type(error).__name__) from error

    def compose(self, pallet: str, name: str, arguments: Mapping[str, object]) -> Call:
        """Encode any call of any pallet by substrate-interface's rules; `calls.py` has the usual ones, and is quicker.

        :raises Unencodable: there is no such call, or an argument is missing or does not fit.
        """
        with self._lock:
            try:
                composed = self.substrate.compose_call(pallet, name, dict(arguments))
            except (ValueError, NotImplementedError, TypeError) as error:
                raise Unencodable(f"{pallet}.{name}", dict(arguments), str(error)) from error
            return Call(bytes(composed.data.data))

    def close(self) -> None:
        """End the connection."""
        self.substrate.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # blocks

    def finalised(self) -> BlockHeader:
        """Give the newest finalised block."""
        return self.header(_bytes(self.rpc("chain_getFinalizedHead")))

    def head(self) -> BlockHeader:
        """Give the newest block of the best chain."""
        best = self.block_hash(None)
        return self.header(best or self.genesis_hash)

    def header(self, block_hash: bytes) -> BlockHeader:
        """Read a block's header.

        :raises RpcRefused: the node has no such block.
        """
        found = self.rpc("chain_getHeader", _hex(block_hash))
        if found is None:
            raise RpcRefused("chain_getHeader", 0, f"there is no block {_hex(block_hash)}")
        return BlockHeader(
            int(found["number"], 16), block_hash, _bytes(found["parentHash"]), _bytes(found["stateRoot"])
        )

    def block_hash(self, number: int | None) -> bytes | None:
        """Give the hash of the best chain's block `number`, or of its newest block (None)."""
        found = self.rpc("chain_getBlockHash", *(() if number is None else (number,)))
        return None if found is None else _bytes(found)

    def extrinsics(self, block_hash: bytes) -> tuple[bytes, ...]:
        """List a block's extrinsics as they were sent, length prefix included."""
        found = self.rpc("chain_getBlock", _hex(block_hash))
        if found is None:
            raise RpcRefused("chain_getBlock", 0, f"there is no block {_hex(block_hash)}")
        return tuple(_bytes(extrinsic) for extrinsic in found["block"]["extrinsics"])

    # state

    def storage(self, key: bytes, at: bytes | None = None) -> bytes | None:
        """Read one storage value as bytes, at a block or at the newest one."""
        found = self.rpc("state_getStorage", _hex(key), *_at(at))
        return None if found is None else _bytes(found)

    def read(self, spec: StorageSpec[T], *key: object, at: bytes | None = None) -> T | None:
        """Read one value of a storage item; None, or the runtime's default, where nothing is stored."""
        item = self.metadata.storage(spec)
        stored: T | None = item.read(self.storage(item.key(*key), at))
        return stored

    def entries(self, spec: StorageSpec[T], *first: object, at: bytes | None = None) -> Iterator[tuple[Any, T]]:
        """Read all values of a map whose keys begin with the parts `first`: (parts of the key, value).

        A map with one part in its key gives that part itself. All pages are read at one block. The order is that of the
        storage keys, which hashers scatter.
        """
        block = at or self.block_hash(None) or self.genesis_hash
        item = self.metadata.storage(spec)
        for page in self._key_pages(item.prefix_for(first), block):
            stored = self._stored(page, block)
            for key in page:
                parts, value = item.parts_of(key), item.read(stored[key])
                if value is not None and parts[: len(first)] == first:
                    yield (parts[0] if len(parts) == 1 else parts), value

    def metadata_at(self, block_hash: bytes | None) -> Metadata:
        """Give the metadata in force at a block; read and checked once per runtime version.

        :raises ForeignRuntime: the runtime differs from what this client was written for.
        """
        described = self.rpc("state_getRuntimeVersion", *_at(block_hash))
        version = RuntimeVersion(described["specName"], described["specVersion"], described["transactionVersion"])
        with self._lock:
            if version.spec_version not in self._metadata:
                self._metadata[version.spec_version] = self._load(version, block_hash)
            return self._metadata[version.spec_version]

    def refresh(self) -> Metadata:
        """Take over the runtime in force now, after an upgrade."""
        self.metadata = self.metadata_at(None)
        return self.metadata

    def _load(self, version: RuntimeVersion, block_hash: bytes | None) -> Metadata:
        raw = _bytes(self.rpc("state_getMetadata", *_at(block_hash)))
        metadata = Metadata(read_metadata(raw), version)
        verify(metadata, self._pallets)
        return metadata

    def _key_pages(self, prefix: bytes, at: bytes) -> Iterator[list[bytes]]:
        start: tuple[str, ...] = (_hex(prefix),)
        while True:
            page = self.rpc("state_getKeysPaged", _hex(prefix), _KEYS_PER_PAGE, start[0], _hex(at))
            if page:
                yield [_bytes(key) for key in page]
            if len(page) < _KEYS_PER_PAGE:
                return
            start = (page[-1],)

    def _stored(self, keys: list[bytes], at: bytes) -> Mapping[bytes, bytes | None]:
        changes = self.rpc("state_queryStorageAt", [_hex(key) for key in keys], _hex(at))[0]["changes"]
        return {_bytes(key): None if value is None else _bytes(value) for key, value in changes}


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


def _bytes(shown: str) -> bytes:
    return bytes.fromhex(shown[2:])


def _at(block_hash: bytes | None) -> tuple[str, ...]:
    return () if block_hash is None else (_hex(block_hash),)


def _refused(method: str, error: SubstrateRequestException) -> RpcRefused:
    told = error.args[0] if error.args else {}
    if not isinstance(told, Mapping):
        return RpcRefused(method, 0, str(told))
    return RpcRefused(method, told.get("code", 0), str(told.get("message", "")), str(told.get("data") or ""))
