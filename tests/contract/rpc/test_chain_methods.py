"""Headers, blocks, hashes and heads over JSON-RPC."""

from collections.abc import Callable
from typing import Any

import pytest

from aipchain.chain.node import Node

Ask = Callable[..., Any]
News = Callable[[], tuple[str, str, Any]]
NOWHERE = "0x" + "11" * 32


def test_the_head_moves_with_each_block(node: Node, ask: Ask) -> None:
    """Best and finalised are the same block under every name."""
    node.author()
    head = f"0x{node.head.hash.hex()}"

    assert ask("chain_getHead") == ask("chain_getBlockHash") == head
    assert ask("chain_getFinalizedHead") == ask("chain_getFinalisedHead") == head
    assert ask("chain_getBlockHash", 1) == ask("chain_getBlockHash", "0x1") == head


def test_hashes_come_one_by_one_or_in_a_list(node: Node, ask: Ask) -> None:
    """A number that no block has yet gives null."""
    genesis = f"0x{node.genesis_hash.hex()}"

    assert ask("chain_getBlockHash", 0) == genesis
    assert ask("chain_getBlockHash", [0, "0x0", 5]) == [genesis, genesis, None]


def test_a_header_hashes_to_its_block(node: Node, ask: Ask) -> None:
    """Numbers are hex quantities, digest items are as the runtime encoded them."""
    node.author()
    header = ask("chain_getHeader")

    assert header == ask("chain_getHeader", f"0x{node.head.hash.hex()}")
    assert header["number"] == "0x1"
    assert header["parentHash"] == f"0x{node.genesis_hash.hex()}"
    assert header["digest"]["logs"] == [f"0x{item.hex()}" for item in node.head.digest]
    assert ask("chain_getHeader", header["parentHash"])["number"] == "0x0"


def test_a_block_holds_its_extrinsics(node: Node, ask: Ask) -> None:
    """A block is its header and extrinsics; there are no justifications."""
    imported = node.author()
    block = ask("chain_getBlock", f"0x{node.head.hash.hex()}")

    assert block["justifications"] is None
    assert block["block"]["header"] == ask("chain_getHeader")
    assert block["block"]["extrinsics"] == [f"0x{extrinsic.hex()}" for extrinsic in imported.block.extrinsics]
    assert ask("chain_getBlock") == block


@pytest.mark.parametrize("method", ["chain_getHeader", "chain_getBlock"])
def test_an_unknown_block_is_null(ask: Ask, method: str) -> None:
    """Asking for a block that is not there is no error."""
    assert ask(method, NOWHERE) is None


@pytest.mark.parametrize(
    ("subscribe", "name", "unsubscribe"),
    [
        ("chain_subscribeNewHeads", "chain_newHead", "chain_unsubscribeNewHeads"),
        ("chain_subscribeNewHead", "chain_newHead", "chain_unsubscribeNewHead"),
        ("chain_subscribeAllHeads", "chain_allHead", "chain_unsubscribeAllHeads"),
        ("chain_subscribeFinalizedHeads", "chain_finalizedHead", "chain_unsubscribeFinalizedHeads"),
        ("chain_subscribeFinalisedHeads", "chain_finalizedHead", "chain_unsubscribeFinalisedHeads"),
    ],
)
def test_heads_are_told_from_the_present_one_on(
    node: Node, ask: Ask, news: News, subscribe: str, name: str, unsubscribe: str
) -> None:
    """The answer comes first, then the present head, then each new one until the client unsubscribes."""
    subscription = ask(subscribe)
    present = news()
    node.author()
    following = news()
    assert (present[:2], present[2]["number"]) == ((name, subscription), "0x0")
    assert following == (name, subscription, ask("chain_getHeader"))

    assert ask(unsubscribe, subscription) is True
    assert ask(unsubscribe, subscription) is False
    node.author()
    assert ask("chain_getHeader")["number"] == "0x2"


def test_subscriptions_of_one_client_are_bounded(ask: Ask, refusal: Ask, news: News) -> None:
    """The 1,025th subscription is refused."""
    for _ in range(1024):
        ask("state_subscribeStorage")

    assert refusal("chain_subscribeNewHeads")["code"] == -32006
