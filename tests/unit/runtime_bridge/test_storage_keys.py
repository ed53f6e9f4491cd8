"""Storage keys against ones that every Substrate chain has."""

from typing import Any

import pytest

from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.metadata_v14 import (
    CompositeDef,
    Hasher,
    MapEntry,
    Modifier,
    Primitive,
    PrimitiveDef,
    StorageEntry,
    TupleDef,
    TypeInfo,
)
from aipchain.runtime_bridge.protocol import ACCOUNT, BOOKS, MEMBERS, ROLES, StorageSpec
from aipchain.runtime_bridge.registry import Registry
from aipchain.runtime_bridge.storage_keys import StorageItem, storage_item, storage_prefix

TWOX, BLAKE, NONE = Hasher.TWOX_64_CONCAT, Hasher.BLAKE2_128_CONCAT, Hasher.IDENTITY
TYPES = [
    TypeInfo(0, (), (), PrimitiveDef(Primitive.U32), ()),
    TypeInfo(1, (), (), PrimitiveDef(Primitive.U64), ()),
    TypeInfo(2, (), (), TupleDef((0, 1)), ()),
    TypeInfo(3, ("AccountId32",), (), CompositeDef(()), ()),
    TypeInfo(4, (), (), TupleDef((0, 3)), ()),
]


def item(
    spec: StorageSpec[Any], hashers: tuple[Hasher, ...], key: int, default: bytes | None = None
) -> StorageItem[Any]:
    """Address a storage item whose metadata has these hashers and this key type."""
    modifier = Modifier.OPTIONAL if default is None else Modifier.DEFAULT
    return storage_item(
        spec, StorageEntry(spec.name, modifier, MapEntry(hashers, key, 0), default or b"", ()), Registry(TYPES)
    )


def test_prefixes_are_the_well_known_ones() -> None:
    """Published constants of any Substrate chain."""
    assert storage_prefix("System", "Account").hex() == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
    )
    assert storage_prefix("System", "Events").hex() == (
        "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7"
    )


def test_the_key_of_an_account_is_the_well_known_one() -> None:
    """Alice's System.Account on any development chain."""
    alice = development_account("Alice").public
    accounts = item(ACCOUNT, (BLAKE,), 3)
    assert accounts.key(alice).hex() == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
        "de1e86a9a8c739864cf3cc5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    )
    assert accounts.parts_of(accounts.key(alice)) == (alice,)


def test_a_double_map_shares_the_prefix_of_its_first_part() -> None:
    """Each part has its own hasher."""
    members = item(MEMBERS, (TWOX, BLAKE), 4)
    account = b"\x07" * 32
    assert members.key(5, account).startswith(members.prefix_for((5,)))
    assert members.parts_of(members.key(5, account)) == (5, account)


def test_a_map_with_a_pair_as_key_is_one_hash() -> None:
    """A community's books lie scattered, so their common prefix is the map's."""
    books = item(BOOKS, (TWOX,), 2)
    key = books.key(5, 3_600)
    assert len(key) == 32 + 8 + 12
    assert books.prefix_for((5,)) == books.prefix
    assert books.parts_of(key) == (5, 3_600)


def test_too_few_parts_make_no_key() -> None:
    """A whole key has all parts."""
    with pytest.raises(ValueError, match=r"Market\.Books has 2 parts, 1 given"):
        item(BOOKS, (TWOX,), 2).key(5)


def test_nothing_stored_reads_as_the_default_or_none() -> None:
    """The runtime says what an absent value means."""
    assert item(BOOKS, (TWOX,), 2).read(None) is None
    assert item(ROLES, (NONE,), 0, b"\x05\x00").read(None) == 5
    assert item(ROLES, (NONE,), 0, b"\x05\x00").read(b"\x06\x00") == 6
