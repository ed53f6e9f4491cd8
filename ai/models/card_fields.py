"""Fields of a card as JSON has them: each is what a model's card may say, or the reason why not."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from aipchain.days import day_written

__all__ = ["refuse_odd_fields"]

_STEPS: Final = (24, 96)
_ROUNDING: Final = 1e-9


def refuse_odd_fields(card: Mapping[str, Any]) -> None:
    """Hold every field against what it may be.

    :raises ValueError: one is something else; says which.
    """
    for name, may_be in _FIELDS.items():
        if not may_be(card[name]):
            told = repr(card[name])
            raise ValueError(f"its card says of {name} {told[:60] + '...' * (len(told) > 60)}, which cannot be")
    if (card["first_day"] is None) != (card["last_day"] is None) or (card["first_day"] or "") > (
        card["last_day"] or ""
    ):
        raise ValueError("its card tells a first and a last day that do not go together")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_name, value)) and len(set(value)) == len(value)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(day_written(value))
    except ValueError:
        return False


def _is_day_or_none(value: object) -> bool:
    return value is None or _is_day(value)


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _is_share(value: object) -> bool:
    return _is_number(value) and value <= 1  # type: ignore[operator]  # it is a number


def _is_number(value: object) -> bool:
    """Finite, and not below zero."""
    return type(value) in (int, float) and math.isfinite(value) and value >= 0  # type: ignore[arg-type, operator]


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


def _are_weights(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values())) and abs(sum(value.values()) - 1) < _ROUNDING


def _are_words(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_name, value.values()))


def _is_none_or(fields: Mapping[str, Callable[[object], bool]]) -> Callable[[object], bool]:
    """None, or a table with exactly these fields."""

    def may_be(value: object) -> bool:
        if not isinstance(value, dict):
            return value is None
        return value.keys() == fields.keys() and all(each(value[name]) for name, each in fields.items())

    return may_be


_FIELDS: Final[Mapping[str, Callable[[object], bool]]] = {
    "homes": _are_names,
    "first_day": _is_day_or_none,
    "last_day": _is_day_or_none,
    "steps_per_day": lambda steps: _is_count(steps) and steps in _STEPS,
    "features": _are_names,
    "levels": _are_numbers,
    "weights": _are_weights,
    "held_out": _is_none_or(
        {
            "first_day": _is_day,
            "last_day": _is_day,
            **dict.fromkeys(("mase", "nmae", "wql"), _is_number),
            **dict.fromkeys(("cov80_min", "cov80_max"), _is_share),
        }
    ),
    "versions": _are_words,
    "files": _are_words,
    "taught": _is_none_or({"federation": _is_name, "rounds": _is_count, "clients": _are_names}),
}
