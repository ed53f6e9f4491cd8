"""`plugin.toml`: what a plugin says about itself, readable without importing any of its code.

The manifest is part of the bundle, so its hash and with it every vote covers each word of it, labels and units too.
Refuses unknown keys, fractions, hooks and classes that the contract does not have, and whatever host API 1 cannot
honour yet (capabilities and state migrations): a promise that nobody keeps must not be voted on.
"""

import tomllib
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from aipchain.market.terms import Proof
from aipchain.plugins.errors import ManifestInvalid
from aipchain.plugins.hookspecs import HOOKS, HOST_API, ConfigValue, ConsensusClass, Slot

__all__ = [
    "MANIFEST_NAME", "Budget", "ConfigField", "HookClaim", "Manifest", "Migration", "ProofName", "parse_manifest",
]  # fmt: skip

MANIFEST_NAME: Final = "plugin.toml"
_SCHEMA_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_JSON_TYPES: Final = {bool: "boolean", int: "integer", str: "string"}

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Module = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$")]
Function = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_.]*:[a-z_][a-z0-9_]*$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n]*$")]
U16 = Annotated[int, Field(ge=0, le=65_535)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class HookClaim(_Part):
    """One hook that the plugin implements, and the consensus class it promises to keep."""

    hook: str
    consensus: Annotated[ConsensusClass, Field(alias="class", strict=False)]

    @model_validator(mode="after")
    def _matches_contract(self) -> Self:
        contract = {hook.name: hook.consensus for hook in HOOKS}
        if self.hook not in contract:
            raise ValueError(f"there is no hook {self.hook!r}; hooks are {', '.join(contract)}")
        if self.consensus is not contract[self.hook]:
            raise ValueError(f"hook {self.hook!r} is of class {contract[self.hook].value}")
        return self


class Budget(_Part):
    """The most one call may use: processor time [ms] and memory [MiB]. Declared now, enforced by the sandbox runner."""

    cpu_ms: Annotated[int, Field(gt=0, le=60_000)]
    memory_mib: Annotated[int, Field(gt=0, le=4_096)]


class ConfigField(_Part):
    """One setting that a community can vote on, and who feels it; the type is that of the default."""

    default: ConfigValue
    label: Line
    help: Line
    affects: Line
    unit: Line | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and type(self.default) is not int:
            raise ValueError("minimum and maximum are for whole numbers")
        if self.choices and not isinstance(self.default, str):
            raise ValueError("choices are for text")
        problem = self.problem_with(self.default)
        if problem:
            raise ValueError(f"the default {problem}")
        return self

    def problem_with(self, value: object) -> str | None:
        """Why `value` cannot be this setting, or None."""
        if type(value) is not type(self.default):
            return f"must be of type {_JSON_TYPES[type(self.default)]}, not {value!r}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}, not {value!r}"
        if isinstance(value, int) and self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum}, not {value}"
        if isinstance(value, int) and self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum}, not {value}"
        return None

    def json_schema(self) -> dict[str, object]:
        """This setting as JSON Schema; unit and who is affected stand under `x-unit` and `x-affects`."""
        schema: dict[str, object] = {"type": _JSON_TYPES[type(self.default)], "default": self.default}
        schema |= {"title": self.label, "description": self.help, "x-affects": self.affects}
        optional = {"minimum": self.minimum, "maximum": self.maximum, "enum": list(self.choices), "x-unit": self.unit}
        return schema | {key: value for key, value in optional.items() if value not in (None, [])}


class Migration(_Part):
    """The functions that carry a predecessor's state over, and back again."""

    forward: Function
    back: Function


class ProofName(StrEnum):
    """What the clearings of a market rule prove."""

    ENVELOPE = "envelope"
    UNIFORM_PRICE = "uniform-price"
    OPTIMUM = "optimum"

    @property
    def proof(self) -> Proof:
        """The chain's word."""
        return Proof[self.name]


class Manifest(_Part):
    """A plugin's description of itself."""

    name: Name
    release: U16
    build: U16
    summary: Line
    licence: Line
    authors: tuple[Line, ...] = Field(min_length=1, strict=False)
    host_api: tuple[int, int] = Field(strict=False)
    entry: Module
    hooks: tuple[HookClaim, ...] = Field(min_length=1, strict=False)
    budget: Budget
    vectors_sha256: Digest
    proof: Annotated[ProofName, Field(strict=False)] = ProofName.ENVELOPE
    capabilities: tuple[str, ...] = Field(default=(), strict=False)
    config: dict[Key, ConfigField] = Field(default_factory=dict)
    migration: Migration | None = None

    @model_validator(mode="after")
    def _can_be_honoured(self) -> Self:
        lowest, highest = self.host_api
        if not lowest <= HOST_API <= highest:
            raise ValueError(f"it is for host API {lowest} to {highest}; this host has {HOST_API}")
        if len({claim.hook for claim in self.hooks}) != len(self.hooks):
            raise ValueError("a hook is listed twice")
        if self.proof is not ProofName.ENVELOPE and Slot.CLEAR not in self.slots:
            raise ValueError(f"only a market rule proves anything: proof {self.proof.value!r} needs the hook 'clear'")
        if self.capabilities:
            raise ValueError(f"host API {HOST_API} grants no capabilities; leave the list empty")
        if self.migration is not None:
            raise ValueError(f"host API {HOST_API} keeps no plugin state, so there is nothing to migrate")
        return self

    @property
    def label(self) -> str:
        """Name, release and build as people write them: `name@release.build`."""
        return f"{self.name}@{self.release}.{self.build}"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots this plugin can be voted into."""
        claimed = {claim.hook for claim in self.hooks}
        return tuple(hook.slot for hook in HOOKS if hook.name in claimed)

    def config_schema(self) -> dict[str, object]:
        """All settings as one JSON Schema, for forms and for other languages."""
        return {
            "$schema": _SCHEMA_DIALECT,
            "title": f"Settings of {self.label}",
            "type": "object",
            "properties": {key: field.json_schema() for key, field in sorted(self.config.items())},
            "additionalProperties": False,
        }


def parse_manifest(content: bytes, where: str) -> Manifest:
    """Read a manifest; `where` names it in errors.

    :raises ManifestInvalid: not TOML, or not a manifest this host can honour.
    """
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestInvalid(where, f"not valid TOML: {error}") from error
    try:
        return Manifest.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the manifest"
        raise ManifestInvalid(where, f"{place}: {first['msg'].removeprefix('Value error, ')}") from error
