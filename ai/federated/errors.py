"""Failures of federated learning.

InputError
├── MessageRefused         an update or a task has the wrong shape, size or numbers; its sender is left out
├── NotInvited             no such client, or a signature that is not its own
├── NotEnlisted            the client did not come in, or another is there under its name
├── UnusablePlan           settings of a federation that contradict each other
├── CoordinatorUnreachable nobody answers at the coordinator's address
│   └── ForeignCoordinator what answers there does not sign with the coordinator's key
├── RecordUnusable         a folder cannot hold a record, or another process works with it
└── FlowerMissing          Flower is not there
OperationError
└── TooFewAnswers          a round had fewer usable answers than the plan asks for
StateError
└── ForeignRecord          the folder holds the record of another federation, or a damaged one
"""

from pathlib import Path

from aipchain.errors import InputError, OperationError, StateError

__all__ = [
    "CoordinatorUnreachable",
    "FlowerMissing",
    "ForeignCoordinator",
    "ForeignRecord",
    "MessageRefused",
    "NotEnlisted",
    "NotInvited",
    "RecordUnusable",
    "TooFewAnswers",
    "UnusablePlan",
]


class MessageRefused(InputError):
    """Bytes that are no message of this federation, or say what cannot be."""


class NotInvited(InputError):
    """Whoever asks is not the client it says it is."""


class NotEnlisted(InputError):
    """A client did not come in, or another is there under its name."""


class UnusablePlan(InputError):
    """Settings that contradict each other."""


class FlowerMissing(InputError):
    """Flower, or what it needs, is not installed."""

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"{package} is not installed: Flower goes beside aipchain without its own pins, "
            "pip install --no-deps flwr and what it imports"
        )


class TooFewAnswers(OperationError):
    """A round cannot be closed."""

    def __init__(self, round_: int, answers: int, needed: int, refused: int) -> None:
        self.round, self.answers, self.needed, self.refused = round_, answers, needed, refused
        super().__init__(
            f"round {round_} had {answers} usable answers and {refused} refused ones, {needed} are needed: "
            "wait for more clients, or ask for fewer in the plan"
        )


class CoordinatorUnreachable(InputError):
    """The coordinator does not answer."""

    def __init__(self, address: str, cause: str) -> None:
        self.address, self.cause = address, cause
        super().__init__(f"no coordinator answers at {address} ({cause}): check the address, or try again later")


class ForeignCoordinator(CoordinatorUnreachable):
    """Somebody else answers."""

    def __init__(self, address: str, federation: str) -> None:
        self.address, self.cause = address, f"what answers there does not sign as {federation}"
        InputError.__init__(
            self,
            f"no coordinator answers at {address} ({self.cause} with the key that was given): check the address, the "
            "key and the name of the federation",
        )


class RecordUnusable(InputError):
    """A folder cannot hold the record of a federation."""

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause
        super().__init__(f"{folder} cannot keep the state of a federation ({cause}): give another folder")


class ForeignRecord(StateError):
    """What was kept of a federation cannot be gone on with."""

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause
        super().__init__(f"the record of a federation in {folder} {cause}: give the right folder, or an empty one")
