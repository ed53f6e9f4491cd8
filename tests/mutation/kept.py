"""What was tried already, in a file with a line for each mutant, so that a run goes on where it was ended.

The file is named after all that decides what comes of a mutant: the runtime, the specification, the sequences, and this
folder. So a run that only has other reasons for its survivors tries nothing again.
"""

import json
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import platformdirs
from mutants import Mutant
from trials import Trial, Verdict

from aipchain.orchestrator.twin.result import Subject

__all__ = ["Kept"]


class Kept:
    """Trials of one subject with so many sequences about each pallet. A line that was cut off counts for nothing."""

    def __init__(self, subject: Subject, sequences: int) -> None:
        sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
        name = blake2b(f"{subject.name}/{sequences}/".encode() + sources, digest_size=8).hexdigest()
        self._path = platformdirs.user_cache_path("aipchain") / "mutants" / f"{name}.jsonl"
        self.calls = 0
        """How many calls the mutants were held against; 0 before :meth:`begin`."""
        self._told: dict[str, tuple[str, str, int]] = {}
        self._read()

    def begin(self, calls: int) -> None:
        """Keep how many calls there are."""
        self.calls = calls
        self._write({"calls": calls})

    def add(self, trial: Trial) -> None:
        """Keep a trial."""
        self._told[trial.mutant.name] = told = (trial.verdict.value, trial.told, trial.reached)
        self._write({"mutant": trial.mutant.name, "trial": told})

    def missing(self, mutants: Iterable[Mutant]) -> list[Mutant]:
        """Those that were not tried."""
        return [mutant for mutant in mutants if mutant.name not in self._told]

    def trials(self, mutants: Iterable[Mutant]) -> list[Trial]:
        """What is kept of these mutants."""
        known = [(mutant, self._told[mutant.name]) for mutant in mutants if mutant.name in self._told]
        return [Trial(mutant, Verdict(verdict), told, reached) for mutant, (verdict, told, reached) in known]

    def _write(self, line: dict[str, object]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(line)}")

    def _read(self) -> None:
        for text in self._path.read_text(encoding="utf-8").splitlines() if self._path.is_file() else ():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if "calls" in line:
                self.calls = line["calls"]
            else:
                self._told[line["mutant"]] = tuple(line["trial"])
