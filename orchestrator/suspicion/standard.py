"""Whom to hold subjects against."""

from enum import StrEnum

__all__ = ["Standard"]


class Standard(StrEnum):
    """Who stands for the honest; `AUTO` takes the past where it suffices, and what is kept elsewhere."""

    AUTO = "auto"
    PAST = "past"
    KEPT = "kept"
