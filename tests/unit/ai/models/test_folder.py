"""Models that are kept: what is read is what was written, and what is no model is told."""

import json
from datetime import date
from pathlib import Path

import pytest

from aipchain.ai.models.answer import forecast_day
from aipchain.ai.models.errors import ModelRefused
from aipchain.ai.models.folder import load_model
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel

DAY = date(2016, 10, 25)


def test_a_model_that_was_read_says_what_the_written_one_said(
    trained: TrainedModel, three_homes: Panel, folder: Path
) -> None:
    """To the watt-hour."""
    assert forecast_day(load_model(folder), three_homes, DAY) == forecast_day(trained, three_homes, DAY)


def test_the_card_tells_span_homes_scores_and_files(folder: Path) -> None:
    """Days are dates; the files are named with what they hash to."""
    card = load_model(folder).card

    assert (card.homes, card.first_day, card.last_day, card.steps_per_day) == (
        ("a", "b"),
        "2016-08-01",
        "2016-10-23",
        24,
    )
    assert card.held_out is not None
    assert (card.held_out.first_day, card.held_out.last_day) == ("2016-09-26", "2016-10-23")
    assert 0 < card.held_out.wql < 0.5
    assert set(card.files) == {file.name for file in folder.iterdir()} - {"card.json"}
    assert sum(card.weights.values()) == 1


def _file(folder: Path, name: str) -> Path:
    """Where a part is kept, by its plain name."""
    stem, suffix = name.rsplit(".", 1)
    return next(folder.glob(f"{stem}-*.{suffix}"))


@pytest.mark.parametrize("name", ["trees-0.5.txt", "nets.npz", "shifts.npz"])
def test_a_file_that_was_cut_short_or_changed_is_refused(folder: Path, name: str) -> None:
    """Before anything of it is read."""
    file = _file(folder, name)
    whole = file.read_bytes()
    for broken in (whole[:-10], b"", whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]):
        file.write_bytes(broken)
        with pytest.raises(ModelRefused, match=f"{name} is not what its card says"):
            load_model(folder)


def test_a_file_that_is_missing_is_told(folder: Path) -> None:
    """And so is a folder that is none."""
    _file(folder, "nets.npz").unlink()
    with pytest.raises(ModelRefused, match=r"there is no nets-[0-9a-f]{16}\.npz; train one with aip ai train"):
        load_model(folder)
    with pytest.raises(ModelRefused, match=r"there is no card\.json"):
        load_model(folder / "nowhere")


def test_a_card_that_was_changed_is_refused(folder: Path) -> None:
    """Its digest covers every field."""
    card = json.loads((folder / "card.json").read_text())
    card["held_out"]["wql"] = 0.001
    (folder / "card.json").write_text(json.dumps(card))

    with pytest.raises(ModelRefused, match="its card was changed after it was written"):
        load_model(folder)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no json", "its card is no JSON"),
        ("[1, 2]", "its card is not of the format"),
        ('{"format": "aipchain load model, 99"}', "its card is not of the format"),
        ('{"format": "aipchain load model, 2"}', "its card is not of the format"),
        ('{"format": "aipchain load model, 3"}', "its card lacks a field"),
    ],
)
def test_a_foreign_card_is_refused(folder: Path, text: str, problem: str) -> None:
    """With the reason."""
    (folder / "card.json").write_text(text)
    with pytest.raises(ModelRefused, match=problem):
        load_model(folder)
