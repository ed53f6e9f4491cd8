"""The calls of our pallets, one function each, and how calls are put together. Each gives an encoded call.

Argument names and types are the metadata's (docs/protocol.md); `verification.py` reads them from these signatures.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

from aipchain.runtime_bridge.codec import COMPACT_U128, Layout, compact, fixed
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.metadata import Call, CallFunction, Metadata
from aipchain.runtime_bridge.types import (
    U16,
    U32,
    AccountId,
    AtMost,
    Binding,
    Certificate,
    Change,
    CommunityId,
    Fault,
    Hash,
    MeterId,
    NewOrder,
    OrderNumber,
    Parameters,
    PostedPrice,
    ProposalId,
    ProxyType,
    Role,
    RuleSet,
    SignedReading,
    Slot,
    Source,
    Text,
    TrackKind,
    TrackSettings,
    Trade,
)
from aipchain.units import UnixSeconds, Wh

_ADDRESS_SHAPE = (
    "enum",
    (
        (0, "Id", (("", ("array", 32, ("u8",))),)),
        (1, "Index", (("", ("compact", ("tuple", ()))),)),
        (2, "Raw", (("", ("vec", ("u8",))),)),
        (3, "Address32", (("", ("array", 32, ("u8",))),)),
        (4, "Address20", (("", ("array", 20, ("u8",))),)),
    ),
)
_ACCOUNT = fixed(32)
_ADDRESS: Layout[bytes] = Layout(
    _ADDRESS_SHAPE, lambda account: b"\x00" + _ACCOUNT.encode(account), lambda data, at: _ACCOUNT.decode(data, at + 1)
)

Destination: TypeAlias = Annotated[bytes, _ADDRESS]
CompactBalance: TypeAlias = Annotated[int, COMPACT_U128]

# communities


def found(
    metadata: Metadata,
    *,
    name: Annotated[Text, AtMost(64)],
    interval_s: U32,
    epoch_s: U32,
    zones: Annotated[Sequence[Annotated[Text, AtMost(32)]], AtMost(64)],
    parameters: Parameters,
    steward: AccountId,
) -> Call:
    """Found a community whose steward is `steward`; lengths in seconds."""
    return metadata.encode_call("Communities", found, (name, interval_s, epoch_s, zones, parameters, steward))


def admit(
    metadata: Metadata, *, community: CommunityId, account: AccountId, roles: Annotated[Sequence[Role], AtMost(8)]
) -> Call:
    """Make `account` a member with `roles`."""
    return metadata.encode_call("Communities", admit, (community, account, roles))


def grant_role(metadata: Metadata, *, community: CommunityId, account: AccountId, role: Role) -> Call:
    """Give `account` a role; it need not be a member."""
    return metadata.encode_call("Communities", grant_role, (community, account, role))


def revoke_role(metadata: Metadata, *, community: CommunityId, account: AccountId, role: Role) -> Call:
    """Take a role from `account`."""
    return metadata.encode_call("Communities", revoke_role, (community, account, role))


def leave(metadata: Metadata, *, community: CommunityId) -> Call:
    """Drop the signer's membership and all its roles."""
    return metadata.encode_call("Communities", leave, (community,))


# metering


def enrol_meter(
    metadata: Metadata,
    *,
    community: CommunityId,
    owner: AccountId,
    device_key: Hash,
    zone: U16,
    source: Source,
    connection_limit_w: U32,
    import_register_wh: Wh,
    export_register_wh: Wh,
    reads_from: UnixSeconds,
) -> Call:
    """Enrol a member's meter, whose registers show these values [Wh] at `reads_from`, the start of an interval."""
    return metadata.encode_call(
        "Metering",
        enrol_meter,
        (
            community,
            owner,
            device_key,
            zone,
            source,
            connection_limit_w,
            import_register_wh,
            export_register_wh,
            reads_from,
        ),
    )


def submit_batch(
    metadata: Metadata,
    *,
    community: CommunityId,
    interval_start: UnixSeconds,
    batch_id: Hash,
    readings: Annotated[Sequence[SignedReading], AtMost(500)],
) -> Call:
    """Deliver up to 500 signed readings of one interval; the same batch again is harmless."""
    return metadata.encode_call("Metering", submit_batch, (community, interval_start, batch_id, readings))


# energy


def mint(
    metadata: Metadata,
    *,
    community: CommunityId,
    interval_start: UnixSeconds,
    meters: Annotated[Sequence[MeterId], AtMost(500)],
) -> Call:
    """Mint the final readings with export of up to 500 meters."""
    return metadata.encode_call("Energy", mint, (community, interval_start, meters))


def retire(metadata: Metadata, *, meter: MeterId, interval_start: UnixSeconds, first_wh: Wh, wh: Wh) -> Call:
    """Use up the first `wh` of a free lot [Wh]."""
    return metadata.encode_call("Energy", retire, (meter, interval_start, first_wh, wh))


# market


def post_reference_prices(
    metadata: Metadata, *, community: CommunityId, prices: Annotated[Sequence[PostedPrice], AtMost(192)]
) -> Call:
    """Post the grid's prices of up to 192 intervals, before their gates close."""
    return metadata.encode_call("Market", post_reference_prices, (community, prices))


def place_orders(
    metadata: Metadata,
    *,
    community: CommunityId,
    interval_start: UnixSeconds,
    orders: Annotated[Sequence[NewOrder], AtMost(500)],
) -> Call:
    """Place up to 500 orders of the signer for one interval, all or none."""
    return metadata.encode_call("Market", place_orders, (community, interval_start, orders))


def cancel_order(metadata: Metadata, *, number: OrderNumber) -> Call:
    """Withdraw an order of the signer before the gate closes."""
    return metadata.encode_call("Market", cancel_order, (number,))


def submit_clearing(
    metadata: Metadata,
    *,
    community: CommunityId,
    interval_start: UnixSeconds,
    rules: RuleSet,
    trades: Annotated[Sequence[Trade], AtMost(2_000)],
    certificate: Certificate,
) -> Call:
    """Submit the trades of an interval (up to 2,000), found under `rules`, with the certificate those demand."""
    return metadata.encode_call("Market", submit_clearing, (community, interval_start, rules, trades, certificate))


def settle(metadata: Metadata, *, community: CommunityId, interval_start: UnixSeconds, limit: U32) -> Call:
    """Settle up to `limit` trades and orders of a cleared book whose readings are final."""
    return metadata.encode_call("Market", settle, (community, interval_start, limit))


def void(metadata: Metadata, *, community: CommunityId, interval_start: UnixSeconds, limit: U32) -> Call:
    """Release the holds of up to `limit` orders of a book that got no result in time."""
    return metadata.encode_call("Market", void, (community, interval_start, limit))


def challenge_clearing(
    metadata: Metadata, *, community: CommunityId, interval_start: UnixSeconds, fault: Fault
) -> Call:
    """Show a fault of a clearing, which undoes it."""
    return metadata.encode_call("Market", challenge_clearing, (community, interval_start, fault))


# plugin_registry


def register_build(
    metadata: Metadata, *, bundle: Hash, name: Annotated[Text, AtMost(64)], release: U16, build: U16
) -> Call:
    """Make a plugin build known; it can never be changed."""
    return metadata.encode_call("PluginRegistry", register_build, (bundle, name, release, build))


def deprecate_build(metadata: Metadata, *, bundle: Hash) -> Call:
    """Say that a build of the signer is no longer to be used."""
    return metadata.encode_call("PluginRegistry", deprecate_build, (bundle,))


def install(metadata: Metadata, *, community: CommunityId, slot: Slot, binding: Binding) -> Call:
    """Fill an empty slot."""
    return metadata.encode_call("PluginRegistry", install, (community, slot, binding))


# community_governance


def set_track(metadata: Metadata, *, community: CommunityId, kind: TrackKind, settings: TrackSettings) -> Call:
    """Set a track that has no settings yet."""
    return metadata.encode_call("CommunityGovernance", set_track, (community, kind, settings))


def propose(metadata: Metadata, *, community: CommunityId, change: Change, predecessor: Hash) -> Call:
    """Propose a change that replaces `predecessor`."""
    return metadata.encode_call("CommunityGovernance", propose, (community, change, predecessor))


def vote(metadata: Metadata, *, proposal: ProposalId, binding_hash: Hash, aye: bool) -> Call:
    """Vote once; `binding_hash` says what the voter has read."""
    return metadata.encode_call("CommunityGovernance", vote, (proposal, binding_hash, aye))


def advance(metadata: Metadata, *, proposal: ProposalId) -> Call:
    """Take the step of a proposal that is due."""
    return metadata.encode_call("CommunityGovernance", advance, (proposal,))


def cancel(metadata: Metadata, *, proposal: ProposalId) -> Call:
    """Withdraw a proposal of the signer before it is approved."""
    return metadata.encode_call("CommunityGovernance", cancel, (proposal,))


# money


def transfer_keep_alive(metadata: Metadata, *, dest: Destination, value: CompactBalance) -> Call:
    """Send money [base units] and keep the sender's account alive."""
    return metadata.encode_call("Balances", transfer_keep_alive, (dest, value))


# delegates


def add_proxy(metadata: Metadata, *, delegate: Destination, proxy_type: ProxyType, delay: U32 = 0) -> Call:
    """Let `delegate` act for the signer, whose money pays the deposit; `delay` in blocks."""
    return metadata.encode_call("Proxy", add_proxy, (delegate, proxy_type, delay))


def remove_proxy(metadata: Metadata, *, delegate: Destination, proxy_type: ProxyType, delay: U32 = 0) -> Call:
    """Take that right from `delegate` at once; the deposit comes back."""
    return metadata.encode_call("Proxy", remove_proxy, (delegate, proxy_type, delay))


CALLS: Mapping[str, tuple[CallFunction, ...]] = {
    "Balances": (transfer_keep_alive,),
    "Proxy": (add_proxy, remove_proxy),
    "Communities": (found, admit, grant_role, revoke_role, leave),
    "Metering": (enrol_meter, submit_batch),
    "Energy": (mint, retire),
    "Market": (post_reference_prices, place_orders, cancel_order, submit_clearing, settle, void, challenge_clearing),
    "PluginRegistry": (register_build, deprecate_build, install),
    "CommunityGovernance": (set_track, propose, vote, advance, cancel),
}


# other pallets


def batch_all(metadata: Metadata, calls: Sequence[Call]) -> Call:
    """Make one call of several that all succeed or all fail."""
    return Call(metadata.call_prefix("Utility", "batch_all") + compact(len(calls)) + b"".join(calls))


def proxy(metadata: Metadata, real: bytes, proxy_type: ProxyType, call: Call) -> Call:
    """Make a call as the account `real`, by the right that it gave the signer."""
    right = layout_of(ProxyType | None).encode(proxy_type)
    return Call(metadata.call_prefix("Proxy", "proxy") + _ADDRESS.encode(real) + right + call)


def sudo(metadata: Metadata, call: Call) -> Call:
    """Make a call as root; only a development chain has a key for it."""
    return Call(metadata.call_prefix("Sudo", "sudo") + call)
