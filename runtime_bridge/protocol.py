"""What of the runtime this client relies on: the pallets by their names in the metadata, their events and storage.

Compared with the metadata at connect; the calls are declared by the functions in `calls.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeAlias, TypeVar, get_args

from aipchain.runtime_bridge import codec, facts
from aipchain.runtime_bridge import types as t
from aipchain.units import Balance, UnixSeconds, Wh

__all__ = ["EVENTS", "KNOWN_PALLETS", "OWN_PALLETS", "STORAGE", "StorageSpec"]

T = TypeVar("T")

EVENTS: Mapping[str, tuple[Any, ...]] = {
    "Communities": get_args(facts.CommunityEvent),
    "Metering": get_args(facts.MeteringEvent),
    "Energy": get_args(facts.EnergyEvent),
    "Market": get_args(facts.MarketEvent),
    "PluginRegistry": get_args(facts.RegistryEvent),
    "CommunityGovernance": get_args(facts.GovernanceEvent),
}
OWN_PALLETS = tuple(EVENTS)
KNOWN_PALLETS = (*OWN_PALLETS, "Proxy")
"""Our own, and those of the SDK of which this client makes calls or reads storage."""


@dataclass(frozen=True, slots=True)
class StorageSpec(Generic[T]):
    """A storage item: its pallet, name, the parts of its key one after the other, and its value."""

    pallet: str
    name: str
    key: tuple[Any, ...]
    value: Any


U128: TypeAlias = Annotated[int, codec.U128]

ACCOUNT: StorageSpec[t.AccountInfo] = StorageSpec("System", "Account", (t.AccountId,), t.AccountInfo)
PROXIES: StorageSpec[tuple[tuple[t.ProxyDefinition, ...], Balance]] = StorageSpec(
    "Proxy", "Proxies", (t.AccountId,), tuple[tuple[t.ProxyDefinition, ...], Balance]
)
TOTAL_ISSUANCE: StorageSpec[int] = StorageSpec("Balances", "TotalIssuance", (), U128)
NOW: StorageSpec[int] = StorageSpec("Timestamp", "Now", (), t.U64)

NEXT_COMMUNITY: StorageSpec[t.CommunityId] = StorageSpec("Communities", "NextCommunityId", (), t.CommunityId)
COMMUNITIES: StorageSpec[t.Community] = StorageSpec("Communities", "Communities", (t.CommunityId,), t.Community)
MEMBERS: StorageSpec[t.Member] = StorageSpec("Communities", "Members", (t.CommunityId, t.AccountId), t.Member)
ROLES: StorageSpec[int] = StorageSpec("Communities", "Roles", (t.CommunityId, t.AccountId), t.U16)
PARAMETER_SETS: StorageSpec[t.ParameterSet] = StorageSpec(
    "Communities", "ParameterSets", (t.CommunityId,), t.ParameterSet
)

NEXT_METER: StorageSpec[t.MeterId] = StorageSpec("Metering", "NextMeterId", (), t.MeterId)
METERS: StorageSpec[t.Meter] = StorageSpec("Metering", "Meters", (t.MeterId,), t.Meter)
REGISTERS: StorageSpec[t.Register] = StorageSpec("Metering", "Registers", (t.MeterId,), t.Register)
READINGS: StorageSpec[t.Reading] = StorageSpec("Metering", "Readings", (UnixSeconds, t.MeterId), t.Reading)
QUARANTINE: StorageSpec[t.QuarantinedReading] = StorageSpec(
    "Metering", "Quarantine", (t.MeterId, UnixSeconds, t.Hash), t.QuarantinedReading
)
BATCHES: StorageSpec[t.Batch] = StorageSpec("Metering", "Batches", (t.Hash,), t.Batch)

MINTS: StorageSpec[t.Mint] = StorageSpec("Energy", "Mints", (t.MeterId, UnixSeconds), t.Mint)
LOTS: StorageSpec[t.Lot] = StorageSpec("Energy", "Lots", (t.MeterId, UnixSeconds, Wh), t.Lot)
ENERGY_ACCOUNTS: StorageSpec[t.EnergySums] = StorageSpec("Energy", "Accounts", (t.AccountId,), t.EnergySums)
TOTAL_MINTED: StorageSpec[int] = StorageSpec("Energy", "TotalMinted", (), U128)

NEXT_ORDER: StorageSpec[t.OrderNumber] = StorageSpec("Market", "NextOrderNumber", (), t.OrderNumber)
REFERENCE_PRICES: StorageSpec[t.ReferencePrice] = StorageSpec(
    "Market", "ReferencePrices", (t.CommunityId, UnixSeconds), t.ReferencePrice
)
BOOKS: StorageSpec[t.Book] = StorageSpec("Market", "Books", (t.CommunityId, UnixSeconds), t.Book)
BOOK_ORDERS: StorageSpec[tuple[t.OrderNumber, ...]] = StorageSpec(
    "Market", "BookOrders", (t.CommunityId, UnixSeconds), tuple[t.OrderNumber, ...]
)
ORDER_IDS: StorageSpec[t.OrderNumber] = StorageSpec(
    "Market", "OrderIds", (t.CommunityId, UnixSeconds, t.AccountId, t.U64), t.OrderNumber
)
STANDING_WH: StorageSpec[Wh] = StorageSpec("Market", "StandingWh", (t.CommunityId, UnixSeconds, t.MeterId, t.Side), Wh)
ORDERS: StorageSpec[t.Order] = StorageSpec("Market", "Orders", (t.OrderNumber,), t.Order)
TRADES: StorageSpec[tuple[t.Trade, ...]] = StorageSpec(
    "Market", "Trades", (t.CommunityId, UnixSeconds), tuple[t.Trade, ...]
)
LINE_PRICES: StorageSpec[tuple[t.LinePrice, ...]] = StorageSpec(
    "Market", "LinePrices", (t.CommunityId, UnixSeconds), tuple[t.LinePrice, ...]
)

BUILDS: StorageSpec[t.Build] = StorageSpec("PluginRegistry", "Builds", (t.Hash,), t.Build)
BINDINGS: StorageSpec[t.BoundBinding] = StorageSpec("PluginRegistry", "Bindings", (t.Hash,), t.BoundBinding)
SLOTS: StorageSpec[t.SlotState] = StorageSpec("PluginRegistry", "Slots", (t.CommunityId, t.Slot), t.SlotState)

NEXT_PROPOSAL: StorageSpec[t.ProposalId] = StorageSpec("CommunityGovernance", "NextProposalId", (), t.ProposalId)
TRACKS: StorageSpec[t.Track] = StorageSpec("CommunityGovernance", "Tracks", (t.CommunityId, t.TrackKind), t.Track)
PROPOSALS: StorageSpec[t.Proposal] = StorageSpec("CommunityGovernance", "Proposals", (t.ProposalId,), t.Proposal)
BALLOTS: StorageSpec[bool] = StorageSpec("CommunityGovernance", "Ballots", (t.ProposalId, t.AccountId), facts.Flag)

STORAGE: tuple[StorageSpec[Any], ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, StorageSpec)
)
