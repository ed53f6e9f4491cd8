"""A trained model's folder, where people name one instead of an installed forecaster."""

from datetime import UTC, datetime
from pathlib import Path

from aipchain.ai.errors import PartMissing
from aipchain.ai.models.shelf import CARD
from aipchain.metering.packs import Pack
from aipchain.plugins.forecast_hook import ForecasterPlugin, forecaster_names

__all__ = ["is_model_folder", "model_forecaster"]


def is_model_folder(name: str) -> bool:
    """Whether a name is that of a folder: it has a slash, or no forecaster is called so and a card lies there."""
    if "/" in name:
        return True
    try:
        return name not in forecaster_names() and (Path(name) / CARD).is_file()
    except OSError:
        return False


def model_forecaster(folder: Path, pack: Pack, first: int) -> ForecasterPlugin:
    """The model in a folder, for homes of a pack from the step `first` on.

    :raises ModelRefused: there is none, or one that cannot be used.
    :raises UnusablePanel: the model learned from the day of that step.
    :raises PartMissing: a package of the extra `ai` is not installed.
    """
    try:
        from aipchain.ai.models.answer import refuse_learned_day  # noqa: PLC0415  # torch, LightGBM
        from aipchain.ai.models.folder import load_model  # noqa: PLC0415
        from aipchain.ai.models.forecaster import forecaster_of, name_of  # noqa: PLC0415
        from aipchain.ai.panel import panel_of  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or "a package", "ai") from error
    model = load_model(folder)
    measured = panel_of(pack.start, pack.step_s, [(pack.homes[0].name, pack.homes[0].load_wh)])
    refuse_learned_day(model, measured, datetime.fromtimestamp(pack.interval(first).start, UTC).date())
    return ForecasterPlugin(name_of(model), forecaster_of(model))
