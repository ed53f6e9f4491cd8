"""The transaction pool: what is taken, what is refused, in which order, and what watchers hear."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import pytest

from aipchain.chain.host.pool import Pool, PoolEvent, PoolLimits, Status
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
from aipchain.chain.host.validity import Invalid, Source, Unknown, Validity, ValidTransaction

STALE, FUTURE_NONCE, EXHAUSTS_RESOURCES = 3, 2, 6
FOREVER = 2**64 - 1
BLOCK = b"\xbb" * 32


def extrinsic(name: str, size: int = 0) -> bytes:
    """A length-prefixed extrinsic with a name for content, padded to `size` bytes of content."""
    content = name.encode().ljust(size, b".")
    return (len(content) << 2 | 1).to_bytes(2, "little") + content


def hash_of(name: str, size: int = 0) -> bytes:
    """The hash of the extrinsic of that name."""
    return blake2b(extrinsic(name, size), digest_size=32).digest()


@dataclass
class Chain:
    """A runtime in miniature: says about each extrinsic what the test told it."""

    verdicts: dict[bytes, Validity] = field(default_factory=dict)

    def validate(self, content: bytes, source: Source) -> Validity:
        """Say what the test told."""
        return self.verdicts[content]

    def knows(
        self,
        name: str,
        *,
        nonce: int,
        after: bool = False,
        account: str = "alice",
        priority: int = 1,
        longevity: int = FOREVER,
        size: int = 0,
    ) -> bytes:
        """A transaction of `account`; `after`: the chain has not seen the nonce before it yet."""
        requires = (f"{account}:{nonce - 1}".encode(),) if after else ()
        provides = (f"{account}:{nonce}".encode(),)
        content = extrinsic(name, size)
        self.verdicts[content] = ValidTransaction(priority, requires, provides, longevity, propagate=True)
        return content


@pytest.fixture
def chain() -> Chain:
    """A runtime that knows no transaction yet."""
    return Chain()


@pytest.fixture
def pool(chain: Chain) -> Pool:
    """An empty pool of that chain."""
    return Pool(chain.validate)


@dataclass
class Heard:
    """What watchers of some transactions heard, in order."""

    events: list[tuple[str, Status]] = field(default_factory=list)
    details: list[bytes | None] = field(default_factory=list)

    def watch(self, pool: Pool, *names: str) -> "Heard":
        """Listen to these transactions."""
        for name in names:
            pool.watch(hash_of(name), self._hearing(name))
        return self

    def _hearing(self, name: str) -> Callable[[PoolEvent], None]:
        def hear(event: PoolEvent) -> None:
            self.events.append((name, event.status))
            self.details.append(event.detail)

        return hear


def ready_names(pool: Pool) -> list[str]:
    """Names of the ready transactions in block order."""
    return [transaction.extrinsic[2:].decode() for transaction in pool.ready()]


def future_names(pool: Pool) -> list[str]:
    """Names of the waiting transactions."""
    return [transaction.extrinsic[2:].decode() for transaction in pool.future()]


def test_transactions_are_ready_by_priority_then_by_arrival(chain: Chain, pool: Pool) -> None:
    """The block takes the higher priority first and, among equals, the one that came first."""
    for name, priority in (("low", 1), ("first", 5), ("second", 5)):
        pool.submit(chain.knows(name, nonce=0, account=name, priority=priority))

    assert ready_names(pool) == ["first", "second", "low"]


def test_of_equal_priority_the_one_that_expires_sooner_comes_first(chain: Chain, pool: Pool) -> None:
    """A mortal transaction goes before an immortal one of the same priority."""
    pool.submit(chain.knows("immortal", nonce=0, account="a"))
    pool.submit(chain.knows("mortal", nonce=0, account="b", longevity=8))

    assert ready_names(pool) == ["mortal", "immortal"]


def test_a_dependent_never_comes_before_what_it_depends_on(chain: Chain, pool: Pool) -> None:
    """Nonce order beats priority, and other accounts go in between."""
    pool.submit(chain.knows("a0", nonce=0, priority=1))
    pool.submit(chain.knows("a1", nonce=1, after=True, priority=9))
    pool.submit(chain.knows("b0", nonce=0, account="bob", priority=5))

    assert ready_names(pool) == ["b0", "a0", "a1"]


def test_a_nonce_gap_waits_until_it_is_filled(chain: Chain, pool: Pool) -> None:
    """A transaction behind a gap is future; the one that fills the gap makes the whole row ready."""
    heard = Heard().watch(pool, "a1", "a2")
    pool.submit(chain.knows("a2", nonce=2, after=True))
    pool.submit(chain.knows("a1", nonce=1, after=True))
    assert (ready_names(pool), future_names(pool)) == ([], ["a2", "a1"])

    pool.submit(chain.knows("a0", nonce=0))

    assert (ready_names(pool), future_names(pool)) == (["a0", "a1", "a2"], [])
    assert heard.events == [
        ("a2", Status.FUTURE),
        ("a1", Status.FUTURE),
        ("a1", Status.READY),
        ("a2", Status.READY),
    ]


def test_a_block_fills_a_gap_too(chain: Chain, pool: Pool) -> None:
    """What a block holds counts as provided, so what waited for it moves up."""
    heard = Heard().watch(pool, "a0", "a1")
    pool.submit(chain.knows("a0", nonce=0))
    pool.submit(chain.knows("a1", nonce=1, after=True))
    pool.prune([hash_of("a0")], BLOCK, 1)

    assert ready_names(pool) == ["a1"]
    assert heard.events == [
        ("a0", Status.READY),
        ("a1", Status.READY),
        ("a0", Status.IN_BLOCK),
        ("a0", Status.FINALIZED),
    ]
    assert heard.details[2:] == [BLOCK, BLOCK]


def test_the_same_bytes_are_refused_while_they_wait(chain: Chain, pool: Pool) -> None:
    """A transaction is in the pool once."""
    pool.submit(chain.knows("a0", nonce=0))

    with pytest.raises(AlreadyInPool):
        pool.submit(extrinsic("a0"))
    assert ready_names(pool) == ["a0"]


def test_a_higher_priority_takes_the_place_of_the_same_nonce(chain: Chain, pool: Pool) -> None:
    """The replaced one is usurped by the new one's hash; what depends on the nonce stays."""
    heard = Heard().watch(pool, "cheap", "next")
    pool.submit(chain.knows("cheap", nonce=0, priority=1))
    pool.submit(chain.knows("next", nonce=1, after=True))
    pool.submit(chain.knows("dear", nonce=0, priority=2))

    assert ready_names(pool) == ["dear", "next"]
    assert heard.events == [("cheap", Status.READY), ("next", Status.READY), ("cheap", Status.USURPED)]
    assert heard.details[-1] == hash_of("dear")


def test_an_equal_priority_does_not_replace(chain: Chain, pool: Pool) -> None:
    """The one that came first keeps its place; the refusal names both priorities."""
    pool.submit(chain.knows("first", nonce=0, priority=3))

    with pytest.raises(PriorityTooLow) as refusal:
        pool.submit(chain.knows("second", nonce=0, priority=3))

    assert (refusal.value.old, refusal.value.new) == (3, 3)
    assert ready_names(pool) == ["first"]


def test_replacing_drops_dependents_whose_tag_is_gone(chain: Chain, pool: Pool) -> None:
    """One that provides two tags gives way to one that provides only the first: who needed the second goes."""
    both = chain.knows("both", nonce=0)
    valid = chain.verdicts[both]
    assert isinstance(valid, ValidTransaction)
    chain.verdicts[both] = replace(valid, provides=(b"alice:0", b"extra"))
    needy = chain.knows("needy", nonce=0, account="bob")
    chain.verdicts[needy] = ValidTransaction(1, (b"extra",), (b"bob:0",), FOREVER, propagate=True)
    heard = Heard().watch(pool, "needy")
    pool.submit(both)
    pool.submit(needy)
    pool.submit(chain.knows("winner", nonce=0, priority=9))

    assert ready_names(pool) == ["winner"]
    assert heard.events == [("needy", Status.READY), ("needy", Status.USURPED)]


def test_a_future_transaction_that_lost_its_nonce_is_dropped_when_its_turn_comes(chain: Chain, pool: Pool) -> None:
    """Two futures with one nonce: the better one gets it, the other is told."""
    heard = Heard().watch(pool, "poor")
    pool.submit(chain.knows("rich", nonce=1, after=True, priority=5))
    pool.submit(chain.knows("poor", nonce=1, after=True, priority=1))
    pool.submit(chain.knows("a0", nonce=0))

    assert ready_names(pool) == ["a0", "rich"]
    assert heard.events == [("poor", Status.FUTURE), ("poor", Status.DROPPED)]


def test_what_the_runtime_refuses_is_not_taken_and_not_banned(chain: Chain, pool: Pool) -> None:
    """A refused submission may come again when its cause is gone."""
    content = extrinsic("poor")
    chain.verdicts[content] = Invalid(1)
    with pytest.raises(TransactionInvalid, match="Inability to pay some fees"):
        pool.submit(content)

    chain.knows("poor", nonce=0)
    pool.submit(content)

    assert ready_names(pool) == ["poor"]


def test_what_the_runtime_cannot_judge_is_not_taken(chain: Chain, pool: Pool) -> None:
    """An unknown validity refuses the submission with its own reason."""
    chain.verdicts[extrinsic("odd")] = Unknown(0)

    with pytest.raises(TransactionUnknown, match="Could not lookup"):
        pool.submit(extrinsic("odd"))
    assert len(pool) == 0


def test_a_transaction_without_tags_is_refused(chain: Chain, pool: Pool) -> None:
    """Without a tag the pool could not tell two transactions apart."""
    chain.verdicts[extrinsic("bare")] = ValidTransaction(1, (), (), FOREVER, propagate=True)

    with pytest.raises(NoTagsProvided):
        pool.submit(extrinsic("bare"))


@pytest.mark.parametrize("content", [b"", b"\x04", b"\x08a", b"\x04ab", b"\x03"])
def test_bytes_that_are_no_extrinsic_never_reach_the_runtime(pool: Pool, content: bytes) -> None:
    """The length prefix must say exactly what follows."""
    with pytest.raises(NotAnExtrinsic):
        pool.submit(content)


def test_an_invalid_transaction_goes_with_its_dependents_and_is_banned(chain: Chain, pool: Pool) -> None:
    """Dependents of an invalid one are invalid too; none of them is taken again for a while."""
    heard = Heard().watch(pool, "a0", "a1")
    pool.submit(chain.knows("a0", nonce=0))
    pool.submit(chain.knows("a1", nonce=1, after=True))
    pool.remove_invalid([hash_of("a0")])

    assert len(pool) == 0
    assert heard.events[2:] == [("a0", Status.INVALID), ("a1", Status.INVALID)]
    with pytest.raises(TemporarilyBanned):
        pool.submit(extrinsic("a1"))


def test_a_ban_ends_after_its_blocks(chain: Chain) -> None:
    """What was thrown out may come again once the ban's blocks are over."""
    pool = Pool(chain.validate, limits=PoolLimits(ban_blocks=2))
    pool.submit(chain.knows("a0", nonce=0))
    pool.remove_invalid([hash_of("a0")])
    pool.prune([], BLOCK, 1)
    with pytest.raises(TemporarilyBanned, match="until block 2"):
        pool.submit(extrinsic("a0"))

    pool.prune([], BLOCK, 2)
    pool.submit(extrinsic("a0"))

    assert ready_names(pool) == ["a0"]


@pytest.mark.parametrize(("index", "stays"), [(EXHAUSTS_RESOURCES, True), (FUTURE_NONCE, True), (STALE, False)])
def test_a_full_block_throws_nothing_out(chain: Chain, pool: Pool, index: int, stays: bool) -> None:
    """What only this block had no room for waits for the next; what is wrong for good goes."""
    pool.submit(chain.knows("a0", nonce=0))
    pool.refused_in_block(hash_of("a0"), Invalid(index))

    assert (hash_of("a0") in pool) is stays


def test_a_mortal_transaction_dies_of_age(chain: Chain, pool: Pool) -> None:
    """A transaction outlives `longevity` blocks in the pool, not one more."""
    heard = Heard().watch(pool, "mortal")
    pool.submit(chain.knows("mortal", nonce=0, longevity=2))
    pool.prune([], BLOCK, 1)
    assert ready_names(pool) == ["mortal"]

    pool.prune([], BLOCK, 2)

    assert ready_names(pool) == []
    assert heard.events == [("mortal", Status.READY), ("mortal", Status.INVALID)]


def test_a_rival_in_a_block_usurps_the_one_in_the_pool(chain: Chain, pool: Pool) -> None:
    """When a block holds another transaction of the nonce, the pool's own one is over."""
    heard = Heard().watch(pool, "mine")
    pool.submit(chain.knows("mine", nonce=0, priority=5))
    other = chain.knows("theirs", nonce=1, after=True)
    valid = chain.verdicts[other]
    assert isinstance(valid, ValidTransaction)
    chain.verdicts[other] = replace(valid, provides=(b"alice:0",), requires=(b"never",))
    pool.submit(other)
    pool.prune([hash_of("theirs")], BLOCK, 1)

    assert len(pool) == 0
    assert heard.events == [("mine", Status.READY), ("mine", Status.USURPED)]


def test_the_worst_ready_transaction_gives_way_when_the_pool_is_full(chain: Chain) -> None:
    """Over the count, the lowest priority is dropped; if that is the new one, it is refused."""
    pool = Pool(chain.validate, limits=PoolLimits(ready_count=2))
    heard = Heard().watch(pool, "low")
    pool.submit(chain.knows("low", nonce=0, account="a", priority=2))
    pool.submit(chain.knows("high", nonce=0, account="b", priority=3))
    pool.submit(chain.knows("higher", nonce=0, account="c", priority=4))

    assert ready_names(pool) == ["higher", "high"]
    assert heard.events == [("low", Status.READY), ("low", Status.DROPPED)]
    with pytest.raises(PoolFull):
        pool.submit(chain.knows("lowest", nonce=0, account="d", priority=1))
    assert ready_names(pool) == ["higher", "high"]


def test_bytes_are_limited_like_the_count(chain: Chain) -> None:
    """A big transaction pushes out worse ones until everything fits; one bigger than the pool is refused."""
    pool = Pool(chain.validate, limits=PoolLimits(ready_bytes=250))
    for name in ("a", "b"):
        pool.submit(chain.knows(name, nonce=0, account=name, size=100))
    pool.submit(chain.knows("big", nonce=0, account="c", priority=2, size=140))
    assert [transaction.hash for transaction in pool.ready()] == [hash_of("big", 140), hash_of("a", 100)]

    with pytest.raises(PoolFull):
        pool.submit(chain.knows("huge", nonce=0, account="d", size=300))


def test_the_oldest_future_transaction_gives_way(chain: Chain) -> None:
    """Over the limit of waiting ones, the one that waited longest is dropped."""
    pool = Pool(chain.validate, limits=PoolLimits(future_count=1))
    heard = Heard().watch(pool, "old")
    pool.submit(chain.knows("old", nonce=5, after=True))
    pool.submit(chain.knows("new", nonce=7, after=True))

    assert future_names(pool) == ["new"]
    assert heard.events == [("old", Status.FUTURE), ("old", Status.DROPPED)]


def test_revalidation_throws_out_what_a_block_made_invalid(chain: Chain, pool: Pool) -> None:
    """After a block the runtime is asked again; an account that can no longer pay loses its transaction."""
    heard = Heard().watch(pool, "poor")
    pool.submit(chain.knows("poor", nonce=0))
    chain.verdicts[extrinsic("poor")] = Invalid(1)
    pool.revalidate()
    assert ready_names(pool) == ["poor"], "nothing is asked twice at one block"

    pool.prune([], BLOCK, 1)
    pool.revalidate()

    assert ready_names(pool) == []
    assert heard.events == [("poor", Status.READY), ("poor", Status.INVALID)]


def test_revalidation_moves_up_what_another_way_made_ready(chain: Chain, pool: Pool) -> None:
    """A block whose transactions never were in the pool may fill a gap; the next look finds it."""
    heard = Heard().watch(pool, "a1")
    pool.submit(chain.knows("a1", nonce=1, after=True))
    pool.submit(chain.knows("a2", nonce=2, after=True))
    pool.prune([hash_of("stranger")], BLOCK, 1)
    chain.knows("a1", nonce=1)
    pool.revalidate()

    assert ready_names(pool) == ["a1", "a2"]
    assert heard.events == [("a1", Status.FUTURE), ("a1", Status.READY)]


def test_a_stranger_with_its_nonce_overtakes_a_transaction_not_its_dependents(chain: Chain, pool: Pool) -> None:
    """When another wallet used the nonce, the transaction is invalid, and what follows it goes on."""
    heard = Heard().watch(pool, "a0", "a1")
    pool.submit(chain.knows("a0", nonce=0))
    pool.submit(chain.knows("a1", nonce=1, after=True))
    pool.prune([hash_of("stranger")], BLOCK, 1)
    chain.verdicts[extrinsic("a0")] = Invalid(STALE)
    chain.knows("a1", nonce=1)
    pool.revalidate()

    assert ready_names(pool) == ["a1"]
    assert heard.events == [("a0", Status.READY), ("a1", Status.READY), ("a0", Status.INVALID)]


def test_a_refused_transaction_leaves_the_full_pool_as_it_was(chain: Chain) -> None:
    """What it would have made ready, and what it would have pushed out, stays."""
    pool = Pool(chain.validate, limits=PoolLimits(ready_count=2))
    heard = Heard().watch(pool, "a2")
    pool.submit(chain.knows("a2", nonce=2, after=True, priority=4))
    pool.submit(chain.knows("a0", nonce=0, priority=5))
    pool.submit(chain.knows("b0", nonce=0, account="bob", priority=5))
    with pytest.raises(PoolFull):
        pool.submit(chain.knows("a1", nonce=1, after=True, priority=1))

    assert (ready_names(pool), future_names(pool)) == (["a0", "b0"], ["a2"])
    assert heard.events == [("a2", Status.FUTURE)]


def test_revalidation_takes_back_what_is_not_due_any_more(chain: Chain, pool: Pool) -> None:
    """A ready transaction that needs a tag again waits, and so do its dependents."""
    pool.submit(chain.knows("a1", nonce=1))
    pool.submit(chain.knows("a2", nonce=2, after=True))
    pool.prune([], BLOCK, 1)
    chain.knows("a1", nonce=1, after=True)
    pool.revalidate()

    assert ready_names(pool) == []
    assert sorted(future_names(pool)) == ["a1", "a2"]


def test_revalidation_is_bounded_and_gets_round_to_everyone(chain: Chain, pool: Pool) -> None:
    """A look asks about `limit` transactions, the longest unasked first."""
    names = ["a", "b", "c"]
    for name in names:
        pool.submit(chain.knows(name, nonce=0, account=name))
        chain.verdicts[extrinsic(name)] = Invalid(STALE)
    pool.prune([], BLOCK, 1)

    left = []
    for _ in names:
        pool.revalidate(limit=1)
        left.append(ready_names(pool))

    assert left == [["b", "c"], ["c"], []]


def test_a_watch_that_was_stopped_hears_nothing(chain: Chain, pool: Pool) -> None:
    """Stopping a watch is final and may be done twice."""
    heard: list[PoolEvent] = []
    stop = pool.watch(hash_of("a0"), heard.append)
    stop()
    stop()
    pool.submit(chain.knows("a0", nonce=0))

    assert heard == []


def test_tags_of_ready_transactions_tell_the_next_nonce(chain: Chain, pool: Pool) -> None:
    """Only ready transactions count: behind a gap nothing is provided."""
    pool.submit(chain.knows("a0", nonce=0))
    pool.submit(chain.knows("a2", nonce=2, after=True))

    assert [pool.provides(f"alice:{nonce}".encode()) for nonce in range(3)] == [True, False, False]


def test_a_long_row_of_nonces_in_any_order_comes_out_in_order(chain: Chain, pool: Pool) -> None:
    """Fifty transactions sent backwards leave in nonce order."""
    for nonce in reversed(range(1, 50)):
        pool.submit(chain.knows(f"n{nonce}", nonce=nonce, after=True))
    pool.submit(chain.knows("n0", nonce=0))

    assert ready_names(pool) == [f"n{nonce}" for nonce in range(50)]
    assert future_names(pool) == []
