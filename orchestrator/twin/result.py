"""What a long run reached, as a file to be kept: of which runtime and specification, how many calls, what came of them.

A digest of sources is over the names and texts of the Python files below a room, so that a run says what it is about.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from aipchain import pallets_spec
from aipchain.orchestrator.twin.campaign import Tally

__all__ = ["Subject", "result_text", "specification_digest"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What sequences are about: all that decides how they go and how they end, but for seed and length."""

    runtime: str
    """The hash of the code, as a node has it."""
    specification: str
    """The digest of `pallets_spec`."""
    generator: str
    """The digest of `orchestrator/twin`."""

    @classmethod
    def of(cls, code_hash: bytes) -> "Subject":
        """The runtime with this hash against the specification that is here."""
        return cls(f"0x{code_hash.hex()}", specification_digest(), _digest(Path(__file__).parent))

    @property
    def name(self) -> str:
        """A short name that no other subject has."""
        return _hash("".join((self.runtime, self.specification, self.generator)).encode())[2:18]


def specification_digest() -> str:
    """The digest of `pallets_spec`, as it is here."""
    (book,) = pallets_spec.__path__
    return _digest(Path(book))


def result_text(subject: Subject, seed: int, steps: int, workers: int, reached: Mapping[str, Tally]) -> str:
    """The text of a result file; there was no difference, or there would be no result.

    :param steps: the length of each sequence, after the founding and the prelude.
    :param reached: what the sequences about each pallet reached.
    """
    total = Tally()
    for tally in reached.values():
        total.add(tally)
    described = {
        "runtime": subject.runtime,
        "specification": subject.specification,
        "generator": subject.generator,
        "seed": seed,
        "steps": steps,
        "workers": workers,
        "cores": os.cpu_count(),
        "core_seconds": round(total.seconds),
        **_counts(total),
        "pallets": {pallet: {**_counts(tally), "outcomes": tally.outcomes()} for pallet, tally in reached.items()},
    }
    return json.dumps(described, indent=1) + "\n"


def _counts(tally: Tally) -> dict[str, object]:
    return {
        "sequences": tally.sequences,
        "calls": tally.calls,
        "accepted": tally.accepted,
        "share_accepted": round(tally.share, 4),
        "pairs": len(tally.pairs),
    }


def _digest(folder: Path) -> str:
    texts = ((file.relative_to(folder).as_posix(), file.read_bytes()) for file in sorted(folder.rglob("*.py")))
    return _hash(b"".join(part for name, text in texts for part in (name.encode(), _hash(text).encode())))


def _hash(raw: bytes) -> str:
    return f"0x{blake2b(raw, digest_size=32).hexdigest()}"
