"""Making a sequence that ends in a difference short: steps are left out for as long as it still ends so."""

from collections.abc import Callable, Sequence

from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.moves.town import ENDOWMENTS, START
from aipchain.orchestrator.twin.steps import Step

__all__ = ["replayed", "shrunk"]


def replayed(program: Program, steps: Sequence[Step]) -> Difference | None:
    """Take the steps on a new chain; gives the first difference, if there is one."""
    twin = Twin.at_genesis(program, ENDOWMENTS, START)
    try:
        for step in steps:
            twin.take(step)
    except Difference as difference:
        return difference
    findings = twin.compare_everything()
    return Difference(steps[-1], findings) if findings else None


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
