"""The folder of vectors, as the tests of the specification fill it and look into it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.spec.vectors.recorder import Recorder

from aipchain import pallets_spec
from aipchain.chain.host.engine import COMPILED
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.steps import VectorStep
from aipchain.orchestrator.twin.vectors import empty_world, read, written

ROOT = Path(pallets_spec.__file__).parent / "vectors"
FOUND = "found"
"""Where differences are kept that `aip spec fuzz` found once; no test writes these."""
INDEX = "index"
"""Names all others."""
LEFT_OUT = {
    "market/a_full_book_takes_no_more": "13 MB of orders; the differential suite fills a book, too",
    "market/crumbs_for_a_few_do_not_prove_that_others_get_nothing": "1.4 MB; the differential suite has a full list",
}
"""Tests whose calls are no vector, with the reason."""
LONGEST = 64_000
"""Characters of a vector that somebody may still want to look at."""


@dataclass
class Folder:
    """What the files must say, as the tests come to know it."""

    writes: bool
    """Whether the files are to be written anew; else each is held against what is there."""
    removes: bool = False
    """Whether files that no test of this session wrote are to be removed then."""
    known: dict[str, str] = field(default_factory=dict)
    """The texts of this session by file."""
    _steps: dict[str, Sequence[VectorStep]] = field(default_factory=dict)

    @cached_property
    def program(self) -> Program:
        """The committed runtime, whose metadata say how vectors are encoded."""
        return Program(None, COMPILED)

    def keep(self, file: str, name: str, recorder: Recorder) -> None:
        """What was recorded is the vector in that file, which shows what `name` says.

        :raises AssertionError: the committed file says something else.
        """
        if file in LEFT_OUT or self._steps.get(file) == recorder.steps:
            return
        assert file not in self.known, f"two tests or two ends of a fixture are both the vector {file}"
        self._steps[file] = list(recorder.steps)
        text = self.known[file] = recorder.text(self.program, name)
        assert len(text) <= LONGEST, f"the vector {file} is {len(text)} characters long: let the test make fewer calls"
        assert self.writes or text == self.committed(file), stale(file)

    def committed(self, file: str) -> str | None:
        """What the file says now."""
        path = path_of(file)
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def write(self) -> None:
        """Write what the tests did, and bring the differences that were found once up to date."""
        found = {file: refreshed(self.program, file) for file in files() if file.startswith(f"{FOUND}/")}
        for file, text in (self.known | found).items():
            path_of(file).parent.mkdir(exist_ok=True)
            path_of(file).write_text(text, encoding="utf-8")
        if self.removes:
            for left_over in set(files()) - set(self.known | found):
                path_of(left_over).unlink()
        path_of(INDEX).write_text(index_of(files()), encoding="utf-8")


def stale(file: str) -> str:
    """What to do about a file that does not say what it should."""
    return f"pallets_spec/vectors/{file}.json is stale: run `make vectors` and look at what changed"


def path_of(file: str) -> Path:
    """Where a vector lies."""
    return ROOT / f"{file}.json"


def files() -> list[str]:
    """All vectors that lie there."""
    return sorted(f"{path.parent.name}/{path.stem}" for path in ROOT.glob("*/*.json"))


def index_of(names: Iterable[str]) -> str:
    """The text of the file that names all vectors."""
    return json.dumps(sorted(names), indent=1) + "\n"


def refreshed(program: Program, file: str) -> str:
    """What a file that stands for itself should say: its steps, with what the specification makes of them today."""
    return written(program, read(path_of(file)), empty_world())


def file_of_test(node: str) -> str:
    """The vector of a test: its chapter, and the sentence of its name."""
    path, name = node.split("::", 1)
    return f"{_chapter(path)}/{_slug(name.removeprefix('test_').replace('[', '--'))}"


def file_of_fixture(place: str, name: str) -> str:
    """The vector of what a fixture does."""
    return f"{_chapter(place)}/{name}"


def _chapter(place: str) -> str:
    parts = Path(place).relative_to("tests/spec").parts
    return Path(parts[0]).stem.removeprefix("test_") if parts else "town"


def _slug(text: str) -> str:
    return re.sub(r"[^\w-]+", "-", text).strip("-")
