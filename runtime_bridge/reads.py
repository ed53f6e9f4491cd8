"""The storage of our pallets, one function per item; `at` is a block hash, or None for the newest block.

A single value that is not there is None; maps are read as a dict over all keys that begin with the given parts.
"""

from aipchain.runtime_bridge import protocol as p
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection
from aipchain.units import Balance, UnixSeconds, Wh

# money and time


def account_info(connection: Connection, account: t.AccountId, at: bytes | None = None) -> t.AccountInfo:
    """Read an account's nonce and money [base units]; an unknown account has nothing."""
    found = connection.read(p.ACCOUNT, account, at=at)
    return found or t.AccountInfo(0, 0, 0, 0, t.AccountBalance(Balance(0), Balance(0), Balance(0), 0))


def accounts(connection: Connection, at: bytes | None = None) -> dict[t.AccountId, t.AccountInfo]:
    """Read all accounts."""
    return dict(connection.entries(p.ACCOUNT, at=at))


def delegates(connection: Connection, account: t.AccountId, at: bytes | None = None) -> tuple[t.ProxyDefinition, ...]:
    """Read who may act for an account."""
    found = connection.read(p.PROXIES, account, at=at)
    return found[0] if found else ()


def total_issuance(connection: Connection, at: bytes | None = None) -> Balance:
    """Read all the money there is [base units]."""
    return Balance(connection.read(p.TOTAL_ISSUANCE, at=at) or 0)


def chain_time(connection: Connection, at: bytes | None = None) -> UnixSeconds:
    """Read the chain's time [unix seconds, rounded down]; 0 before the first block."""
    return UnixSeconds((connection.read(p.NOW, at=at) or 0) // 1_000)


# communities


def next_community_id(connection: Connection, at: bytes | None = None) -> t.CommunityId:
    """Read the id that the next community gets."""
    return connection.read(p.NEXT_COMMUNITY, at=at) or t.CommunityId(0)


def community(connection: Connection, community: t.CommunityId, at: bytes | None = None) -> t.Community | None:
    """Read a community."""
    return connection.read(p.COMMUNITIES, community, at=at)


def communities(connection: Connection, at: bytes | None = None) -> dict[t.CommunityId, t.Community]:
    """Read all communities."""
    return dict(connection.entries(p.COMMUNITIES, at=at))


def member(
    connection: Connection, community: t.CommunityId, account: t.AccountId, at: bytes | None = None
) -> t.Member | None:
    """Read a membership."""
    return connection.read(p.MEMBERS, community, account, at=at)


def members(connection: Connection, community: t.CommunityId, at: bytes | None = None) -> dict[t.AccountId, t.Member]:
    """Read all memberships of a community."""
    return {account: found for (_, account), found in connection.entries(p.MEMBERS, community, at=at)}


def roles(
    connection: Connection, community: t.CommunityId, account: t.AccountId, at: bytes | None = None
) -> frozenset[t.Role]:
    """Read an account's roles in a community."""
    return t.roles_of(connection.read(p.ROLES, community, account, at=at) or 0)


def role_holders(
    connection: Connection, community: t.CommunityId, at: bytes | None = None
) -> dict[t.AccountId, frozenset[t.Role]]:
    """Read the roles of all accounts that have any in a community."""
    return {account: t.roles_of(bits) for (_, account), bits in connection.entries(p.ROLES, community, at=at)}


def parameter_set(connection: Connection, community: t.CommunityId, at: bytes | None = None) -> t.ParameterSet | None:
    """Read a community's active and pending parameters."""
    return connection.read(p.PARAMETER_SETS, community, at=at)


# metering


def next_meter_id(connection: Connection, at: bytes | None = None) -> t.MeterId:
    """Read the id that the next meter gets."""
    return connection.read(p.NEXT_METER, at=at) or t.MeterId(0)


def meter(connection: Connection, meter: t.MeterId, at: bytes | None = None) -> t.Meter | None:
    """Read a meter."""
    return connection.read(p.METERS, meter, at=at)


def meters(connection: Connection, at: bytes | None = None) -> dict[t.MeterId, t.Meter]:
    """Read all meters of all communities."""
    return dict(connection.entries(p.METERS, at=at))


def register(connection: Connection, meter: t.MeterId, at: bytes | None = None) -> t.Register | None:
    """Read a meter's last trusted register."""
    return connection.read(p.REGISTERS, meter, at=at)


def registers(connection: Connection, at: bytes | None = None) -> dict[t.MeterId, t.Register]:
    """Read the last trusted registers of all meters."""
    return dict(connection.entries(p.REGISTERS, at=at))


def reading(
    connection: Connection, interval_start: UnixSeconds, meter: t.MeterId, at: bytes | None = None
) -> t.Reading | None:
    """Read an accepted reading; it may still be provisional, see `Reading.final_at`."""
    return connection.read(p.READINGS, interval_start, meter, at=at)


def readings(
    connection: Connection, interval_start: UnixSeconds, at: bytes | None = None
) -> dict[t.MeterId, t.Reading]:
    """Read all accepted readings of an interval."""
    return {meter: found for (_, meter), found in connection.entries(p.READINGS, interval_start, at=at)}


def quarantine(
    connection: Connection, meter: t.MeterId, at: bytes | None = None
) -> dict[tuple[UnixSeconds, t.Hash], t.QuarantinedReading]:
    """Read a meter's readings that were set aside, by interval and batch."""
    found = connection.entries(p.QUARANTINE, meter, at=at)
    return {(interval_start, batch_id): aside for (_, interval_start, batch_id), aside in found}


def batch(connection: Connection, batch_id: t.Hash, at: bytes | None = None) -> t.Batch | None:
    """Read a recorded batch."""
    return connection.read(p.BATCHES, batch_id, at=at)


# energy


def mint(
    connection: Connection, meter: t.MeterId, interval_start: UnixSeconds, at: bytes | None = None
) -> t.Mint | None:
    """Read what was minted of a meter in an interval."""
    return connection.read(p.MINTS, meter, interval_start, at=at)


def mints(connection: Connection, at: bytes | None = None) -> dict[tuple[t.MeterId, UnixSeconds], t.Mint]:
    """Read everything that was minted."""
    return dict(connection.entries(p.MINTS, at=at))


def lot(
    connection: Connection, meter: t.MeterId, interval_start: UnixSeconds, first_wh: Wh, at: bytes | None = None
) -> t.Lot | None:
    """Read the lot that begins at `first_wh` [Wh]."""
    return connection.read(p.LOTS, meter, interval_start, first_wh, at=at)


def lots(
    connection: Connection, meter: t.MeterId, interval_start: UnixSeconds, at: bytes | None = None
) -> dict[Wh, t.Lot]:
    """Read the lots of a meter and interval by their first watt-hour."""
    found = connection.entries(p.LOTS, meter, interval_start, at=at)
    return {first_wh: part for (_, _, first_wh), part in found}


def energy(connection: Connection, account: t.AccountId, at: bytes | None = None) -> t.EnergySums:
    """Read an account's energy by state [Wh]."""
    return connection.read(p.ENERGY_ACCOUNTS, account, at=at) or t.EnergySums(Wh(0), Wh(0), Wh(0))


def energy_accounts(connection: Connection, at: bytes | None = None) -> dict[t.AccountId, t.EnergySums]:
    """Read the energy of all accounts that have had any [Wh]."""
    return dict(connection.entries(p.ENERGY_ACCOUNTS, at=at))


def total_minted(connection: Connection, at: bytes | None = None) -> Wh:
    """Read all energy ever minted [Wh]."""
    return Wh(connection.read(p.TOTAL_MINTED, at=at) or 0)


# market


def next_order_number(connection: Connection, at: bytes | None = None) -> t.OrderNumber:
    """Read the number that the next order gets."""
    return connection.read(p.NEXT_ORDER, at=at) or t.OrderNumber(0)


def reference_price(
    connection: Connection, community: t.CommunityId, interval_start: UnixSeconds, at: bytes | None = None
) -> t.ReferencePrice | None:
    """Read the grid's prices of an interval."""
    return connection.read(p.REFERENCE_PRICES, community, interval_start, at=at)


def reference_prices(
    connection: Connection, community: t.CommunityId, at: bytes | None = None
) -> dict[UnixSeconds, t.ReferencePrice]:
    """Read the grid's prices of all intervals."""
    return {start: price for (_, start), price in connection.entries(p.REFERENCE_PRICES, community, at=at)}


def book(
    connection: Connection, community: t.CommunityId, interval_start: UnixSeconds, at: bytes | None = None
) -> t.Book | None:
    """Read the book of an interval."""
    return connection.read(p.BOOKS, community, interval_start, at=at)


def books(connection: Connection, community: t.CommunityId, at: bytes | None = None) -> dict[UnixSeconds, t.Book]:
    """Read all books of a community."""
    return {start: found for (_, start), found in connection.entries(p.BOOKS, community, at=at)}


def book_orders(
    connection: Connection, community: t.CommunityId, interval_start: UnixSeconds, at: bytes | None = None
) -> tuple[t.OrderNumber, ...]:
    """Read the numbers of all orders of a book in the order they came."""
    return connection.read(p.BOOK_ORDERS, community, interval_start, at=at) or ()


def order_number(
    connection: Connection,
    community: t.CommunityId,
    interval_start: UnixSeconds,
    *,
    owner: t.AccountId,
    id: int,
    at: bytes | None = None,
) -> t.OrderNumber | None:
    """Read the number of the order that its owner called `id`."""
    return connection.read(p.ORDER_IDS, community, interval_start, owner, id, at=at)


def order(connection: Connection, number: t.OrderNumber, at: bytes | None = None) -> t.Order | None:
    """Read an order; it is gone once its book is settled or voided."""
    return connection.read(p.ORDERS, number, at=at)


def orders(connection: Connection, at: bytes | None = None) -> dict[t.OrderNumber, t.Order]:
    """Read all orders of unsettled books."""
    return dict(connection.entries(p.ORDERS, at=at))


def trades(
    connection: Connection, community: t.CommunityId, interval_start: UnixSeconds, at: bytes | None = None
) -> tuple[t.Trade, ...]:
    """Read the trades of a cleared book."""
    return connection.read(p.TRADES, community, interval_start, at=at) or ()


def line_prices(
    connection: Connection, community: t.CommunityId, interval_start: UnixSeconds, at: bytes | None = None
) -> tuple[t.LinePrice, ...]:
    """Read the prices of lines in the certificate of a cleared book."""
    return connection.read(p.LINE_PRICES, community, interval_start, at=at) or ()


# plugin_registry


def build(connection: Connection, bundle: t.Hash, at: bytes | None = None) -> t.Build | None:
    """Read a registered build."""
    return connection.read(p.BUILDS, bundle, at=at)


def builds(connection: Connection, at: bytes | None = None) -> dict[t.Hash, t.Build]:
    """Read all registered builds."""
    return dict(connection.entries(p.BUILDS, at=at))


def binding(connection: Connection, binding_hash: t.Hash, at: bytes | None = None) -> t.BoundBinding | None:
    """Read what a binding hash stands for."""
    return connection.read(p.BINDINGS, binding_hash, at=at)


def slot(connection: Connection, community: t.CommunityId, slot: t.Slot, at: bytes | None = None) -> t.SlotState | None:
    """Read a slot. A pending binding whose epoch has come is active, though still stored as pending."""
    return connection.read(p.SLOTS, community, slot, at=at)


# community_governance


def next_proposal_id(connection: Connection, at: bytes | None = None) -> t.ProposalId:
    """Read the id that the next proposal gets."""
    return connection.read(p.NEXT_PROPOSAL, at=at) or t.ProposalId(0)


def track(
    connection: Connection, community: t.CommunityId, kind: t.TrackKind, at: bytes | None = None
) -> t.Track | None:
    """Read the settings of a track."""
    return connection.read(p.TRACKS, community, kind, at=at)


def proposal(connection: Connection, proposal: t.ProposalId, at: bytes | None = None) -> t.Proposal | None:
    """Read a proposal."""
    return connection.read(p.PROPOSALS, proposal, at=at)


def proposals(connection: Connection, at: bytes | None = None) -> dict[t.ProposalId, t.Proposal]:
    """Read all proposals."""
    return dict(connection.entries(p.PROPOSALS, at=at))


def ballot(
    connection: Connection, proposal: t.ProposalId, account: t.AccountId, at: bytes | None = None
) -> bool | None:
    """Read whether an account voted aye; None before it voted."""
    return connection.read(p.BALLOTS, proposal, account, at=at)


def ballots(connection: Connection, proposal: t.ProposalId, at: bytes | None = None) -> dict[t.AccountId, bool]:
    """Read all votes on a proposal."""
    return {account: aye for (_, account), aye in connection.entries(p.BALLOTS, proposal, at=at)}
