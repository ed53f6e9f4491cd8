"""Failures of the metering room.

InputError
└── BadPack   a data pack, or a choice from it, cannot be used
"""

from aipchain.errors import InputError

__all__ = ["BadPack"]


class BadPack(InputError):
    """A data pack, or what was asked of it, cannot be used."""
