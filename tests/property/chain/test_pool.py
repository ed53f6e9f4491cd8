"""The pool under random traffic keeps its promises: nonce order, one transaction per nonce, and true news."""

from hashlib import blake2b

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aipchain.chain.host.pool import Pool, PoolEvent, PoolLimits, Status
from aipchain.chain.host.pool_errors import PoolRefused
from aipchain.chain.host.validity import Invalid, Source, Validity, ValidTransaction

ACCOUNTS = ("alice", "bob", "carol")
STALE = 3
LIMITS = PoolLimits(ready_count=6, future_count=4, ban_blocks=2)

account_names = st.sampled_from(ACCOUNTS)


class Traffic(RuleBasedStateMachine):
    """Accounts send transactions with any nonce and priority, blocks take some, some turn out invalid."""

    def __init__(self) -> None:
        super().__init__()
        self.chain = dict.fromkeys(ACCOUNTS, 0)
        self.blocks = 0
        self.heard: dict[bytes, list[Status]] = {}
        self.pool = Pool(self.validate, limits=LIMITS)

    def validate(self, extrinsic: bytes, source: Source) -> Validity:
        """Judge as a signed transaction is judged: by the account's nonce on the chain."""
        account, nonce, priority = parts(extrinsic)
        if nonce < self.chain[account]:
            return Invalid(STALE)
        requires = () if nonce == self.chain[account] else (tag(account, nonce - 1),)
        return ValidTransaction(priority, requires, (tag(account, nonce),), 2**64 - 1, propagate=True)

    @rule(account=account_names, ahead=st.integers(0, 4), priority=st.integers(1, 5))
    def send(self, account: str, ahead: int, priority: int) -> None:
        """Hand in a transaction, due or ahead of its time; a refusal changes nothing."""
        extrinsic = signed(account, self.chain[account] + ahead, priority)
        extrinsic_hash = blake2b(extrinsic, digest_size=32).digest()
        before = self.contents()
        heard: list[Status] = []

        def hear(event: PoolEvent) -> None:
            heard.append(event.status)

        stop = self.pool.watch(extrinsic_hash, hear)
        try:
            self.pool.submit(extrinsic)
        except PoolRefused:
            stop()
            assert self.contents() == before
        else:
            self.heard[extrinsic_hash] = heard

    @rule(count=st.integers(0, 4))
    def make_block(self, count: int) -> None:
        """Put the first ready transactions into a block."""
        taken = self.pool.ready()[:count]
        for transaction in taken:
            account, nonce, _ = parts(transaction.extrinsic)
            assert nonce == self.chain[account], "a block never meets a nonce that is not due"
            self.chain[account] += 1
        self.blocks += 1
        self.pool.prune([t.hash for t in taken], self.blocks.to_bytes(32, "big"), self.blocks)
        self.pool.revalidate(limit=3)
        assert all(self.heard[t.hash][-2:] == [Status.IN_BLOCK, Status.FINALIZED] for t in taken)

    @rule(account=account_names)
    def take_a_stranger(self, account: str) -> None:
        """A block holds a transaction that never was in this pool."""
        self.chain[account] += 1
        self.blocks += 1
        self.pool.prune([], self.blocks.to_bytes(32, "big"), self.blocks)
        self.pool.revalidate()

    @rule(choice=st.integers(0, 20))
    def find_one_invalid(self, choice: int) -> None:
        """One of the waiting transactions turns out invalid."""
        waiting = (*self.pool.ready(), *self.pool.future())
        if waiting:
            self.pool.remove_invalid([waiting[choice % len(waiting)].hash])

    @invariant()
    def ready_ones_follow_each_other_without_gap(self) -> None:
        """Per account the ready nonces count up from the chain's, each once."""
        nonces: dict[str, list[int]] = {account: [] for account in ACCOUNTS}
        for transaction in self.pool.ready():
            account, nonce, _ = parts(transaction.extrinsic)
            nonces[account].append(nonce)
        for account, found in nonces.items():
            assert found == list(range(self.chain[account], self.chain[account] + len(found)))

    @invariant()
    def future_ones_miss_something(self) -> None:
        """Whatever waits has a nonce that neither the chain nor a ready transaction leads up to."""
        ready = {parts(transaction.extrinsic)[:2] for transaction in self.pool.ready()}
        for transaction in self.pool.future():
            account, nonce, _ = parts(transaction.extrinsic)
            assert (account, nonce - 1) not in ready
            assert nonce != self.chain[account]

    @invariant()
    def the_last_news_is_true(self) -> None:
        """A transaction is in the pool exactly if its last news says so, and ready exactly if it was told ready."""
        ready = {transaction.hash for transaction in self.pool.ready()}
        future = {transaction.hash for transaction in self.pool.future()}
        for extrinsic_hash, heard in self.heard.items():
            assert (extrinsic_hash in ready) == (heard[-1] is Status.READY)
            assert (extrinsic_hash in future) == (heard[-1] is Status.FUTURE)
            assert [status.is_last for status in heard[:-1]] == [False] * (len(heard) - 1)

    @invariant()
    def the_limits_hold(self) -> None:
        """Never more than the pool may hold."""
        assert len(self.pool.ready()) <= LIMITS.ready_count
        assert len(self.pool.future()) <= LIMITS.future_count

    def contents(self) -> tuple[set[bytes], set[bytes]]:
        """Hashes of what is ready and of what waits."""
        return {t.hash for t in self.pool.ready()}, {t.hash for t in self.pool.future()}


def signed(account: str, nonce: int, priority: int) -> bytes:
    """An extrinsic that says who sent it, with which nonce and priority."""
    content = f"{account}:{nonce}:{priority}".encode()
    return bytes((len(content) << 2,)) + content


def parts(extrinsic: bytes) -> tuple[str, int, int]:
    """Account, nonce and priority of such an extrinsic."""
    account, nonce, priority = extrinsic[1:].decode().split(":")
    return account, int(nonce), int(priority)


def tag(account: str, nonce: int) -> bytes:
    """What a transaction provides and the next one requires."""
    return f"{account}/{nonce}".encode()


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
