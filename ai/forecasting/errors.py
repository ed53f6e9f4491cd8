"""Failures of forecasters.

InputError
├── WeightsMissing        a folder holds no weights of a foundation model
└── PartMissing
    └── PackageMissing    a package that no extra of ours brings is not installed
"""

from pathlib import Path

from aipchain.ai.errors import PartMissing
from aipchain.errors import InputError

__all__ = ["PackageMissing", "WeightsMissing"]


class PackageMissing(PartMissing):
    """A package that is only an adapter's is not installed."""

    def __init__(self, package: str) -> None:
        self.package, self.extra = package, ""
        InputError.__init__(self, f"{package} is not installed: pip install {package}")


class WeightsMissing(InputError):
    """A folder holds no weights that can be read."""

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause
        super().__init__(f"{folder} holds no weights ({cause}): put them there; nothing is downloaded")
