"""The transaction pool: what clients sent and no block holds yet.

The pool asks the runtime about each transaction through the given `validate`, keeps it as ready or future by the
rules of `pool_graph`, and tells whoever watches a transaction what became of it. It holds its memory to limits, forgets
what is too old, and keeps out for a while what it threw out. It authors nothing and is not thread-safe: its node's lock
guards it. Only what was in the pool once is banned: a refused submission may be sent again when its cause is gone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from aipchain.chain.host.block import extrinsic_hash
from aipchain.chain.host.pool_errors import (
    AlreadyInPool,
    NoTagsProvided,
    NotAnExtrinsic,
    PoolFull,
    PriorityTooLow,
    TemporarilyBanned,
    TransactionInvalid,
    TransactionUnknown,
)
from aipchain.chain.host.pool_graph import Inserted, PoolTransaction, TransactionGraph
from aipchain.chain.host.scale import read_compact
from aipchain.chain.host.validity import Invalid, Source, Unknown, Validity, ValidTransaction

__all__ = ["Pool", "PoolEvent", "PoolLimits", "PoolTransaction", "Status"]

_FUTURE_NONCE, _STALE = 2, 3
"""Variants of `InvalidTransaction` for a nonce that is not due yet, and for one that is used."""


class Status(Enum):
    """What became of a transaction; the value is its name in JSON-RPC."""

    READY = "ready"
    FUTURE = "future"
    IN_BLOCK = "inBlock"
    FINALIZED = "finalized"
    USURPED = "usurped"
    DROPPED = "dropped"
    INVALID = "invalid"

    @property
    def is_last(self) -> bool:
        """Whether nothing follows it."""
        return self in (Status.FINALIZED, Status.USURPED, Status.DROPPED, Status.INVALID)


@dataclass(frozen=True, slots=True)
class PoolEvent:
    """A change of one transaction; `detail` is the block's hash, or the hash of the transaction that took its place."""

    hash: bytes
    status: Status
    detail: bytes | None = None


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How much the pool may hold (Substrate's defaults), and for how many blocks it keeps out what it threw out."""

    ready_count: int = 8192
    ready_bytes: int = 20 * 1024 * 1024
    future_count: int = 819
    future_bytes: int = 2 * 1024 * 1024
    ban_blocks: int = 300
    ban_count: int = 8192


@dataclass(slots=True)
class _Memory:
    """What the pool remembers besides the transactions themselves."""

    bans: dict[bytes, int] = field(default_factory=dict)
    checked_at: dict[bytes, int] = field(default_factory=dict)


class Pool:
    """Guards: a hash is in the pool once, the limits hold after every call, watchers hear every change in order."""

    def __init__(
        self, validate: Callable[[bytes, Source], Validity], *, limits: PoolLimits | None = None, block_number: int = 0
    ) -> None:
        self._validate = validate
        self._limits = limits or PoolLimits()
        self._block_number = block_number
        self._graph = TransactionGraph()
        self._memory = _Memory()
        self._arrivals = 0
        self._watchers: dict[bytes, list[Callable[[PoolEvent], None]]] = {}

    def __len__(self) -> int:
        return self._graph.ready_count + self._graph.future_count

    def __contains__(self, extrinsic_hash: bytes) -> bool:
        return extrinsic_hash in self._graph

    def ready(self) -> tuple[PoolTransaction, ...]:
        """The transactions for the next block, in order: best first, each after those it depends on."""
        return self._graph.in_order()

    def future(self) -> tuple[PoolTransaction, ...]:
        """The transactions that wait for another one, a nonce gap for example."""
        return tuple(transaction for transaction in self._graph if not self._graph.is_ready(transaction.hash))

    def provides(self, tag: bytes) -> bool:
        """Whether a ready transaction provides `tag` (for a signed one: SCALE of account and nonce)."""
        return self._graph.provides(tag)

    def watch(self, extrinsic_hash: bytes, listener: Callable[[PoolEvent], None]) -> Callable[[], None]:
        """Tell `listener` each change of one transaction until its last; returns what stops it earlier."""
        listeners = self._watchers.setdefault(extrinsic_hash, [])
        listeners.append(listener)

        def stop() -> None:
            if listener in listeners:
                listeners.remove(listener)
            if not listeners and self._watchers.get(extrinsic_hash) is listeners:
                del self._watchers[extrinsic_hash]

        return stop

    def submit(self, extrinsic: bytes, source: Source = Source.EXTERNAL) -> bytes:
        """Take in a length-prefixed extrinsic and return its hash.

        :raises NotAnExtrinsic: the length prefix is wrong.
        :raises PoolRefused: one of its leaves says why; the pool is as it was.
        """
        own_hash = extrinsic_hash(extrinsic)
        if not _has_own_length(extrinsic):
            raise NotAnExtrinsic(extrinsic)
        if own_hash in self._memory.bans:
            raise TemporarilyBanned(own_hash, self._memory.bans[own_hash])
        if own_hash in self._graph:
            raise AlreadyInPool(own_hash)
        self._insert(self._transaction(extrinsic, _accepted(self._validate(extrinsic, source))))
        return own_hash

    def refused_in_block(self, extrinsic_hash: bytes, reason: Invalid | Unknown) -> None:
        """Block building left a transaction out: it stays if a later block may take it, else it goes as invalid."""
        not_yet = isinstance(reason, Invalid) and (reason.exhausts_resources or reason.index == _FUTURE_NONCE)
        transaction = self._graph.find(extrinsic_hash)
        if transaction is not None and not not_yet:
            self._found_invalid(transaction, reason)

    def remove_invalid(self, hashes: Iterable[bytes]) -> None:
        """Throw out transactions that turned out invalid with all that depend on them; they stay out for a while."""
        self._ban(self._graph.remove_subtree(hashes))

    def prune(self, included: Iterable[bytes], block: bytes, number: int) -> None:
        """A block was imported and is final: let go what it holds (`included`: hashes), move up what waited for it."""
        included = tuple(included)
        self._block_number = number
        found = [transaction for h in included if (transaction := self._graph.find(h)) is not None]
        provider = {tag: transaction.hash for transaction in found for tag in transaction.provides}
        gone, moved = self._graph.meet(provider)
        in_block = set(included)
        left = tuple(self._graph.remove(t.hash) for t in found if t.hash in self._graph)
        self._forget((*gone, *left))
        self._tell(PoolEvent(h, status, block) for h in included for status in (Status.IN_BLOCK, Status.FINALIZED))
        self._tell(
            PoolEvent(t.hash, Status.USURPED, next(provider[tag] for tag in t.provides if tag in provider))
            for t in gone
            if t.hash not in in_block
        )
        self._tell_moved(moved)
        self._expire()
        self._drop(self._over_limits())

    def revalidate(self, limit: int = 64) -> None:
        """Ask the runtime again about up to `limit` transactions, longest unasked first."""
        due = [t for t in self._graph if self._memory.checked_at.get(t.hash, -1) < self._block_number]
        due.sort(key=lambda t: (self._memory.checked_at.get(t.hash, -1), t.arrival))
        for transaction in due[:limit]:
            if transaction.hash in self._graph:
                self._check_again(transaction)
        self._drop(self._over_limits())

    def _check_again(self, transaction: PoolTransaction) -> None:
        verdict = self._validate(transaction.extrinsic, Source.EXTERNAL)
        if isinstance(verdict, Invalid):
            self._found_invalid(transaction, verdict)
            return
        self._memory.checked_at[transaction.hash] = self._block_number
        if isinstance(verdict, ValidTransaction) and set(verdict.requires) != self._graph.open_tags(transaction.hash):
            self._put_back(self._transaction(transaction.extrinsic, verdict, transaction.arrival))

    def _found_invalid(self, transaction: PoolTransaction, reason: Invalid | Unknown) -> None:
        if isinstance(reason, Unknown) or reason.index != _STALE:
            self.remove_invalid([transaction.hash])
            return
        # Another transaction has met its tags: it goes, its dependents stay.
        gone, moved = self._graph.meet(transaction.provides)
        left = (self._graph.remove(transaction.hash),) if transaction.hash in self._graph else ()
        self._ban((*gone, *left))
        self._tell_moved(moved)

    def _put_back(self, changed: PoolTransaction) -> None:
        """Insert it anew with what it requires now, and its dependents after it; tell only what is different."""
        were_ready = self._graph.is_ready(changed.hash)
        removed = self._graph.remove_subtree([changed.hash])
        known = {transaction.hash for transaction in removed} if were_ready else set[bytes]()
        for transaction in sorted(removed, key=lambda t: t.arrival):
            moved = self._graph.insert(changed if transaction.hash == changed.hash else transaction)
            if moved.refused_by is not None:
                self._drop((transaction,))
            self._tell_moved(replace(moved, ready=tuple(t for t in moved.ready if t.hash not in known)))
        if were_ready:
            kept = (transaction.hash for transaction in removed if transaction.hash in self._graph)
            self._tell(PoolEvent(h, Status.FUTURE) for h in kept if not self._graph.is_ready(h))

    def _insert(self, transaction: PoolTransaction) -> None:
        moved = self._graph.insert(transaction)
        if moved.refused_by is not None:
            raise PriorityTooLow(old=moved.refused_by, new=transaction.priority)
        dropped = self._over_limits()
        if any(lost.hash == transaction.hash for lost in dropped):
            self._restore([*dropped, *moved.outbid, *(loser for loser, _ in moved.usurped)], without=transaction)
            raise PoolFull
        self._memory.checked_at[transaction.hash] = self._block_number
        self._tell_moved(moved, waiting=transaction)
        self._drop(dropped)

    def _restore(self, lost: Iterable[PoolTransaction], *, without: PoolTransaction) -> None:
        for transaction in sorted({t.hash: t for t in lost}.values(), key=lambda t: t.arrival):
            if transaction.hash != without.hash:
                self._graph.insert(transaction)

    def _over_limits(self) -> tuple[PoolTransaction, ...]:
        graph, limits, dropped = self._graph, self._limits, list[PoolTransaction]()
        while graph.ready_count > limits.ready_count or graph.ready_bytes > limits.ready_bytes:
            dropped.extend(graph.remove_subtree([graph.worst_ready().hash]))
        while graph.future_count > limits.future_count or graph.future_bytes > limits.future_bytes:
            dropped.append(graph.remove(graph.oldest_future().hash))
        return tuple(dropped)

    def _expire(self) -> None:
        bans = self._memory.bans
        for banned in [h for h, until in bans.items() if until <= self._block_number]:
            del bans[banned]
        while len(bans) > self._limits.ban_count:
            del bans[next(iter(bans))]
        self.remove_invalid([t.hash for t in self._graph if t.valid_till <= self._block_number])

    def _transaction(self, extrinsic: bytes, valid: ValidTransaction, arrival: int | None = None) -> PoolTransaction:
        if arrival is None:
            self._arrivals += 1
        return PoolTransaction(
            extrinsic=extrinsic,
            hash=extrinsic_hash(extrinsic),
            priority=valid.priority,
            requires=valid.requires,
            provides=valid.provides,
            valid_till=self._block_number + valid.longevity,
            arrival=self._arrivals if arrival is None else arrival,
        )

    def _tell_moved(self, moved: Inserted, waiting: PoolTransaction | None = None) -> None:
        if waiting is not None and not self._graph.is_ready(waiting.hash) and waiting.hash in self._graph:
            self._tell([PoolEvent(waiting.hash, Status.FUTURE)])
        self._tell(PoolEvent(transaction.hash, Status.READY) for transaction in moved.ready)
        self._forget([loser for loser, _ in moved.usurped])
        self._tell(PoolEvent(loser.hash, Status.USURPED, winner) for loser, winner in moved.usurped)
        self._drop(moved.outbid)

    def _ban(self, transactions: Iterable[PoolTransaction]) -> None:
        transactions = tuple(transactions)
        for transaction in transactions:
            self._memory.bans[transaction.hash] = self._block_number + self._limits.ban_blocks
        self._forget(transactions)
        self._tell(PoolEvent(transaction.hash, Status.INVALID) for transaction in transactions)

    def _drop(self, transactions: tuple[PoolTransaction, ...]) -> None:
        self._forget(transactions)
        self._tell(PoolEvent(transaction.hash, Status.DROPPED) for transaction in transactions)

    def _forget(self, transactions: Iterable[PoolTransaction]) -> None:
        for transaction in transactions:
            self._memory.checked_at.pop(transaction.hash, None)

    def _tell(self, events: Iterable[PoolEvent]) -> None:
        for event in events:
            listeners = self._watchers.get(event.hash, ())
            for listener in tuple(listeners):
                listener(event)
            if event.status.is_last:
                self._watchers.pop(event.hash, None)


def _accepted(verdict: Validity) -> ValidTransaction:
    if isinstance(verdict, Invalid):
        raise TransactionInvalid(verdict)
    if isinstance(verdict, Unknown):
        raise TransactionUnknown(verdict)
    if not verdict.provides:
        raise NoTagsProvided
    return verdict


def _has_own_length(extrinsic: bytes) -> bool:
    try:
        length, start = read_compact(extrinsic)
    except ValueError:
        return False
    return length == len(extrinsic) - start
