"""Failures of kept models.

InputError
└── ModelRefused   a folder holds no model that this version can use
"""

from pathlib import Path

from aipchain.errors import InputError

__all__ = ["ModelRefused"]


class ModelRefused(InputError):
    """A folder holds no usable model."""

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause
        super().__init__(f"{folder} holds no usable model: {cause}; train one with aip ai train")
