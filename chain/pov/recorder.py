"""Records what a block looks at in its parent's state, so that the block can be run by somebody who has no state."""

from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.pov.compact import compact_proof
from aipchain.chain.pov.witness import Witness

__all__ = ["Recorder"]


class Recorder:
    """Answers reads from `state` and remembers them: `top` is what was seen of the top trie."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.top = Witness(state.trie)
        self._children: dict[bytes, Witness] = {}

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None."""
        self.top.read(key)
        return self._state.get(key)

    def next_key(self, key: bytes) -> bytes | None:
        """Return the smallest key above `key`, or None."""
        return _located(self.top, key, self._state.next_key(key))

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""
        self._child(child).read(key)
        return self._state.child_get(child, key)

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        """Return the smallest key above `key` in a child trie, or None."""
        return _located(self._child(child), key, self._state.child_next_key(child, key))

    def write(self, written: Changes) -> None:
        """Remember every write of the block, also those that made no difference: its state root looks at all."""
        top = dict(written.top)
        for child, changes in written.children.items():
            self._child(child).write(changes)
            trie = self._state.child_trie(child).changed(changes)
            top[CHILD_PREFIX + child] = None if trie.empty else trie.root()
        self.top.write(top)

    def proof(self) -> list[bytes]:
        """Return the items of the compact proof: the top trie's, then each child trie's in the order of their names."""
        children = [witness for _, witness in sorted(self._children.items()) if not witness.trie.empty]
        return [item for witness in (self.top, *children) for item in compact_proof(witness)]

    def _child(self, child: bytes) -> Witness:
        self.top.read(CHILD_PREFIX + child)
        return self._children.setdefault(child, Witness(self._state.child_trie(child)))


def _located(witness: Witness, key: bytes, following: bytes | None) -> bytes | None:
    witness.locate(key)
    if following is not None:
        witness.locate(following)
    return following
