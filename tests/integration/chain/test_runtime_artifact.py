"""The committed runtime: what the build check refuses before it compiles anything."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHAIN = Path(__file__).parents[3] / "chain"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the runtime is built from, with an artifact that says it was built from it."""
    copy = tmp_path / "chain"
    copy.mkdir()
    for name in ("Cargo.toml", "Cargo.lock"):
        shutil.copy(CHAIN / name, copy)
    for name in ("build", "runtime", "pallets", "artifacts"):
        shutil.copytree(CHAIN / name, copy / name)
    manifest = copy / "artifacts" / "manifest.json"
    written = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(written | {"source_digest": digest_of(copy)}))
    return copy


def digest_of(checkout: Path) -> str:
    """The source digest as the build script computes it."""
    command = [sys.executable, "-c", "import runtime; print(runtime.source_digest())"]
    return subprocess.run(command, cwd=checkout / "build", capture_output=True, text=True, check=True).stdout.strip()


def refusal(checkout: Path) -> str:
    """The one sentence with which the check ends."""
    command = [sys.executable, str(checkout / "build" / "runtime.py"), "check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    return result.stderr.strip()


def test_changed_sources_need_a_new_artifact(checkout: Path) -> None:
    """A source that changed without the artifact is refused, with what to do."""
    with (checkout / "runtime" / "src" / "lib.rs").open("a") as source:
        source.write("// changed\n")
    assert refusal(checkout) == "error: sources changed without the artifact: run make runtime"


def test_a_new_source_file_needs_a_new_artifact(checkout: Path) -> None:
    """A file that was added counts as a change."""
    (checkout / "runtime" / "src" / "added.rs").write_text("")
    assert refusal(checkout) == "error: sources changed without the artifact: run make runtime"


def test_test_code_needs_no_new_artifact(checkout: Path) -> None:
    """Tests are not part of what the Wasm is compiled from."""
    before = digest_of(checkout)
    (checkout / "runtime" / "tests" / "more").mkdir()
    (checkout / "runtime" / "tests" / "more" / "main.rs").write_text("")
    assert digest_of(checkout) == before


def test_a_damaged_artifact_is_refused(checkout: Path) -> None:
    """A Wasm with another hash than the manifest's is not taken for the built one."""
    artifact = checkout / "artifacts" / "aipchain.compact.compressed.wasm"
    artifact.write_bytes(artifact.read_bytes()[:-100])
    assert "aipchain.compact.compressed.wasm cannot be unpacked" in refusal(checkout)


def test_a_manifest_of_another_runtime_is_refused(checkout: Path) -> None:
    """The version in the manifest must be the one in the Wasm."""
    manifest = checkout / "artifacts" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"spec_version": 9_999}))
    assert refusal(checkout).endswith("is not the Wasm that manifest.json describes: run make runtime")


def test_a_missing_manifest_is_refused(checkout: Path) -> None:
    """Without a manifest nothing says what the artifact is."""
    (checkout / "artifacts" / "manifest.json").unlink()
    assert "is no manifest" in refusal(checkout)
