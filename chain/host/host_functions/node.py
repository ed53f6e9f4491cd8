"""The rest: logging, the version of other code, the off-chain index and the size of the storage proof."""

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions.guest import Guest

__all__ = ["functions"]

_NO_PROOF_RECORDED = (1 << 64) - 1
_DEBUG = 4


def functions(guest: Guest) -> dict[str, HostFunction]:
    """Return this family's host functions by import name."""
    read = guest.read

    def log(level: int, target: int, message: int) -> None:  # levels count from 0 here, from 1 in max_level
        guest.log(level + 1, _text(read(target)), _text(read(message)))

    def print_utf8(text: int) -> None:
        guest.log(_DEBUG, "print", _text(read(text)))

    def print_hex(content: int) -> None:
        guest.log(_DEBUG, "print", "0x" + read(content).hex())

    def runtime_version(code: int) -> int:
        return guest.give_option(guest.version_of(read(code)))

    def index_set(key: int, value: int) -> None:
        guest.overlay.offchain_set(read(key), read(value))

    def index_clear(key: int) -> None:
        guest.overlay.offchain_set(read(key), None)

    return {
        "ext_logging_log_version_1": log,
        "ext_logging_max_level_version_1": lambda: guest.max_level,
        "ext_misc_print_utf8_version_1": print_utf8,
        "ext_misc_print_hex_version_1": print_hex,
        "ext_misc_runtime_version_version_1": runtime_version,
        "ext_offchain_index_set_version_1": index_set,
        "ext_offchain_index_clear_version_1": index_clear,
        "ext_storage_proof_size_storage_proof_size_version_1": lambda: _NO_PROOF_RECORDED,
    }


def _text(encoded: bytes) -> str:
    return encoded.decode("utf-8", errors="replace")
