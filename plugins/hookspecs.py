"""The whole contract between the market and a plugin: hooks, what they are given, what they return.

A plugin is a folder with `plugin.toml` and pure Python (docs/plugin-guide.md). Its entry module defines functions with
the names and arguments of `HookSpecs`, marked `@hookimpl`. This module and `aipchain.market` are all it needs.

Both hooks are of class *exact*: pure, whole numbers only, no clock, no randomness, nothing read from outside; equal
inputs give equal answers on every machine. Inputs are frozen, and each call gets copies of its own. Orders come sorted
by number; an answer must not depend on that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import pluggy

from aipchain.market.book import BookOrder, ReferencePrice, Trade
from aipchain.market.certificate import Certificate, Nothing
from aipchain.market.terms import PLAIN_TERMS, Terms
from aipchain.units import Interval, Price

__all__ = [
    "HOOKS",
    "HOST_API",
    "CannotDecide",
    "ClearInputs",
    "Clearing",
    "ConfigValue",
    "ConsensusClass",
    "Hook",
    "HookSpecs",
    "PriceInputs",
    "Slot",
    "hookimpl",
    "whole_number",
]

HOST_API: Final = 1
"""Version of this contract and of the results of the kernels in `aipchain.market`."""

PROJECT: Final = "aipchain"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's function as the implementation of the hook of that name."""

ConfigValue: TypeAlias = bool | int | str


class Slot(StrEnum):
    """The places for which a community votes in one plugin each; values are the chain's variant names."""

    PRICE = "Price"
    CLEAR = "Clear"


class ConsensusClass(StrEnum):
    """How several operators agree on a hook's answer."""

    EXACT = "exact"
    """Equal hash on all operators; may move money."""
    OBSERVED = "observed"
    """Numbers may differ and are aggregated by the host."""
    LOCAL = "local"
    """Reports and bridges; changes no state."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook's name, the slot it belongs to, and its consensus class."""

    name: str
    slot: Slot
    consensus: ConsensusClass


HOOKS: Final = (
    Hook("price", Slot.PRICE, ConsensusClass.EXACT),
    Hook("clear", Slot.CLEAR, ConsensusClass.EXACT),
)


@dataclass(frozen=True, slots=True)
class PriceInputs:
    """What `price` may know.

    All of it stands on chain at gate closure, so that an auditor can ask again: the delivery interval; the posted
    reference prices, or None if nobody posted any; the open orders of the book; the voted settings, with the
    manifest's defaults filled in.
    """

    interval: Interval
    reference: ReferencePrice | None
    orders: tuple[BookOrder, ...]
    config: Mapping[str, ConfigValue]


@dataclass(frozen=True, slots=True)
class ClearInputs:
    """What `clear` may know: as `PriceInputs`, and the answer of the community's `price` plugin.

    `price` is the local price [base units per Wh], or None for "the clearing decides". A result may hold at most
    `max_trades` trades (docs/plugin-guide.md tells what cuts one down). `terms` are what the community demands of
    clearings under this binding: what to prove, what carrying costs, and what lines carry.
    """

    interval: Interval
    reference: ReferencePrice | None
    orders: tuple[BookOrder, ...]
    price: Price | None
    max_trades: int
    config: Mapping[str, ConfigValue]
    terms: Terms = PLAIN_TERMS


_NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Clearing:
    """What `clear` answers: trades, and the certificate that proves them as the manifest says.

    Without a certificate the trades keep the envelope and prove no more.
    """

    trades: Sequence[Trade]
    certificate: Certificate = _NOTHING


class CannotDecide(Exception):
    """Raise it with one sentence when no answer is possible, for example without a reference price.

    The interval is then handled as for any failing plugin: no result of this rule.
    """


def whole_number(config: Mapping[str, ConfigValue], key: str) -> int:
    """A setting whose default in the manifest is a whole number.

    :raises KeyError: the manifest has no such setting.
    :raises TypeError: it is of another type.
    """
    value = config[key]
    if type(value) is not int:
        raise TypeError(f"setting {key} is {value!r}, not a whole number")
    return value


class HookSpecs:
    """The hooks."""

    @hookspec(firstresult=True)
    def price(self, inputs: PriceInputs) -> Price | None:
        """Local price at which matched energy trades [base units per Wh]; None leaves it to the clearing.

        Slot `Price`, class exact. The host checks: a whole number in 0..2^64-1, or None.
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def clear(self, inputs: ClearInputs) -> Clearing:
        """The trades of the interval, in any order, with the certificate that the manifest promises.

        Slot `Clear`, class exact. The host sorts the trades by (bid, offer) and checks the chain's envelope
        (`aipchain.market.envelope`): both limits kept, no order over-filled, no owner trading with itself. Where the
        community's terms demand a proof, it checks the certificate as the chain will (`aipchain.market.certificate`),
        and looks for faults that anyone could show (`aipchain.market.challenge`).
        """
        raise NotImplementedError
