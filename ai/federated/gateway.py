"""A gateway as a client of a coordinator: fetches tasks over HTTP, learns from its homes, and sends changes.

It stays through a coordinator that is away for a while and comes back, and through rounds in which its own answer was
refused or came late. What it learned for itself at the end stays here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from secrets import token_hex
from threading import Event
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from aipchain.ai.federated.errors import (
    CoordinatorUnreachable,
    ForeignCoordinator,
    MessageRefused,
    NotEnlisted,
    NotInvited,
)
from aipchain.ai.federated.identity import DIGEST, SIGNATURE, Signer, bytes_of, digest_of, signed_words, verified
from aipchain.ai.federated.messages import Task, answer_to_bytes, task_from
from aipchain.ai.federated.normaliser import statistics_schema
from aipchain.ai.federated.schema import Floats, Schema
from aipchain.ai.federated.simulation import Client

__all__ = ["Gateway", "Learned"]

_REQUEST_S: Final = 60.0
"""So long an answer of the coordinator may take [s]."""

_AGAIN_S: Final = 0.2
"""Between two tries to reach a coordinator that is away [s]."""

_BESIDE: Final = 100_000
"""What a task has beside its weights, at most [bytes]."""

_FAULT: Final = 500
_REFUSALS: Final = {400: MessageRefused, 403: NotInvited, 404: NotInvited, 409: NotEnlisted, 413: MessageRefused}


@dataclass(frozen=True, slots=True)
class Learned:
    """The final task with the model that all share, the client's own weights, and what was refused by round."""

    task: Task
    own: Floats
    refused: dict[int, str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """A client under a name, with its key.

    :param coordinator: the coordinator's public key.
    :param told: hears what is going on, in sentences.
    """

    federation: str
    name: str
    key: Signer
    address: str
    coordinator: bytes
    model: Schema
    patience_s: float = 600.0
    """So long a coordinator may be away, or another hold this name [s]."""
    session: str = field(default_factory=lambda: token_hex(16))
    told: Callable[[str], None] = lambda _: None

    def take_part(self, client: Client) -> Learned:
        """Answer in every round until all are closed, then learn on for itself.

        :raises CoordinatorUnreachable: nobody answers.
        :raises ForeignCoordinator: somebody else than the coordinator does, who is not waited for.
        :raises NotInvited: the coordinator does not know this name with this key.
        :raises NotEnlisted: another client is there under this name, and stays.
        :raises MessageRefused: the coordinator's task is of another model.
        """
        self._come_in(_Patience(self.patience_s, self.told), first=True)
        self.told(f"{self.name} takes part in {self.federation} at {self.address}")
        refused: dict[int, str] = {}
        for task in self._tasks():
            if task.over:
                self.told("all rounds are closed: learning on for itself")
                return Learned(task, client.own(task), refused)
            try:
                self._answer(task, client)
            except MessageRefused as error:
                refused[task.round] = str(error)
                self.told(f"round {task.round} of {task.rounds}: the answer was refused: {error}")
        raise CoordinatorUnreachable(self.address, "it gives no more tasks")

    def leave(self) -> None:
        """Tell the coordinator that it need not wait; where it is away, there is nobody to tell."""
        with suppress(CoordinatorUnreachable, NotEnlisted, NotInvited):
            self._said("POST", f"/leave/{self.name}/{self.session}", b"")

    def _answer(self, task: Task, client: Client) -> None:
        schema = statistics_schema(self.model, len(task.normaliser) // 2) if task.round == 0 else self.model
        answer = answer_to_bytes(client.answer(task), schema, half=task.round > 0)
        self._asked("POST", f"/answer/{self.name}/{self.session}/{task.round}", answer)
        self.told(f"round {task.round} of {task.rounds}: answered with {len(answer):,} bytes")

    def _tasks(self) -> Iterator[Task]:
        after = -1
        while True:
            message = self._asked("GET", f"/task/{self.name}/{self.session}/{after}")
            if message:
                task = task_from(message, self.model)
                yield task
                after = task.round

    def _asked(self, method: str, path: str, body: bytes = b"") -> bytes:
        """What the coordinator says. One that is away is asked again; one that was started anew is told who is here."""
        patience = _Patience(self.patience_s, self.told)
        while True:
            try:
                return self._said(method, path, body)
            except CoordinatorUnreachable as error:
                patience.wait(error)
            except NotEnlisted as error:
                patience.check(error)
            self._come_in(patience)

    def _come_in(self, patience: "_Patience", *, first: bool = False) -> None:
        while True:
            try:
                self._said("POST", f"/enlist/{self.name}/{self.session}", b"")
                return
            except (CoordinatorUnreachable, NotEnlisted) as error:
                if first and isinstance(error, ForeignCoordinator):
                    raise
                patience.wait(error)

    def _said(self, method: str, path: str, body: bytes) -> bytes:
        digest = digest_of(body)
        signature = self.key.sign(signed_words(self.federation, path, len(body), digest)).hex()
        try:
            status, heads, told = self._exchanged(method, path, body, {DIGEST: digest, SIGNATURE: signature})
        except (OSError, HTTPException) as error:
            raise CoordinatorUnreachable(self.address, str(error) or type(error).__name__) from error
        words = signed_words(self.federation, f"{status} {path}", len(told), digest_of(told))
        if not verified(self.coordinator, words, bytes_of(heads.get(SIGNATURE, ""))):
            raise ForeignCoordinator(self.address, self.federation)
        if status in _REFUSALS:
            raise _REFUSALS[status](told.decode(errors="replace"))
        if status >= _FAULT:
            raise CoordinatorUnreachable(self.address, told.decode(errors="replace"))
        return told

    def _exchanged(
        self, method: str, path: str, body: bytes, heads: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        address = urlsplit(self.address)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        with closing(kind(address.hostname or "", address.port, timeout=_REQUEST_S)) as connection:
            connection.request(method, path, body, dict(heads))
            reply = connection.getresponse()
            return reply.status, dict(reply.headers), reply.read(4 * self.model.length + _BESIDE)


class _Patience:
    """Waits between tries, says why the first time, and ends after some seconds."""

    def __init__(self, seconds: float, told: Callable[[str], None]) -> None:
        self._seconds, self._until, self._told, self._waited = seconds, monotonic() + seconds, told, False

    def check(self, error: Exception) -> None:
        """Raise the error if it is time to."""
        if monotonic() > self._until:
            raise error

    def wait(self, error: Exception) -> None:
        """Wait a little, unless it is time to raise the error."""
        self.check(error)
        if not self._waited:
            self._told(f"{error}; trying again for up to {self._seconds:.0f} s")
        self._waited = True
        Event().wait(_AGAIN_S)
