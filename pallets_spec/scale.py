"""How values become bytes, where a hash or a signature is taken over them.

The encoding is Substrate's SCALE, as little of it as this book needs: whole numbers have a fixed length and their
lowest byte first; a list is its length and then its items; what may be missing is one byte that says so and then the
value; one of several variants is one byte that counts them from 0 and then the fields. A hash is blake2b-256.
"""

from collections.abc import Sequence
from enum import Enum
from hashlib import blake2b

from aipchain.pallets_spec.proofs import Dual
from aipchain.pallets_spec.types import (
    Binding,
    Change,
    CommunityId,
    Hash,
    Parameters,
    ParametersChange,
    PluginChange,
    SignedReading,
    Terms,
    TrackSettings,
    Trade,
)
from aipchain.units import UnixSeconds

__all__ = [
    "BINDING_CONTEXT",
    "READING_CONTEXT",
    "batch_content",
    "binding_hash",
    "blake2_256",
    "compact",
    "dual_item",
    "reading_message",
    "trades_hash",
    "u16",
    "u32",
    "u64",
]

BINDING_CONTEXT = b"aipchain/binding/v1"
"""What the bytes of a binding hash start with, so that no other hash of ours can equal it."""

READING_CONTEXT = b"aipchain/reading/v1"
"""What a signed reading starts with, so that a device signs nothing else of ours by it."""


def binding_hash(community: CommunityId, change: Change, predecessor: Hash) -> Hash:
    """What a vote binds to: what exactly replaces what, in which community."""
    return blake2_256(BINDING_CONTEXT + u32(community) + _change(change) + predecessor)


def batch_content(community: CommunityId, interval_start: UnixSeconds, readings: Sequence[SignedReading]) -> Hash:
    """What tells a batch that comes twice from another batch under the same id."""
    return blake2_256(u32(community) + u64(interval_start) + _sequence([_reading(reading) for reading in readings]))


def trades_hash(trades: Sequence[Trade]) -> Hash:
    """What tells a clearing that comes twice from another clearing."""
    return blake2_256(_sequence([_trade(trade) for trade in trades]))


def dual_item(dual: Dual) -> bytes:
    """The bytes of a dual, as a commitment is taken over them."""
    return u64(dual.order) + u64(dual.wh) + u64(dual.surplus)


def reading_message(
    genesis_hash: bytes, community: CommunityId, interval_start: UnixSeconds, reading: SignedReading
) -> bytes:
    """The bytes that a device signs: its registers at the end of one interval, on one chain, in one community."""
    place = u32(community) + u32(reading.meter) + u64(interval_start)
    return READING_CONTEXT + genesis_hash + place + u64(reading.import_register_wh) + u64(reading.export_register_wh)


def blake2_256(encoded: bytes) -> Hash:
    """The hash of `encoded`."""
    return Hash(blake2b(encoded, digest_size=32).digest())


def u16(number: int) -> bytes:
    """A whole number in two bytes."""
    return number.to_bytes(2, "little")


def u32(number: int) -> bytes:
    """A whole number in four bytes."""
    return number.to_bytes(4, "little")


def u64(number: int) -> bytes:
    """A whole number in eight bytes."""
    return number.to_bytes(8, "little")


def compact(length: int) -> bytes:
    """The length of a list, shorter for shorter lists: the lowest two bits tell one, two or four bytes."""
    if length < 1 << 6:
        return (length << 2).to_bytes(1, "little")
    if length < 1 << 14:
        return (length << 2 | 1).to_bytes(2, "little")
    return (length << 2 | 2).to_bytes(4, "little")


def _sequence(items: Sequence[bytes]) -> bytes:
    return compact(len(items)) + b"".join(items)


def _text(text: bytes) -> bytes:
    return compact(len(text)) + text


def _variant(variant: Enum) -> bytes:
    return bytes([list(type(variant)).index(variant)])


def _optional(value: bytes | None) -> bytes:
    return b"\0" if value is None else b"\1" + value


def _change(change: Change) -> bytes:
    match change:
        case PluginChange(slot, binding):
            return b"\0" + _variant(slot) + _binding(binding)
        case ParametersChange(parameters):
            return b"\1" + _parameters(parameters)
        case _:
            return b"\2" + _variant(change.kind) + _track_settings(change.settings)


def _binding(binding: Binding) -> bytes:
    held = binding.bundle + _text(binding.config) + _text(binding.grants)
    return held + _terms(binding.terms) + _optional(binding.migration)


def _terms(terms: Terms) -> bytes:
    charges = [u16(charge.from_) + u16(charge.to) + u64(charge.price) for charge in terms.charges]
    limits = [u16(limit.zone) + u64(limit.out_wh) + u64(limit.in_wh) for limit in terms.limits]
    return _variant(terms.proof) + _sequence(charges) + _sequence(limits)


def _parameters(parameters: Parameters) -> bytes:
    times = u32(parameters.gate_closure_s) + u32(parameters.clearing_window_s) + u32(parameters.grace_s)
    return times + u32(parameters.collateral)


def _track_settings(settings: TrackSettings) -> bytes:
    times = u32(settings.notice_s) + u32(settings.decide_s) + u32(settings.confirm_s) + u32(settings.timelock_s)
    return times + u32(settings.min_turnout) + u32(settings.min_approval)


def _reading(reading: SignedReading) -> bytes:
    registers = u64(reading.import_register_wh) + u64(reading.export_register_wh)
    return u32(reading.meter) + registers + reading.signature


def _trade(trade: Trade) -> bytes:
    return u64(trade.bid) + u64(trade.offer) + u64(trade.wh) + u64(trade.price)
