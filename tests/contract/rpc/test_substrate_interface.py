"""The unmodified substrate-interface 1.8.1 in process: everything it offers, against a real chain."""

from collections.abc import Callable

import pytest
from substrateinterface import Keypair, SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException

Transfer = Callable[..., str]


@pytest.fixture
def to_bob(substrate: SubstrateInterface, bob: Keypair) -> Callable[[int], object]:
    """Compose a transfer to Bob."""
    return lambda amount: substrate.compose_call(
        "Balances", "transfer_allow_death", {"dest": bob.ss58_address, "value": amount}
    )


def test_it_reads_values_maps_and_constants(substrate: SubstrateInterface, alice: Keypair) -> None:
    """Queries, maps over several pages, constants, and runtime calls decode by the chain's metadata."""
    accounts = {account.value for account, _ in substrate.query_map("System", "Account", page_size=2)}

    assert alice.ss58_address in accounts
    assert len(accounts) > 2
    assert substrate.query("System", "Account", [alice.ss58_address]).value["nonce"] == 0
    assert substrate.get_constant("Balances", "ExistentialDeposit").value > 0
    assert substrate.runtime_call("AccountNonceApi", "account_nonce", [alice.ss58_address]).value == 0


def test_it_sees_a_transaction_succeed(
    substrate: SubstrateInterface, alice: Keypair, bob: Keypair, to_bob: Callable[[int], object]
) -> None:
    """Events of the receipt tell what happened and what it cost."""
    before = substrate.query("System", "Account", [bob.ss58_address]).value["data"]["free"]
    receipt = substrate.submit_extrinsic(substrate.create_signed_extrinsic(to_bob(5), alice), wait_for_inclusion=True)

    assert receipt.is_success
    assert "Transfer" in [event.value["event_id"] for event in receipt.triggered_events]
    assert receipt.total_fee_amount == substrate.get_payment_info(to_bob(5), alice)["partialFee"]
    assert substrate.query("System", "Account", [bob.ss58_address]).value["data"]["free"] == before + 5


def test_it_sees_a_transaction_fail(
    substrate: SubstrateInterface, alice: Keypair, to_bob: Callable[[int], object]
) -> None:
    """A call that fails is in a block all the same, and has paid."""
    receipt = substrate.submit_extrinsic(
        substrate.create_signed_extrinsic(to_bob(10**30), alice), wait_for_inclusion=True
    )

    assert not receipt.is_success
    assert receipt.total_fee_amount > 0


def test_it_hears_why_a_transaction_was_refused(
    substrate: SubstrateInterface, alice: Keypair, to_bob: Callable[[int], object]
) -> None:
    """The refusal arrives as the client's own exception with Substrate's code and text."""
    signed = substrate.create_signed_extrinsic(to_bob(1), alice)
    substrate.submit_extrinsic(signed)

    with pytest.raises(SubstrateRequestException, match="Transaction is outdated"):
        substrate.submit_extrinsic(signed, wait_for_inclusion=True)


def test_it_submits_fifty_transactions_in_a_row(
    substrate: SubstrateInterface, alice: Keypair, to_bob: Callable[[int], object]
) -> None:
    """Signed ahead with rising nonces, all are included."""
    signed = [substrate.create_signed_extrinsic(to_bob(1), alice, nonce=nonce) for nonce in range(50)]
    for transaction in signed[:-1]:
        substrate.submit_extrinsic(transaction)
    receipt = substrate.submit_extrinsic(signed[-1], wait_for_finalization=True)

    assert receipt.is_success
    assert substrate.get_account_nonce(alice.ss58_address) == 50


def test_it_follows_heads_and_storage(substrate: SubstrateInterface, alice: Keypair) -> None:
    """Its subscriptions start with the present and end when the handler returns something."""
    seen = substrate.subscribe_block_headers(lambda header, *_: header["header"]["number"], finalized_only=True)
    nonce = substrate.query(
        "System", "Account", [alice.ss58_address], subscription_handler=lambda account, *_: account.value["nonce"]
    )

    assert (seen, nonce) == (0, 0)


def test_it_reads_the_past(
    substrate: SubstrateInterface, alice: Keypair, bob: Keypair, to_bob: Callable[[int], object]
) -> None:
    """State and blocks of any height stay as they were."""
    genesis = substrate.get_block_hash(0)
    before = substrate.query("System", "Account", [bob.ss58_address], block_hash=genesis).value
    for _ in range(2):
        substrate.submit_extrinsic(substrate.create_signed_extrinsic(to_bob(9), alice), wait_for_inclusion=True)

    assert substrate.query("System", "Account", [bob.ss58_address], block_hash=genesis).value == before
    assert substrate.query("System", "Number", block_hash=substrate.get_block_hash(1)).value == 1
    assert substrate.get_block(block_number=1)["header"]["parentHash"] == genesis
