"""The words of the protocol on the command line: roles, sources, tracks, slots, parameters, and how they are told."""

from enum import StrEnum
from typing import Annotated

import typer

from aipchain.cli.quantities import format_share, format_span, parse_share, parse_span
from aipchain.runtime_bridge.types import Parameters, Role, Side, Slot, Source, TrackKind, TrackSettings

__all__ = [
    "U32_MAX",
    "AccountArgument",
    "CommunityArgument",
    "RoleName",
    "SideName",
    "SlotName",
    "SourceName",
    "TrackName",
    "describe_parameters",
    "describe_track",
    "track_settings",
]

U32_MAX = 2**32 - 1

CommunityArgument = Annotated[int, typer.Argument(min=0, max=U32_MAX, help="The number of the community.")]
AccountArgument = Annotated[
    str,
    typer.Argument(help="Its address, or on a development chain the name of a well-known account, Alice to Ferdie."),
]


class RoleName(StrEnum):
    """What an account may do in a community."""

    STEWARD = "steward"
    CONSUMER = "consumer"
    PRODUCER = "producer"
    GATEWAY = "gateway"
    OPERATOR = "operator"
    ORACLE = "oracle"
    AUDITOR = "auditor"
    GRID_OPERATOR = "grid-operator"

    @property
    def role(self) -> Role:
        """The chain's word."""
        return Role[self.name]


class SourceName(StrEnum):
    """What stands behind a meter's export register."""

    CONSUMPTION = "consumption"
    SOLAR = "solar"
    WIND = "wind"
    HYDRO = "hydro"
    BIOMASS = "biomass"
    STORAGE = "storage"
    OTHER = "other"

    @property
    def source(self) -> Source:
        """The chain's word."""
        return Source[self.name]


class SideName(StrEnum):
    """A bid wants energy, an offer has it."""

    BID = "bid"
    OFFER = "offer"

    @property
    def side(self) -> Side:
        """The chain's word."""
        return Side[self.name]


class SlotName(StrEnum):
    """A place in a community's market that one plugin fills."""

    PRICE = "price"
    CLEAR = "clear"

    @property
    def slot(self) -> Slot:
        """The chain's word."""
        return Slot[self.name]


class TrackName(StrEnum):
    """The kind of decision a track is for."""

    PARAMETER = "parameter"
    PLUGIN = "plugin"
    GOVERNANCE = "governance"

    @property
    def kind(self) -> TrackKind:
        """The chain's word."""
        return TrackKind[self.name]


def track_settings(
    *, notice: str, decide: str, confirm: str, timelock: str, min_turnout: str, min_approval: str
) -> TrackSettings:
    """Read a track's settings from what was written.

    :raises Misread: one of them cannot be read.
    """
    return TrackSettings(
        notice_s=parse_span("--notice", notice),
        decide_s=parse_span("--decide", decide),
        confirm_s=parse_span("--confirm", confirm),
        timelock_s=parse_span("--timelock", timelock),
        min_turnout=parse_share("--min-turnout", min_turnout),
        min_approval=parse_share("--min-approval", min_approval),
    )


def describe_track(settings: TrackSettings) -> str:
    """Tell in words how a track decides."""
    return (
        f"voting begins after {format_span(settings.notice_s)} and lasts {format_span(settings.decide_s)}; it passes "
        f"with {format_share(settings.min_turnout)} turnout and more than {format_share(settings.min_approval)} for "
        f"it, unbroken for {format_span(settings.confirm_s)}; timelock {format_span(settings.timelock_s)}"
    )


def describe_parameters(parameters: Parameters) -> str:
    """Tell in words what a community's market lives by."""
    return (
        f"orders until {format_span(parameters.gate_closure_s)} before delivery, clearing within "
        f"{format_span(parameters.clearing_window_s)}, readings final {format_span(parameters.grace_s)} after the "
        f"interval, collateral {format_share(parameters.collateral)}"
    )
