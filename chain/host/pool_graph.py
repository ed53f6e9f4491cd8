"""Which transactions may go into a block, in which order: the pure core of the pool.

A transaction requires and provides tags (for a signed one: account and nonce). It is *ready* when every tag that the
chain has not met yet is provided by another ready transaction, else it is *future*. The rules (replacement by higher
priority, subtrees, the order) are those of Substrate's `sc-transaction-pool` graph. No clock, no runtime, no events.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

__all__ = ["Inserted", "PoolTransaction", "TransactionGraph"]

Tag = bytes


@dataclass(frozen=True, slots=True)
class PoolTransaction:
    """A validated extrinsic; `valid_till` is the first block number it may not be in, `arrival` counts insertions."""

    extrinsic: bytes
    hash: bytes
    priority: int
    requires: tuple[Tag, ...]
    provides: tuple[Tag, ...]
    valid_till: int
    arrival: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Sorts the best first: higher priority, then sooner to expire, then earlier in the pool."""
        return (-self.priority, self.valid_till, self.arrival)


@dataclass(frozen=True, slots=True)
class Inserted:
    """What an insertion did. `usurped` pairs a removed transaction with the hash of the one that took its tags.

    `outbid` became ready only now and lost its tags to a better transaction. `refused_by` is the total priority that
    the inserted one itself failed to beat; the graph is then as before.
    """

    ready: tuple[PoolTransaction, ...] = ()
    usurped: tuple[tuple[PoolTransaction, bytes], ...] = ()
    outbid: tuple[PoolTransaction, ...] = ()
    refused_by: int | None = None


class TransactionGraph:
    """Guards: a tag has one ready provider; a ready transaction's open tags are all provided by ready transactions."""

    def __init__(self) -> None:
        self._ready: dict[bytes, PoolTransaction] = {}
        self._future: dict[bytes, PoolTransaction] = {}
        self._provider: dict[Tag, bytes] = {}
        self._open: dict[bytes, set[Tag]] = {}
        self._wanted_by: dict[Tag, dict[bytes, None]] = {}
        self._ready_bytes = 0
        self._future_bytes = 0

    @property
    def ready_bytes(self) -> int:
        """Length of all ready extrinsics [bytes]."""
        return self._ready_bytes

    @property
    def future_bytes(self) -> int:
        """Length of all future extrinsics [bytes]."""
        return self._future_bytes

    @property
    def ready_count(self) -> int:
        """Number of ready transactions."""
        return len(self._ready)

    @property
    def future_count(self) -> int:
        """Number of future transactions."""
        return len(self._future)

    def __contains__(self, extrinsic_hash: bytes) -> bool:
        return extrinsic_hash in self._open

    def __iter__(self) -> Iterator[PoolTransaction]:
        yield from self._ready.values()
        yield from self._future.values()

    def find(self, extrinsic_hash: bytes) -> PoolTransaction | None:
        """The transaction of this hash, ready or future."""
        return self._ready.get(extrinsic_hash) or self._future.get(extrinsic_hash)

    def is_ready(self, extrinsic_hash: bytes) -> bool:
        """Whether the transaction is in the graph and ready."""
        return extrinsic_hash in self._ready

    def open_tags(self, extrinsic_hash: bytes) -> frozenset[Tag]:
        """The tags that the chain has not met yet for this transaction."""
        return frozenset(self._open[extrinsic_hash])

    def insert(self, transaction: PoolTransaction) -> Inserted:
        """Add a transaction that is not in the graph, and promote every future one that it completes."""
        self._add_future(transaction)
        if not self._complete(transaction.hash):
            return Inserted()
        rivals_priority = self._unbeaten_priority(transaction)
        if rivals_priority is not None:
            self._forget(transaction.hash)
            return Inserted(refused_by=rivals_priority)
        return self._promote([transaction])

    def meet(self, tags: Iterable[Tag]) -> tuple[tuple[PoolTransaction, ...], Inserted]:
        """The chain now provides `tags`: their providers leave (first part), and waiting transactions move up."""
        gone: list[PoolTransaction] = []
        touched: dict[bytes, None] = {}
        for tag in tags:
            provider = self._provider.get(tag)
            if provider is not None:
                gone.append(self._forget(provider))
            for waiting in self._wanted_by.pop(tag, {}):
                self._open[waiting].discard(tag)
                touched[waiting] = None
        completed = [self._future[h] for h in touched if h in self._future and self._complete(h)]
        return tuple(gone), self._promote(completed)

    def remove(self, extrinsic_hash: bytes) -> PoolTransaction:
        """Take one transaction out that nothing in the graph depends on any more."""
        return self._forget(extrinsic_hash)

    def remove_subtree(
        self, hashes: Iterable[bytes], *, keep: Collection[Tag] = frozenset()
    ) -> tuple[PoolTransaction, ...]:
        """Take out transactions and all ready ones that need their tags, except through the tags in `keep`.

        What comes back requires only what the chain had not met yet, so that it can be inserted again.
        """
        removed: list[PoolTransaction] = []
        work = list(hashes)
        while work:
            extrinsic_hash = work.pop()
            if extrinsic_hash not in self:
                continue
            was_ready = extrinsic_hash in self._ready
            transaction = self._forget(extrinsic_hash)
            removed.append(transaction)
            if was_ready:
                lost = [tag for tag in transaction.provides if tag not in keep]
                work.extend(h for tag in lost for h in self._wanted_by.get(tag, {}) if h in self._ready)
        return tuple(removed)

    def in_order(self) -> tuple[PoolTransaction, ...]:
        """All ready transactions in block order: by rank, each after those it depends on."""
        awaited = {h: sum(tag in self._provider for tag in self._open[h]) for h in self._ready}
        best = [(self._ready[h].rank, h) for h, count in awaited.items() if count == 0]
        heapq.heapify(best)
        ordered: list[PoolTransaction] = []
        while best:
            transaction = self._ready[heapq.heappop(best)[1]]
            ordered.append(transaction)
            for dependent in self._dependents(transaction):
                awaited[dependent] -= 1
                if awaited[dependent] == 0:
                    heapq.heappush(best, (self._ready[dependent].rank, dependent))
        return tuple(ordered)

    def provides(self, tag: Tag) -> bool:
        """Whether a ready transaction provides `tag`."""
        return tag in self._provider

    def worst_ready(self) -> PoolTransaction:
        """The ready transaction to drop first: lowest priority, then latest arrival."""
        return min(self._ready.values(), key=lambda transaction: (transaction.priority, -transaction.arrival))

    def oldest_future(self) -> PoolTransaction:
        """The future transaction to drop first: the one that has waited longest."""
        return min(self._future.values(), key=lambda transaction: transaction.arrival)

    def _promote(self, completed: Iterable[PoolTransaction]) -> Inserted:
        ready: list[PoolTransaction] = []
        usurped: list[tuple[PoolTransaction, bytes]] = []
        outbid: list[PoolTransaction] = []
        work = list(completed)
        while work:
            transaction = work.pop(0)
            if transaction.hash not in self._future or not self._complete(transaction.hash):
                continue
            if self._unbeaten_priority(transaction) is not None:
                outbid.append(self._forget(transaction.hash))
                continue
            usurped.extend((loser, transaction.hash) for loser in self._make_ready(transaction))
            if transaction.hash not in self._ready:
                continue
            ready.append(transaction)
            work.extend(self._completed_by(transaction))
        still_ready = tuple(transaction for transaction in ready if transaction.hash in self._ready)
        return Inserted(ready=still_ready, usurped=tuple(usurped), outbid=tuple(outbid))

    def _make_ready(self, transaction: PoolTransaction) -> tuple[PoolTransaction, ...]:
        losers = self.remove_subtree(self._rivals(transaction), keep=frozenset(transaction.provides))
        if self._complete(transaction.hash):  # not so when a loser provided what this one requires: it waits again
            self._future_bytes -= len(transaction.extrinsic)
            self._ready_bytes += len(transaction.extrinsic)
            self._ready[transaction.hash] = self._future.pop(transaction.hash)
            self._provider.update(dict.fromkeys(transaction.provides, transaction.hash))
        return losers

    def _completed_by(self, transaction: PoolTransaction) -> list[PoolTransaction]:
        waiting = (h for tag in transaction.provides for h in self._wanted_by.get(tag, {}))
        return [self._future[h] for h in dict.fromkeys(waiting) if h in self._future and self._complete(h)]

    def _unbeaten_priority(self, transaction: PoolTransaction) -> int | None:
        rivals = self._rivals(transaction)
        total = sum(self._ready[h].priority for h in rivals)
        return total if rivals and total >= transaction.priority else None

    def _rivals(self, transaction: PoolTransaction) -> list[bytes]:
        return list(dict.fromkeys(self._provider[tag] for tag in transaction.provides if tag in self._provider))

    def _dependents(self, transaction: PoolTransaction) -> list[bytes]:
        return [h for tag in transaction.provides for h in self._wanted_by.get(tag, {}) if h in self._ready]

    def _complete(self, extrinsic_hash: bytes) -> bool:
        return all(tag in self._provider for tag in self._open[extrinsic_hash])

    def _add_future(self, transaction: PoolTransaction) -> None:
        self._future[transaction.hash] = transaction
        self._future_bytes += len(transaction.extrinsic)
        self._open[transaction.hash] = set(transaction.requires)
        for tag in transaction.requires:
            self._wanted_by.setdefault(tag, {})[transaction.hash] = None

    def _forget(self, extrinsic_hash: bytes) -> PoolTransaction:
        ready = self._ready.pop(extrinsic_hash, None)
        if ready is not None:
            self._ready_bytes -= len(ready.extrinsic)
            for tag in ready.provides:
                if self._provider.get(tag) == extrinsic_hash:
                    del self._provider[tag]
        transaction = ready or self._future.pop(extrinsic_hash)
        if ready is None:
            self._future_bytes -= len(transaction.extrinsic)
        open_tags = tuple(sorted(self._open.pop(extrinsic_hash)))
        for tag in open_tags:
            self._wanted_by[tag].pop(extrinsic_hash)
            if not self._wanted_by[tag]:
                del self._wanted_by[tag]
        return replace(transaction, requires=open_tags)
