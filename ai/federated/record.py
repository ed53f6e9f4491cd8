"""What a coordinator keeps on disk to go on after a stop: the federation, and the answers of its round.

    federation.npz        which federation it is, the next task, and a report of every round before
    answers/3-gateway-7   what a client answered in round 3, as it came

A file is written beside its place and then moved there, so that it is whole or not there. The record of another plan or
model is refused.
"""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from aipchain.ai.federated.errors import ForeignRecord, MessageRefused
from aipchain.ai.federated.messages import task_from, task_to_bytes
from aipchain.ai.federated.rounds import Federation, RoundReport

__all__ = ["Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one federation in a folder of its own."""

    folder: Path

    def write(self, federation: Federation) -> None:
        """Keep where the federation stands; answers of rounds before go."""
        reports = json.dumps([asdict(report) for report in federation.reports]).encode()
        parts = {"agreed": _agreed(federation), "task": task_to_bytes(federation.task, federation.model)}
        written = io.BytesIO()
        tables = {name: np.frombuffer(part, dtype=np.uint8) for name, part in {**parts, "reports": reports}.items()}
        np.savez(written, allow_pickle=False, **tables)
        _put(self.folder / "federation.npz", written.getvalue())
        for file in self._answers():
            if int(file.name.split("-")[0]) < federation.task.round:
                file.unlink()

    def resumed(self, federation: Federation) -> Federation:
        """The federation as it was last written; as it is given if nothing was.

        :raises ForeignRecord: the record is damaged, or of another federation.
        """
        file = self.folder / "federation.npz"
        if not file.exists():
            return federation
        try:
            with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as loaded:
                agreed, task, reports = (loaded[name].tobytes() for name in ("agreed", "task", "reports"))
            if agreed != _agreed(federation):
                raise ForeignRecord(self.folder, "is of another plan or model")
            told = tuple(RoundReport(**{**each, "counted": tuple(each["counted"])}) for each in json.loads(reports))
            return replace(federation, task=task_from(task, federation.model), reports=told)
        except (MessageRefused, ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ForeignRecord(self.folder, f"cannot be read ({error})") from error

    def keep(self, round_: int, client: str, answer: bytes) -> None:
        """Keep an answer until its round is closed."""
        _put(self.folder / "answers" / f"{round_}-{client}", answer)

    def answers(self, round_: int) -> Mapping[str, bytes]:
        """The answers of a round, by client."""
        prefix = f"{round_}-"
        files = [file for file in self._answers() if file.name.startswith(prefix)]
        return {file.name.removeprefix(prefix): file.read_bytes() for file in files}

    def _answers(self) -> list[Path]:
        return sorted(file for file in (self.folder / "answers").glob("*-*") if not file.name.endswith("~"))


def _agreed(federation: Federation) -> bytes:
    told = repr((federation.plan, federation.plan.seed)).encode() + federation.model.digest
    return blake2b(told, digest_size=32, person=b"aipchain-fed").digest()


def _put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}~")
    with beside.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
