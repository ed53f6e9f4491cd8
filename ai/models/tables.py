"""Tables of a model as bytes: what is unpacked is no larger than its bytes, finite, and of the shapes that a card asks.

Tables are packed as numpy's npz, without compression and without pickled objects.
"""

import io
from collections.abc import Mapping
from typing import Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from aipchain.ai.forecasting.network import FittedNets, nets_of_tables
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.models.card import ModelCard

__all__ = ["nets_of", "packed", "shifts_of"]

_WIDEST: Final = 1_024
_LARGEST: Final = 1e4
"""Numbers of trained nets, and shifts in units of a home's spread, are far smaller."""


def packed(tables: Mapping[str, Any]) -> bytes:
    """Tables as bytes."""
    held = io.BytesIO()
    np.savez(held, **tables)
    return held.getvalue()


def shifts_of(content: bytes, card: ModelCard) -> Quantiles:
    """Shifts of each home of a card.

    :raises ValueError: they are none.
    """
    shifts = _unpacked(content).get("shifts")
    if shifts is None or shifts.dtype != np.float64 or shifts.shape != (len(card.homes), len(LEVELS)):
        raise ValueError("its shifts are not of its homes")
    _refuse_odd_numbers({"shifts": shifts})
    found: Quantiles = shifts
    return found


def nets_of(content: bytes, card: ModelCard) -> FittedNets:
    """Nets for the homes, features and steps of a card.

    :raises ValueError: they are none.
    """
    tables = _unpacked(content)
    _refuse_odd_numbers(tables)
    _refuse_odd_sizes(tables, card)
    try:
        return nets_of_tables(tables, card.homes)
    except (KeyError, IndexError, RuntimeError) as error:
        raise ValueError("tables of its nets are missing or do not fit together") from error


def _refuse_odd_numbers(tables: Mapping[str, Any]) -> None:
    for name, table in tables.items():
        if table.dtype not in (np.float32, np.float64) or not (np.abs(table) <= _LARGEST).all():
            raise ValueError(f"its table {name} has values that a trained model does not have")


def _refuse_odd_sizes(tables: Mapping[str, Any], card: ModelCard) -> None:
    """Before anything is made that is as large as they say."""
    rows = {"of_step.weight": (card.steps_per_day,), "of_home.weight": (len(card.homes) + 1,)}
    for name, table in tables.items():
        lengths = rows.get(name.partition(".")[2], range(1, _WIDEST + 1))
        wide = not table.ndim or len(table) not in lengths or max(table.shape[1:], default=0) > _WIDEST
        if wide or table.dtype != np.float32:
            raise ValueError(f"its table {name} is of another size or kind")
    scaling = [tables.get(name, np.empty(0)) for name in ("centre", "spread")]
    if any(each.shape != (len(card.features),) for each in scaling) or not (scaling[1] > 0).all():
        raise ValueError(f"its nets are not for {len(card.features)} features")
    if not any(name[0].isdigit() for name in tables if name):
        raise ValueError("there is no net in it")


def _unpacked(content: bytes) -> dict[str, Any]:
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            if any(part.compress_type != ZIP_STORED or part.file_size > len(content) for part in parts.infolist()):
                raise ValueError("its tables are packed in another way")
        with np.load(io.BytesIO(content), allow_pickle=False) as tables:
            return {name: tables[name] for name in tables.files}
    except (BadZipFile, EOFError, KeyError, OverflowError, MemoryError, NotImplementedError, OSError) as error:
        raise ValueError("its tables cannot be unpacked") from error
