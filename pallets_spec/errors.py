"""Why a call is refused: one class per error of the runtime, under its name.

SpecError
├── BadOrigin                     root made a call that only an account can make
├── Corruption                    state contradicts itself; never seen in a sound chain
├── BalanceError                  the money module refuses
├── CommunitiesError              Communities.UnknownCommunity, Communities.NotSteward, ...
├── MeteringError                 Metering.UnknownCommunity, ...
├── EnergyError                   Energy.UnknownCommunity, ...
├── MarketError                   Market.UnknownCommunity, ...; Market.TradeRefused names a trade and a rule,
│                                 Market.CertificateRefused a flaw
├── PluginRegistryError           PluginRegistry.BuildExists, ...
└── CommunityGovernanceError      CommunityGovernance.UnknownCommunity, ...

Several chapters refuse for the same cause by the same name, so a name stands in its chapter: `Market.NotMember`. A
refusal carries the values it is about as keyword arguments, `NotMember(account=..., community=...)`; they are in its
`facts` and in its text.
"""

from collections.abc import Mapping
from typing import ClassVar

from aipchain.errors import AipchainError
from aipchain.pallets_spec.proofs import Flaw
from aipchain.pallets_spec.types import Rule

__all__ = [
    "Arithmetic",
    "BadOrigin",
    "BalanceError",
    "Communities",
    "CommunitiesError",
    "CommunityGovernance",
    "CommunityGovernanceError",
    "Corruption",
    "Energy",
    "EnergyError",
    "Market",
    "MarketError",
    "Metering",
    "MeteringError",
    "PluginRegistry",
    "PluginRegistryError",
    "SpecError",
    "Token",
]


class SpecError(AipchainError):
    """A call was refused; the state is as before."""

    pallet: ClassVar[str]
    """The chapter whose rule refused, by its name in the runtime."""

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = facts
        super().__init__(str(self))

    @property
    def name(self) -> str:
        """The name of the refusal in the runtime."""
        return type(self).__name__

    @property
    def details(self) -> object:
        """What holds the values that the runtime tells with the refusal, where it tells any."""
        return self

    def __str__(self) -> str:
        statement = (type(self).__doc__ or self.name).splitlines()[0]
        values = ", ".join(f"{name} {_shown(value)}" for name, value in self.facts.items())
        return f"{self.pallet}.{self.name}: {statement}" + (f" ({values})" if values else "")


def _shown(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


class BadOrigin(SpecError):
    """Only an account can make this call."""

    pallet = "System"


class Corruption(SpecError):
    """State contradicts itself; never seen in a sound chain."""

    pallet = "System"


class BalanceError(SpecError):
    """The money module refuses."""

    pallet = "Balances"


class Token:
    """Refusals of the runtime's token rules (`TokenError`)."""

    class FundsUnavailable(BalanceError):
        """The account has less money than that to spare, or on hold."""

        pallet = "Token"

    class Frozen(BalanceError):
        """The money is locked."""

        pallet = "Token"

    class BelowMinimum(BalanceError):
        """An account holds the existential deposit or nothing."""

        pallet = "Token"

    class CannotCreate(BalanceError):
        """The account is closed, and the sum is below the existential deposit."""

        pallet = "Token"

    class CannotCreateHold(BalanceError):
        """A closed account can have nothing on hold."""

        pallet = "Token"

    class NotExpendable(BalanceError):
        """The payment would close an account that must stay open."""

        pallet = "Token"


class Arithmetic:
    """Refusals of the runtime's arithmetic (`ArithmeticError`)."""

    class Overflow(BalanceError):
        """A sum of money is beyond the largest number."""

        pallet = "Arithmetic"

    class Underflow(BalanceError):
        """There is not so much money on the chain."""

        pallet = "Arithmetic"


class CommunitiesError(SpecError):
    """The communities chapter refuses."""

    pallet = "Communities"


class Communities:
    """Refusals of the communities chapter."""

    class UnknownCommunity(CommunitiesError):
        """There is no such community."""

    class NotSteward(CommunitiesError):
        """The signer is no steward of the community."""

    class NotTheSteward(CommunitiesError):
        """A community can be founded by the steward it names, or by root, not by another account."""

    class BadIntervalLength(CommunitiesError):
        """An interval lasts 900 or 3600 seconds."""

    class BadEpochLength(CommunitiesError):
        """An epoch is a multiple of the interval, at least one."""

    class NoZones(CommunitiesError):
        """A community has at least one zone."""

    class BadParameters(CommunitiesError):
        """A parameter is out of bounds."""

    class EarlierParametersNeeded(CommunitiesError):
        """Readings under parameters that the change would forget are not final yet."""

    class AlreadyMember(CommunitiesError):
        """The account is a member already."""

    class NotMember(CommunitiesError):
        """The account is not a member."""

    class RoleAlreadyGranted(CommunitiesError):
        """The account holds the role already."""

    class RoleNotGranted(CommunitiesError):
        """The account does not hold the role."""

    class LastSteward(CommunitiesError):
        """A community keeps at least one steward."""

    class Overflow(CommunitiesError):
        """A counter is at its end."""


class MeteringError(SpecError):
    """The metering chapter refuses."""

    pallet = "Metering"


class Metering:
    """Refusals of the metering chapter."""

    class UnknownCommunity(MeteringError):
        """There is no such community."""

    class NotSteward(MeteringError):
        """The signer is no steward of the community."""

    class NotGateway(MeteringError):
        """The signer is no gateway of the community."""

    class OwnerNotMember(MeteringError):
        """The owner of a meter is a member of its community."""

    class UnknownZone(MeteringError):
        """The community has no such zone."""

    class NoConnectionLimit(MeteringError):
        """A connection carries at least one watt."""

    class BadInterval(MeteringError):
        """An interval starts on a multiple of its length, and a meter is not read from the past."""

    class IntervalNotOver(MeteringError):
        """The interval is not over yet."""

    class BatchIdReused(MeteringError):
        """Another batch has this id."""

    class EmptyBatch(MeteringError):
        """A batch has at least one reading."""

    class Overflow(MeteringError):
        """A counter is at its end."""


class EnergyError(SpecError):
    """The energy chapter refuses."""

    pallet = "Energy"


class Energy:
    """Refusals of the energy chapter."""

    class UnknownCommunity(EnergyError):
        """There is no such community."""

    class NotFinal(EnergyError):
        """The readings of the interval are not final yet."""

    class AwaitsSettlement(EnergyError):
        """The market has not settled the interval yet."""

    class UnknownLot(EnergyError):
        """There is no such lot, or nothing was minted."""

    class NotOwner(EnergyError):
        """The lot belongs to another account."""

    class LotNotFree(EnergyError):
        """The lot is held or retired."""

    class ZeroEnergy(EnergyError):
        """Zero watt-hours are nothing to retire."""

    class InsufficientEnergy(EnergyError):
        """The lot, or the hold, has less energy."""

    class AlreadyMinted(EnergyError):
        """The reading was minted before, and nothing of it is held."""

    class Overflow(EnergyError):
        """A sum is at its end."""


class MarketError(SpecError):
    """The market chapter refuses."""

    pallet = "Market"


class Market:
    """Refusals of the market chapter."""

    class UnknownCommunity(MarketError):
        """There is no such community."""

    class NotMember(MarketError):
        """The caller is not a member of the community."""

    class NotOracle(MarketError):
        """The caller is not an oracle of the community."""

    class NotOperator(MarketError):
        """The caller is not an operator of the community."""

    class NotOwner(MarketError):
        """The order is another account's."""

    class BadInterval(MarketError):
        """No interval starts then, or it is further ahead than books open."""

    class GateClosed(MarketError):
        """The gate of the interval is closed."""

    class GateOpen(MarketError):
        """The gate of the interval is still open."""

    class DeadlinePassed(MarketError):
        """The clearing came at or after the deadline."""

    class DeadlineNotPassed(MarketError):
        """The deadline of the book is still ahead."""

    class NotFinal(MarketError):
        """The readings of the interval are not final yet."""

    class NoBook(MarketError):
        """The interval has no book."""

    class NoRules(MarketError):
        """A plugin slot of the community is empty."""

    class BadPrice(MarketError):
        """The feed-in tariff is above the retail price."""

    class ReferenceAlreadyPosted(MarketError):
        """The interval has another reference price already."""

    class ZeroEnergy(MarketError):
        """The order has no energy."""

    class UnknownMeter(MarketError):
        """The meter is not enrolled in the community or not the caller's."""

    class AboveConnectionLimit(MarketError):
        """The meter's standing orders of this side would be more than its connection carries in the interval."""

    class OrderIdReused(MarketError):
        """The id names another order of the caller in this book."""

    class UnknownOrder(MarketError):
        """There is no such order."""

    class OrderNotOpen(MarketError):
        """The order is cancelled already."""

    class BookFull(MarketError):
        """The book has no room for the orders."""

    class BookNotOpen(MarketError):
        """The book is cleared, voided or settled."""

    class BookNotCleared(MarketError):
        """The book is not cleared."""

    class RulesMismatch(MarketError):
        """The clearing ran under other rules than the book's."""

    class TradeRefused(MarketError):
        """A trade breaks a rule."""

        def __init__(self, index: int, rule: Rule) -> None:
            self.index = index
            """The place of the trade in the list, from 0."""
            self.rule = rule
            """The first rule it breaks."""
            super().__init__(index=index, rule=rule.value)

    class BadLimit(MarketError):
        """The limit must be 1 to 1,000."""

    class EmptyBatch(MarketError):
        """The call has nothing in it."""

    class Overflow(MarketError):
        """A sum does not fit."""

    class WrongCertificate(MarketError):
        """The terms of the book's rule ask for another certificate."""

    class CertificateRefused(MarketError):
        """The certificate does not prove the trades."""

        def __init__(self, flaw: Flaw) -> None:
            self.flaw = flaw
            """What is wrong with it."""
            super().__init__(flaw=flaw.value)

        @property
        def details(self) -> object:
            """The flaw."""
            return self.flaw

    class NotCommitted(MarketError):
        """The clearing has no commitment to duals."""

    class BadProof(MarketError):
        """A path does not lead from its dual to the commitment."""

    class NoFault(MarketError):
        """What is shown is no fault of the clearing."""

    class ChallengeTooLate(MarketError):
        """The readings of the interval are final."""


class PluginRegistryError(SpecError):
    """The plugin registry chapter refuses."""

    pallet = "PluginRegistry"


class PluginRegistry:
    """Refusals of the plugin registry chapter."""

    class BuildExists(PluginRegistryError):
        """The bundle is registered already."""

    class UnknownBuild(PluginRegistryError):
        """The bundle is not registered."""

    class BuildDeprecated(PluginRegistryError):
        """The build is deprecated."""

    class NotOwner(PluginRegistryError):
        """The build is another account's."""

    class UnknownCommunity(PluginRegistryError):
        """There is no such community."""

    class NotSteward(PluginRegistryError):
        """The caller is not a steward of the community."""

    class SlotOccupied(PluginRegistryError):
        """The slot is filled; a vote may change it."""

    class EmptySlot(PluginRegistryError):
        """The slot is empty; a steward installs its first plugin."""

    class EmptyName(PluginRegistryError):
        """The build has no name."""

    class BadTerms(PluginRegistryError):
        """The terms are out of order, ask for what cannot be weighed, or name a zone that is not there."""


class CommunityGovernanceError(SpecError):
    """The governance of communities chapter refuses."""

    pallet = "CommunityGovernance"


class CommunityGovernance:
    """Refusals of the governance of communities chapter."""

    class UnknownCommunity(CommunityGovernanceError):
        """There is no such community."""

    class NotSteward(CommunityGovernanceError):
        """The caller is not a steward of the community."""

    class NotMember(CommunityGovernanceError):
        """The caller is not a member of the community."""

    class TrackAlreadySet(CommunityGovernanceError):
        """The track is set; a vote may change it."""

    class NoTrack(CommunityGovernanceError):
        """The track that decides such a change is not set."""

    class BadSettings(CommunityGovernanceError):
        """The settings could never decide, or never refuse."""

    class StalePredecessor(CommunityGovernanceError):
        """The predecessor is not what stands now."""

    class UnknownBuild(CommunityGovernanceError):
        """The build is not registered or is deprecated."""

    class BadParameters(CommunityGovernanceError):
        """The parameters are out of bounds."""

    class UnknownProposal(CommunityGovernanceError):
        """There is no such proposal."""

    class NotInElectorate(CommunityGovernanceError):
        """The caller was not a member when the proposal opened, or is none now."""

    class AlreadyVoted(CommunityGovernanceError):
        """The caller voted already."""

    class BindingMismatch(CommunityGovernanceError):
        """The vote names another binding hash than the proposal's."""

    class VotingNotOpen(CommunityGovernanceError):
        """The notice of the proposal is not over."""

    class NotDeciding(CommunityGovernanceError):
        """The proposal is decided."""

    class NothingDue(CommunityGovernanceError):
        """No step of the proposal is due."""

    class NotProposer(CommunityGovernanceError):
        """The proposal is another account's."""

    class Overflow(CommunityGovernanceError):
        """A count does not fit."""
