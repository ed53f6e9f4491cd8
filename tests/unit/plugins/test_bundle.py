"""Bundles: the id depends on paths and bytes alone, and only plain, small, portable files are let in."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from aipchain.plugins.bundle import MAX_BUNDLE_BYTES, MAX_FILES, bundle_id, id_from, read_bundle
from aipchain.plugins.errors import BundleInvalid, ManifestInvalid

BundleMaker = Callable[..., Path]


def leaf(path: bytes, content: bytes) -> bytes:
    """A leaf, spelt out from the definition."""
    return sha256(b"\x00aipchain/bundle/v1" + len(path).to_bytes(2, "big") + path + sha256(content).digest()).digest()


def node(left: bytes, right: bytes) -> bytes:
    """An inner node, spelt out from the definition."""
    return sha256(b"\x01" + left + right).digest()


def test_the_id_is_the_defined_merkle_root() -> None:
    """Five files make the tree ((a b) (c d)) e, in order of path whatever the mapping's order."""
    files = {name: name.encode() * 3 for name in ("e", "c", "a", "d", "b")}
    a, b, c, d, e = (leaf(name.encode(), name.encode() * 3) for name in "abcde")

    assert bundle_id(files) == "0x" + node(node(node(a, b), node(c, d)), e).hex()
    assert bundle_id({"a": b"aaa"}) == "0x" + a.hex()


def test_an_id_and_its_bytes_are_the_same(make_bundle: BundleMaker) -> None:
    """The chain keeps 32 bytes, people see 64 digits; neither loses anything."""
    bundle = read_bundle(make_bundle())

    assert len(bundle.digest) == 32
    assert id_from(bundle.digest) == bundle.id


def test_the_id_ignores_times_modes_and_caches(make_bundle: BundleMaker) -> None:
    """Two copies of one bundle, years and permissions apart, are one bundle."""
    first = make_bundle()
    second = make_bundle(folder="elsewhere", files={"__pycache__/rule.cpython-311.pyc": b"junk"})
    os.utime(second / "rule.py", (0, 0))
    (second / "rule.py").chmod(0o755)

    assert read_bundle(first).id == read_bundle(second).id


@pytest.mark.parametrize(
    "change",
    [{"rule.py": b"# nothing\n"}, {"more.py": b""}, {"folder/rule.py": b""}, {"README.md": b"\r\n"}],
)
def test_the_id_changes_with_any_byte_or_path(make_bundle: BundleMaker, change: dict[str, bytes]) -> None:
    """Whatever is added or changed was not voted on."""
    assert read_bundle(make_bundle(folder="a")).id != read_bundle(make_bundle(folder="b", files=change)).id


def test_moving_bytes_between_path_and_content_changes_the_id() -> None:
    """No two different bundles share a leaf."""
    assert bundle_id({"ab": b"c"}) != bundle_id({"a": b"bc"})


@pytest.mark.parametrize(
    "path",
    ["evil.pth", "fast.so", "fast.pyd", "fast.dll", "old.pyc", "run.sh", "spaced name.py", "ümlaut.py", ".hidden.py"],
)
def test_what_a_bundle_may_not_hold(make_bundle: BundleMaker, path: str) -> None:
    """Start-up hooks, native code, compiled code, scripts and unportable names are refused by name."""
    with pytest.raises(BundleInvalid, match=r"kind a bundle may hold|not every system can hold"):
        read_bundle(make_bundle(files={path: b""}))


def test_links_are_refused(make_bundle: BundleMaker) -> None:
    """A link could point at bytes nobody hashed; so could a linked folder, or the bundle itself."""
    folder = make_bundle()
    (folder / "more.py").symlink_to(folder / "rule.py")
    with pytest.raises(BundleInvalid, match=r"more\.py is a link"):
        read_bundle(folder)
    (folder / "more.py").unlink()
    (folder.parent / "linked").symlink_to(folder)
    with pytest.raises(BundleInvalid, match="not a folder"):
        read_bundle(folder.parent / "linked")


def test_a_cache_that_is_a_link_is_refused(make_bundle: BundleMaker) -> None:
    """Only a real cache folder is ignored."""
    folder = make_bundle()
    (folder / "__pycache__").symlink_to(folder.parent)

    with pytest.raises(BundleInvalid, match="is a link"):
        read_bundle(folder)


def test_too_large_is_refused(make_bundle: BundleMaker) -> None:
    """By bytes and by number of files."""
    with pytest.raises(BundleInvalid, match="larger than"):
        read_bundle(make_bundle(files={"big.txt": bytes(MAX_BUNDLE_BYTES)}))
    with pytest.raises(BundleInvalid, match="larger than"):
        read_bundle(make_bundle(folder="many", files={f"f{n}.txt": b"" for n in range(MAX_FILES)}))


def test_names_that_differ_only_in_case_are_refused(make_bundle: BundleMaker) -> None:
    """Some file systems would hold one of them only."""
    with pytest.raises(BundleInvalid, match="upper and lower case"):
        read_bundle(make_bundle(files={"a.txt": b"", "A.txt": b""}))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(BundleInvalid, match="nowhere is not a usable plugin bundle: it is not a folder"):
        read_bundle(tmp_path / "nowhere")


def test_a_bundle_needs_its_manifest_and_its_vectors(make_bundle: BundleMaker) -> None:
    """Without plugin.toml, without vectors.json, or with other vectors than named, it is no bundle."""
    folder = make_bundle(files={"vectors.json": b"{}"})
    with pytest.raises(ManifestInvalid, match="vectors_sha256 is not the SHA-256"):
        read_bundle(folder)
    (folder / "vectors.json").unlink()
    with pytest.raises(ManifestInvalid, match=r"no vectors\.json"):
        read_bundle(folder)
    (folder / "plugin.toml").unlink()
    with pytest.raises(ManifestInvalid, match="missing"):
        read_bundle(folder)
