"""What makes one chain this chain: a genesis preset and a patch over it, and how the chain presents itself.

The preset comes from the runtime, the patch (RFC 7386) from whoever founds the chain. Both are written into the chain
file, so a later opening can tell whether it was asked for the same chain.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aipchain.chain.errors import BadGenesis

__all__ = ["DEFAULT_PRESET", "SS58_FORMAT", "TOKEN_DECIMALS", "TOKEN_SYMBOL", "ChainSpec"]

DEFAULT_PRESET = "development"
TOKEN_SYMBOL = "AIP"  # noqa: S105 - the coin's name, no secret
TOKEN_DECIMALS = 12
SS58_FORMAT = 42


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """A genesis preset and the canonical JSON of the patch over it."""

    preset: str
    patch: str = "{}"

    @classmethod
    def of(cls, preset: str, patch: Mapping[str, object] | None = None) -> "ChainSpec":
        """Make a spec from a preset name and a JSON object.

        :raises BadGenesis: the patch is not JSON.
        """
        try:
            return cls(preset, json.dumps(patch or {}, sort_keys=True, separators=(",", ":"), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise BadGenesis(f"the genesis patch is not JSON: {error}") from error

    @property
    def chain_name(self) -> str:
        """What the chain calls itself to clients."""
        return f"AIPCHAIN {self.preset.replace('-', ' ').replace('_', ' ').title()}"

    @property
    def chain_type(self) -> str:
        """`Development` for the preset with a sudo key, else `Local`: an embedded chain is never `Live`."""
        return "Development" if self.preset == DEFAULT_PRESET else "Local"

    @property
    def properties(self) -> dict[str, str | int]:
        """What wallets ask for: token, decimals, address format."""
        return {"ss58Format": SS58_FORMAT, "tokenDecimals": TOKEN_DECIMALS, "tokenSymbol": TOKEN_SYMBOL}

    def __str__(self) -> str:
        return f"preset {self.preset}" + ("" if self.patch == "{}" else f" with the patch {_shortened(self.patch)}")


def _shortened(text: str, width: int = 80) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
