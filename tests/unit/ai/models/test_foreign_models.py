"""Models that somebody else wrote, with digests that are right: refused with a reason, and never an abort."""

import io
import json
import os
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from aipchain.ai.models.errors import ModelRefused
from aipchain.ai.models.files import kept_name, plain_name
from aipchain.ai.models.folder import load_model
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.models.tree_text import checked_trees

Tables = dict[str, np.ndarray]


def with_card(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write some fields anew, and the digest with them."""
    card = json.loads((folder / "card.json").read_text())
    card |= {**change(card), "digest": ""}
    card["digest"] = sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()
    (folder / "card.json").write_text(json.dumps(card))


def with_part(folder: Path, name: str, content: bytes) -> None:
    """Put another part in its place, as the card tells."""
    kept = kept_name(name, content)
    (folder / kept).write_bytes(content)
    with_card(
        folder,
        lambda card: {
            "files": {each: digest for each, digest in card["files"].items() if plain_name(each) != name}
            | {kept: sha256(content).hexdigest()}
        },
    )


def part(folder: Path, name: str) -> bytes:
    """What is kept under a plain name."""
    stem, suffix = name.rsplit(".", 1)
    return next(folder.glob(f"{stem}-*.{suffix}")).read_bytes()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("homes", [["x"], ["y"]]),
        ("homes", ["a", "a"]),
        ("homes", "ab"),
        ("first_day", "2016-W31-1"),
        ("last_day", "yesterday"),
        ("last_day", None),
        ("last_day", "2015-01-01"),
        ("steps_per_day", 7),
        ("steps_per_day", "24"),
        ("features", [1]),
        ("levels", ["a"]),
        ("weights", {}),
        ("weights", {"feature net": 5.0, "boosted trees": 5.0}),
        ("weights", {"feature net": float("nan"), "boosted trees": 1.0}),
        ("weights", {"feature net": -1.0, "boosted trees": 2.0}),
        ("weights", {"feature net": "a", "boosted trees": 1.0}),
        ("weights", {"feature net": True}),
        ("weights", {"oracle": 1.0}),
        ("held_out", {"first_day": 1}),
        ("held_out", 0),
        ("versions", {"numpy": 2}),
        ("files", []),
        ("files", {"../../secret.txt": "0" * 64}),
        ("files", {"thesis.txt": "0" * 64}),
        ("taught", {"federation": "x", "rounds": -1, "clients": []}),
    ],
)
def test_a_card_that_says_what_cannot_be_is_refused(folder: Path, field: str, value: object) -> None:
    """Types, names, days, weights that are none or do not sum to 1, files that are no parts of a model."""
    with_card(folder, lambda _: {field: value})
    with pytest.raises(ModelRefused):
        load_model(folder)


def test_a_card_that_names_no_nets_is_refused(folder: Path) -> None:
    """With the part that it lacks."""
    with_card(folder, lambda card: {"files": {n: d for n, d in card["files"].items() if plain_name(n) != "nets.npz"}})
    with pytest.raises(ModelRefused, match=r"its card names no nets\.npz"):
        load_model(folder)


def test_a_card_nested_beyond_all_depth_is_refused(folder: Path) -> None:
    """In a sentence."""
    (folder / "card.json").write_text("[" * 200_000)
    with pytest.raises(ModelRefused, match="nested too deeply"):
        load_model(folder)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
@pytest.mark.parametrize("name", ["card.json", "nets"])
def test_what_is_no_regular_file_is_not_read(folder: Path, name: str, kind: str) -> None:
    """A pipe that nobody writes to, a folder, a device without end: each at once."""
    file = next(folder.glob(f"{name}*"))
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to("/dev/zero")
    with pytest.raises(ModelRefused, match="is no regular file"):
        load_model(folder)


def test_a_file_that_is_larger_than_any_part_is_not_read(folder: Path) -> None:
    """A sparse one of a terabyte."""
    with next(folder.glob("nets*")).open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(ModelRefused, match="is larger than any part of a model"):
        load_model(folder)


def _repacked(content: bytes, change: Callable[[Tables], object]) -> bytes:
    with np.load(io.BytesIO(content)) as tables:
        changed = dict(tables)
    change(changed)
    held = io.BytesIO()
    np.savez(held, **changed)
    return held.getvalue()


def _times(name: str, factor: float) -> Callable[[Tables], object]:
    return lambda tables: tables.update({each: t * factor for each, t in tables.items() if re.search(name, each)})


def _cut(name: str, rows: int) -> Callable[[Tables], object]:
    return lambda tables: tables.update({each: t[:rows] for each, t in tables.items() if re.search(name, each)})


@pytest.mark.parametrize(
    "change",
    [
        _times("0.body.0.weight", np.nan),
        _times("body", 1e38),
        _times("spread", 0),
        _times("spread", -1),
        _cut("spread", -1),
        _cut("centre|spread", -1),
        _cut("of_home", 2),
        _cut("of_step", 23),
        _cut("body.0.bias", 3),
        lambda tables: tables.update({name: table.astype(np.int8) for name, table in tables.items()}),
        lambda tables: tables.update({name: table.astype(np.float64) for name, table in tables.items()}),
        lambda tables: [tables.pop(name) for name in list(tables) if name[0].isdigit()],
        lambda tables: tables.pop("centre"),
        lambda tables: tables.update({"99999999.x": np.zeros(1, np.float32)}),
        lambda tables: tables.update({"0.body.0.bias": np.zeros((10**9, 0), np.float32)}),
        lambda tables: tables.update(centre=np.array([{"a": 1}], dtype=object)),
    ],
)
def test_nets_that_cannot_be_are_refused(folder: Path, change: Callable[[Tables], object]) -> None:
    """Values, kinds, shapes, names; nothing of it is run."""
    with_part(folder, "nets.npz", _repacked(part(folder, "nets.npz"), change))
    with pytest.raises(ModelRefused):
        load_model(folder)


@pytest.mark.parametrize(
    "shifts",
    [np.full((2, 9), np.nan), np.zeros((3, 9)), np.array([["a"] * 9] * 2), np.full((2, 9), 1e9), np.zeros((2, 9), int)],
)
def test_shifts_that_cannot_be_are_refused(folder: Path, shifts: np.ndarray) -> None:
    """They are finite numbers, a row for each home."""
    with_part(folder, "shifts.npz", _repacked(part(folder, "shifts.npz"), lambda tables: tables.update(shifts=shifts)))
    with pytest.raises(ModelRefused):
        load_model(folder)


def test_tables_that_would_swell_are_refused(folder: Path) -> None:
    """A gigabyte of zeros in a megabyte, and bytes that are no tables at all."""
    held = io.BytesIO()
    np.savez_compressed(held, shifts=np.zeros((2, 9)), more=np.zeros(10**6))
    for content, told in ((held.getvalue(), "packed in another way"), (b"PK" + bytes(99), "cannot be unpacked")):
        with_part(folder, "shifts.npz", content)
        with pytest.raises(ModelRefused, match=told):
            load_model(folder)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: "a poem", "does not begin as a text of trees"),
        (lambda text: text[:3000], "is not whole"),
        (lambda text: text[: text.index("end of trees")], "does not end where its trees end"),
        (lambda text: text.replace("Tree=3", "Tree=4"), "tree 3 is not whole"),
        (lambda text: re.sub(r"split_feature=\d+", "split_feature=9", text, count=1), "tree 0 is not whole"),
        (lambda text: re.sub(r"max_feature_idx=\d+", "max_feature_idx=9999", text), "trees are of 10000 columns"),
        (lambda text: re.sub(r"split_feature=\d\d", "split_feature=99", text), "a column that there is not"),
        (lambda text: re.sub(r"left_child=\d", "left_child=0", text), "a split below itself"),
        (lambda text: re.sub(r"left_child=\d", "left_child=9", text), "that nothing leads to, or more than one"),
        (lambda text: re.sub(r"leaf_value=0.\d\d\d", "leaf_value=99999", text), "a leaf beyond all measure"),
        (lambda text: re.sub(r"leaf_value=0.\d\d\d", "leaf_value=-nan ", text), "tree 0"),
        (lambda text: text.replace("is_linear=0", "is_linear=1"), "of another kind"),
        (lambda text: text.replace("decision_type=2", "decision_type=1"), "tree 0"),
    ],
)
def test_trees_that_cannot_be_followed_are_refused(folder: Path, change: Callable[[str], str], told: str) -> None:
    """LightGBM would end the process, read what is not its own, or walk in circles."""
    text = part(folder, "trees-0.5.txt").decode()
    assert change(text) != text
    with_part(folder, "trees-0.5.txt", change(text).encode())
    with pytest.raises(ModelRefused, match=told):
        load_model(folder)


def test_trees_that_are_checked_say_what_they_said(folder: Path, trained: TrainedModel) -> None:
    """The text that is handed on is the same model."""
    columns = len(trained.card.features) + 3
    rows = np.random.default_rng(0).normal(1, 1, (500, columns))
    text = part(folder, "trees-0.9.txt").decode()
    handed_on = lightgbm.Booster(model_str=checked_trees(text, columns))

    assert np.array_equal(handed_on.predict(rows), lightgbm.Booster(model_str=text).predict(rows))
