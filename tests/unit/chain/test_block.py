"""Headers and blocks: hashes against published chains, and the bytes there and back."""

import pytest

from aipchain.chain.host.block import (
    Block,
    Header,
    aura_digest,
    decode_extrinsics,
    encode_extrinsics,
    is_extrinsics_root,
)
from aipchain.chain.host.scale import vec
from aipchain.chain.host.trie import EMPTY_ROOT, ordered_root

SEAL = b"\x05aura" + vec(bytes(64))
ENVIRONMENT_UPDATED = b"\x08"
OTHER = b"\x00" + vec(b"note")


@pytest.mark.parametrize(
    ("state_root", "block_hash"),
    [
        (
            "29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17",
            "91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3",
        ),
        (
            "b0006203c3a6e6bd2c6a17b1d4ae8ca49a31da0f4579da950b127774b44aef6b",
            "b0a8d493285c2df73290dfb7e61f870f17b41801197a149ca93654499ea3dafe",
        ),
    ],
    ids=["polkadot", "kusama"],
)
def test_a_genesis_header_hashes_as_published(state_root: str, block_hash: str) -> None:
    """The genesis hashes of Polkadot and Kusama follow from their published state roots."""
    header = Header(bytes(32), 0, bytes.fromhex(state_root), EMPTY_ROOT)

    assert header.hash.hex() == block_hash


def test_a_header_survives_encoding_with_every_kind_of_digest_item() -> None:
    """Decoding gives back what was encoded, digest items of each kind included."""
    header = Header(b"p" * 32, 70_000, b"s" * 32, b"e" * 32, (aura_digest(7), OTHER, ENVIRONMENT_UPDATED, SEAL))

    assert Header.decode(header.encode()) == header


def test_the_slot_is_read_from_the_aura_claim() -> None:
    """The slot is what the author claimed; a genesis header has none."""
    header = Header(bytes(32), 1, bytes(32), bytes(32), (OTHER, aura_digest(293_333_333)))

    assert header.slot == 293_333_333
    assert Header(bytes(32), 0, bytes(32), bytes(32)).slot is None


def test_an_unsealed_header_keeps_everything_but_seals() -> None:
    """The runtime executes a header without its seal."""
    header = Header(bytes(32), 1, bytes(32), bytes(32), (aura_digest(1), SEAL))

    assert header.unsealed().digest == (aura_digest(1),)


def test_a_block_survives_encoding() -> None:
    """Header and extrinsics come back as they were."""
    block = Block(Header(bytes(32), 1, bytes(32), bytes(32), (aura_digest(1),)), (vec(b"one"), vec(b"x" * 100)))

    assert Block.decode(block.encode()) == block


@pytest.mark.parametrize("cut", [1, 40, 70])
def test_a_header_that_ends_early_is_refused(cut: int) -> None:
    """Missing bytes are an error, never a guess."""
    encoded = Header(bytes(32), 1, bytes(32), bytes(32), (aura_digest(1),)).encode()

    with pytest.raises(ValueError, match="byte"):
        Header.decode(encoded[:-cut])


def test_bytes_after_a_header_are_refused() -> None:
    """A header fills its bytes."""
    with pytest.raises(ValueError, match="followed by 1 more"):
        Header.decode(Header(bytes(32), 1, bytes(32), bytes(32)).encode() + b"\x00")


def test_an_unknown_digest_item_is_refused() -> None:
    """A digest item of a kind that does not exist ends the reading."""
    encoded = Header(bytes(32), 1, bytes(32), bytes(32), (b"\x07",)).encode()

    with pytest.raises(ValueError, match="no digest item of kind 7"):
        Header.decode(encoded)


def test_bytes_after_extrinsics_are_refused() -> None:
    """A body fills its bytes."""
    with pytest.raises(ValueError, match="followed by 1 more"):
        decode_extrinsics(encode_extrinsics([vec(b"one")]) + b"\x00")


@pytest.mark.parametrize("version", [0, 1])
def test_the_extrinsics_root_holds_in_either_layout(version: int) -> None:
    """Old system versions commit to a body in layout V0, new ones in V1; another body fits neither."""
    body = (vec(b"short"), vec(b"x" * 100))
    root = ordered_root(body, version)

    assert is_extrinsics_root(root, body)
    assert not is_extrinsics_root(root, body[:1])
