"""What the chain's refusals mean to the person who signed: one sentence each, and whose mistake it was.

A refusal by one of our pallets is something wrong with what was asked (exit code 2), except a counter at its end.
"""

from collections.abc import Mapping

from aipchain.cli.errors import CallRefused
from aipchain.errors import AipchainError, OperationError
from aipchain.runtime_bridge.errors import DispatchRefused, SubmissionRefused
from aipchain.runtime_bridge.protocol import OWN_PALLETS

__all__ = ["SENTENCES", "explained"]

_FAULT_OF_NOBODY = "Overflow"

_NO_COMMUNITY = "there is no such community; `aip community list` shows them"
_NOT_STEWARD = "only a steward of the community may do this; `aip community members` shows who is one"
_NOT_MEMBER = "only a member of the community may do this"
_PARAMETERS = (
    "the parameters are out of bounds: gate closure and grace last at least 1 s, the clearing window at least 6 s and "
    "no longer than the gate closure, none more than 7 days"
)
_BUILD = "the plugin is not registered on this chain, or is deprecated; `aip plugin register` makes it known"
_NO_MONEY = "the account has too little free AIP for this"

SENTENCES: Mapping[tuple[str, str], str] = {
    ("Communities", "UnknownCommunity"): _NO_COMMUNITY,
    ("Communities", "NotSteward"): _NOT_STEWARD,
    ("Communities", "NotTheSteward"): "a community is founded by the account that becomes its steward",
    ("Communities", "BadIntervalLength"): "an interval lasts 15 minutes or 1 hour",
    ("Communities", "BadEpochLength"): "an epoch is a whole number of intervals, at least one",
    ("Communities", "NoZones"): "a community has at least one zone",
    ("Communities", "BadParameters"): _PARAMETERS,
    ("Communities", "EarlierParametersNeeded"): (
        "readings taken under earlier parameters are not final yet; the proposal stays approved, try again later"
    ),
    ("Communities", "AlreadyMember"): "the account is a member already",
    ("Communities", "NotMember"): "the account is not a member of the community",
    ("Communities", "RoleAlreadyGranted"): "the account holds the role already",
    ("Communities", "RoleNotGranted"): "the account does not hold the role",
    ("Communities", "LastSteward"): "a community keeps at least one steward; make another account steward first",
    ("Metering", "UnknownCommunity"): _NO_COMMUNITY,
    ("Metering", "NotSteward"): _NOT_STEWARD,
    ("Metering", "OwnerNotMember"): "the owner of a meter is a member of the community; admit the account first",
    ("Metering", "UnknownZone"): "the community has no such zone; `aip community show` lists them",
    ("Metering", "NoConnectionLimit"): "a connection carries at least one watt",
    ("Metering", "BadInterval"): "a meter is read from the start of an interval that is not over yet",
    ("Market", "UnknownCommunity"): _NO_COMMUNITY,
    ("Market", "NotMember"): _NOT_MEMBER,
    ("Market", "NotOwner"): "the order is another account's; only its owner may cancel it",
    ("Market", "BadInterval"): "no interval starts then, or it is further ahead than books open (the next epoch)",
    ("Market", "GateClosed"): "the gate of this interval is closed; choose a later one",
    ("Market", "NoRules"): "the community has no plugin in one of its slots yet; its steward runs `aip plugin install`",
    ("Market", "ZeroEnergy"): "an order is for at least one watt-hour",
    ("Market", "UnknownMeter"): "the meter is not enrolled in this community, or is not yours; see `aip meter list`",
    ("Market", "AboveConnectionLimit"): (
        "with this order the meter's orders of this side are more than its connection carries in the interval; "
        "`aip meter show` says how much that is"
    ),
    ("Market", "OrderIdReused"): "you have another order with this id in this book; give another --id",
    ("Market", "UnknownOrder"): "there is no such order, or its book is settled",
    ("Market", "OrderNotOpen"): "the order is cancelled already",
    ("Market", "BookFull"): "the book of this interval has no room for another order",
    ("Market", "BookNotOpen"): "the book of this interval is cleared, voided or settled",
    ("PluginRegistry", "BuildExists"): "the plugin is registered already; builds are written once",
    ("PluginRegistry", "UnknownBuild"): _BUILD,
    ("PluginRegistry", "BuildDeprecated"): "its owner has deprecated the plugin; choose another build",
    ("PluginRegistry", "NotOwner"): "the plugin was registered by another account",
    ("PluginRegistry", "UnknownCommunity"): _NO_COMMUNITY,
    ("PluginRegistry", "NotSteward"): _NOT_STEWARD,
    ("PluginRegistry", "SlotOccupied"): "the slot is filled; from now on a vote changes it, see `aip propose plugin`",
    ("PluginRegistry", "EmptyName"): "a plugin needs a name",
    ("CommunityGovernance", "UnknownCommunity"): _NO_COMMUNITY,
    ("CommunityGovernance", "NotSteward"): _NOT_STEWARD,
    ("CommunityGovernance", "NotMember"): _NOT_MEMBER,
    (
        "CommunityGovernance",
        "TrackAlreadySet",
    ): "the track is set; from now on a vote changes it, see `aip propose track`",
    ("CommunityGovernance", "NoTrack"): "the community has no track for such a decision; see `aip community set-track`",
    ("CommunityGovernance", "BadSettings"): (
        "with these settings no vote could ever pass, or none ever fail: the time to decide is more than 0 and at "
        "least the time to confirm, no time is too long, and the approval asked for is below 100 %"
    ),
    ("CommunityGovernance", "StalePredecessor"): (
        "what the proposal would replace is no longer what stands now; look at it again and propose anew"
    ),
    ("CommunityGovernance", "UnknownBuild"): _BUILD,
    ("CommunityGovernance", "BadParameters"): _PARAMETERS,
    ("CommunityGovernance", "UnknownProposal"): "there is no such proposal; `aip propose list` shows them",
    ("CommunityGovernance", "NotInElectorate"): (
        "the account is no member, or became one after the proposal opened, so it has no vote on it"
    ),
    ("CommunityGovernance", "AlreadyVoted"): "the account has voted on this proposal already, and a member votes once",
    ("CommunityGovernance", "BindingMismatch"): "the vote names another content than the proposal has",
    ("CommunityGovernance", "VotingNotOpen"): (
        "the notice of the proposal is not over, voting has not begun; see `aip propose show`"
    ),
    ("CommunityGovernance", "NotDeciding"): "the proposal is decided already; see `aip propose show`",
    ("CommunityGovernance", "NothingDue"): "no step of the proposal is due yet; see `aip propose show`",
    ("CommunityGovernance", "NotProposer"): "only the account that made the proposal may cancel it",
    ("Proxy", "Duplicate"): "the agent has this right already; `aip agent show` lists who has which",
    ("Proxy", "NotFound"): "the agent has no such right; `aip agent show` lists who has which",
    ("Proxy", "NotProxy"): "the account does not let the signer act for it; its owner runs `aip agent allow`",
    ("Proxy", "TooMany"): "the account has as many agents as it can have; stop one of them first",
    ("Token", "FundsUnavailable"): _NO_MONEY,
    ("Token", "NotExpendable"): _NO_MONEY,
    ("Balances", "InsufficientBalance"): _NO_MONEY,
}


def explained(refusal: OperationError) -> AipchainError:
    """Give the failure to show for why a call did not take effect: `CallRefused` where its signer can mend it."""
    if isinstance(refusal, SubmissionRefused) and "pay some fees" in refusal.reason:
        return CallRefused("TransactionPayment", "Payment", "the account has too little free AIP to pay the fee")
    if not isinstance(refusal, DispatchRefused) or refusal.name == _FAULT_OF_NOBODY:
        return refusal
    sentence = SENTENCES.get((refusal.pallet, refusal.name))
    if sentence is None and refusal.pallet in OWN_PALLETS:
        sentence = refusal.docs.rstrip(".") or refusal.name
    return refusal if sentence is None else CallRefused(refusal.pallet, refusal.name, sentence)
