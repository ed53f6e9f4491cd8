"""A delegate acts for an account within its right, and not a block longer than the account wants."""

import pytest

from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.errors import DispatchRefused
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.runtime_bridge.types import OrderNumber, ProxyDefinition, ProxyType

TRADING = ProxyType.TRADING


@pytest.fixture
def trades_for_alice(connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey) -> None:
    """Bob may place and cancel Alice's orders."""
    submitter.submit(calls.add_proxy(connection.metadata, delegate=bob.public, proxy_type=TRADING), alice)


def cancelling(connection: Connection, alice: AccountKey) -> Call:
    """Alice's order number 3, which does not exist, is cancelled for her."""
    inner = calls.cancel_order(connection.metadata, number=OrderNumber(3))
    return calls.proxy(connection.metadata, alice.public, TRADING, inner)


@pytest.mark.usefixtures("trades_for_alice")
def test_a_delegate_reaches_the_market(
    connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey
) -> None:
    """The market itself answers, and its refusal is the outcome's."""
    assert reads.delegates(connection, alice.public) == (ProxyDefinition(bob.public, TRADING, 0),)

    with pytest.raises(DispatchRefused, match=r"Market\.UnknownOrder"):
        submitter.submit(cancelling(connection, alice), bob)


@pytest.mark.usefixtures("trades_for_alice")
def test_a_delegate_for_trading_cannot_pay_itself(
    connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey
) -> None:
    """The runtime filters the call, whoever signs it; Alice authors the block, so she gets the fee for the attempt."""
    before = reads.account_info(connection, alice.public).data.free
    pay = calls.transfer_keep_alive(connection.metadata, dest=bob.public, value=10**12)

    with pytest.raises(DispatchRefused, match=r"System\.CallFiltered"):
        submitter.submit(calls.proxy(connection.metadata, alice.public, TRADING, pay), bob)

    assert reads.account_info(connection, alice.public).data.free >= before


@pytest.mark.usefixtures("trades_for_alice")
def test_a_delegate_is_stopped_at_once(
    connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey
) -> None:
    """From the block that takes the right away, the delegate is nobody; the deposit is free again."""
    held = reads.account_info(connection, alice.public).data.reserved
    submitter.submit(calls.remove_proxy(connection.metadata, delegate=bob.public, proxy_type=TRADING), alice)

    assert held > 0 == reads.account_info(connection, alice.public).data.reserved
    assert reads.delegates(connection, alice.public) == ()
    with pytest.raises(DispatchRefused, match=r"Proxy\.NotProxy"):
        submitter.submit(cancelling(connection, alice), bob)
