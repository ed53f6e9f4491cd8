"""Reading the parameters of a request: each reader takes one JSON value and returns what it means, or refuses it.

Positional and named parameters are the same to a method; those left out at the end, or null, are None where optional.
"""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scalecodec.utils.ss58 import ss58_decode

from aipchain.chain.host.block import HASH_BYTES
from aipchain.chain.rpc.errors import INVALID_PARAMS, RpcError

__all__ = [
    "Parameters",
    "Reader",
    "account",
    "array_of",
    "block_hash",
    "block_number",
    "count",
    "hex_bytes",
    "one_or_many",
    "optional",
    "text",
]

_HEX_DIGITS = frozenset(string.hexdigits)

_KINDS = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one parameter; `required` ones may not be left out or null."""

    read: Callable[[object], object]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Parameters:
    """The named readers of a method's parameters, in order."""

    readers: Mapping[str, Reader]

    def read(self, given: object) -> dict[str, object]:
        """Return each parameter by name.

        :param given: the request's `params`: an array, an object, or None when absent.
        :raises RpcError: one is missing or unknown, or not what its reader takes; too many in an array are let be.
        """
        values = self._by_name(given)
        return {name: _read_one(name, reader, values.get(name)) for name, reader in self.readers.items()}

    def _by_name(self, given: object) -> Mapping[str, object]:
        if given is None:
            return {}
        if isinstance(given, dict):
            unknown = sorted(set(given) - set(self.readers))
            if unknown:
                raise _invalid(f"unknown parameter `{unknown[0]}`")
            return given
        if isinstance(given, list):
            return dict(zip(self.readers, given, strict=False))
        raise _invalid("params must be an array or an object")


def optional(reader: Reader) -> Reader:
    """The same, but it may be left out or null."""
    return Reader(reader.read, required=False)


def array_of(reader: Reader) -> Reader:
    """An array of what `reader` takes, as a tuple."""

    def read(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise ValueError(f"expected an array, got {_kind(value)}")
        return tuple(reader.read(item) for item in value)

    return Reader(read)


def one_or_many(reader: Reader) -> Reader:
    """Either one value or an array of them (a tuple)."""
    many = array_of(reader)
    return Reader(lambda value: many.read(value) if isinstance(value, list) else reader.read(value))


def _read_hex(value: object) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"expected a string of hex digits that starts with 0x, got {_kind(value)}")
    digits = value[2:]
    if len(digits) % 2 or not set(digits) <= _HEX_DIGITS:
        raise ValueError("expected an even number of hex digits after 0x")
    return bytes.fromhex(digits)


def _read_block_hash(value: object) -> bytes:
    content = _read_hex(value)
    if len(content) != HASH_BYTES:
        raise ValueError(f"a block hash has {HASH_BYTES} bytes, got {len(content)}")
    return content


def _read_block_number(value: object) -> int:
    if isinstance(value, str) and value.startswith("0x"):
        return _read_count(int(value, 16))
    return _read_count(value)


def _read_count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**64:
        raise ValueError(f"expected a whole number from 0, got {_kind(value)}")
    return value


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a string, got {_kind(value)}")
    return value


def _read_account(value: object) -> bytes:
    public_key = bytes.fromhex(ss58_decode(_read_text(value)).removeprefix("0x"))
    if len(public_key) != HASH_BYTES:
        raise ValueError(f"an account has {HASH_BYTES} bytes, got {len(public_key)}")
    return public_key


hex_bytes = Reader(_read_hex)
block_hash = Reader(_read_block_hash)
block_number = Reader(_read_block_number)
count = Reader(_read_count)
text = Reader(_read_text)
account = Reader(_read_account)


def _read_one(name: str, reader: Reader, value: object) -> object:
    if value is None:
        if reader.required:
            raise _invalid(f"missing parameter `{name}`")
        return None
    try:
        return reader.read(value)
    except ValueError as error:
        raise _invalid(f"`{name}`: {error}") from error


def _invalid(reason: str) -> RpcError:
    return RpcError(INVALID_PARAMS, "Invalid params", reason)


def _kind(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value}"
    return _KINDS.get(type(value), "something else")
