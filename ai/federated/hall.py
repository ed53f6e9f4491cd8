"""Where clients meet a coordinator: who may come in, who is there, which answers are in, and when a round closes.

A round closes as soon as every client that is invited has answered, or at its deadline if enough have; later as soon as
enough have. A client that says nothing for a while may come in again, under the name it had; until then a second one
under its name is refused. After the last round clients fetch the final model and leave. Safe to use from many threads.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition
from time import monotonic
from typing import Final

from aipchain.ai.federated.errors import MessageRefused, NotEnlisted, UnusablePlan
from aipchain.ai.federated.messages import task_to_bytes
from aipchain.ai.federated.record import Record
from aipchain.ai.federated.rounds import Federation, RoundReport, checked, closed

__all__ = ["Hall", "Hours", "checked_name"]

_A_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""A name is part of addresses and of file names."""


@dataclass(frozen=True, slots=True)
class Hours:
    """How long a coordinator waits [s]."""

    round_s: float = 600.0
    """For all answers of a round; then enough are enough."""
    give_up_s: float = 3_600.0
    """For enough of them; then the federation stops."""
    silent_s: float = 900.0
    """For a client that says nothing, until its name may be taken again."""


class Hall:
    """A federation whose clients come and go.

    :param invited: public key by name of each client that may take part.
    :raises UnusablePlan: a name that is none, or fewer invited than a round needs.
    :raises ForeignRecord: what was kept is of another federation.
    """

    def __init__(
        self,
        federation: Federation,
        invited: Mapping[str, bytes],
        record: Record,
        hours: Hours | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        _checked_invitations(federation, invited)
        self.invited, self._record = dict(invited), record
        self._hours, self._clock = hours or Hours(), clock
        self._changed = Condition()
        self._sessions: dict[str, _Session] = {}
        self._left_with_model = record.left()
        self.federation = record.resumed(federation)
        self._answers = dict(record.answers(self.federation.task.round))
        self._begun = clock()
        record.write(self.federation)

    def enlist(self, name: str, session: str) -> None:
        """A client comes in.

        :raises NotEnlisted: another client is there under that name.
        """
        with self._changed:
            other = self._sessions.get(name)
            if other and other.session != session and self._clock() - other.heard < self._hours.silent_s:
                raise NotEnlisted(
                    f"another client is there as {name}: give each its own name, or wait until it is gone"
                )
            self._sessions[name] = _Session(session, self._clock())

    def task(self, name: str, session: str, after: int, wait_s: float) -> bytes | None:
        """The task of a later round than `after`; None if none came while waiting.

        :raises NotEnlisted: the client did not come in, or another has taken its place.
        """
        with self._changed:
            self._hear(name, session)
            self._changed.wait_for(lambda: self.federation.task.round > after, wait_s)
            self._hear(name, session)
            task = self.federation.task
            return task_to_bytes(task, self.federation.model) if task.round > after else None

    def answer(self, name: str, session: str, round_: int, message: bytes) -> None:
        """A client answers; the first answer of a round counts, also one that cannot be used.

        :raises NotEnlisted: see `task`.
        :raises MessageRefused: the round is closed, or the answer cannot be used; it is counted as refused.
        """
        with self._changed:
            self._hear(name, session)
            if round_ != self.federation.task.round or self.federation.task.over:
                raise MessageRefused(f"round {round_} is closed: ask for the next task")
            if name in self._answers:
                return
            self._record.keep(round_, name, message)
            self._answers[name] = message
            self._changed.notify_all()
            checked(self.federation, message)

    def too_large(self, name: str, session: str, round_: int) -> None:
        """A client would answer with more bytes than are allowed, so they are not even read; it is counted as refused.

        :raises NotEnlisted: see `task`.
        :raises MessageRefused: always.
        """
        self.answer(name, session, round_, bytes(self.federation.plan.most_bytes + 1))

    def leave(self, name: str, session: str) -> None:
        """A client goes; once all rounds are closed, with the final model.

        :raises NotEnlisted: see `task`.
        """
        with self._changed:
            self._hear(name, session)
            del self._sessions[name]
            if self.federation.task.over:
                self._record.keep_left(name)
                self._left_with_model.add(name)
            self._changed.notify_all()

    def wait_until_left(self, seconds: float) -> tuple[str, ...]:
        """Wait until every client has left with the final model; gives those who have not after so long [s]."""
        with self._changed:
            self._changed.wait_for(lambda: not set(self.invited) - self._left_with_model, seconds)
            return tuple(sorted(set(self.invited) - self._left_with_model))

    @property
    def answered(self) -> tuple[str, ...]:
        """Clients whose answers of this round are in."""
        with self._changed:
            return tuple(sorted(self._answers))

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many answers of this round are in."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._answers) >= count)

    def close_rounds(self, told: Callable[[RoundReport], None] = lambda _: None) -> Federation:
        """Close one round after the other as answers come, until all are closed.

        :param told: hears of each round that is closed.
        :raises TooFewAnswers: a round had too few for too long.
        """
        with self._changed:
            while not self.federation.task.over:
                self._changed.wait_for(self._complete, self._left(self._hours.round_s))
                self._changed.wait_for(self._enough, self._left(self._hours.give_up_s))
                self._close()
                told(self.federation.reports[-1])
        return self.federation

    def _close(self) -> None:
        following = closed(self.federation, self._answers, len(self.invited))
        self._record.write(following)
        self.federation, self._answers, self._begun = following, {}, self._clock()
        self._changed.notify_all()

    def _hear(self, name: str, session: str) -> None:
        known = self._sessions.get(name)
        if known is None or known.session != session:
            raise NotEnlisted(f"{name} is not enlisted with this session: enlist first")
        known.heard = self._clock()

    def _complete(self) -> bool:
        return len(self._answers) == len(self.invited)

    def _enough(self) -> bool:
        return self._complete() or self._usable() >= self.federation.plan.least_answers

    def _usable(self) -> int:
        return sum(_is_usable(self.federation, answer) for answer in self._answers.values())

    def _left(self, seconds: float) -> float:
        return max(0.0, self._begun + seconds - self._clock())


@dataclass(slots=True)
class _Session:
    session: str
    heard: float = field(compare=False)


def _is_usable(federation: Federation, message: bytes) -> bool:
    try:
        checked(federation, message)
    except MessageRefused:
        return False
    return True


def checked_name(name: str) -> str:
    """A name that a client or a federation may have.

    :raises UnusablePlan: it is none.
    """
    if not _A_NAME.fullmatch(name):
        raise UnusablePlan(f"{name!r} is no name: use a to z, 0 to 9, - and _, 63 at most")
    return name


def _checked_invitations(federation: Federation, invited: Mapping[str, bytes]) -> None:
    for name in invited:
        checked_name(name)
    if len(invited) < federation.plan.least_answers or len(set(invited.values())) < len(invited):
        raise UnusablePlan(
            f"{len(invited)} clients are invited and a round needs {federation.plan.least_answers} answers: "
            "invite as many, each with a key of its own"
        )
