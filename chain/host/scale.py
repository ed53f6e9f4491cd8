"""SCALE, the few shapes the host itself reads and writes.

Runtime types are decoded by the bridge from metadata; the host only meets compact lengths, byte vectors, fixed-width
unsigned integers and options. Readers return `(value, next offset)` and refuse input that ends too early.
"""

__all__ = ["compact", "option", "read_compact", "read_u32", "read_u64", "read_vec", "u32", "u64", "vec"]

_ONE_BYTE = tuple(bytes((value << 2,)) for value in range(64))


def compact(value: int) -> bytes:
    """Encode an unsigned integer (below 2**536) in SCALE's compact form."""
    if value < 0:
        raise ValueError(f"compact integers are unsigned, got {value}")
    if value < 1 << 6:
        return _ONE_BYTE[value]
    if value < 1 << 14:
        return (value << 2 | 0b01).to_bytes(2, "little")
    if value < 1 << 30:
        return (value << 2 | 0b10).to_bytes(4, "little")
    width = (value.bit_length() + 7) // 8
    return bytes((width - 4 << 2 | 0b11,)) + value.to_bytes(width, "little")


def read_compact(encoded: bytes, at: int = 0) -> tuple[int, int]:
    """Decode a compact integer that starts at offset `at`.

    :raises ValueError: the input ends before the integer does.
    """
    if at >= len(encoded):
        raise ValueError(f"a compact integer should start at byte {at}, the input has {len(encoded)}")
    first = encoded[at]
    mode = first & 0b11
    if mode == 0b00:
        return first >> 2, at + 1
    if mode == 0b11:
        return _read_uint(encoded, at + 1, (first >> 2) + 4)
    value, end = _read_uint(encoded, at, 2 if mode == 0b01 else 4)
    return value >> 2, end


def vec(content: bytes) -> bytes:
    """Encode a byte vector: compact length, then the bytes."""
    return compact(len(content)) + content


def read_vec(encoded: bytes, at: int = 0) -> tuple[bytes, int]:
    """Decode a byte vector that starts at offset `at`."""
    length, start = read_compact(encoded, at)
    end = start + length
    if end > len(encoded):
        raise ValueError(f"a vector of {length} bytes starts at byte {start}, the input has {len(encoded)}")
    return encoded[start:end], end


def option(content: bytes | None) -> bytes:
    """Encode an optional value whose content is already encoded."""
    return b"\x00" if content is None else b"\x01" + content


def u32(value: int) -> bytes:
    """Encode 32 bits, little endian."""
    return value.to_bytes(4, "little")


def u64(value: int) -> bytes:
    """Encode 64 bits, little endian."""
    return value.to_bytes(8, "little")


def read_u32(encoded: bytes, at: int = 0) -> tuple[int, int]:
    """Decode 32 bits, little endian, at offset `at`."""
    return _read_uint(encoded, at, 4)


def read_u64(encoded: bytes, at: int = 0) -> tuple[int, int]:
    """Decode 64 bits, little endian, at offset `at`."""
    return _read_uint(encoded, at, 8)


def _read_uint(encoded: bytes, at: int, width: int) -> tuple[int, int]:
    end = at + width
    if end > len(encoded):
        raise ValueError(f"an integer of {width} bytes starts at byte {at}, the input has {len(encoded)}")
    return int.from_bytes(encoded[at:end], "little"), end
