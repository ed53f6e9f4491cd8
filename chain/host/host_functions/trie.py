"""`ext_trie_*`: roots of tries that are not the state."""

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions.guest import Guest
from aipchain.chain.host.scale import read_compact, read_vec
from aipchain.chain.host.trie import ordered_root

__all__ = ["functions"]


def functions(guest: Guest) -> dict[str, HostFunction]:
    """Return this family's host functions by import name."""
    return {
        "ext_trie_blake2_256_ordered_root_version_2": lambda values, layout: guest.give(
            ordered_root(_read_values(guest.read(values)), layout)
        ),
    }


def _read_values(encoded: bytes) -> list[bytes]:
    count, at = read_compact(encoded)
    values = []
    for _ in range(count):
        value, at = read_vec(encoded, at)
        values.append(value)
    return values
