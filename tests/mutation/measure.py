"""Does the differential suite bite? Every mutant of the specification is held against what the real runtime did.

`make mutants` runs all of it and writes `result.json` beside this file when nothing is wrong. Survivors must be named
in `equivalent.toml`, each with the reason why no call can tell it from the specification; a survivor without a reason
fails the run, and so does a reason without a survivor. `--sample` tries some mutants only, for the ordinary tests, and
writes nothing.
"""

import argparse
import json
import os
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kept import Kept
from mutants import PACKAGE, Mutant, all_mutants
from tapes import Recording
from trials import Trial, Verdict, trials

from aipchain.chain.artifact import load_artifact
from aipchain.chain.host.engine import COMPILED
from aipchain.orchestrator.twin.campaign import CI_SEED, CI_SEQUENCES
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.result import Subject

GOAL = 0.95
"""The least share of viable mutants that must be killed."""
HERE = Path(__file__).parent
REASONS, RESULT = HERE / "equivalent.toml", HERE / "result.json"

_CHAPTERS = (
    "types", "scale", "world", "origin", "balances", "communities", "metering", "energy", "market", "plugin_registry",
    "community_governance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the mutants of a chapter, or of all."""

    verdicts: Mapping[Verdict, int]

    @property
    def mutants(self) -> int:
        """All of them."""
        return sum(self.verdicts.values())

    @property
    def viable(self) -> int:
        """Those that can be imported."""
        return self.mutants - self.verdicts.get(Verdict.NOT_VIABLE, 0)

    @property
    def survived(self) -> int:
        """Those that nothing shows."""
        return self.verdicts.get(Verdict.SURVIVED, 0)

    @property
    def share(self) -> float:
        """Killed of the viable ones."""
        return (self.viable - self.survived) / self.viable if self.viable else 1.0

    def row(self, name: str) -> str:
        """A row of the table."""
        killed = self.viable - self.survived
        return f"| {name} | {self.mutants} | {self.viable} | {killed} | {self.survived} | {self.share:.1%} |"


def main() -> int:
    """Run, print the table, say what is wrong; 0 when nothing is."""
    asked, began = _arguments(), time.monotonic()
    mutants = all_mutants()
    chosen = [each for each in mutants if each.name.startswith(asked.only)]
    tried, calls = (_at_once if asked.sample or asked.wasm else _gone_on)(chosen, asked)
    print("\n".join(_table(tried)))
    print(f"\n{_counts(tried)}; {time.monotonic() - began:.0f} s with {asked.workers} processes")
    reasons = _reasons(REASONS)
    print("\n".join(_unexplained(tried, reasons)))
    faults = [f"{REASONS.name} names no mutant: {name}" for name in reasons.keys() - {each.name for each in mutants}]
    if len(tried) == len(mutants):
        faults += _faults(tried, reasons)
        if asked.wasm is None and asked.sequences == CI_SEQUENCES and not faults:
            RESULT.write_text(json.dumps(_result(tried, calls, reasons), indent=1, ensure_ascii=False) + "\n")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _at_once(chosen: list[Mutant], asked: argparse.Namespace) -> tuple[list[Trial], int]:
    """Trials of some mutants, or against another runtime, and the number of calls; nothing is kept."""
    drawn = Random(CI_SEED).sample(chosen, asked.sample) if asked.sample else chosen
    recording = _recorded(asked.wasm, asked.sequences)
    return list(_trials(drawn, recording, asked.workers)), recording.calls


def _gone_on(chosen: list[Mutant], asked: argparse.Namespace) -> tuple[list[Trial], int]:
    """What is kept of an earlier run, with trials of the others, which are kept as they come; the number of calls."""
    kept = Kept(Subject.of(load_artifact().manifest.code_hash), asked.sequences)
    missing = kept.missing(chosen)
    if missing:
        recording = _recorded(None, asked.sequences)
        kept.begin(recording.calls)
        for trial in _trials(missing, recording, asked.workers):
            kept.add(trial)
    return kept.trials(chosen), kept.calls


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Try mutants of the specification against the runtime's answers.")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, drawn by the seed; all without it")
    parser.add_argument("--only", default="", help="mutants whose names begin so, for example market.orders")
    parser.add_argument("--sequences", type=int, default=CI_SEQUENCES, help="sequences about each pallet")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--wasm", type=Path, help="another runtime than the committed one; no result is written")
    return parser.parse_args()


def _recorded(wasm: Path | None, sequences: int) -> Recording:
    program = Program(wasm.read_bytes() if wasm else None, COMPILED)
    recording = Recording(program, sequences, CI_SEED)
    print(f"{len(recording.tapes)} sequences with {recording.calls:,} calls recorded", flush=True)
    return recording


def _trials(mutants: Sequence[Mutant], recording: Recording, workers: int) -> Iterable[Trial]:
    """The trials, with a sign of life after each hundred."""
    for count, trial in enumerate(trials(mutants, recording, recording.reach(PACKAGE), workers), start=1):
        if count % 100 == 0:
            print(f"{count} of {len(mutants)} mutants tried", flush=True)
        yield trial


def _reasons(file: Path) -> dict[str, str]:
    """Why a mutant can be told by no call, by the mutant's name."""
    groups = tomllib.loads(file.read_text(encoding="utf-8"))["equivalent"]
    return {name: group["reason"] for group in groups for name in group["mutants"]}


def _unexplained(tried: Iterable[Trial], reasons: Mapping[str, str]) -> Iterable[str]:
    for trial in tried:
        if trial.verdict is Verdict.SURVIVED and trial.mutant.name not in reasons:
            yield f"survives without a reason, reached by {trial.reached} sequences: {trial.mutant.name}"


def _faults(tried: Sequence[Trial], reasons: Mapping[str, str]) -> Iterable[str]:
    """What is wrong after a whole run."""
    survivors = {trial.mutant.name for trial in tried if trial.verdict is Verdict.SURVIVED}
    if unexplained := len(survivors - reasons.keys()):
        yield f"{unexplained} survivors have no reason in {REASONS.name}"
    yield from (f"has a reason in {REASONS.name}, and does not survive: {name}" for name in reasons.keys() - survivors)
    if _score(tried).share < GOAL:
        yield f"{_score(tried).share:.1%} of the viable mutants are killed; the goal is {GOAL:.0%}"


def _score(tried: Iterable[Trial]) -> Score:
    return Score(Counter(trial.verdict for trial in tried))


def _by_chapter(tried: Sequence[Trial]) -> Mapping[str, Score]:
    return {name: _score(trial for trial in tried if trial.mutant.chapter == name) for name in _CHAPTERS}


def _table(tried: Sequence[Trial]) -> Iterable[str]:
    yield "| chapter | mutants | viable | killed | survived | share |"
    yield "|---|---|---|---|---|---|"
    yield from (score.row(name) for name, score in _by_chapter(tried).items())
    yield _score(tried).row("all")


def _counts(tried: Sequence[Trial]) -> str:
    verdicts = _score(tried).verdicts
    return ", ".join(f"{verdicts.get(verdict, 0)} {verdict.value}" for verdict in Verdict)


def _result(tried: Sequence[Trial], calls: int, reasons: Mapping[str, str]) -> dict[str, object]:
    subject = Subject.of(load_artifact().manifest.code_hash)
    sums = {
        name: {"mutants": s.mutants, "viable": s.viable, "survived": s.survived}
        for name, s in _by_chapter(tried).items()
    }
    return {
        "runtime": subject.runtime,
        "specification": subject.specification,
        "generator": subject.generator,
        "seed": CI_SEED,
        "sequences about each pallet": CI_SEQUENCES,
        "calls": calls,
        "verdicts": {verdict.value: _score(tried).verdicts.get(verdict, 0) for verdict in Verdict},
        "share killed": round(_score(tried).share, 4),
        "chapters": sums,
        "survivors": {
            trial.mutant.name: reasons.get(trial.mutant.name, "no reason is known")
            for trial in tried
            if trial.verdict is Verdict.SURVIVED
        },
    }


if __name__ == "__main__":
    sys.exit(main())
