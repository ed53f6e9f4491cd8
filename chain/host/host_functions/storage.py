"""`ext_storage_*`: the top trie and the transactions over it."""

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions.guest import Guest
from aipchain.chain.host.overlay import Removal
from aipchain.chain.host.scale import option, u32

__all__ = ["functions", "read_into", "read_limit", "removal_result", "require_layout"]

_LAYOUT = 1


def functions(guest: Guest) -> dict[str, HostFunction]:
    """Return this family's host functions by import name."""
    read = guest.read

    def get(key: int) -> int:
        return guest.give_option(guest.overlay.get(read(key)))

    def put(key: int, value: int) -> None:
        guest.overlay.set(read(key), read(value))

    def read_part(key: int, out: int, offset: int) -> int:
        return read_into(guest, guest.overlay.get(read(key)), out, offset)

    def clear(key: int) -> None:
        guest.overlay.set(read(key), None)

    def exists(key: int) -> int:
        return guest.overlay.get(read(key)) is not None

    def clear_prefix(prefix: int, limit: int) -> int:
        return removal_result(guest, guest.overlay.clear_prefix(read(prefix), read_limit(read(limit))))

    def append(key: int, item: int) -> None:
        guest.overlay.append(read(key), read(item))

    def next_key(key: int) -> int:
        return guest.give_option(guest.overlay.next_key(read(key)))

    def root(layout: int) -> int:
        require_layout(layout)
        return guest.give_span(guest.state_root())

    return {
        "ext_storage_get_version_1": get,
        "ext_storage_set_version_1": put,
        "ext_storage_read_version_1": read_part,
        "ext_storage_clear_version_1": clear,
        "ext_storage_exists_version_1": exists,
        "ext_storage_clear_prefix_version_2": clear_prefix,
        "ext_storage_append_version_1": append,
        "ext_storage_next_key_version_1": next_key,
        "ext_storage_root_version_2": root,
        **_transactions(guest),
    }


def _transactions(guest: Guest) -> dict[str, HostFunction]:
    def start() -> None:
        guest.overlay.start_transaction()

    def commit() -> None:
        guest.overlay.commit_transaction()

    def rollback() -> None:
        guest.overlay.rollback_transaction()

    return {
        "ext_storage_start_transaction_version_1": start,
        "ext_storage_commit_transaction_version_1": commit,
        "ext_storage_rollback_transaction_version_1": rollback,
    }


def read_into(guest: Guest, value: bytes | None, out: int, offset: int) -> int:
    """Fill the span `out` from `offset` of a value; answer how much there is from `offset` on, or None."""
    if value is None:
        return guest.give_span(option(None))
    rest = value[offset:]
    guest.memory.write(out & 0xFFFF_FFFF, rest[: out >> 32])
    return guest.give_span(option(u32(len(rest))))


def read_limit(encoded: bytes) -> int | None:
    """Decode the optional 32-bit limit of a removal."""
    return None if encoded[:1] == b"\x00" else int.from_bytes(encoded[1:5], "little")


def removal_result(guest: Guest, removal: Removal) -> int:
    """Answer all removed (0) or some remain (1), with how many keys of the state were looked at."""
    return guest.give_span((b"\x01" if removal.left else b"\x00") + u32(removal.looked_at))


def require_layout(layout: int) -> None:
    """Refuse another trie layout than the one the whole state is kept in."""
    if layout != _LAYOUT:
        raise ValueError(f"this host keeps its state in trie layout V{_LAYOUT}, the runtime asked for V{layout}")
