"""What a coordinator keeps on disk to go on after a stop: the federation, and the answers of its round.

    federation.npz        which federation it is, the next task, and a report of every round before
    answers/3-gateway-7   what a client answered in round 3, as it came
    left/gateway-7        a client that has the final model
    noise-key             16 random bytes that noise of privacy is made of; only its owner may read it
    session               of a client: under which session it came in, so that it is known again after a stop
    lock                  held while a process works with the folder

A file is written beside its place and then moved there, so that it is whole or not there. The record of another plan or
model is refused.
"""

import fcntl
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Final

import numpy as np

from aipchain.ai.federated.errors import ForeignRecord, MessageRefused, RecordUnusable, UnusablePlan
from aipchain.ai.federated.messages import task_from, task_to_bytes
from aipchain.ai.federated.privacy import KEY_BYTES, NoiseKey
from aipchain.ai.federated.rounds import Federation, RoundReport

__all__ = ["Record", "held", "kept_session"]

_SESSION: Final = re.compile(r"[0-9a-f]{32}")


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

    def keep_left(self, client: str) -> None:
        """Keep that a client has the final model."""
        _put(self.folder / "left" / client, b"")

    def left(self) -> set[str]:
        """Clients that have the final model."""
        return {file.name for file in (self.folder / "left").glob("*") if not file.name.endswith("~")}

    def answers(self, round_: int) -> Mapping[str, bytes]:
        """The answers of a round, by client."""
        prefix = f"{round_}-"
        files = [file for file in self._answers() if file.name.startswith(prefix)]
        return {file.name.removeprefix(prefix): file.read_bytes() for file in files}

    def noise_key(self) -> NoiseKey:
        """The key of this federation's noise; drawn from the operating system the first time.

        :raises ForeignRecord: what is kept is no key, or rounds were closed and it is gone.
        :raises RecordUnusable: it cannot be kept.
        """
        file = self.folder / "noise-key"
        if not file.exists():
            if (self.folder / "federation.npz").exists():
                raise ForeignRecord(self.folder, f"has lost its {file.name}")
            _put(file, token_bytes(KEY_BYTES), mode=0o600)
        try:
            return NoiseKey(file.read_bytes())
        except (OSError, UnusablePlan) as error:
            raise ForeignRecord(self.folder, f"has no usable {file.name} ({error})") from error

    def _answers(self) -> list[Path]:
        return sorted(file for file in (self.folder / "answers").glob("*-*") if not file.name.endswith("~"))


def _agreed(federation: Federation) -> bytes:
    """What may not change while a federation goes on; how many answers a round needs may."""
    plan = replace(federation.plan, least_answers=1)
    key = federation.noise_key.secret if federation.noise_key else b""
    told = repr((plan, plan.seed)).encode() + federation.model.digest + key
    return blake2b(told, digest_size=32, person=b"aipchain-fed").digest()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder to this process until the end of the block; a process that dies lets it go.

    :raises RecordUnusable: another process has it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / "lock").open("wb")
    except OSError as error:
        raise RecordUnusable(folder, str(error.strerror)) from error
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RecordUnusable(folder, "another process works with it") from error
        yield


@contextmanager
def kept_session(folder: Path) -> Iterator[str]:
    """The session of a client that keeps its state in a folder; forgotten when the block ends well.

    :raises RecordUnusable: it cannot be kept there.
    """
    file = folder / "session"
    try:
        known = file.read_text(encoding="ascii") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise RecordUnusable(folder, f"{file.name} cannot be read") from error
    session = known if _SESSION.fullmatch(known) else token_hex(16)
    _put(file, session.encode())
    yield session
    file.unlink(missing_ok=True)


def _put(file: Path, content: bytes, mode: int = 0o666) -> None:
    beside = file.with_name(f"{file.name}~")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(beside, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    except OSError as error:
        raise RecordUnusable(file.parent, str(error.strerror)) from error
