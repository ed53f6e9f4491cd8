"""JSON-RPC 2.0 itself: requests, notifications, batches, and what is no request at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.errors import NoMessage, SessionClosed
from aipchain.chain.rpc.local import LocalTransport

Exchange = Callable[[object], Any]
WANTED = """
    rpc_methods system_name system_properties system_chain system_version system_health system_chainType
    system_nodeRoles system_localPeerId system_accountNextIndex system_dryRun
    chain_getHead chain_getBlockHash chain_getFinalizedHead chain_getHeader chain_getBlock
    chain_subscribeNewHeads chain_unsubscribeNewHeads chain_subscribeNewHead chain_unsubscribeNewHead
    chain_subscribeFinalizedHeads chain_unsubscribeFinalizedHeads chain_subscribeAllHeads chain_unsubscribeAllHeads
    chain_getRuntimeVersion state_getRuntimeVersion state_subscribeRuntimeVersion state_unsubscribeRuntimeVersion
    state_getMetadata state_getStorage state_getStorageAt state_getKeysPaged state_queryStorageAt state_call
    state_subscribeStorage state_unsubscribeStorage payment_queryInfo payment_queryFeeDetails
    author_pendingExtrinsics author_submitExtrinsic author_submitAndWatchExtrinsic author_unwatchExtrinsic
"""


@pytest.mark.parametrize("identifier", [1, "seven", None, 1.5])
def test_an_answer_carries_the_id_of_its_request(exchange: Exchange, identifier: object) -> None:
    """Numbers, strings and null come back as they were."""
    answer = exchange({"jsonrpc": "2.0", "id": identifier, "method": "system_peers"})

    assert answer == {"jsonrpc": "2.0", "id": identifier, "result": []}


@pytest.mark.parametrize("message", ["", "{", "[1,", "nonsense", "[" * 100_000])
def test_what_is_no_json_is_a_parse_error(exchange: Exchange, message: str) -> None:
    """The conversation goes on after it."""
    assert exchange(message)["error"]["code"] == -32700
    assert exchange({"jsonrpc": "2.0", "id": 1, "method": "system_peers"})["result"] == []


@pytest.mark.parametrize(
    "request_",
    [
        1,
        "text",
        None,
        {},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "1.0", "id": 1, "method": "system_name"},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
        {"jsonrpc": "2.0", "id": [1], "method": "system_name"},
        {"jsonrpc": "2.0", "id": True, "method": "system_name"},
        [],
    ],
)
def test_what_is_no_request_is_refused(exchange: Exchange, request_: object) -> None:
    """JSON that is no JSON-RPC 2.0 request is -32600."""
    assert exchange(json.dumps(request_))["error"] == {"code": -32600, "message": "Invalid request"}


def test_an_unknown_method_is_named_so(exchange: Exchange) -> None:
    """A method that is not there is -32601."""
    answer = exchange({"jsonrpc": "2.0", "id": 1, "method": "state_magic"})

    assert answer["error"] == {"code": -32601, "message": "Method not found"}


def test_parameters_may_be_named(exchange: Exchange) -> None:
    """An object of parameters means the same as an array."""
    by_name = exchange({"jsonrpc": "2.0", "id": 1, "method": "chain_getBlockHash", "params": {"hash": 0}})
    by_position = exchange({"jsonrpc": "2.0", "id": 1, "method": "chain_getBlockHash", "params": [0]})

    assert by_name == by_position


def test_wrong_parameters_are_refused(refusal: Callable[..., Any]) -> None:
    """Which parameter is wrong stands in the data of -32602."""
    assert refusal("state_getStorage", "zz") == {
        "code": -32602,
        "message": "Invalid params",
        "data": "`key`: expected a string of hex digits that starts with 0x, got a string",
    }


def test_a_batch_answers_each_request_but_notifications(exchange: Exchange) -> None:
    """One array comes back, in order, refusals among the results."""
    answers = exchange(
        [
            {"jsonrpc": "2.0", "id": 1, "method": "system_peers"},
            {"jsonrpc": "2.0", "method": "system_peers"},
            {"jsonrpc": "2.0", "id": 2, "method": "nothing"},
            7,
        ]
    )

    assert [answer["id"] for answer in answers] == [1, 2, None]
    assert answers[0]["result"] == []
    assert [answer["error"]["code"] for answer in answers[1:]] == [-32601, -32600]


def test_notifications_get_no_answer(transport: LocalTransport) -> None:
    """Neither alone nor in a batch, neither good nor bad."""
    transport.send('{"jsonrpc":"2.0","method":"system_peers"}')
    transport.send('{"jsonrpc":"2.0","method":"nothing"}')
    transport.send('{"jsonrpc":"2.0","method":"chain_subscribeNewHeads"}')
    transport.send('[{"jsonrpc":"2.0","method":"system_peers"}]')
    transport.send('{"jsonrpc":"2.0","id":9,"method":"system_peers"}')

    assert json.loads(transport.recv())["id"] == 9


def test_a_batch_too_large_is_refused_as_a_whole(exchange: Exchange) -> None:
    """More than a thousand requests at once are one refusal."""
    requests = [{"jsonrpc": "2.0", "id": number, "method": "system_peers"} for number in range(1001)]

    assert exchange(requests)["error"]["code"] == -32010


def test_the_list_of_methods_is_the_truth(ask: Callable[..., Any], exchange: Exchange) -> None:
    """Every method listed answers to its name, and no other does."""
    listed = ask("rpc_methods")["methods"]

    assert listed == sorted(set(listed))
    for method in listed:
        answer = exchange({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"no such parameter": 1}})
        assert answer["error"]["code"] == -32602, method


def test_every_method_that_known_clients_ask_for_is_there(ask: Callable[..., Any]) -> None:
    """What substrate-interface 1.8.1, @polkadot/api 16.5.6 and the Apps UI call."""
    assert set(WANTED.split()) - set(ask("rpc_methods")["methods"]) == set()


def test_a_closed_conversation_says_so(node: Node) -> None:
    """After `close` nothing can be sent; a message that never comes ends the wait."""
    conversation = LocalTransport(node, patience_s=0.01)
    with pytest.raises(NoMessage):
        conversation.recv()

    conversation.close()

    with pytest.raises(SessionClosed):
        conversation.send("{}")
    with pytest.raises(SessionClosed):
        conversation.recv()


def test_news_of_a_block_timer_arrive_while_a_client_waits() -> None:
    """Blocks made on another thread reach a client that only listens."""
    with Node.open(None, clock=SimulatedClock(0), sealing=Sealing.every(5)) as ticking:
        conversation = LocalTransport(ticking)
        conversation.send('{"jsonrpc":"2.0","id":1,"method":"chain_subscribeNewHeads"}')
        conversation.recv()
        numbers = [int(json.loads(conversation.recv())["params"]["result"]["number"], 16) for _ in range(4)]
        conversation.close()

    assert numbers == list(range(numbers[0], numbers[0] + 4))
