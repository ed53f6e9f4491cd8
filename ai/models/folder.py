"""A model as a folder: `card.json`, the trees as LightGBM's text, nets and shifts as tables without pickled objects.

Nothing in a folder is run. Every file is held against the card's SHA-256 before it is read, and all that is in it
against what a trained model can be; what is corrupt, cut short, of another version or of another program is refused
with the reason.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import lightgbm

from aipchain.ai.federated.forecaster import FederatedNet, FittedFederation
from aipchain.ai.forecasting.blend import FittedBlend
from aipchain.ai.forecasting.boosted import GROWN, BoostedTrees, FittedTrees
from aipchain.ai.forecasting.forecaster import Fitted
from aipchain.ai.forecasting.network import FeatureNet, FittedNets, nets_as_tables
from aipchain.ai.forecasting.quantiles import LEVELS
from aipchain.ai.models.card import ModelCard, card_of, card_text
from aipchain.ai.models.errors import ModelRefused
from aipchain.ai.models.files import kept_name, text_of
from aipchain.ai.models.shelf import CARD, put, refuse_unwritable_folder, taken
from aipchain.ai.models.tables import nets_of, packed, shifts_of
from aipchain.ai.models.trained import TrainedModel, features_of
from aipchain.ai.models.tree_text import checked_trees

__all__ = ["CARD", "load_model", "refuse_unwritable_folder", "save_model"]

_TREES: Final = {level: f"trees-{level}.txt" for level in GROWN}
_NETS, _SHIFTS = "nets.npz", "shifts.npz"
_CLASSES: Final = ("step", "weekday", "home")
"""What trees read beside the features."""


def save_model(model: TrainedModel, folder: Path) -> ModelCard:
    """Write a model, whole or not at all; a model that is there is replaced.

    :raises FolderRefused: the folder holds something else, or cannot be written.
    """
    files = {kept_name(name, content): content for name, content in _files(model).items()}
    card = replace(model.card, files={name: sha256(content).hexdigest() for name, content in files.items()})
    told = card_text(card)
    put(folder, files, told)
    return card_of(told)


def load_model(folder: Path) -> TrainedModel:
    """Read a model.

    :raises ModelRefused: there is none, or one that cannot be used; says why.
    """
    try:
        return _model(*taken(folder))
    except FileNotFoundError as error:
        raise ModelRefused(folder, f"there is no {Path(error.filename).name}") from error
    except OSError as error:
        raise ModelRefused(folder, f"it cannot be read ({error.strerror})") from error
    except (ValueError, lightgbm.basic.LightGBMError) as error:
        raise ModelRefused(folder, str(error)) from error


def _files(model: TrainedModel) -> dict[str, bytes]:
    found = {_SHIFTS: packed({"shifts": model.shifts})}
    for fitted, _ in model.blend.parts:
        if isinstance(fitted, FittedTrees):
            grown = zip(_TREES.values(), fitted.models, strict=True)
            found.update({name: booster.model_to_string().encode() for name, booster in grown})
        elif isinstance(fitted, FittedNets | FittedFederation):
            nets = fitted.shared if isinstance(fitted, FittedFederation) else fitted
            found[_NETS] = packed(nets_as_tables(nets))
        else:
            raise TypeError("only trees and nets can be kept")
    return found


def _model(card: ModelCard, files: Mapping[str, bytes]) -> TrainedModel:
    if card.levels != LEVELS or card.features != features_of(card.steps_per_day):
        raise ValueError("it was trained on other features or levels than this version has")
    parts = tuple((_part(name, card, files), weight) for name, weight in card.weights.items())
    return TrainedModel(card, FittedBlend(parts), shifts_of(_of(files, _SHIFTS), card))


def _part(name: str, card: ModelCard, files: Mapping[str, bytes]) -> Fitted:
    if name == BoostedTrees().name:
        return FittedTrees(tuple(_trees(_of(files, file), card) for file in _TREES.values()), card.homes)
    if name not in (FeatureNet().name, FederatedNet().name):
        raise ValueError(f"it has a part {name!r} that this version does not know")
    nets = nets_of(_of(files, _NETS), card)
    return nets if name == FeatureNet().name else FittedFederation(nets, {})


def _trees(content: bytes, card: ModelCard) -> lightgbm.Booster:
    text = checked_trees(text_of(content, "a file of its trees"), len(card.features) + len(_CLASSES))
    return lightgbm.Booster(model_str=text)


def _of(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise ValueError(f"its card names no {name}")
    return files[name]
