"""The card of a model: what it was trained on, how good it was on days it had not seen, and what its files are.

A card is JSON. Its own digest covers all of it, and so the digests of the files: a changed byte anywhere is noticed. It
does not say who made it; whoever can write the folder can write another card.
"""

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Final

from aipchain.ai.models.card_fields import refuse_odd_fields

__all__ = ["FORMAT", "HeldOut", "ModelCard", "Taught", "card_of", "card_text"]

FORMAT: Final = "aipchain load model, 3"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Scores on the last days of the span, by a blend that had learned from the days before them only."""

    first_day: str
    last_day: str
    mase: float
    nmae: float
    wql: float
    cov80_min: float
    cov80_max: float


@dataclass(frozen=True, slots=True)
class Taught:
    """By which federation, in how many rounds, and by which clients as far as the writer of the card knows."""

    federation: str
    rounds: int
    clients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Days are dates, both inclusive; `files` are SHA-256 by file name."""

    homes: tuple[str, ...]
    """Those it learned from; none where others taught it and did not tell."""
    first_day: str | None
    last_day: str | None
    """None where nobody told."""
    steps_per_day: int
    features: tuple[str, ...]
    levels: tuple[float, ...]
    weights: dict[str, float]
    """Of each part of the blend."""
    held_out: HeldOut | None
    """None where the span was too short to hold any out."""
    versions: dict[str, str]
    files: dict[str, str]
    taught: Taught | None = None
    """None where it learned from all its homes in one place."""
    format: str = FORMAT
    digest: str = ""


def card_text(card: ModelCard) -> str:
    """The card as JSON, with its digest."""
    return json.dumps(asdict(replace(card, digest=_digest(card))), indent=2) + "\n"


def card_of(text: str) -> ModelCard:
    """Read a card.

    :raises ValueError: it is none, another version's, was changed, or says what cannot be; tells which.
    """
    try:
        found: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"its card is no JSON ({error.msg} in line {error.lineno})") from error
    except RecursionError as error:
        raise ValueError("its card is nested too deeply") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"its card is not of the format {FORMAT!r}")
    try:
        held_out = found["held_out"] and HeldOut(**found["held_out"])
        lists = {name: tuple(found[name]) for name in ("homes", "features", "levels")}
        taught = found["taught"] and Taught(**{**found["taught"], "clients": tuple(found["taught"]["clients"])})
        card = ModelCard(**{**found, **lists, "held_out": held_out, "taught": taught})
    except (KeyError, TypeError) as error:
        raise ValueError(f"its card lacks a field or has one too many ({error})") from error
    if card.digest != _digest(card):
        raise ValueError("its card was changed after it was written")
    refuse_odd_fields(found)
    return card


def _digest(card: ModelCard) -> str:
    return sha256(json.dumps(asdict(replace(card, digest="")), sort_keys=True).encode()).hexdigest()
