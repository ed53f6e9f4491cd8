"""A model as a folder: `card.json`, the trees as LightGBM's text, nets and shifts as tables without pickled objects.

Nothing in a folder is run. Every file is held against the card's SHA-256 before it is read; what is corrupt, cut short,
of another version or of another program is refused with the reason.
"""

import io
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4
from zipfile import BadZipFile

import lightgbm
import numpy as np

from aipchain.ai.federated.forecaster import FederatedNet, FittedFederation
from aipchain.ai.forecasting.blend import FittedBlend
from aipchain.ai.forecasting.boosted import GROWN, BoostedTrees, FittedTrees
from aipchain.ai.forecasting.forecaster import Fitted
from aipchain.ai.forecasting.network import FeatureNet, FittedNets, nets_as_tables, nets_of_tables
from aipchain.ai.forecasting.quantiles import LEVELS
from aipchain.ai.models.card import ModelCard, card_of, card_text
from aipchain.ai.models.errors import FolderRefused, ModelRefused
from aipchain.ai.models.trained import TrainedModel, features_of

__all__ = ["CARD", "load_model", "refuse_unwritable_folder", "save_model"]

CARD: Final = "card.json"
_TREES: Final = {level: f"trees-{level}.txt" for level in GROWN}
_NETS, _SHIFTS = "nets.npz", "shifts.npz"
_MOST_BYTES: Final = 100_000_000
"""A file of a model is far smaller [bytes]."""


def refuse_unwritable_folder(folder: Path) -> None:
    """Say before long work that a model would not be saved there; nothing stays behind.

    :raises FolderRefused: the folder is there and holds something else, or cannot be written.
    """
    with _beside(folder.resolve()):
        pass


def save_model(model: TrainedModel, folder: Path) -> ModelCard:
    """Write a model, whole or not at all; a model that is there is replaced.

    :raises FolderRefused: the folder is there and holds something else, or cannot be written.
    """
    files = _files(model)
    card = replace(model.card, files={name: sha256(content).hexdigest() for name, content in files.items()})
    card = card_of(card_text(card))
    place = folder.resolve()
    with _beside(place) as beside:
        for name, content in {**files, CARD: card_text(card).encode()}.items():
            (beside / name).write_bytes(content)
        if place.exists():
            shutil.rmtree(place)
        beside.replace(place)
    return card


def load_model(folder: Path) -> TrainedModel:
    """Read a model.

    :raises ModelRefused: there is none, or one that cannot be used; says why.
    """
    try:
        card = card_of((folder / CARD).read_text(encoding="utf-8"))
        return _model(card, {name: _checked(folder / name, card.files[name]) for name in _names(card)})
    except FileNotFoundError as error:
        raise ModelRefused(folder, f"there is no {Path(error.filename).name}") from error
    except OSError as error:
        raise ModelRefused(folder, f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ModelRefused(folder, "its card is no text") from error
    except (ValueError, KeyError, TypeError, RuntimeError, BadZipFile, lightgbm.basic.LightGBMError) as error:
        raise ModelRefused(folder, str(error)) from error


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside one that may take a model; it is gone afterwards unless it took its place."""
    beside = folder.parent / f".{folder.name}.{uuid4().hex}"
    try:
        if _is_something_else(folder):
            raise FolderRefused(folder, "it is there and is something else, which is left alone")
        beside.mkdir(parents=True)
        yield beside
    except OSError as error:
        raise FolderRefused(folder, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _is_something_else(folder: Path) -> bool:
    """Whether a place, links followed, can take no model as it is."""
    if not folder.name:
        return True
    return folder.exists() and not (folder / CARD).is_file() and (not folder.is_dir() or any(folder.iterdir()))


def _files(model: TrainedModel) -> dict[str, bytes]:
    found = {_SHIFTS: _packed({"shifts": model.shifts})}
    for fitted, _ in model.blend.parts:
        if isinstance(fitted, FittedTrees):
            grown = zip(_TREES.values(), fitted.models, strict=True)
            found.update({name: booster.model_to_string().encode() for name, booster in grown})
        elif isinstance(fitted, FittedNets | FittedFederation):
            nets = fitted.shared if isinstance(fitted, FittedFederation) else fitted
            found[_NETS] = _packed(nets_as_tables(nets))
        else:
            raise TypeError("only trees and nets can be kept")
    return found


def _names(card: ModelCard) -> tuple[str, ...]:
    """Files that a model with this card has."""
    trees = tuple(_TREES.values()) if BoostedTrees().name in card.weights else ()
    return (*trees, _NETS, _SHIFTS)


def _model(card: ModelCard, files: Mapping[str, bytes]) -> TrainedModel:
    if card.levels != LEVELS or card.features != features_of(card.steps_per_day):
        raise ValueError("it was trained on other features or levels than this version has")
    if not card.weights:
        raise ValueError("its card names no part")
    parts = tuple((_part(name, card, files), weight) for name, weight in card.weights.items())
    shifts = _unpacked(files[_SHIFTS])["shifts"]
    if shifts.shape != (len(card.homes), len(LEVELS)):
        raise ValueError("its shifts are not of its homes")
    return TrainedModel(card, FittedBlend(parts), shifts)


def _part(name: str, card: ModelCard, files: Mapping[str, bytes]) -> Fitted:
    if name == BoostedTrees().name:
        boosters = (lightgbm.Booster(model_str=files[file].decode()) for file in _TREES.values())
        return FittedTrees(tuple(boosters), card.homes)
    nets = nets_of_tables(_unpacked(files[_NETS]), card.homes)
    if name == FeatureNet().name:
        return nets
    if name == FederatedNet().name:
        return FittedFederation(nets, {})
    raise ValueError(f"it has a part {name!r} that this version does not know")


def _checked(file: Path, digest: str) -> bytes:
    if file.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{file.name} is larger than any part of a model")
    content = file.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise ValueError(f"{file.name} is not what its card says: it was cut short or changed")
    return content


def _packed(tables: Mapping[str, Any]) -> bytes:
    held = io.BytesIO()
    np.savez(held, **tables)
    return held.getvalue()


def _unpacked(content: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(content), allow_pickle=False) as tables:
        return dict(tables)
