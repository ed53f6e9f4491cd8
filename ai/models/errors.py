"""Failures of kept models.

InputError
├── ModelRefused   a folder holds no model that this version can use
└── FolderRefused  a model cannot be written to a folder
"""

from pathlib import Path

from aipchain.errors import InputError

__all__ = ["FolderRefused", "ModelRefused"]


class ModelRefused(InputError):
    """A folder holds no usable model."""

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause
        super().__init__(f"{folder} holds no usable model: {cause}; train one with aip ai train")


class FolderRefused(InputError):
    """A model cannot be written there."""

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause
        super().__init__(f"{folder} cannot take a model: {cause}; choose another folder")
