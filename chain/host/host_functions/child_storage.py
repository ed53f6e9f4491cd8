"""`ext_default_child_storage_*`: the child tries, named by the runtime without their prefix."""

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions.guest import Guest
from aipchain.chain.host.host_functions.storage import read_into, read_limit, removal_result, require_layout

__all__ = ["functions"]


def functions(guest: Guest) -> dict[str, HostFunction]:
    """Return this family's host functions by import name."""
    read = guest.read

    def get(child: int, key: int) -> int:
        return guest.give_option(guest.overlay.child_get(read(child), read(key)))

    def put(child: int, key: int, value: int) -> None:
        guest.overlay.child_set(read(child), read(key), read(value))

    def read_part(child: int, key: int, out: int, offset: int) -> int:
        return read_into(guest, guest.overlay.child_get(read(child), read(key)), out, offset)

    def clear(child: int, key: int) -> None:
        guest.overlay.child_set(read(child), read(key), None)

    def exists(child: int, key: int) -> int:
        return guest.overlay.child_get(read(child), read(key)) is not None

    def clear_prefix(child: int, prefix: int, limit: int) -> int:
        removal = guest.overlay.child_clear_prefix(read(child), read(prefix), read_limit(read(limit)))
        return removal_result(guest, removal)

    def kill(child: int, limit: int) -> int:
        return removal_result(guest, guest.overlay.child_clear_prefix(read(child), b"", read_limit(read(limit))))

    def next_key(child: int, key: int) -> int:
        return guest.give_option(guest.overlay.child_next_key(read(child), read(key)))

    def root(child: int, layout: int) -> int:
        require_layout(layout)
        return guest.give_span(guest.overlay.child_root(read(child)))

    return {
        "ext_default_child_storage_get_version_1": get,
        "ext_default_child_storage_set_version_1": put,
        "ext_default_child_storage_read_version_1": read_part,
        "ext_default_child_storage_clear_version_1": clear,
        "ext_default_child_storage_exists_version_1": exists,
        "ext_default_child_storage_clear_prefix_version_2": clear_prefix,
        "ext_default_child_storage_storage_kill_version_3": kill,
        "ext_default_child_storage_next_key_version_1": next_key,
        "ext_default_child_storage_root_version_2": root,
    }
