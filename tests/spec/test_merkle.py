"""Commitments: every item of a list is shown by its path, and nothing else is."""

from dataclasses import dataclass
from hashlib import blake2b

import pytest

from aipchain.pallets_spec.merkle import leads_to, path_to, root_of
from aipchain.pallets_spec.types import NO_HASH


@dataclass(frozen=True)
class Tree:
    """The items 0, 1, 2 and so on, a byte each."""

    size: int

    @property
    def items(self) -> list[bytes]:
        """All of them."""
        return [bytes((number,)) for number in range(self.size)]

    def leads(self, index: int, *, item: int | None = None, drop: int = 0) -> bool:
        """Whether the path of an item leads to the root, when it is said to be another, or nodes of it are left out."""
        path = path_to(self.items, index)
        shown = bytes((index if item is None else item,))
        return leads_to(root_of(self.items), shown, index, self.size, path[: len(path) - drop])


def _hash(encoded: bytes) -> bytes:
    return blake2b(encoded, digest_size=32).digest()


def test_the_root_is_the_documented_hash() -> None:
    """Leaves are hashed, nodes are the hash of both children, and a node without a neighbour moves up as it is."""
    one, two, three = (_hash(item) for item in (b"1", b"2", b"3"))

    assert root_of([]) == NO_HASH
    assert root_of([b"1"]) == one
    assert root_of([b"1", b"2"]) == _hash(one + two)
    assert root_of([b"1", b"2", b"3"]) == _hash(_hash(one + two) + three)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_item_is_shown_by_its_path(size: int) -> None:
    """And another item, or a shorter path, shows nothing."""
    tree = Tree(size)

    assert all(tree.leads(index) for index in range(size))
    assert not any(tree.leads(index, item=size) for index in range(size))
    assert not any(tree.leads(index, drop=1) for index in range(size) if path_to(tree.items, index))


def test_an_index_beyond_the_items_shows_nothing() -> None:
    """Though the path would lead there."""
    items = [b"1", b"2", b"3"]

    assert not leads_to(root_of(items), b"3", 3, 3, path_to(items, 2))
    assert not leads_to(NO_HASH, b"", 0, 0, ())


def test_four_thousand_items_have_paths_of_twelve_at_most() -> None:
    """As long as a path can be in a call."""
    items = [number.to_bytes(2, "little") for number in range(4_000)]

    assert max(len(path_to(items, index)) for index in (0, 1, 2_047, 2_048, 3_999)) == 12
