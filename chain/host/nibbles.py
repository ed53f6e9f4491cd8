"""Nibble paths of the base-16 trie, held as lowercase hex text.

One character is one nibble, so text order is key order, slicing is exact, and packing is `bytes.fromhex`.
"""

__all__ = ["DIGITS", "INDEX", "common_length", "pack"]

DIGITS = "0123456789abcdef"
INDEX = {digit: index for index, digit in enumerate(DIGITS)}


def common_length(left: str, right: str) -> int:
    """Count the nibbles that both paths start with."""
    shorter = min(len(left), len(right))
    if left[:shorter] == right[:shorter]:
        return shorter
    for index in range(shorter):
        if left[index] != right[index]:
            return index
    return shorter


def pack(path: str) -> bytes:
    """Pack a path two nibbles to a byte; of an odd path the first nibble stands alone."""
    return bytes.fromhex(path if len(path) % 2 == 0 else "0" + path)
