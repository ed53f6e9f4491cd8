"""Every built-in plugin passes the same kit as anybody's, and no build changes after it was published."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aipchain.plugins.catalogue import BUILTIN_FOLDER, Catalogue
from aipchain.plugins.testing import conformance_problems, main

FOLDERS = sorted(manifest.parent for manifest in BUILTIN_FOLDER.glob("*/plugin.toml"))
PUBLISHED = Path(__file__).parent / "builtin_ids.json"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_built_in_is_fit(folder: Path) -> None:
    """Every case of the kit and every test vector."""
    assert conformance_problems(folder) == ()


@pytest.mark.parametrize("k_permille", [0, 333, 1_000])
def test_the_uniform_price_is_fit_for_every_k(k_permille: int) -> None:
    """The kit runs with other settings than the defaults, too; only the vectors are for the defaults."""
    folder = BUILTIN_FOLDER / "uniform_price"

    assert conformance_problems(folder, {"k_permille": k_permille}) == ()


def test_every_built_in_is_in_the_guide() -> None:
    """The guide's table has a row for each, in its slot."""
    guide = (Path(__file__).parents[3] / "docs" / "plugin-guide.md").read_text(encoding="utf-8")

    for bundle in Catalogue.discover().bundles:
        (slot,) = bundle.manifest.slots
        assert f"| `{bundle.manifest.name}` | `{slot.value}` |" in guide


def test_a_published_build_never_changes() -> None:
    """Votes name these ids; whoever changes a built-in raises its build number and adds a line here."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    present = {bundle.label: bundle.id for bundle in Catalogue.discover().bundles}

    assert {label: published.get(label) for label in present} == present


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_answers_do_not_depend_on_the_hash_seed(seed: str) -> None:
    """A process with another hash seed, language and time zone reproduces every vector."""
    environment = {"PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-m", "aipchain.plugins.testing", *map(str, FOLDERS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(" is fit: 0x") == len(FOLDERS)


def test_the_kit_as_a_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 0 and the id for a fit bundle, 2 and a sentence otherwise."""
    assert main([str(BUILTIN_FOLDER / "pro_rata")]) == 0
    assert capsys.readouterr().out.startswith("pro-rata@1.0 is fit: 0x")
    assert main([str(tmp_path)]) == 2
    assert "plugin.toml: the file is missing" in capsys.readouterr().err
