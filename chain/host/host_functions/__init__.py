"""What a runtime may ask of its host, by the exact names it imports.

One module per family; each gives `functions(guest)`, a table from import name to Python function. Arguments and results
are unsigned WebAssembly integers; a "span" is a pointer in the low and a length in the high 32 bits.
"""

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions import child_storage, crypto, hashing, node, storage, trie
from aipchain.chain.host.host_functions.guest import Guest

__all__ = ["Guest", "all_functions"]


def all_functions(guest: Guest) -> dict[str, HostFunction]:
    """Return every host function, bound to `guest`. Heap and twox hashes are not here: they live beside the runtime."""
    return {
        name: function
        for family in (storage, child_storage, hashing, crypto, trie, node)
        for name, function in family.functions(guest).items()
    }
