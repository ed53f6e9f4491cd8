"""What the numbers of a message are: the named tables that a vector is cut into, and a digest that both sides compare.

A client whose model or features differ from the coordinator's has another digest, and is told so at its first message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import prod

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Schema"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Schema:
    """Tables by name and shape, in order, and `of` what they are, such as the names of features."""

    of: str
    tables: tuple[tuple[str, tuple[int, ...]], ...]

    @cached_property
    def length(self) -> int:
        """Numbers in all tables."""
        return sum(prod(shape) for _, shape in self.tables)

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that differ where anything differs."""
        return blake2b(repr((self.of, self.tables)).encode(), digest_size=32, person=b"aipchain-schema").digest()

    def joined(self, tables: Mapping[str, NDArray[np.generic]]) -> Floats:
        """All tables as one vector."""
        parts: Sequence[NDArray[np.generic]] = [tables[name].ravel() for name, _ in self.tables]
        return np.concatenate(parts).astype(np.float32)

    def parted(self, vector: Floats) -> dict[str, Floats]:
        """The tables of a vector."""
        ends = np.cumsum([prod(shape) for _, shape in self.tables])[:-1]
        parts = np.split(vector, ends)
        return {name: part.reshape(shape) for (name, shape), part in zip(self.tables, parts, strict=True)}
