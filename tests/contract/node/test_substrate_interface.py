"""The unmodified substrate-interface 1.8 on all nodes: it calls own pallets and reads what came of it."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from substrateinterface import ExtrinsicReceipt, Keypair, SubstrateInterface

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party

BOB = Keypair.create_from_uri("//Bob")
PARAMETERS = {"gate_closure_s": 600, "clearing_window_s": 600, "grace_s": 600, "collateral": 100_000}
FOUNDING = {
    "name": "Maple Street",
    "interval_s": 900,
    "epoch_s": 86_400,
    "zones": [["north", "south"]],
    "parameters": PARAMETERS,
    "steward": BOB.ss58_address,
}
"""The client takes a vector of bounded length in one more pair of brackets."""
LIFE = 1_024
"""How long a transaction may be included [blocks]."""


@pytest.fixture
def substrate(party: "Party") -> Iterator[SubstrateInterface]:
    """The client, on a line of its own."""
    party.blocks.next()
    with SubstrateInterface(websocket=party.dial()) as client:
        yield client


def carried_out(party: "Party", substrate: SubstrateInterface, *call: Any) -> ExtrinsicReceipt:
    """Let Bob sign a call and hand it in; look for its block, from the newest one on."""
    nonce = substrate.get_account_nonce(BOB.ss58_address)
    first = substrate.get_block_number(substrate.get_chain_head())
    signed = substrate.create_signed_extrinsic(substrate.compose_call(*call), BOB, era={"period": LIFE})
    handed_in = substrate.submit_extrinsic(signed)
    for number in range(first, first + LIFE):
        block = party.awaited(partial(substrate.get_block_hash, number), f"block {number}")
        if substrate.query("System", "Account", [BOB.ss58_address], block).value["nonce"] > nonce:
            return ExtrinsicReceipt(substrate, handed_in.extrinsic_hash, block)
    pytest.fail(f"{party.name}: the transaction is in none of the {LIFE} blocks from {first} on")


def test_a_community_is_founded_and_read(party: "Party", substrate: SubstrateInterface) -> None:
    """Arguments, events and storage of an own pallet go through the metadata alone."""
    receipt = carried_out(party, substrate, "Communities", "found", FOUNDING)
    assert receipt.is_success
    assert receipt.total_fee_amount > 0
    (founded,) = (event.value for event in receipt.triggered_events if event.value["event_id"] == "Founded")
    assert founded["attributes"]["steward"] == BOB.ss58_address

    number = founded["attributes"]["community"]
    community = substrate.query("Communities", "Communities", [number]).value
    assert (community["name"], community["zones"]) == ("Maple Street", ["north", "south"])
    assert (
        community
        == {key.value: value.value for key, value in substrate.query_map("Communities", "Communities")}[number]
    )
    assert substrate.query("Communities", "Roles", [number, BOB.ss58_address]).value == 1


def test_a_refusal_is_told_in_the_runtimes_words(party: "Party", substrate: SubstrateInterface) -> None:
    """The name of the error and its sentence."""
    receipt = carried_out(party, substrate, "Communities", "leave", {"community": 4_000_000})
    assert not receipt.is_success
    assert receipt.error_message == {
        "type": "Module",
        "name": "UnknownCommunity",
        "docs": ["There is no such community."],
    }
