"""A runtime upgrade: announced, let go ahead, enacted, and the chain goes on with the new code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aipchain.chain.host.genesis import CODE
from aipchain.chain.host.trie import blake2_256
from aipchain.chain.node import Node, SimulatedClock

if TYPE_CHECKING:
    from tests.integration.chain.conftest import Wallet

AIP = 10**12


def test_an_upgrade_is_enacted_and_history_keeps_the_old_code(
    tmp_path: Path, wallet: Wallet, clock: SimulatedClock, another_build: Callable[[bytes], bytes]
) -> None:
    """After the go-ahead the head runs the new code; old blocks still answer with theirs, also after reopening."""
    with Node.open(tmp_path, clock=clock, self_check=True) as node:
        old = node.state_at().get(CODE) or b""
        new = another_build(old)
        node.submit(wallet.signed("//Alice", 0, wallet.upgrade(new)))
        announced = node.author().block.hash
        assert node.code_hash() == blake2_256(old)
        enacted = node.author().block.hash
        assert node.code_hash() == blake2_256(new)
        node.submit(wallet.transfer("//Alice", 1, "//Bob", AIP))
        assert len(node.author().block.extrinsics) == 3
        assert node.state_at(announced).get(CODE) == old
        assert node.state_at(enacted).get(CODE) == new
        assert node.call("Core_version", at=announced) == node.call("Core_version", at=enacted)
        assert node.verify(re_execute=3).is_sound

    with Node.open(tmp_path, clock=clock) as node:
        assert node.code_hash() == blake2_256(new)
        assert node.call("Core_version", at=announced) == node.call("Core_version")
        with node.fork() as fork:
            fork.author()
            assert fork.code_hash() == blake2_256(new)
