"""The market rule of a book: exactly the plugins the chain names as active, asked in a fixed order.

`price` is asked first, `clear` gets its answer. Every call has copies of its inputs, so no plugin can touch what
another one sees. Answers are checked here as the chain will check them; a plugin that raises or answers nonsense
becomes one `PluginFailed` that names it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, Self

import pluggy

from aipchain.market.book import MAX_TRADES, BookOrder, ReferencePrice, Trade, in_canonical_order
from aipchain.market.certificate import (
    Certificate,
    Dual,
    LinePrice,
    Nothing,
    Optimum,
    UniformPrice,
    first_flaw,
    proof_of,
)
from aipchain.market.challenge import first_fault
from aipchain.market.envelope import Refusal, first_breach_in_book
from aipchain.market.terms import PLAIN_TERMS, Proof, Terms
from aipchain.plugins.bundle import Bundle, BundleId
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import read_config
from aipchain.plugins.errors import CertificateInvalid, PluginFailed, PluginInvalid, ResultRefused
from aipchain.plugins.hookspecs import HOOKS, CannotDecide, Clearing, ClearInputs, ConfigValue, PriceInputs, Slot
from aipchain.plugins.loader import load_hooks
from aipchain.units import Interval, Price

__all__ = ["Activation", "LoadedPlugin", "Rule", "Ruling", "ask_clear", "ask_price"]

_U64: Final = 1 << 64
_NOTHING: Final = Nothing()


def _reader(kind: type[BookOrder | Trade | Dual | LinePrice]) -> Callable[[object], tuple[Any, ...]]:
    """Reads all fields at once; `astuple` copies every value, and takes ten times as long."""
    return attrgetter(*(field.name for field in fields(kind)))


_ORDER: Final = _reader(BookOrder)
_TRADE: Final = _reader(Trade)
_PARTS: Final[Mapping[type, Callable[[object], tuple[Any, ...]]]] = {kind: _reader(kind) for kind in (Dual, LinePrice)}


@dataclass(frozen=True, slots=True)
class Activation:
    """What the chain says is active in a slot: a bundle, its settings as canonical JSON, and the terms."""

    slot: Slot
    bundle_id: BundleId
    config: bytes = b"{}"
    terms: Terms = PLAIN_TERMS


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule decided: the local price, if one was set, the trades in canonical order, and their certificate."""

    price: Price | None
    trades: tuple[Trade, ...]
    certificate: Certificate = _NOTHING


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A bundle in a slot, with its settings and terms, ready to be asked."""

    bundle: Bundle
    slot: Slot
    config: Mapping[str, ConfigValue]
    terms: Terms
    _hook: pluggy.HookCaller

    @classmethod
    def load(cls, catalogue: Catalogue, activation: Activation) -> Self:
        """Load what `activation` names.

        :raises UnknownPlugin: the bundle is not at hand.
        :raises PluginInvalid: it cannot be loaded, or not for this slot.
        :raises ConfigInvalid: the settings do not fit it.
        """
        bundle = catalogue.with_id(activation.bundle_id)
        if activation.slot not in bundle.manifest.slots:
            can = " and ".join(bundle.manifest.slots)
            raise PluginInvalid(bundle.label, f"it is for the slot {can}, not for {activation.slot.value}")
        config = MappingProxyType(read_config(bundle.manifest, activation.config))
        name = next(hook.name for hook in HOOKS if hook.slot is activation.slot)
        return cls(bundle, activation.slot, config, activation.terms, getattr(load_hooks(bundle).hook, name))

    def ask(self, inputs: PriceInputs | ClearInputs) -> object:
        """The plugin's answer, not yet checked.

        :raises PluginFailed: it raised.
        """
        try:
            return self._hook(inputs=inputs)
        except CannotDecide as error:
            raise self.failed(f"it cannot decide: {error}") from error
        except (Exception, SystemExit) as error:
            raise self.failed(f"it raised {error!r}") from error

    def failed(self, problem: str) -> PluginFailed:
        """The failure of this plugin for a reason."""
        return PluginFailed(self.bundle.label, self._hook.name, problem)

    def unproven(self, problem: str) -> CertificateInvalid:
        """The failure of this plugin to prove its trades."""
        return CertificateInvalid(self.bundle.label, self._hook.name, problem)

    def refused(self, refusal: Refusal) -> ResultRefused:
        """The failure of this plugin for a breach of the envelope."""
        return ResultRefused(self.bundle.label, self._hook.name, refusal)


@dataclass(frozen=True, slots=True)
class Rule:
    """The market rule of a book: one plugin per slot."""

    price_plugin: LoadedPlugin
    clear_plugin: LoadedPlugin

    @classmethod
    def load(cls, catalogue: Catalogue, *, price: Activation, clear: Activation) -> Self:
        """Load both plugins; raises as `LoadedPlugin.load`.

        :raises ValueError: an activation of the other slot.
        """
        if price.slot is not Slot.PRICE or clear.slot is not Slot.CLEAR:
            raise ValueError("each activation must be of its own slot")
        return cls(LoadedPlugin.load(catalogue, price), LoadedPlugin.load(catalogue, clear))

    def run(self, *, interval: Interval, reference: ReferencePrice | None, orders: Iterable[BookOrder]) -> Ruling:
        """Ask `price`, then `clear`, for one interval.

        :param orders: the open orders of the closed book, in any order.
        :raises PluginFailed: a plugin gave no usable answer; `ResultRefused` if the chain would refuse its trades,
            `CertificateInvalid` if it would refuse their certificate, or anyone could undo the clearing.
        """
        book = tuple(orders)
        price = self.run_price(interval=interval, reference=reference, orders=book)
        cleared = self.run_clear(interval=interval, reference=reference, orders=book, price=price)
        return Ruling(price, tuple(cleared.trades), cleared.certificate)

    def run_price(
        self, *, interval: Interval, reference: ReferencePrice | None, orders: Iterable[BookOrder]
    ) -> Price | None:
        """The local price [base units per Wh], or None for "the clearing decides"."""
        plugin = self.price_plugin
        return ask_price(plugin, PriceInputs(interval, reference, tuple(orders), plugin.config))

    def run_clear(
        self,
        *,
        interval: Interval,
        reference: ReferencePrice | None,
        orders: Iterable[BookOrder],
        price: Price | None,
    ) -> Clearing:
        """The trades in canonical order, checked by the envelope, with the certificate that the terms demand."""
        plugin = self.clear_plugin
        known = tuple(orders)
        return ask_clear(
            plugin, ClearInputs(interval, reference, known, price, MAX_TRADES, plugin.config, plugin.terms)
        )


def ask_price(plugin: LoadedPlugin, inputs: PriceInputs) -> Price | None:
    """The checked answer of a plugin in slot `Price`; raises as `Rule.run`."""
    answer = plugin.ask(replace(inputs, orders=_copies(inputs.orders), config=_copy(inputs.config)))
    if answer is None:
        return None
    if type(answer) is not int or not 0 <= answer < _U64:
        raise plugin.failed(f"a price is a whole number in 0..2^64-1 or None, not {answer!r}")
    return Price(answer)


def ask_clear(plugin: LoadedPlugin, inputs: ClearInputs) -> Clearing:
    """The checked answer of a plugin in slot `Clear`, trades in canonical order; raises as `Rule.run`.

    A certificate that nobody demands is left out: the chain would refuse it.
    """
    answer = plugin.ask(replace(inputs, orders=_copies(inputs.orders), config=_copy(inputs.config)))
    if type(answer) is not Clearing:
        raise plugin.failed(f"a market rule answers a Clearing, not {type(answer).__name__}")
    trades = in_canonical_order(_as_trades(plugin, answer.trades))
    if len(trades) > inputs.max_trades:
        raise plugin.failed(f"{len(trades)} trades are more than the {inputs.max_trades} of one result")
    refusal = first_breach_in_book(trades, inputs.orders)
    if refusal is not None:
        raise plugin.refused(refusal)
    certificate = _as_certificate(plugin, answer.certificate)
    if inputs.terms.proof is Proof.ENVELOPE:
        certificate = _NOTHING
    _check_certificate(plugin, inputs, trades, certificate)
    return Clearing(trades, certificate)


def _as_trades(plugin: LoadedPlugin, answer: object) -> list[Trade]:
    """Only lists of trades in whole u64 numbers pass."""
    if not isinstance(answer, list | tuple):
        raise plugin.failed(f"trades come as a list, not as {type(answer).__name__}")
    for trade in answer:
        if type(trade) is not Trade:
            raise plugin.failed(f"the list holds {trade!r}, which is no Trade")
        if not _is_whole(_TRADE(trade)):
            raise plugin.failed(f"{trade!r} holds something else than whole numbers in 0..2^64-1")
    return list(answer)


def _as_certificate(plugin: LoadedPlugin, answer: object) -> Certificate:
    """Only certificates in whole u64 numbers pass."""
    if isinstance(answer, Nothing):
        return answer
    if isinstance(answer, UniformPrice) and _is_whole((answer.price,)):
        return answer
    if isinstance(answer, Optimum) and all(
        type(each) in _PARTS and _is_whole(_PARTS[type(each)](each)) for each in (*answer.duals, *answer.lines)
    ):
        return Optimum(tuple(answer.duals), tuple(answer.lines))
    raise plugin.failed(f"{answer!r} is no certificate in whole numbers")


def _check_certificate(
    plugin: LoadedPlugin, inputs: ClearInputs, trades: tuple[Trade, ...], certificate: Certificate
) -> None:
    """The chain would take it, and nobody could undo the clearing."""
    if proof_of(certificate) is not inputs.terms.proof:
        raise plugin.failed(f"the community demands a proof {inputs.terms.proof.value}, and it gives none")
    flaw = first_flaw(trades, inputs.orders, inputs.terms, certificate)
    if flaw is not None:
        raise plugin.unproven(f"the chain refuses its certificate: {flaw.value}")
    fault = first_fault(trades, inputs.orders, inputs.terms, certificate)
    if fault is not None:
        raise plugin.unproven(f"anyone could undo the clearing: {fault}")


def _is_whole(numbers: Iterable[object]) -> bool:
    return all(type(number) is int and 0 <= number < _U64 for number in numbers)


def _copies(orders: Iterable[BookOrder]) -> tuple[BookOrder, ...]:
    """Copies sorted by number."""
    return tuple(BookOrder(*_ORDER(order)) for order in sorted(orders, key=attrgetter("number")))


def _copy(config: Mapping[str, ConfigValue]) -> Mapping[str, ConfigValue]:
    return MappingProxyType(dict(config))
