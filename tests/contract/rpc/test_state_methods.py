"""Storage, runtime calls and versions over JSON-RPC, now and at older blocks."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest
import xxhash

from aipchain.chain.node import Node

Ask = Callable[..., Any]
News = Callable[[], tuple[str, str, Any]]
NOWHERE = "0x" + "11" * 32


def storage_key(pallet: str, item: str) -> str:
    """The key of a plain storage value: twox-128 of both names."""

    def twox128(name: str) -> bytes:
        return b"".join(xxhash.xxh64_intdigest(name.encode(), seed).to_bytes(8, "little") for seed in (0, 1))

    return f"0x{(twox128(pallet) + twox128(item)).hex()}"


NUMBER = storage_key("System", "Number")
CODE = "0x" + b":code".hex()
CORE_API = "0xdf6acb689907609b"


def test_storage_is_read_now_and_at_older_blocks(node: Node, ask: Ask) -> None:
    """Without a block the head is meant; a missing key is null."""
    for _ in range(3):
        node.author()

    assert ask("state_getStorage", NUMBER) == "0x03000000"
    assert ask("state_getStorage", NUMBER, ask("chain_getBlockHash", 1)) == "0x01000000"
    assert ask("state_getStorageAt", NUMBER, ask("chain_getBlockHash", 2)) == "0x02000000"
    assert ask("state_getStorage", "0x1234") is None


def test_size_and_hash_of_a_value(ask: Ask, node: Node) -> None:
    """Both describe the value itself; a missing key is null."""
    node.author()
    one = blake2b(b"\x01\x00\x00\x00", digest_size=32).hexdigest()

    assert ask("state_getStorageSize", NUMBER) == 4
    assert ask("state_getStorageHash", NUMBER) == f"0x{one}"
    assert ask("state_getStorageSize", "0x1234") is None
    assert ask("state_getStorageHash", "0x1234") is None


def test_keys_come_in_pages(ask: Ask) -> None:
    """Pages follow each other without gap or overlap, in key order, and stay under the prefix."""
    prefix = storage_key("System", "Account")
    everything = ask("state_getKeysPaged", prefix, 1000)
    pages: list[str] = []
    while page := ask("state_getKeysPaged", prefix, 2, pages[-1] if pages else None):
        assert len(page) <= 2
        pages.extend(page)

    assert pages == everything == sorted(everything)
    assert all(key.startswith(prefix) for key in everything)
    assert ask("state_getKeysPaged", prefix, 5, prefix) == everything[:5]


def test_a_page_too_large_is_refused(refusal: Ask) -> None:
    """A page holds a thousand keys at most."""
    assert refusal("state_getKeysPaged", "0x", 1001) == {
        "code": 4002,
        "message": "count exceeds maximum value. value: 1001, max: 1000",
    }


def test_many_keys_are_read_at_once(node: Node, ask: Ask) -> None:
    """One change set of the block that was asked for, in the order of the keys."""
    node.author()
    genesis = ask("chain_getBlockHash", 0)

    assert ask("state_queryStorageAt", [NUMBER, "0x1234"]) == [
        {"block": ask("chain_getHead"), "changes": [[NUMBER, "0x01000000"], ["0x1234", None]]}
    ]
    assert ask("state_queryStorageAt", [NUMBER], genesis)[0]["block"] == genesis


def test_changes_over_a_range_of_blocks(node: Node, ask: Ask, refusal: Ask) -> None:
    """The first block tells all keys, later ones only what changed; a range backwards is refused."""
    for _ in range(2):
        node.author()
    first, last = ask("chain_getBlockHash", 1), ask("chain_getBlockHash", 2)

    changes = ask("state_queryStorage", [NUMBER, "0x1234"], first, last)

    assert changes == [
        {"block": first, "changes": [[NUMBER, "0x01000000"], ["0x1234", None]]},
        {"block": last, "changes": [[NUMBER, "0x02000000"]]},
    ]
    assert refusal("state_queryStorage", [NUMBER], last, first)["code"] == 4001
    assert refusal("state_queryStorage", [NUMBER], NOWHERE)["code"] == 4001


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("state_getStorage", [NUMBER]),
        ("state_getKeysPaged", ["0x", 1, None]),
        ("state_queryStorageAt", [[NUMBER]]),
        ("state_call", ["Core_version", "0x"]),
        ("state_getMetadata", []),
        ("state_getRuntimeVersion", []),
    ],
)
def test_state_of_an_unknown_block_is_an_error(refusal: Ask, method: str, params: list[object]) -> None:
    """A state that is not there is never answered with another one."""
    assert refusal(method, *params, NOWHERE) == {
        "code": 4003,
        "message": f"Client error: UnknownBlock: Header was not found in the database: {NOWHERE}",
    }


def test_the_runtime_can_be_called(node: Node, ask: Ask) -> None:
    """A runtime call answers with what the runtime returned, and writes nothing."""
    assert ask("state_call", "Core_version", "0x") == f"0x{node.runtime_version().encoded.hex()}"
    assert ask("state_callAt", "Core_version", "0x", ask("chain_getHead")) == ask("state_call", "Core_version", "0x")


def test_a_call_that_fails_says_how(refusal: Ask) -> None:
    """A function that is not there, and one that panics, are execution failures."""
    assert refusal("state_call", "Core_magic", "0x") == {
        "code": 4003,
        "message": "Client error: Execution failed: Other: Exported method Core_magic is not found",
    }
    panicked = refusal("state_call", "Core_execute_block", "0x00")
    assert panicked["code"] == 4003
    assert panicked["message"].startswith("Client error: Execution failed: ")


def test_metadata_and_version_describe_the_same_runtime(node: Node, ask: Ask) -> None:
    """Metadata starts with its magic; the version has every field clients read."""
    version = ask("state_getRuntimeVersion")

    assert ask("state_getMetadata").startswith("0x" + b"meta".hex())
    assert version == ask("chain_getRuntimeVersion", ask("chain_getBlockHash", 0))
    assert version["specName"] == node.runtime_version().spec_name
    assert set(version) >= {"implName", "authoringVersion", "specVersion", "implVersion", "transactionVersion"}
    assert CORE_API in [identifier for identifier, _ in version["apis"]]


def test_a_subscription_to_storage_tells_values_then_changes(node: Node, ask: Ask, news: News) -> None:
    """First every key as it is, then only keys whose value changed, with the block that changed them."""
    subscription = ask("state_subscribeStorage", [NUMBER, CODE, "0x1234"])
    name, told, first = news()
    assert (name, told, first["block"]) == ("state_storage", subscription, ask("chain_getHead"))
    assert [key for key, _ in first["changes"]] == [NUMBER, CODE, "0x1234"]

    node.author()

    assert news() == (
        "state_storage",
        subscription,
        {"block": ask("chain_getHead"), "changes": [[NUMBER, "0x01000000"]]},
    )
    assert ask("state_unsubscribeStorage", subscription) is True


def test_storage_that_does_not_change_is_not_told(node: Node, ask: Ask, news: News) -> None:
    """A block that leaves the followed keys alone sends nothing."""
    ask("state_subscribeStorage", [CODE])
    news()
    node.author()

    assert ask("chain_getHeader")["number"] == "0x1"


def test_every_change_can_be_followed(node: Node, ask: Ask, news: News) -> None:
    """Without keys each block tells all that it changed."""
    subscription = ask("state_subscribeStorage", None)
    node.author()
    name, told, change = news()

    assert (name, told) == ("state_storage", subscription)
    assert [NUMBER, "0x01000000"] in change["changes"]


def test_the_runtime_version_can_be_followed(node: Node, ask: Ask, news: News) -> None:
    """The present version comes at once; blocks without an upgrade tell nothing."""
    subscription = ask("state_subscribeRuntimeVersion")

    assert news() == ("state_runtimeVersion", subscription, ask("state_getRuntimeVersion"))
    node.author()
    assert ask("state_unsubscribeRuntimeVersion", subscription) is True
