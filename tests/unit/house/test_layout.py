"""The house stands: links, light import, one copy of every module, what the specification and CI may not do without."""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("ai", "chain", "governance", "market", "metering", "orchestrator", "pallets_spec", "plugins", "runtime_bridge")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_linked_into_the_package(room: str) -> None:
    """`aipchain.<room>` is the folder of that name at the top."""
    link = ROOT / "src" / "aipchain" / room

    assert link.is_symlink()
    assert link.resolve() == ROOT / room
    assert (link / "__init__.py").is_file()


def test_no_folder_shadows_the_package() -> None:
    """A real `aipchain` folder at the top would hide the package."""
    assert not (ROOT / "aipchain").exists()


def test_importing_the_package_is_light() -> None:
    """`import aipchain` loads no heavy or networked library."""
    heavy = "{'torch', 'ray', 'flask', 'substrateinterface', 'wasmtime', 'typer', 'pydantic'}"
    script = f"import sys, aipchain; print(sorted({heavy} & set(sys.modules)))"

    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_every_kind_of_file_is_packaged() -> None:
    """What lies in a room beside code is named in the package data, or a wheel would lack it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    listed = subprocess.run(["git", "ls-files", *ROOMS, "src"], cwd=ROOT, capture_output=True, text=True, check=True)
    rust = (
        "chain/pallets/",
        "chain/runtime/",
        "chain/build/",
        "chain/Cargo",
        "chain/rustfmt",
        "chain/clippy",
        "chain/.",
    )

    beside = [Path(name) for name in listed.stdout.splitlines() if not name.startswith(rust) and Path(name).suffix]

    assert [str(path) for path in beside if path.suffix != ".py" and not any(map(path.match, patterns))] == []


def test_the_specification_needs_the_standard_library_alone() -> None:
    """Beside itself it imports the units and the root of all errors; `_typeshed` only tells mypy of dataclasses."""
    books = (ROOT / "pallets_spec").rglob("*.py")
    imported = {name for book in books for name in imports_of(book)}
    known = {*sys.stdlib_module_names, "_typeshed"}
    own = {name for name in imported if name.partition(".")[0] not in known}

    assert {".".join(name.split(".")[:2]) for name in own} == {
        "aipchain.pallets_spec",
        "aipchain.units",
        "aipchain.errors",
    }


def imports_of(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_ci_says_that_it_is_ci(tmp_path: Path) -> None:
    """With `CI` set a missing stock node is a failure, and Hypothesis repeats the same examples."""
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$CI $1"\n')
    make.chmod(0o755)
    surroundings = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    shown = subprocess.run([ROOT / ".ci" / "run"], capture_output=True, text=True, check=True, env=surroundings)

    assert shown.stdout.splitlines() == ["true test", "true check-runtime"]
