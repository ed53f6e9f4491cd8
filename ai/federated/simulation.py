"""A federation whose clients are actors of an executor: all in this process, on all cores, or on a Ray cluster.

Clients keep nothing between rounds but their panels, so any actor can answer for any client, a lost one is made again,
and every place gives the same bytes. What travels is what would travel over a network: tasks and answers as bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from aipchain.ai.executors.executor import ActorPool, Executor
from aipchain.ai.federated.messages import Answer, Task, answer_to_bytes, task_from, task_to_bytes
from aipchain.ai.federated.rounds import Federation, closed, schema_of_round
from aipchain.ai.federated.schema import Floats, Schema

__all__ = ["Client", "Clients", "Outcome", "federate"]


class Client(Protocol):
    """One who learns from its own homes."""

    def answer(self, task: Task) -> Answer:
        """What the task asks for."""
        ...

    def own(self, task: Task) -> Floats:
        """Its own weights after the last round."""
        ...


Clients: TypeAlias = Mapping[str, Client]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The federation after its last round, each client's own weights, and the size of the largest answer [bytes]."""

    federation: Federation
    own: Mapping[str, Floats]
    largest_answer: int


def federate(
    federation: Federation, executor: Executor, make: Callable[[], Clients], names: Sequence[str], *, own: bool = True
) -> Outcome:
    """Go through all rounds, and let each client train its own copy at the end.

    :param make: makes the clients of all names; called once by each actor.
    :param own: whether clients train copies of their own.
    :raises TooFewAnswers: in a round too many answers were refused.
    """
    largest = 0
    with executor.actors(partial(_made, make, federation.model)) as pool:
        while not federation.task.over:
            answers = _round(pool, federation, names)
            largest = max(largest, *(len(answer) for answer in answers.values()))
            federation = closed(federation, answers, len(names))
        task = task_to_bytes(federation.task, federation.model)
        kept = pool.map(_own, [(name, task) for name in names]) if own else []
    return Outcome(federation, dict(zip(names, kept, strict=False)), largest)


@dataclass(frozen=True, slots=True)
class _Actor:
    clients: Clients
    model: Schema


def _made(make: Callable[[], Clients], model: Schema) -> _Actor:
    return _Actor(make(), model)


def _round(pool: ActorPool[_Actor], federation: Federation, names: Sequence[str]) -> dict[str, bytes]:
    task = task_to_bytes(federation.task, federation.model)
    schema = schema_of_round(federation)
    answers = pool.map(_answer, [(name, task, schema) for name in names])
    return dict(zip(names, answers, strict=True))


def _answer(actor: _Actor, asked: tuple[str, bytes, Schema]) -> bytes:
    name, message, schema = asked
    task = task_from(message, actor.model)
    return answer_to_bytes(actor.clients[name].answer(task), schema, half=task.round > 0)


def _own(actor: _Actor, asked: tuple[str, bytes]) -> Floats:
    name, message = asked
    return actor.clients[name].own(task_from(message, actor.model))
