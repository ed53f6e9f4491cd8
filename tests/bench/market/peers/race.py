"""All matchers over the same books, one process at a time, each by its own clearing method in its own environment."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .environments import NotBuilt, interpreter_of, peer_variables
from .judge import Verdict, judge
from .lap import read_orders

__all__ = ["MATCHERS", "OURS", "Lap", "Matcher", "race", "run_peer"]

BENCH: Final = Path(__file__).parents[2]
CALLS_S: Final = 15
"""Time for all calls of one matcher on one book [s]; the first call is always finished."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A mechanism: its script, the requirements it runs with (empty: ours), and the largest N it is put to."""

    name: str
    script: str
    mechanism: str
    requirements: str = ""
    most: int = 10_000
    why: str = ""


OURS: Final = Matcher("ours", "our_auction", "compiled")
MATCHERS: Final = (
    OURS,
    Matcher("ours, numpy alone", "our_auction", "numpy"),
    Matcher("ours, plain Python", "our_auction", "plain"),
    Matcher("nested loop", "our_auction", "nested-loop"),
    Matcher("ASSUME pay-as-clear", "assume_auction", "pay_as_clear", "assume"),
    Matcher("ASSUME pay-as-bid", "assume_auction", "pay_as_bid", "assume"),
    Matcher("pymarket MUDA", "pymarket_auction", "muda", "pymarket"),
    Matcher("pymarket Huang", "pymarket_auction", "huang", "pymarket"),
    Matcher("pymarket p2p", "pymarket_auction", "p2p", "pymarket", 1_000, "a table of 2N x N^2 bytes"),
    Matcher("HiGHS interior point", "highs_auction", "ipm", "highs"),
    Matcher("HiGHS simplex", "highs_auction", "simplex", "highs"),
)


@dataclass(frozen=True, slots=True)
class Lap:
    """One matcher on one book of N bids and N offers; without seconds there is a `note` that says why."""

    matcher: str
    n: int
    version: str = ""
    seconds: float | None = None
    calls: int = 0
    verdict: Verdict | None = None
    note: str = ""
    is_failure: bool = False


def race(books: Sequence[Path], limit_s: float, matchers: Sequence[Matcher] = MATCHERS) -> Iterator[Lap]:
    """Every matcher, from the smallest of `books` to the largest; one that does not answer in `limit_s` [s] is out."""
    for matcher in matchers:
        for file in books:
            lap = _lap(matcher, file, limit_s)
            yield lap
            if lap.seconds is None:
                break


def run_peer(interpreter: Path, arguments: Sequence[str], limit_s: float) -> str:
    """Standard output of a script of this folder.

    :raises subprocess.SubprocessError: it failed, or did not end in time.
    """
    command = [str(interpreter), "-m", f"market.peers.{arguments[0]}", *arguments[1:]]
    run = subprocess.run(
        command, cwd=BENCH, env=peer_variables(), capture_output=True, text=True, check=True, timeout=limit_s
    )
    return run.stdout


def _lap(matcher: Matcher, file: Path, limit_s: float) -> Lap:
    orders = read_orders(str(file))
    n = len(orders) // 2
    if n > matcher.most:
        return Lap(matcher.name, n, note=f"not tried: {matcher.why or 'too slow'}")
    try:
        interpreter = interpreter_of(matcher.requirements) if matcher.requirements else Path(sys.executable)
        said = run_peer(interpreter, (matcher.script, matcher.mechanism, str(file), str(CALLS_S)), limit_s)
    except subprocess.TimeoutExpired:
        return Lap(matcher.name, n, note=f"no answer in {limit_s:.0f} s")
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        return Lap(matcher.name, n, note=f"failed: {last}", is_failure=True)
    except NotBuilt as error:
        return Lap(matcher.name, n, note=f"failed: {error}", is_failure=True)
    answer = json.loads(said.splitlines()[-1])
    verdict = judge(orders, answer["fills"])
    return Lap(matcher.name, n, answer["version"], answer["seconds"], answer["calls"], verdict)
