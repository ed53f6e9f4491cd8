"""`aip market challenge`: is a clearing what it claims to be, and if not, undo it."""

from typing import Annotated

import typer

from aipchain.cli.documents import document
from aipchain.cli.lookup import find_community, interval_start
from aipchain.cli.output import AsJson, console, show_json
from aipchain.cli.quantities import format_time, parse_time
from aipchain.cli.signing import SigningOptions, signing, signs, tell
from aipchain.cli.terms import U32_MAX
from aipchain.errors import InputError
from aipchain.orchestrator.challenge import Examination, examine
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.types import CommunityId, Fault
from aipchain.units import Interval, UnixSeconds

__all__ = ["challenge"]

FAULT_FOUND = 1


@signs
def challenge(
    community: Annotated[int, typer.Option(min=0, max=U32_MAX, help="The number of the community.")],
    interval: Annotated[str, typer.Option(help="Start of the interval: unix seconds, or UTC as in 2016-10-03T10:00.")],
    submit: Annotated[bool, typer.Option("--submit", help="Show a fault to the chain, which undoes the clearing.")] = (
        False
    ),
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Look for a fault in a clearing: a full line, a dual that is wrong, two orders that would gain more together.

    Reads the cleared book and the duals in the block that cleared it; asks no rule. Ends with exit code 1 if there is
    a fault and it was not submitted. Whoever submits one pays the fee of the call; the book is then open again.
    """
    number = CommunityId(community)
    parse_time("--interval", interval)
    if not submit:
        if by.dev is not None or by.key_file is not None:
            raise InputError("a key is only for --submit: add it, or leave the key out")
        with connect(by.url) as connection:
            found = examine(connection, number, _interval(connection, community, interval))
        _report(found, community, interval, as_json)
        return
    with signing(by) as signatory:
        connection = signatory.connection
        chosen = _interval(connection, community, interval)
        found = examine(connection, number, chosen)
        if found.evidence is None:
            _report(found, community, interval, as_json)
            return
        outcome = signatory.submit(
            calls.challenge_clearing(
                connection.metadata, community=number, interval_start=chosen.start, fault=found.evidence
            )
        )
    tell(outcome, f"{found.fault}: the clearing of {format_time(chosen.start)} is undone", as_json)


def _interval(connection: Connection, community: int, text: str) -> Interval:
    known = find_community(connection, community)
    return Interval(UnixSeconds(interval_start(known, "--interval", text)), known.interval_s)


def _report(found: Examination, community: int, interval: str, as_json: bool) -> None:
    """Say what was found; ends with exit code 1 if that is a fault."""
    if as_json:
        show_json(
            {
                "community": community,
                "interval": interval,
                "trades": found.trades,
                "orders": found.orders,
                "duals": found.duals,
                "fault": None if found.fault is None else str(found.fault),
                "evidence": _shown(found.evidence),
            }
        )
    elif found.fault is None:
        console.print(
            f"no fault: {found.trades} trades of {found.orders} orders"
            + (f", {found.duals} duals" if found.duals else "; the clearing claims no optimum, only lines count")
        )
    else:
        console.print(f"{found.fault}; --submit shows it to the chain", highlight=False, soft_wrap=True)
    if found.fault is not None:
        raise typer.Exit(FAULT_FOUND)


def _shown(evidence: Fault | None) -> dict[str, object] | None:
    return None if evidence is None else document(evidence)
