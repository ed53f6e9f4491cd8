"""Submits calls so that each takes effect at most once, whatever breaks in between.

An extrinsic is signed once, kept in the outbox, and sent as the same bytes each time. What became of it is decided by
the chain alone: a finalised block holds it (its own events tell the result), or its era is over, or its nonce went to
another extrinsic. An answer of the pool counts only for bytes that were never sent before.
"""

import time
from collections.abc import Callable, Iterable, Sequence

from aipchain.errors import OperationError
from aipchain.runtime_bridge.connection import BlockHeader, Connection
from aipchain.runtime_bridge.errors import (
    NonceTaken,
    NotIncludedYet,
    ResultForgotten,
    RpcRefused,
    RuntimeChanged,
    SubmissionExpired,
    SubmissionRefused,
)
from aipchain.runtime_bridge.events import block_facts, executing_metadata
from aipchain.runtime_bridge.extrinsics import Era, SignedExtrinsic, Signer, extrinsic_hash, sign
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.outbox import MemoryOutbox, Outbox
from aipchain.runtime_bridge.outcomes import BlockPlace, Outcome, outcome_in_block
from aipchain.runtime_bridge.protocol import ACCOUNT
from aipchain.units import Balance

__all__ = ["Submitter", "polling"]

_ALREADY_IMPORTED = 1013
_FINAL = frozenset({*range(1_001, 1_019), -32_600, -32_601, -32_602, -32_700}) - {_ALREADY_IMPORTED}
"""Codes by which a node says that it did not take the bytes: its pool's, and those for a request it does not serve."""

_PERIOD = 64
_SENT_AGAIN_AFTER = 8
"""Blocks without a decision after which a node may have lost the bytes: it was restarted, or its pool ran over."""


def polling(patience_s: float = 120, pause_s: float = 0.02) -> Callable[[int], bool]:
    """Wait for blocks that others make: pause, and give up after about `patience_s` without one that decides [s]."""

    def wait(attempt: int) -> bool:
        time.sleep(pause_s)
        return attempt * pause_s < patience_s

    return wait


class Submitter:
    """Signs, keeps, sends and follows extrinsics over one connection; one thread at a time uses it.

    :param wait: called between two looks at the chain with the number of the look, 1 for the first; it makes or awaits
        a block and says whether to go on looking. In process, with blocks on demand: author one there.
    :param finalised: decide by finalised blocks; False takes the best chain, for a development node that never
        finalises.
    :param period: how many blocks an extrinsic lives, a power of two from 4 to 4,096.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        outbox: Outbox | None = None,
        wait: Callable[[int], bool] | None = None,
        finalised: bool = True,
        period: int = _PERIOD,
    ) -> None:
        self._connection = connection
        self._outbox: Outbox = MemoryOutbox() if outbox is None else outbox
        self._wait = polling() if wait is None else wait
        self._head = connection.finalised if finalised else connection.head
        self._period = period
        self._nonces: dict[bytes, int] = {}
        self._fresh: set[bytes] = set()
        self._decided: dict[bytes, Outcome] = {}

    def submit(self, call: Call, key: Signer, *, purpose: str = "") -> Outcome:
        """Submit one call and wait until it has taken effect.

        :raises DispatchRefused: a block holds it and the runtime refused it.
        :raises SubmissionRefused, SubmissionExpired, NonceTaken: no block holds it and none will.
        :raises NotIncludedYet, ConnectionLost: undecided; it stays in the outbox, see `resume`.
        """
        return self.submit_many([(call, key)], purpose=purpose)[0].checked()

    def submit_many(self, calls: Iterable[tuple[Call, Signer]], *, purpose: str = "") -> tuple[Outcome, ...]:
        """Submit calls, so that as many as fit go into the same block, and wait until all are decided.

        A refused call is an outcome with a refusal, not an exception; the others go on. Calls of one account are
        applied in the order given.

        :raises RuntimeChanged: the chain was upgraded meanwhile; nothing was signed.
        :raises NotIncludedYet, ConnectionLost: undecided ones stay in the outbox, see `resume`.
        """
        self._check_runtime()
        head = self._head()
        signed = []
        for call, key in calls:
            extrinsic = self.sign(call, key, head=head, purpose=purpose)
            self._send(extrinsic)
            signed.append(extrinsic)
        return self._follow(signed)

    def sign(
        self,
        call: Call,
        key: Signer,
        *,
        head: BlockHeader | None = None,
        tip: Balance = Balance(0),  # noqa: B008 - a number
        purpose: str = "",
    ) -> SignedExtrinsic:
        """Sign a call with the account's next nonce and keep it in the outbox, unsent; `head` starts its life."""
        born = head or self._head()
        connection = self._connection
        nonce = self._next_nonce(key.public)
        # A stock node's pool may be a block behind its newest finalised one and would not know it: one earlier is safe.
        era = Era(self._period, max(0, born.number - 1), born.parent_hash if born.number else born.hash)
        signed = sign(
            connection.metadata, connection.genesis_hash, call, key, nonce=nonce, era=era, tip=tip, purpose=purpose
        )
        self._outbox.put(signed)
        self._fresh.add(signed.hash)
        self._nonces[key.public] = nonce + 1
        return signed

    def resume(self) -> tuple[Outcome, ...]:
        """Send everything undecided in the outbox again, the same bytes, and wait until all of it is decided.

        To be called once after a start or a lost connection, before anything new is submitted. Outcomes decided
        while an earlier call ended in an exception come first.
        """
        self._nonces.clear()
        earlier = tuple(self._decided.values())
        self._decided.clear()
        return earlier + self.follow(self._outbox.pending())

    def follow(self, signed: Sequence[SignedExtrinsic]) -> tuple[Outcome, ...]:
        """Send extrinsics of `sign`, each once more if it was sent before, and wait until they are decided."""
        for extrinsic in signed:
            self._send(extrinsic)
        return self._follow(signed)

    def _check_runtime(self) -> None:
        known = self._connection.metadata
        current = self._connection.refresh()
        if current is not known:
            raise RuntimeChanged(known.title, current.title)

    def _next_nonce(self, account: bytes) -> int:
        known = self._nonces.get(account)
        if known is not None:
            return known
        kept = [signed.nonce + 1 for signed in self._outbox.pending() if signed.account == account]
        on_chain: int = self._connection.rpc("system_accountNextIndex", address_of(account))
        return max([on_chain, *kept])

    def _send(self, signed: SignedExtrinsic) -> None:
        """Send the bytes. A refusal is final only for bytes that no node can have seen, and only where it says that
        they were not taken: a busy node or a broken proxy says nothing about them."""
        fresh = signed.hash in self._fresh
        self._fresh.discard(signed.hash)
        try:
            self._connection.rpc("author_submitExtrinsic", f"0x{signed.extrinsic.hex()}")
        except RpcRefused as refused:
            if fresh and refused.code in _FINAL:
                self._give_up(signed, SubmissionRefused(signed.hash, refused.details or refused.message))

    def _follow(self, signed: Sequence[SignedExtrinsic]) -> tuple[Outcome, ...]:
        undecided = {extrinsic.hash: extrinsic for extrinsic in signed if extrinsic.hash not in self._decided}
        seen = sent_at = min((extrinsic.birth for extrinsic in undecided.values()), default=0)
        attempt = 0
        while undecided:
            seen = self._look(undecided, seen)
            attempt += 1
            if seen >= sent_at + _SENT_AGAIN_AFTER:
                sent_at = seen
                for extrinsic in undecided.values():
                    self._send(extrinsic)
            if undecided and not self._wait(attempt):
                raise NotIncludedYet(tuple(undecided), attempt)
        return tuple(self._decided.pop(extrinsic.hash) for extrinsic in signed)

    def _look(self, undecided: dict[bytes, SignedExtrinsic], seen: int) -> int:
        """Decide what the blocks after `seen` decide; gives the last block looked at."""
        head = self._head()
        last = min(head.number, max(signed.last_block for signed in undecided.values()))
        for number in range(seen + 1, last + 1):
            block_hash = head.hash if number == head.number else self._connection.block_hash(number)
            if block_hash is None:  # the answer of a node that is behind: nothing after it is decided on this look
                return number - 1
            self._look_into(number, block_hash, undecided)
        if head.number > seen:
            self._give_up_lost(head, undecided)
        return max(seen, head.number)

    def _give_up_lost(self, head: BlockHeader, undecided: dict[bytes, SignedExtrinsic]) -> None:
        """Decide about what no block up to `head` holds and none after it can."""
        accounts = {signed.account for signed in undecided.values()}
        used = {account: self._nonce_at(account, head.hash) for account in accounts}
        for signed in list(undecided.values()):
            if used[signed.account] > signed.nonce:
                self._give_up(undecided.pop(signed.hash), NonceTaken(signed.hash, signed.nonce))
            elif head.number >= signed.last_block:
                self._give_up(undecided.pop(signed.hash), SubmissionExpired(signed.hash, signed.last_block))

    def _nonce_at(self, account: bytes, block_hash: bytes) -> int:
        described = self._connection.read(ACCOUNT, account, at=block_hash)
        return 0 if described is None else described.nonce

    def _look_into(self, number: int, block_hash: bytes, undecided: dict[bytes, SignedExtrinsic]) -> None:
        extrinsics = self._connection.extrinsics(block_hash)
        found = [(index, extrinsic_hash(raw)) for index, raw in enumerate(extrinsics)]
        ours = [(index, undecided.pop(known)) for index, known in found if known in undecided]
        if not ours:
            return
        places = [(signed, BlockPlace(number, block_hash, index)) for index, signed in ours]
        try:
            facts = block_facts(self._connection, block_hash)
            metadata = executing_metadata(self._connection, block_hash)
        except RpcRefused:
            for signed, place in places:
                self._decide(_forgotten(signed, place))
            return
        by_extrinsic: dict[int | None, list[Fact]] = {}
        for fact in facts:
            by_extrinsic.setdefault(fact.extrinsic, []).append(fact)
        for signed, place in places:
            own = by_extrinsic.get(place.index, [])
            self._decide(outcome_in_block(metadata, signed.hash, signed.purpose, place, own))

    def _give_up(self, signed: SignedExtrinsic, refusal: OperationError) -> None:
        self._nonces.pop(signed.account, None)
        self._decide(Outcome(signed.hash, signed.purpose, None, Balance(0), (), refusal))

    def _decide(self, outcome: Outcome) -> None:
        self._decided[outcome.extrinsic_hash] = outcome
        self._outbox.drop(outcome.extrinsic_hash)


def _forgotten(signed: SignedExtrinsic, place: BlockPlace) -> Outcome:
    refusal = ResultForgotten(signed.hash, place.number)
    return Outcome(signed.hash, signed.purpose, place, Balance(0), (), refusal)
