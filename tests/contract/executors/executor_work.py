"""What is worked on in these tests; a module that workers find by its name."""

import os
import signal
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.errors import PartMissing, UnusablePanel


def column_mean(panel: NDArray[np.int64], item: int) -> NDArray[np.float64]:
    """Numbers with a rounding that would show."""
    return np.asarray((panel[item] / 7).cumsum()[::1_000])


def refuse(_: object, item: int) -> int:
    """Fails for one item."""
    if item == 2:
        raise UnusablePanel("item 2 cannot be used")
    return item


def refuse_with_fields(_: object, __: int) -> int:
    """Fails with an error that is made of two fields, and has other words than these."""
    raise PartMissing("sundial", "sun")


def times(one: int, other: int) -> int:
    """A product."""
    return one * other


def refuse_to_be_made() -> "Warm":
    """An actor that cannot be."""
    raise UnusablePanel("there is nothing to keep warm")


class Warm:
    """Counts what it was asked, and says in which process it is."""

    def __init__(self) -> None:
        self.asked = 0


def ask(actor: Warm, item: int) -> tuple[int, int, int]:
    """The item, how often this actor was asked, and its process."""
    actor.asked += 1
    return item, actor.asked, os.getpid()


def threads(_: object, __: int) -> str | None:
    """How many threads numpy's libraries may use."""
    return os.environ.get("OMP_NUM_THREADS")


def die_once(file: str, item: int) -> int:
    """Ends its worker the first time that item 3 is worked on."""
    if item == 3 and not Path(file).exists():
        Path(file).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


def die(_: object, __: int) -> int:
    """Ends its worker each time."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def slowly(seconds: float, item: int) -> int:
    """A square that takes its time."""
    time.sleep(seconds)
    return item * item


def meet(folder: str, item: int) -> str:
    """Who works on it, once another works on the other of two items at the same time."""
    mine, other = (Path(folder) / f"{each}" for each in (item, 1 - item))
    mine.write_text(str(os.getpid()))
    end = time.monotonic() + 120
    while not other.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return mine.read_text() if other.exists() else "nobody came"


class Mortal:
    """Can be killed, and is made with a file that tells whether it was."""

    def __init__(self, file: str) -> None:
        self.file = file


def ask_mortal(actor: Mortal, item: int) -> int:
    """Ends its worker the first time that item 3 is asked."""
    return die_once(actor.file, item)


def ask_to_die(_: object, item: int) -> int:
    """Ends its worker each time that item 1 is asked."""
    return die(None, item) if item == 1 else item


def ask_to_refuse(_: object, item: int) -> int:
    """Fails for one item."""
    return refuse(None, item)


def ask_to_meet(folder: str, item: int) -> str:
    """See `meet`; the actor is the folder."""
    return meet(folder, item)
