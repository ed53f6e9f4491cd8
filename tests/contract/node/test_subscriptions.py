"""Subscriptions on all nodes: what is told, in which order, and what ends them."""

from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge.protocol import NOW
from aipchain.runtime_bridge.storage_keys import storage_prefix

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party, Talk

NOW_KEY = "0x" + storage_prefix(NOW.pallet, NOW.name).hex()


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
def test_heads_follow_one_another(party: "Party", talk: "Talk", subscribe: str, name: str, unsubscribe: str) -> None:
    """The present head first, then each new one, every header the child of the one before."""
    subscription = talk.ask(subscribe)
    numbers = []
    for _ in range(3):
        method, identifier, header = talk.news()
        assert (method, identifier) == (name, subscription)
        numbers.append(int(header["number"], 16))
        party.blocks.next()
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert talk.ask(unsubscribe, subscription) is True
    assert talk.ask(unsubscribe, subscription) is False


def test_storage_is_told_at_once_and_when_it_changes(party: "Party", talk: "Talk") -> None:
    """Chain time changes with every block; the first news is the present value."""
    party.blocks.next()
    subscription = talk.ask("state_subscribeStorage", [NOW_KEY])
    seen = []
    for _ in range(3):
        method, identifier, change = talk.news()
        assert (method, identifier) == ("state_storage", subscription)
        assert [key for key, _ in change["changes"]] == [NOW_KEY]
        seen.append(int.from_bytes(bytes.fromhex(change["changes"][0][1][2:]), "little"))
        party.blocks.next()
    assert seen == sorted(set(seen))
    assert talk.ask("state_unsubscribeStorage", subscription) is True


def test_the_runtime_version_is_told_at_once(talk: "Talk") -> None:
    """Under its own name; both ways to end it work."""
    for subscribe, unsubscribe, name in (
        ("state_subscribeRuntimeVersion", "state_unsubscribeRuntimeVersion", "state_runtimeVersion"),
        ("chain_subscribeRuntimeVersion", "chain_unsubscribeRuntimeVersion", "state_runtimeVersion"),
    ):
        subscription = talk.ask(subscribe)
        method, identifier, version = talk.news()
        assert (method, identifier, version["specName"]) == (name, subscription, "aipchain")
        assert talk.ask(unsubscribe, subscription) is True


def test_a_new_line_takes_up_where_the_old_one_broke(party: "Party", talk: "Talk", lost_talk: "Talk") -> None:
    """Subscriptions die with their connection; the next one starts from the head of then."""
    lost_talk.ask("chain_subscribeFinalizedHeads")
    lost_talk.transport.close()
    party.blocks.next()
    subscription = talk.ask("chain_subscribeFinalizedHeads")
    head = talk.news()
    assert head[:2] == ("chain_finalizedHead", subscription)
    party.blocks.next()
    assert int(talk.news()[2]["number"], 16) == int(head[2]["number"], 16) + 1
