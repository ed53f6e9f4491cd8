"""SCALE as the host uses it, against the examples of the format's own specification."""

import pytest

from aipchain.chain.host.scale import compact, option, read_compact, read_u32, read_u64, read_vec, u32, u64, vec


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (1, "04"),
        (42, "a8"),
        (63, "fc"),
        (64, "0101"),
        (69, "1501"),
        (16_383, "fdff"),
        (16_384, "02000100"),
        (65_535, "feff0300"),
        (1_073_741_823, "feffffff"),
        (1_073_741_824, "0300000040"),
        (100_000_000_000_000, "0b00407a10f35a"),
    ],
)
def test_compact_integers_take_the_published_forms(value: int, encoded: str) -> None:
    """Each of the four modes encodes and decodes as the format's documentation shows."""
    assert compact(value).hex() == encoded
    assert read_compact(b"\xff" + bytes.fromhex(encoded), 1) == (value, 1 + len(encoded) // 2)


def test_a_negative_compact_is_refused() -> None:
    """Compact integers are unsigned."""
    with pytest.raises(ValueError, match="unsigned"):
        compact(-1)


@pytest.mark.parametrize("encoded", ["", "01", "020000", "0300", "0b0000"])
def test_a_compact_cut_short_is_refused(encoded: str) -> None:
    """Input that ends inside an integer is an error, never a smaller number."""
    with pytest.raises(ValueError, match="the input has"):
        read_compact(bytes.fromhex(encoded))


def test_vectors_carry_their_length() -> None:
    """A byte vector is its compact length, then its bytes."""
    assert vec(b"abc") == b"\x0cabc"
    assert read_vec(b"\x0cabcd") == (b"abc", 4)


def test_a_vector_cut_short_is_refused() -> None:
    """A length that points past the input is an error."""
    with pytest.raises(ValueError, match="a vector of 3 bytes"):
        read_vec(b"\x0cab")


def test_fixed_width_integers_are_little_endian() -> None:
    """32 and 64 bits, least significant byte first, at any offset."""
    assert (u32(1), u64(258)) == (b"\x01\x00\x00\x00", b"\x02\x01" + bytes(6))
    assert read_u32(b"\xff\x01\x00\x00\x00", 1) == (1, 5)
    assert read_u64(u64(2**64 - 1)) == (2**64 - 1, 8)
    with pytest.raises(ValueError, match="an integer of 4 bytes"):
        read_u32(b"\x01")


def test_options_are_marked_by_one_byte() -> None:
    """None is 0; anything else is 1 and the content."""
    assert (option(None), option(b"\x04")) == (b"\x00", b"\x01\x04")
