"""Making a sequence that ends in a difference short: steps are left out for as long as it still ends in the same sort.

Without some step a sequence may end in another difference. That is not what was found, so it does not count, but it is
not forgotten either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.moves.town import ENDOWMENTS, START
from aipchain.orchestrator.twin.steps import Step

__all__ = ["Shortened", "replayed", "shortened", "shrunk"]


@dataclass(frozen=True, slots=True)
class Shortened:
    """What is left of a sequence, the difference it ends in, and the other sorts that were met on the way."""

    steps: Sequence[Step]
    difference: Difference
    others: Sequence[Difference]


def shortened(
    steps: Sequence[Step], difference: Difference, replay: Callable[[Sequence[Step]], Difference | None]
) -> Shortened:
    """Leave out the steps that are not needed for this sort of difference.

    :param replay: takes the steps on a new chain, as :func:`replayed` does.
    """
    others: dict[tuple[str, str, str], Difference] = {}

    def differs(fewer: Sequence[Step]) -> bool:
        met = replay(fewer)
        if met is not None and met.sort != difference.sort:
            others.setdefault(met.sort, met)
        return met is not None and met.sort == difference.sort

    left = shrunk(steps, differs)
    return Shortened(left, replay(left) or difference, list(others.values()))


def replayed(program: Program, steps: Sequence[Step]) -> Difference | None:
    """Take the steps on a new chain; gives the first difference, if there is one."""
    twin = Twin.at_genesis(program, ENDOWMENTS, START)
    try:
        for step in steps:
            twin.take(step)
    except Difference as difference:
        return difference
    found = twin.compare_everything()
    return Difference(None, found) if found else None


def shrunk(steps: Sequence[Step], differs: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """The steps without all those that can be left out, chunk by chunk and then one by one (delta debugging).

    :param differs: whether a sequence still ends in the difference.
    """
    kept = list(steps)
    chunk = max(len(kept) // 2, 1)
    while True:
        before = len(kept)
        for start in range(len(kept) - chunk, -1, -chunk):
            fewer = kept[:start] + kept[start + chunk :]
            if fewer and differs(fewer):
                kept = fewer
        if chunk > 1:
            chunk //= 2
        elif len(kept) == before:
            return kept
