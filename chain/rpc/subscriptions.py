"""What one client follows: heads, storage, the runtime version, its transactions; each subscription has its own id.

Notifications leave through `notify` in the order in which things happened; the session decides when they are sent.
"""

import secrets
from collections.abc import Callable, Mapping
from functools import partial

from aipchain.chain.host.block import extrinsic_hash
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.chain.host.genesis import CODE
from aipchain.chain.host.pool import PoolEvent, Status
from aipchain.chain.node import ImportedBlock, Node
from aipchain.chain.rpc.answers import header_json, hex_json, optional_hex, version_json
from aipchain.chain.rpc.errors import RpcError

__all__ = ["MAX_SUBSCRIPTIONS", "Subscriptions", "submit"]

MAX_SUBSCRIPTIONS = 1024
"""Most subscriptions of one client (Substrate's `--rpc-max-subscriptions-per-connection`)."""
_TOO_MANY_SUBSCRIPTIONS = -32006
_VERIFICATION_ERROR = 1002

Notify = Callable[[str, str, object], None]
"""Takes the notification's method, the subscription's id and the result."""


class Subscriptions:
    """The subscriptions of one session. All methods are called under the node's lock."""

    def __init__(self, node: Node, notify: Notify, forget: Callable[[str], None]) -> None:
        self._node = node
        self._notify = notify
        self._forget = forget
        self._stops: dict[str, Callable[[], None]] = {}

    def heads(self, method: str) -> str:
        """Follow the head: it is best and finalised at once. The present one is the first notification."""
        identifier = self._new_id()

        def imported(block: ImportedBlock) -> None:
            self._notify(method, identifier, header_json(block.block.header))

        self._stops[identifier] = self._node.subscribe(imported)
        self._notify(method, identifier, header_json(self._node.head))
        return identifier

    def runtime_version(self) -> str:
        """Follow the runtime's version; the present one is the first notification."""
        identifier = self._new_id()
        last = self._node.runtime_version()

        def imported(block: ImportedBlock) -> None:
            nonlocal last
            if CODE in block.changes.top and self._node.runtime_version() != last:
                last = self._node.runtime_version()
                self._notify("state_runtimeVersion", identifier, version_json(last))

        self._stops[identifier] = self._node.subscribe(imported)
        self._notify("state_runtimeVersion", identifier, version_json(last))
        return identifier

    def storage(self, keys: tuple[bytes, ...]) -> str:
        """Follow the values of `keys`: first as they are, then what changed in each block."""
        identifier = self._new_id()
        state = self._node.state_at(None)
        last = {key: state.get(key) for key in keys}

        def imported(block: ImportedBlock) -> None:
            top = block.changes.top
            changes = {key: top[key] for key in last if key in top and top[key] != last[key]}
            if changes:
                last.update(changes)
                self._notify("state_storage", identifier, _change_set(block.block.header.hash, changes))

        self._stops[identifier] = self._node.subscribe(imported)
        self._notify("state_storage", identifier, _change_set(self._node.head.hash, last))
        return identifier

    def all_storage(self) -> str:
        """Follow every change of the state, from the next block on."""
        identifier = self._new_id()

        def imported(block: ImportedBlock) -> None:
            self._notify("state_storage", identifier, _change_set(block.block.header.hash, block.changes.top))

        self._stops[identifier] = self._node.subscribe(imported)
        return identifier

    def submitted(self, extrinsic: bytes) -> str:
        """Hand in a transaction and follow it to its last status."""
        identifier = self._new_id()
        watched = partial(self._extrinsic_changed, identifier)
        self._stops[identifier] = self._node.pool.watch(extrinsic_hash(extrinsic), watched)
        try:
            submit(self._node, extrinsic)
        except BaseException:
            self.end(identifier)
            self._forget(identifier)
            raise
        return identifier

    def end(self, identifier: str) -> bool:
        """End a subscription; False when there is none of this id (any more)."""
        stop = self._stops.pop(identifier, None)
        if stop is not None:
            stop()
        return stop is not None

    def end_all(self) -> None:
        """End every subscription."""
        for identifier in tuple(self._stops):
            self.end(identifier)

    def _new_id(self) -> str:
        if len(self._stops) >= MAX_SUBSCRIPTIONS:
            text = "Too many subscriptions on the connection"
            raise RpcError(_TOO_MANY_SUBSCRIPTIONS, text, f"Exceeded max limit of {MAX_SUBSCRIPTIONS}")
        return secrets.token_hex(8)

    def _extrinsic_changed(self, identifier: str, event: PoolEvent) -> None:
        for result in _statuses(event):
            self._notify("author_extrinsicUpdate", identifier, result)
        if event.status.is_last:
            self.end(identifier)


def submit(node: Node, extrinsic: bytes) -> bytes:
    """Hand a transaction to the node and return its hash.

    :raises RpcError: its content made the runtime panic: it is no transaction at all.
    """
    try:
        return node.submit(extrinsic)
    except (RuntimePanicked, HostCallFailed) as failure:
        raise RpcError(_VERIFICATION_ERROR, f"Verification Error: Execution failed: {failure}") from failure


def _statuses(event: PoolEvent) -> tuple[object, ...]:
    """What a pool event says; `dropped` follows `invalid` and `usurped` for clients that wait for nothing else."""
    name = event.status.value
    own = name if event.detail is None else {name: hex_json(event.detail)}
    return (own, "dropped") if event.status in (Status.INVALID, Status.USURPED) else (own,)


def _change_set(block: bytes, changes: Mapping[bytes, bytes | None]) -> dict[str, object]:
    return {"block": hex_json(block), "changes": [[hex_json(k), optional_hex(v)] for k, v in changes.items()]}
