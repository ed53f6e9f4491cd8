"""An account that signs, and does not sign twice what an earlier command sent and never heard of again.

Such calls are kept in one file for each chain, and what became of them is told before anything is signed. A note with
each says at which block it was signed and what it does. A development chain that was started anew has the same genesis
but not that block, so nothing signed for the old one can ever be included in it.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import platformdirs

from aipchain.cli.complaints import remark
from aipchain.cli.errors import StillUndecided
from aipchain.cli.refusals import explained
from aipchain.errors import OperationError
from aipchain.runtime_bridge.connection import BlockHeader, Connection
from aipchain.runtime_bridge.errors import ConnectionLost, NotIncludedYet, ResultForgotten, UnusableOutbox
from aipchain.runtime_bridge.extrinsics import SignedExtrinsic
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.outbox import FileOutbox
from aipchain.runtime_bridge.outcomes import Outcome
from aipchain.runtime_bridge.submitter import Submitter

__all__ = ["DEVELOPMENT", "Signatory", "kept_calls"]

DEVELOPMENT = "Development"
"""The type of a chain that may be thrown away and started anew, and whose well-known accounts are nobody's."""


@contextmanager
def kept_calls(path: Path | None, genesis_hash: bytes) -> Iterator[FileOutbox]:
    """Open the outbox of a chain: the file at `path`, or the user's own.

    :raises UnusableOutbox: it cannot be used.
    """
    place = path or platformdirs.user_state_path("aipchain") / "outbox" / f"0x{genesis_hash.hex()}.sqlite"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise UnusableOutbox(place, str(fault.strerror)) from fault
    with closing(FileOutbox(place, genesis_hash)) as outbox:
        yield outbox


class Signatory:
    """An account that signs calls for one node, each of them once.

    :param wait: as in `Submitter`: called between two looks at the chain, and says whether to go on looking.
    """

    def __init__(
        self, connection: Connection, key: AccountKey, outbox: FileOutbox, wait: Callable[[int], bool]
    ) -> None:
        self.connection, self.key = connection, key
        self._outbox = outbox
        self._submitter = Submitter(connection, outbox=outbox, wait=wait)
        self._earlier: dict[bytes, Outcome] = {}

    def resume(self) -> None:
        """Find out and say what became of the account's calls that earlier commands left undecided.

        :raises StillUndecided: one of them may still come in; nothing new is to be signed before.
        """
        for signed in self._undecided():
            note = _Note.read(signed.purpose)
            if note is not None and self._is_of_another_run(note):
                self._outbox.drop(signed.hash)
                remark(f"{_named(signed.hash)} was for this chain before it was started anew, and is forgotten")
                continue
            with self._told():
                (outcome,) = self._submitter.follow((signed,))
            remark(f"{_named(signed.hash)} {_fate(outcome)}")
            if note is not None:
                self._earlier[note.call_hash] = outcome

    def submit(self, call: Call) -> Outcome:
        """Sign a call, send it and wait until it has taken effect; one that an earlier command sent is not sent anew.

        :raises CallRefused: the chain refused it for a reason the signer can mend.
        :raises StillUndecided: no block holds it yet.
        """
        earlier = self._earlier.pop(_hash(call), None)
        with self._told():
            if earlier is not None and (earlier.refusal is None or isinstance(earlier.refusal, ResultForgotten)):
                return earlier.checked()
            note = _Note.of(self.connection.finalised(), call)
            return self._submitter.submit(call, self.key, purpose=note.write())

    def _undecided(self) -> tuple[SignedExtrinsic, ...]:
        return tuple(signed for signed in self._outbox.pending() if signed.account == self.key.public)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what a submission can end in into the failures that a person sees."""
        try:
            yield
        except NotIncludedYet as waiting:
            raise StillUndecided(waiting.extrinsic_hashes[0]) from waiting
        except ConnectionLost as lost:
            undecided = self._undecided()
            if not undecided:
                raise
            raise StillUndecided(undecided[-1].hash) from lost
        except OperationError as refusal:
            raise explained(refusal) from refusal

    def _is_of_another_run(self, note: "_Note") -> bool:
        """Whether the block at which a call was signed, a final one, is not of this chain. A missing block may be that
        of a node which is behind, unless there is only one node."""
        found = self.connection.block_hash(note.number)
        if found is None:
            return bool(self.connection.rpc("system_chainType") == DEVELOPMENT)
        return found != note.block_hash


@dataclass(frozen=True, slots=True)
class _Note:
    """A final block from before a call was signed, and the hash of the call."""

    number: int
    block_hash: bytes
    call_hash: bytes

    @classmethod
    def of(cls, block: BlockHeader, call: Call) -> "_Note":
        return cls(block.number, block.hash, _hash(call))

    @classmethod
    def read(cls, text: str) -> "_Note | None":
        """Read a note; None where another program wrote another one."""
        try:
            number, block_hash, call_hash = text.split()
            return cls(int(number), bytes.fromhex(block_hash), bytes.fromhex(call_hash))
        except ValueError:
            return None

    def write(self) -> str:
        return f"{self.number} {self.block_hash.hex()} {self.call_hash.hex()}"


def _hash(call: Call) -> bytes:
    return blake2b(call, digest_size=32).digest()


def _named(extrinsic_hash: bytes) -> str:
    return f"extrinsic 0x{extrinsic_hash.hex()} of an earlier command"


def _fate(outcome: Outcome) -> str:
    if outcome.refusal is not None:
        return f"came to nothing: {explained(outcome.refusal)}"
    return f"took effect in block {outcome.block.number if outcome.block else 'unknown'}"
