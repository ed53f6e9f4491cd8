"""Every JSON-RPC method that unmodified clients use: the same shape and meaning on all nodes."""

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pytest

from aipchain.chain.rpc import session
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.protocol import NOW
from aipchain.runtime_bridge.storage_keys import storage_prefix

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party, Talk

NOWHERE = "0x" + "11" * 32
CODE = "0x" + b":code".hex()
ALICE = development_account("Alice").address
NOW_KEY = "0x" + storage_prefix(NOW.pallet, NOW.name).hex()
METHODS = {
    "rpc": "methods",
    "system": (
        "name version chain chainType properties health peers localPeerId localListenAddresses nodeRoles "
        "syncState accountNextIndex dryRun"
    ),
    "account": "nextIndex",
    "chain": (
        "getHead getBlockHash getHeader getBlock getFinalizedHead getFinalisedHead getRuntimeVersion "
        "subscribeNewHeads unsubscribeNewHeads subscribeNewHead unsubscribeNewHead subscribeAllHeads "
        "unsubscribeAllHeads subscribeFinalizedHeads unsubscribeFinalizedHeads"
    ),
    "state": (
        "getMetadata getStorage getStorageAt getStorageHash getStorageSize getKeysPaged queryStorage "
        "queryStorageAt getRuntimeVersion call subscribeStorage unsubscribeStorage subscribeRuntimeVersion "
        "unsubscribeRuntimeVersion"
    ),
    "author": "pendingExtrinsics submitExtrinsic submitAndWatchExtrinsic unwatchExtrinsic",
    "payment": "queryInfo queryFeeDetails",
}
"""What substrate-interface 1.8 and @polkadot/api 16 call, by the part of the name before the underscore."""


def test_the_methods_that_clients_use_are_there(talk: "Talk") -> None:
    """A client that finds one missing takes another way or gives up."""
    wanted = {f"{room}_{name}" for room, names in METHODS.items() for name in names.split()}
    assert wanted - set(talk.ask("rpc_methods")["methods"]) == set()


def test_the_embedded_node_has_no_method_of_its_own(talk: "Talk") -> None:
    """What a client learns to use on it, every node has."""
    assert set(session.METHODS) - set(talk.ask("rpc_methods")["methods"]) == set()


def test_requests_in_one_message_are_answered_in_one(talk: "Talk", genesis_hash: str) -> None:
    """Each by its id, with parameters by place or by name; one that fails does not harm the others."""
    first = {"jsonrpc": "2.0", "id": "a", "method": "chain_getBlockHash", "params": {"hash": 0}}
    second = {"jsonrpc": "2.0", "id": "b", "method": "nope"}
    third = {"jsonrpc": "2.0", "id": "c", "method": "chain_getBlockHash", "params": [0]}
    talk.transport.send(json.dumps([first, second, third]))
    answers = {answer["id"]: answer for answer in json.loads(talk.transport.recv())}
    assert (answers["a"]["result"], answers["c"]["result"]) == (genesis_hash, genesis_hash)
    assert answers["b"]["error"] == {"code": -32601, "message": "Method not found"}


def test_the_genesis_is_the_same(talk: "Talk", genesis_hash: str) -> None:
    """One specification, one first block."""
    assert talk.ask("chain_getBlockHash", 0) == genesis_hash
    assert talk.ask("chain_getBlockHash", [0, "0x0", 10**8]) == [genesis_hash, genesis_hash, None]


def test_the_chain_presents_itself_alike(talk: "Talk") -> None:
    """Name, type, token and address format come from the specification; there is nobody else on the network."""
    assert talk.ask("system_chain") == "AIPCHAIN Development"
    assert talk.ask("system_chainType") == "Development"
    assert talk.ask("system_properties") == {"ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "AIP"}
    assert talk.ask("system_health") == {"peers": 0, "isSyncing": False, "shouldHavePeers": False}
    assert talk.ask("system_peers") == []
    assert talk.ask("system_nodeRoles") == ["Authority"]


@pytest.mark.parametrize("method", ["system_name", "system_version", "system_localPeerId"])
def test_a_node_names_itself(talk: "Talk", method: str) -> None:
    """Each in its own words."""
    assert isinstance(talk.ask(method), str)


def test_sync_state_is_the_height(talk: "Talk") -> None:
    """A node alone is always in sync, and addresses are a list."""
    state = talk.ask("system_syncState")
    assert set(state) == {"startingBlock", "currentBlock", "highestBlock"}
    assert state["startingBlock"] == 0
    assert state["currentBlock"] <= state["highestBlock"]
    assert isinstance(talk.ask("system_localListenAddresses"), list)


def test_a_header_leads_to_its_block_and_its_parent(party: "Party", talk: "Talk") -> None:
    """Numbers are hex quantities; a block is its header and its extrinsics, the inherents first."""
    party.blocks.next()
    head = talk.ask("chain_getFinalizedHead")
    header = talk.ask("chain_getHeader", head)
    assert set(header) == {"parentHash", "number", "stateRoot", "extrinsicsRoot", "digest"}
    block = talk.ask("chain_getBlock", head)
    assert block["block"]["header"] == header
    assert block["justifications"] is None
    assert len(block["block"]["extrinsics"]) >= 2
    assert talk.ask("chain_getBlockHash", header["number"]) == head
    parent = talk.ask("chain_getHeader", header["parentHash"])
    assert int(parent["number"], 16) + 1 == int(header["number"], 16)
    assert header["digest"]["logs"][0].startswith("0x0661757261"), "an Aura slot comes first"


def test_names_for_the_head(party: "Party", talk: "Talk") -> None:
    """Best and finalised heads are blocks with a number, under every name."""
    party.blocks.next()
    for method in ("chain_getHead", "chain_getBlockHash", "chain_getFinalizedHead", "chain_getFinalisedHead"):
        assert int(talk.ask("chain_getHeader", talk.ask(method))["number"], 16) >= 1


@pytest.mark.parametrize("method", ["chain_getHeader", "chain_getBlock"])
def test_an_unknown_block_is_null(talk: "Talk", method: str) -> None:
    """It is no error to ask for it."""
    assert talk.ask(method, NOWHERE) is None


def test_state_of_an_unknown_block_is_refused(talk: "Talk") -> None:
    """With the code and the words of a client error."""
    text = f"Client error: UnknownBlock: Header was not found in the database: {NOWHERE}"
    assert talk.refused("state_getStorage", CODE, NOWHERE) == {"code": 4003, "message": text}


def test_storage_is_read_by_value_hash_and_size(talk: "Talk", genesis_hash: str) -> None:
    """The code at genesis is the artifact on every node; what is not there is null."""
    code = bytes.fromhex(talk.ask("state_getStorage", CODE, genesis_hash)[2:])
    assert talk.ask("state_getStorageAt", CODE, genesis_hash) == f"0x{code.hex()}"
    assert talk.ask("state_getStorageSize", CODE, genesis_hash) == len(code)
    assert talk.ask("state_getStorageHash", CODE, genesis_hash) == f"0x{blake2b(code, digest_size=32).hexdigest()}"
    for method in ("state_getStorage", "state_getStorageHash", "state_getStorageSize"):
        assert talk.ask(method, "0x00", genesis_hash) is None


def test_keys_come_in_pages(talk: "Talk", genesis_hash: str) -> None:
    """In order, after the start key, a thousand at most."""
    everything = talk.ask("state_getKeysPaged", "0x", 1_000, None, genesis_hash)
    assert everything == sorted(everything)
    assert CODE in everything
    assert talk.ask("state_getKeysPaged", "0x", 3, everything[1], genesis_hash) == everything[2:5]
    prefix = everything[0][:34]
    assert all(key.startswith(prefix) for key in talk.ask("state_getKeysPaged", prefix, 1_000, None, genesis_hash))
    assert talk.refused("state_getKeysPaged", "0x", 1_001) == {
        "code": 4002,
        "message": "count exceeds maximum value. value: 1001, max: 1000",
    }


def test_storage_is_queried_at_a_block_and_over_blocks(party: "Party", talk: "Talk", genesis_hash: str) -> None:
    """At one block every key; over a range what changed, block by block."""
    party.blocks.next()
    first = talk.ask("chain_getBlockHash", 1)
    now = talk.ask("state_getStorage", NOW_KEY, first)
    assert talk.ask("state_queryStorageAt", [NOW_KEY, "0x00"], first) == [
        {"block": first, "changes": [[NOW_KEY, now], ["0x00", None]]}
    ]
    assert talk.ask("state_queryStorage", [NOW_KEY, "0x00"], genesis_hash, first) == [
        {"block": genesis_hash, "changes": [[NOW_KEY, None], ["0x00", None]]},
        {"block": first, "changes": [[NOW_KEY, now]]},
    ]
    assert talk.refused("state_queryStorage", [NOW_KEY], first, genesis_hash)["code"] == 4001


def test_the_runtime_describes_itself(talk: "Talk", genesis_hash: str) -> None:
    """Version and metadata are the runtime's own words."""
    version = talk.ask("state_getRuntimeVersion", genesis_hash)
    assert (version["specName"], version["implName"], version["specVersion"]) == ("aipchain", "aipchain", 1)
    assert version["systemVersion"] == version.get("stateVersion", version["systemVersion"])
    assert ["0xdf6acb689907609b", 5] in version["apis"], "Core"
    assert talk.ask("chain_getRuntimeVersion", genesis_hash) == version
    metadata = bytes.fromhex(talk.ask("state_getMetadata", genesis_hash)[2:])
    called = bytes.fromhex(talk.ask("state_call", "Metadata_metadata", "0x", genesis_hash)[2:])
    assert metadata[:5] == b"meta\x0e"
    assert called.endswith(metadata)


def test_a_runtime_function_is_called(talk: "Talk", genesis_hash: str) -> None:
    """With SCALE in and out; a name or an argument that does not fit is a client error."""
    assert talk.ask("state_call", "AuraApi_slot_duration", "0x", genesis_hash) == "0x7017000000000000"
    assert talk.refused("state_call", "Nope", "0x") == {
        "code": 4003,
        "message": "Client error: Execution failed: Other: Exported method Nope is not found",
    }
    refused = talk.refused("state_call", "AccountNonceApi_account_nonce", "0x")
    assert refused["code"] == 4003
    assert refused["message"].startswith("Client error: Execution failed: ")


@pytest.mark.parametrize(
    ("method", "params", "code", "message"),
    [
        ("nope", [], -32601, "Method not found"),
        ("state_getStorage", [], -32602, "Invalid params"),
        ("state_getStorage", ["zz"], -32602, "Invalid params"),
        ("system_accountNextIndex", [ALICE[:-1] + "a"], -32602, "Invalid params"),
        ("system_dryRun", ["0x0400"], 1, "Unable to dry run extrinsic."),
        ("payment_queryInfo", ["0x0400"], 1, "Unable to query dispatch info."),
        ("payment_queryFeeDetails", ["0x0400"], 1, "Unable to query fee details."),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    talk: "Talk", method: str, params: list[Any], code: int, message: str
) -> None:
    """In Substrate's codes and words."""
    refused = talk.refused(method, *params)
    assert (refused["code"], refused["message"]) == (code, message)


def test_ending_what_was_never_begun_is_false(talk: "Talk") -> None:
    """It is no error."""
    for method in ("author_unwatchExtrinsic", "chain_unsubscribeNewHeads", "state_unsubscribeStorage"):
        assert talk.ask(method, "never") is False
