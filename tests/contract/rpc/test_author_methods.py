"""Handing in transactions over JSON-RPC and watching what becomes of them."""

import json
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import pytest
from substrateinterface import Keypair

from aipchain.chain.node import Node
from aipchain.chain.rpc.local import LocalTransport

Ask = Callable[..., Any]
News = Callable[[], tuple[str, str, Any]]
Transfer = Callable[..., str]


def test_a_transaction_is_ready_in_a_block_and_final(ask: Ask, news: News, transfer: Transfer) -> None:
    """The id comes first, then each status in order, all of the same block."""
    subscription = ask("author_submitAndWatchExtrinsic", transfer())
    told = [news() for _ in range(3)]
    head = ask("chain_getHead")

    assert {(name, identifier) for name, identifier, _ in told} == {("author_extrinsicUpdate", subscription)}
    assert [result for _, _, result in told] == ["ready", {"inBlock": head}, {"finalized": head}]
    assert ask("author_unwatchExtrinsic", subscription) is False, "a final transaction is watched no more"


def test_submitting_answers_with_the_hash(ask: Ask, transfer: Transfer) -> None:
    """The transaction is in the next block, so nothing is pending."""
    signed = transfer()
    answered = ask("author_submitExtrinsic", signed)
    block = ask("chain_getBlock")

    assert signed in block["block"]["extrinsics"]
    assert answered == f"0x{blake2b(bytes.fromhex(signed[2:]), digest_size=32).hexdigest()}"
    assert ask("author_pendingExtrinsics") == []


def test_a_gap_is_told_and_filled(ask: Ask, news: News, transfer: Transfer) -> None:
    """A later nonce waits as future; when the gap is filled both are in one block."""
    later = ask("author_submitAndWatchExtrinsic", transfer(nonce=1))
    assert news() == ("author_extrinsicUpdate", later, "future")
    assert ask("author_pendingExtrinsics") == []

    ask("author_submitExtrinsic", transfer(nonce=0))
    told = [news() for _ in range(3)]
    head = ask("chain_getHead")

    assert {identifier for _, identifier, _ in told} == {later}
    assert [result for _, _, result in told] == ["ready", {"inBlock": head}, {"finalized": head}]
    assert ask("chain_getHeader")["number"] == "0x1"


@pytest.mark.parametrize("method", ["author_submitExtrinsic", "author_submitAndWatchExtrinsic"])
def test_a_used_nonce_is_refused_by_the_runtime(ask: Ask, refusal: Ask, transfer: Transfer, method: str) -> None:
    """The refusal has Substrate's code and text, and leaves no subscription and no news behind."""
    first = transfer(nonce=0)
    ask("author_submitExtrinsic", first)

    assert refusal(method, transfer(amount=7, nonce=0)) == {
        "code": 1010,
        "message": "Invalid Transaction",
        "data": "Transaction is outdated",
    }
    assert ask("chain_getHeader")["number"] == "0x1"


def test_a_wrong_signature_is_refused(refusal: Ask, transfer: Transfer) -> None:
    """One flipped bit of the call makes the signature bad."""
    signed = bytearray.fromhex(transfer()[2:])
    signed[-1] ^= 1

    assert refusal("author_submitExtrinsic", f"0x{signed.hex()}")["data"] == "Transaction has a bad signature"


def test_an_account_without_money_cannot_pay(refusal: Ask, transfer: Transfer) -> None:
    """The runtime's reason is told in words."""
    signed = transfer(sender=Keypair.create_from_uri("//Poor"))

    assert refusal("author_submitExtrinsic", signed)["data"].startswith("Inability to pay some fees")


@pytest.mark.parametrize(("content", "code"), [("0x", 1001), ("0x08ff", 1001), ("0x0400", 1002), ("0x08ffff", 1002)])
def test_bytes_that_are_no_transaction_are_refused(refusal: Ask, ask: Ask, content: str, code: int) -> None:
    """A wrong length never reaches the runtime; what it cannot read is a verification error."""
    assert refusal("author_submitExtrinsic", content)["code"] == code
    assert ask("chain_getHeader")["number"] == "0x0"


@pytest.fixture
def still(still_node: Node) -> Iterator[LocalTransport]:
    """A conversation with a chain that makes blocks only when told."""
    conversation = LocalTransport(still_node, patience_s=1.0)
    yield conversation
    conversation.close()


@pytest.fixture
def still_ask(still: LocalTransport) -> Ask:
    """Call a method there and return result or error."""

    def call(method: str, *params: object) -> Any:
        still.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}))
        answer = json.loads(still.recv())
        return answer.get("result", answer.get("error"))

    return call


@pytest.fixture
def still_news(still: LocalTransport) -> Callable[[], Any]:
    """The result of the next notification there."""
    return lambda: json.loads(still.recv())["params"]["result"]


def test_the_same_transaction_twice_is_refused(still_ask: Ask, transfer: Transfer) -> None:
    """While it waits, the same bytes are already imported."""
    signed = transfer(nonce=0)
    waiting = still_ask("author_submitExtrinsic", signed)

    refused = still_ask("author_submitExtrinsic", signed)

    assert (refused["code"], refused["message"], refused["data"]) == (1013, "Transaction Already Imported", waiting)
    assert still_ask("author_pendingExtrinsics") == [signed]


def test_a_higher_tip_replaces_a_transaction(still_ask: Ask, still_news: Ask, transfer: Transfer) -> None:
    """The replaced one hears who took its place and that it is dropped; a lower tip is refused."""
    still_ask("author_submitAndWatchExtrinsic", transfer(nonce=0, tip=10))
    assert still_news() == "ready"
    refused = still_ask("author_submitExtrinsic", transfer(nonce=0, tip=9))
    winner = still_ask("author_submitExtrinsic", transfer(nonce=0, tip=10**9))

    assert refused["code"] == 1014
    assert refused["message"].startswith("Priority is too low: (")
    assert [still_news(), still_news()] == [{"usurped": winner}, "dropped"]


def test_the_next_nonce_counts_what_waits(still_ask: Ask, transfer: Transfer, alice: Keypair) -> None:
    """Ready transactions count, those behind a gap do not."""
    for nonce in (0, 1, 3):
        still_ask("author_submitExtrinsic", transfer(nonce=nonce))

    assert still_ask("system_accountNextIndex", alice.ss58_address) == 2
    assert still_ask("account_nextIndex", alice.ss58_address) == 2


def test_a_mortal_transaction_that_grows_old_ends_with_dropped(
    still_node: Node, still_ask: Ask, still_news: Ask, transfer: Transfer
) -> None:
    """A future transaction whose era passes is told invalid, then dropped; its bytes are banned for a while."""
    signed = transfer(nonce=5, era={"period": 4})
    still_ask("author_submitAndWatchExtrinsic", signed)
    for _ in range(5):
        still_node.author()

    assert [still_news() for _ in range(3)] == ["future", "invalid", "dropped"]
    assert still_ask("author_submitExtrinsic", signed)["code"] == 1012


def test_a_watch_can_be_ended(still_node: Node, still_ask: Ask, still_news: Ask, transfer: Transfer) -> None:
    """An ended watch hears nothing of the block that follows."""
    watch = still_ask("author_submitAndWatchExtrinsic", transfer(nonce=0))
    assert still_news() == "ready"
    assert still_ask("author_unwatchExtrinsic", watch) is True

    still_node.author()

    assert still_ask("chain_getHeader")["number"] == "0x1"
