"""Wishes as text and back: one JSON object with sorted keys, whole numbers only, nothing left out.

    {"partners":[7,3],"requirements":{"least_green":800,...},"weights":{"greenest":1000}}

Reading refuses what it does not know and what stands twice, so a requirement is never dropped on the way (what is
written is read again as it was, which a test asks for all wishes).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, NoReturn

from aipchain.market.bilateral.errors import PreferencesInvalid
from aipchain.market.bilateral.preferences import Criterion, Requirements, Wishes
from aipchain.market.book import MeterId
from aipchain.market.meter_table import MOST_DIGITS

__all__ = ["decode_wishes", "encode_wishes"]


def encode_wishes(wishes: Wishes) -> str:
    """Canonical JSON of `wishes`."""
    weights = {criterion.value: weight for criterion, weight in wishes.weights.items()}
    content = {"partners": wishes.partners, "requirements": asdict(wishes.requirements), "weights": weights}
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def decode_wishes(text: str) -> Wishes:
    """Read what `encode_wishes` wrote; requirements and weights that are left out have their defaults.

    :raises PreferencesInvalid: not JSON, an unknown key or one that stands twice, a fraction, a number out of bounds.
    """
    try:
        content = json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_int=_number,
            parse_float=_refuse_fraction,
            parse_constant=_refuse_fraction,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise PreferencesInvalid("wishes", f"not JSON: {error}") from error
    table = _table("wishes", content, {"partners", "requirements", "weights"})
    weights = _table("weights", table.get("weights", {}), {criterion.value for criterion in Criterion})
    required = _table("requirements", table.get("requirements", {}), {each.name for each in fields(Requirements)})
    return Wishes(
        _partners(table.get("partners", [])),
        {Criterion(name): weight for name, weight in weights.items()},
        Requirements(**required),
    )


def _table(where: str, content: object, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise PreferencesInvalid(where, f"{content!r} must be a JSON object")
    if unknown := content.keys() - known:
        raise PreferencesInvalid(where, f"{min(unknown)!r} is unknown; known are {', '.join(sorted(known))}")
    return content


def _partners(content: object) -> tuple[MeterId, ...]:
    if not isinstance(content, list) or any(type(meter) is not int for meter in content):
        raise PreferencesInvalid("partners", f"{content!r} must be a list of meter numbers")
    return tuple(MeterId(meter) for meter in content)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object, in which each key stands once; JSON itself would keep the last."""
    table: dict[str, object] = {}
    for key, content in pairs:
        if key in table:
            raise PreferencesInvalid("wishes", f"{key!r} stands twice; say it once")
        table[key] = content
    return table


def _number(text: str) -> int:
    digits = len(text.removeprefix("-"))
    if digits > MOST_DIGITS:
        raise PreferencesInvalid("wishes", f"a number has {digits} digits; none has more than {MOST_DIGITS}")
    return int(text)


def _refuse_fraction(text: str) -> NoReturn:
    raise PreferencesInvalid("wishes", f"{text} is a fraction; say permille, or base units per Wh")
