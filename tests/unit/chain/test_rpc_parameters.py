"""Reading the parameters of JSON-RPC requests."""

import pytest

from aipchain.chain.rpc.errors import RpcError
from aipchain.chain.rpc.parameters import (
    Parameters,
    Reader,
    account,
    array_of,
    block_hash,
    block_number,
    count,
    hex_bytes,
    one_or_many,
    optional,
    text,
)

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
ALICE_KEY = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")


def test_positions_and_names_mean_the_same() -> None:
    """A method does not see how its parameters were given; what is left out is None."""
    parameters = Parameters({"key": hex_bytes, "at": optional(block_hash)})
    at = "0x" + "11" * 32

    assert parameters.read(["0x0102", at]) == {"key": b"\x01\x02", "at": b"\x11" * 32}
    assert parameters.read({"at": at, "key": "0x0102"}) == {"key": b"\x01\x02", "at": b"\x11" * 32}
    assert parameters.read(["0x"]) == {"key": b"", "at": None}
    assert parameters.read(["0x", None, "extra"]) == {"key": b"", "at": None}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "missing parameter `key`"),
        (None, "missing parameter `key`"),
        ([None], "missing parameter `key`"),
        ({"kee": "0x"}, "unknown parameter `kee`"),
        ("0x", "params must be an array or an object"),
        (["abc"], "`key`: expected a string of hex digits that starts with 0x, got a string"),
        (["0x1"], "`key`: expected an even number of hex digits after 0x"),
        (["0x1 2 "], "`key`: expected an even number of hex digits after 0x"),
        ([12], "`key`: expected a string of hex digits that starts with 0x, got the number 12"),
    ],
)
def test_what_does_not_fit_is_named(given: object, reason: str) -> None:
    """The refusal is -32602 and says which parameter is wrong and how."""
    with pytest.raises(RpcError) as refusal:
        Parameters({"key": hex_bytes}).read(given)

    assert (refusal.value.code, refusal.value.message, refusal.value.data) == (-32602, "Invalid params", reason)


@pytest.mark.parametrize(
    ("reader", "given", "meant"),
    [
        (block_number, 7, 7),
        (block_number, "0x1f", 31),
        (one_or_many(block_number), [0, "0x1"], (0, 1)),
        (one_or_many(block_number), 5, 5),
        (array_of(text), ["a", "b"], ("a", "b")),
        (account, ALICE, ALICE_KEY),
        (count, 0, 0),
    ],
)
def test_each_reader_gives_what_is_meant(reader: Reader, given: object, meant: object) -> None:
    """JSON values become the values methods work with."""
    assert reader.read(given) == meant


@pytest.mark.parametrize(
    ("reader", "given"),
    [
        (block_number, -1),
        (block_number, "0xzz"),
        (block_number, 2**64),
        (block_number, True),
        (count, 1.5),
        (block_hash, "0x11"),
        (account, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX"),
        (account, "nobody"),
        (account, ""),
        (array_of(text), "a"),
        (array_of(text), ["a", 1]),
    ],
)
def test_each_reader_refuses_other_values(reader: Reader, given: object) -> None:
    """A wrong value is refused, never turned into another one."""
    with pytest.raises(ValueError, match=r"\w"):
        reader.read(given)
