"""What the chain calls itself, and what a transaction would cost, over JSON-RPC."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from substrateinterface import Keypair

from aipchain.chain.node import Node

Ask = Callable[..., Any]
Transfer = Callable[..., str]
NOWHERE = "0x" + "11" * 32


def test_the_chain_tells_its_names(node: Node, ask: Ask) -> None:
    """Names, version and properties are the node's own."""
    assert ask("system_chain") == node.chain_name
    assert ask("system_name") == "AIPCHAIN embedded node"
    assert ask("system_version") == version("aipchain")
    assert ask("system_properties") == {"ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "AIP"}
    assert ask("system_chainType") == "Development"
    assert ask("system_nodeRoles") == ["Authority"]


def test_an_embedded_chain_has_no_network(node: Node, ask: Ask) -> None:
    """No peers, no identity, no addresses, and always in sync."""
    node.author()

    assert ask("system_health") == {"peers": 0, "isSyncing": False, "shouldHavePeers": False}
    assert ask("system_syncState") == {"startingBlock": 0, "currentBlock": 1, "highestBlock": 1}
    assert (ask("system_peers"), ask("system_localListenAddresses"), ask("system_localPeerId")) == ([], [], "")


def test_a_fee_is_foretold_in_parts_that_add_up(ask: Ask, transfer: Transfer) -> None:
    """Class, weight and fee of a signed transaction; base, length and weight fee make the whole."""
    signed = transfer()
    info = ask("payment_queryInfo", signed)
    parts = ask("payment_queryFeeDetails", signed)["inclusionFee"]

    assert info["class"] == "normal"
    assert set(info["weight"]) == {"ref_time", "proof_size"}
    assert set(parts) == {"baseFee", "lenFee", "adjustedWeightFee"}
    assert sum(int(part, 16) for part in parts.values()) == int(info["partialFee"]) > 0


def test_an_unsigned_extrinsic_has_no_inclusion_fee(node: Node, ask: Ask) -> None:
    """An inherent costs nothing."""
    inherent = node.author().block.extrinsics[0]

    assert ask("payment_queryFeeDetails", f"0x{inherent.hex()}") == {"inclusionFee": None}


def test_a_fee_question_that_makes_no_sense_is_refused(refusal: Ask) -> None:
    """Bytes the runtime cannot read, and an unknown block, are errors of their own code."""
    assert refusal("payment_queryInfo", "0x0400")["code"] == 1
    assert refusal("payment_queryFeeDetails", "0x0400", NOWHERE) == {
        "code": 1,
        "message": "Unable to query fee details.",
        "data": f"Client error: UnknownBlock: Header was not found in the database: {NOWHERE}",
    }


def test_a_dry_run_changes_nothing(node: Node, ask: Ask, refusal: Ask, transfer: Transfer) -> None:
    """It answers with what applying would say, and the chain stands where it stood."""
    node.author()
    answer = ask("system_dryRun", transfer())

    assert answer == "0x0000"
    assert ask("chain_getHeader")["number"] == "0x1"
    assert refusal("system_dryRun", "0x0400")["message"] == "Unable to dry run extrinsic."


def test_an_address_with_a_typing_error_is_refused(refusal: Ask, alice: Keypair) -> None:
    """The checksum of an address is checked."""
    wrong = alice.ss58_address[:-1] + ("a" if alice.ss58_address[-1] != "a" else "b")

    assert refusal("system_accountNextIndex", wrong)["code"] == -32602
