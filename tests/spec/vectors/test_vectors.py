"""The files of vectors as a whole: none is left over, each is read as it was written, the compiled runtime agrees."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from tests.spec.vectors.folder import (
    FOUND,
    INDEX,
    LEFT_OUT,
    Folder,
    file_of_fixture,
    file_of_test,
    files,
    index_of,
    path_of,
    stale,
)

from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.replay import replay, take_together
from aipchain.orchestrator.twin.steps import BadVector, Moment
from aipchain.orchestrator.twin.vectors import Vector, after_steps, empty_world, read, written
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

SPEC = Path(__file__).parents[1]
ROOT = SPEC.parents[1]


@pytest.fixture(scope="module")
def folder() -> Folder:
    """The folder, only to be looked at."""
    return Folder(writes=False)


@cache
def vector(file: str) -> Vector:
    """A vector of the folder."""
    return read(path_of(file))


@cache
def world_after(file: str | None) -> World:
    """Where a vector and all it goes on from lead."""
    return after_steps(vector(file).steps, world_after(vector(file).after)) if file else empty_world()


def collected() -> set[str]:
    """The vectors of all tests of the specification that pytest finds."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", str(SPEC), f"--ignore={SPEC / 'differential'}"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return {file_of_test(line) for line in listed.splitlines() if "::" in line}


def fixtures() -> set[str]:
    """The vectors that fixtures may have."""
    sources = [path for path in SPEC.rglob("*.py") if "differential" not in path.parts]
    places = {path: path.parent if path.name == "conftest.py" else path for path in sources}
    return {
        file_of_fixture(str(place.relative_to(ROOT)), name)
        for path, place in places.items()
        for name in re.findall(r"@pytest\.fixture.*\ndef (\w+)", path.read_text(encoding="utf-8"))
    }


def test_no_vector_is_left_over() -> None:
    """Each file is what a test or a fixture does, or a difference that was found once."""
    tests = collected()
    kept = {file for file in files() if not file.startswith(f"{FOUND}/")}

    assert kept - tests - fixtures() == set()
    assert set(LEFT_OUT) <= tests


def test_the_index_names_every_vector() -> None:
    """Who reads the folder need not list it."""
    assert path_of(INDEX).read_text(encoding="utf-8") == index_of(files())


def test_each_vector_is_read_as_it_was_written(folder: Folder) -> None:
    """Reading a file and asking the specification anew gives the same file: nothing in it is lost or out of date."""
    for file in files():
        text = written(folder.program, vector(file), world_after(vector(file).after))
        assert text == path_of(file).read_text(encoding="utf-8"), stale(file)


def test_the_compiled_runtime_takes_every_vector_alike(folder: Folder) -> None:
    """The same steps go to the Wasm, and outcome, events, storage and money are compared after every call."""
    first = Twin.at_genesis(folder.program, {}, UnixSeconds(0))

    @cache
    def twin_after(file: str) -> Twin:
        ground = vector(file).after
        twin = (twin_after(ground) if ground else first).fork()
        twin.take(Moment(twin.world.now))
        for number, step in enumerate(vector(file).steps):
            try:
                take_together(twin, step)
            except Difference as difference:
                pytest.fail(f"{file}, step {number}: {difference}")
        return twin

    for file in files():
        twin_after(file)


def test_a_vector_is_replayed_with_all_it_goes_on_from(folder: Folder) -> None:
    """The steps of its grounds come first, each file found beside its own chapter."""
    chain = ["market/cleared", "market/square", "town/town"]

    assert replay(folder.program, path_of(chain[0])) == sum(len(vector(file).steps) for file in chain)


def test_a_vector_that_goes_on_from_itself_is_refused(folder: Folder, tmp_path: Path) -> None:
    """There is no first step."""
    file = tmp_path / "story" / "circle.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"name": "A circle.", "after": "story/circle", "steps": []}))

    with pytest.raises(BadVector, match="goes on from itself"):
        replay(folder.program, file)


@pytest.mark.parametrize(
    "steps",
    [
        [{"call": "Market.found", "origin": "root", "arguments": {}}],
        [{"plant": "Market.Nothing", "key": [], "value": 1}],
        [{"plant": "Nowhere.Orders", "key": [], "value": 1}],
        [{"money": {"0x00": {"held": {}}}}],
        [{"money": {}}],
        [{}],
        3,
    ],
)
def test_what_is_no_vector_is_refused(tmp_path: Path, steps: object) -> None:
    """A file with an unknown call, item or form is named, nothing is guessed."""
    file = tmp_path / "vector.json"
    file.write_text(json.dumps({"name": "", "steps": steps}))

    with pytest.raises(BadVector):
        read(file)
