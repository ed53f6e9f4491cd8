"""A run in parts: no sequence is left out or run twice, and what was finished is still known afterwards."""

from collections import Counter
from pathlib import Path

from aipchain.orchestrator.twin.campaign import Tally
from aipchain.orchestrator.twin.crew import Kept, Part, parts_of

PART = Part("Market", 25, 5, seed=3, steps=60)
REACHED = Tally(5, 300, 180, Counter({("Market.settle", "Ok"): 7}), Counter({"Market.BookSettled": 2}), 1.5)


def test_parts_cover_each_sequence_once() -> None:
    """The last part is what is left."""
    numbers = [n for part in parts_of(["Energy"], 60, 3) for n in range(part.first, part.first + part.sequences)]

    assert numbers == list(range(60))


def test_a_finished_part_is_known_to_the_next_run(tmp_path: Path) -> None:
    """With all that was counted."""
    Kept(tmp_path / "runs" / "kept.jsonl").add(PART, REACHED)

    assert Kept(tmp_path / "runs" / "kept.jsonl").get(PART) == REACHED


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path: Path) -> None:
    """A run that was ended while it wrote runs that part again, and the parts after it are kept."""
    file = tmp_path / "kept.jsonl"
    Kept(file).add(PART, REACHED)
    file.write_text(file.read_text()[:-20])

    kept = Kept(file)
    later = Part("Energy", 0, 25, seed=3, steps=60)
    kept.add(later, REACHED)

    assert kept.get(PART) is None
    assert Kept(file).get(later) == REACHED
