"""Decoding what the runtime says about a transaction."""

import pytest

from aipchain.chain.host.validity import Invalid, Unknown, ValidTransaction, decode_validity, refusal_of_inclusion


def test_a_valid_transaction_is_read_field_by_field() -> None:
    """Priority, tags, longevity and the propagation flag come out as the runtime wrote them."""
    tag = b"\x04" + b"n"
    encoded = b"\x00" + (7).to_bytes(8, "little") + b"\x00" + b"\x04" + tag + (64).to_bytes(8, "little") + b"\x01"

    assert decode_validity(encoded) == ValidTransaction(7, (), (b"n",), 64, propagate=True)


@pytest.mark.parametrize(
    ("encoded", "refusal", "text"),
    [
        (b"\x01\x00\x03", Invalid(3), "Transaction is outdated"),
        (b"\x01\x00\x01", Invalid(1), "Inability to pay some fees (e.g. account balance too low)"),
        (b"\x01\x00\x07\x2a", Invalid(7, 42), "Custom error: 42"),
        (b"\x01\x00\x63", Invalid(99), "Refusal 99 of a newer runtime"),
        (b"\x01\x01\x02\x05", Unknown(2, 5), "Custom error: 5"),
    ],
)
def test_a_refusal_says_why(encoded: bytes, refusal: Invalid | Unknown, text: str) -> None:
    """Each refusal has Substrate's text, a custom one its byte, and an unknown one its number."""
    assert decode_validity(encoded) == refusal
    assert str(refusal) == text


@pytest.mark.parametrize("encoded", [b"", b"\x02", b"\x00\x01", b"\x01", b"\x01\x00\x07", b"\x01\x05\x00"])
def test_other_bytes_are_refused(encoded: bytes) -> None:
    """Bytes that are no validity never become one."""
    with pytest.raises(ValueError, match=r"\w"):
        decode_validity(encoded)


def test_bytes_after_a_valid_transaction_are_refused() -> None:
    """A longer answer is another layout, not this one with something to ignore."""
    encoded = b"\x00" + bytes(8) + b"\x00\x00" + bytes(8) + b"\x01" + b"!"

    with pytest.raises(ValueError, match="1 bytes too many"):
        decode_validity(encoded)


def test_an_applied_extrinsic_is_in_the_block_even_when_its_call_failed() -> None:
    """A dispatch error pays its fee in the block; only a validity error keeps an extrinsic out."""
    assert refusal_of_inclusion(b"\x00\x00") is None
    assert refusal_of_inclusion(b"\x00\x01\x03\x05\x00") is None
    assert refusal_of_inclusion(b"\x01\x00\x06") == Invalid(6)
