"""`aip audit suspicions`: whom to look at in a community, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from aipchain.ai.errors import PartMissing
from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.errors import Misread
from aipchain.cli.lookup import find_community
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.cli.quantities import format_share, format_time, parse_share, parse_time
from aipchain.cli.signing import read_account
from aipchain.cli.terms import CommunityArgument
from aipchain.orchestrator.follow import catch_up
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.suspicion.standard import Standard
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import CommunityId, Permill
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.orchestrator.suspicion.report import Suspicions, Verdict

__all__ = ["DAY_S", "read_midnight", "read_rate", "suspicions"]

DAY_S = 86_400
LEAST_SHARE, MOST_SHARE = Permill(100), Permill(500_000)
"""Scores count honest ones among 10,000."""

MEANING = (
    "A score is of class observed: 10,000 less the honest ones among 10,000 that would look as odd. "
    "An alarm is a reason to look, never a proof."
)


def suspicions(
    community: CommunityArgument,
    first: Annotated[str, typer.Option("--from", help="First day to look at, YYYY-MM-DD in UTC.")],
    days: Annotated[int, typer.Option(min=1, help="So many days; theft is told by the week.")] = 7,
    false_alarms: Annotated[
        str, typer.Option(help="Share of the honest that each check may accuse: of accounts, meter-weeks, meter-days.")
    ] = "1%",
    honest: Annotated[
        Standard,
        typer.Option(
            help="Who stands for the honest: the community's own past, or those kept with the package; auto takes the "
            "past where it is long enough."
        ),
    ] = Standard.AUTO,
    public_funder: Annotated[
        list[str] | None,
        typer.Option(help="An account that funds anybody, as the first block and stewards do. May be repeated."),
    ] = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """Score the accounts and meters of a community for fraud, from what is finalised on its chain.

    Looks for wash trading, spoofed orders, Sybil clusters, theft and over-reported generation. A score is a reason to
    look, never a proof. Ends with exit code 0, whatever is found.
    """
    start, share = read_midnight(first), read_rate(false_alarms)
    with reading(url, base_path) as connection:
        found = _looked(connection, CommunityId(community), start, days, share, honest, public_funder or ())
    if as_json:
        show_json(_document(community, share, found))
    else:
        _tell(f"Suspicions in community {community}, {days} days from {first}", share, found)


def read_midnight(text: str) -> UnixSeconds:
    """Read --from: the first second of a day.

    :raises Misread: it is none.
    """
    start = parse_time("--from", text)
    if start % DAY_S:
        raise Misread("--from", text, "write the day, for example 2016-10-03")
    return start


def read_rate(text: str) -> Permill:
    """Read --false-alarms.

    :raises Misread: it is no share that detectors can tell.
    """
    share = parse_share("--false-alarms", text)
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise Misread("--false-alarms", text, f"give {format_share(LEAST_SHARE)} to {format_share(MOST_SHARE)}")
    return share


def _looked(
    connection: Connection,
    community: CommunityId,
    start: UnixSeconds,
    days: int,
    share: Permill,
    standard: Standard,
    funders: Sequence[str],
) -> Suspicions:
    try:
        from aipchain.orchestrator.suspicion import look  # noqa: PLC0415  # numpy comes with an extra
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or "numpy", "ai") from error
    found = find_community(connection, community)
    question = look.Question(
        community=community,
        interval_s=found.interval_s,
        since=found.founded_at,
        first_day=start,
        days=days,
        false_alarms=share / 1_000_000,
        standard=standard,
        funders=frozenset(read_account(connection, each) for each in funders),
    )
    projection = Projection(None, connection.genesis_hash)
    try:
        catch_up(connection, projection)
        return look.look(projection, question)
    finally:
        projection.close()


def _tell(title: str, share: Permill, found: Suspicions) -> None:
    alarms = [(checked.check, alarm) for checked in found.checked for alarm in checked.alarms]
    if alarms:
        show_table(
            title,
            ("check", "who", "from", "score", "reason"),
            ((check, each.subject, _day(each), each.score, each.reason) for check, each in alarms),
        )
    show_table(
        f"Checks, each accusing {format_share(share)} of the honest",
        ("check", "of each", "scored", "too little known", "alarms"),
        (
            (each.check, each.each, each.judged, len(each.verdicts) - each.judged, len(each.alarms))
            for each in found.checked
        ),
    )
    for remark in _remarks(found):
        console.print(remark, markup=False)


def _remarks(found: Suspicions) -> Iterator[str]:
    """What a reader must know beside the tables, a sentence each."""
    for against, checked in groupby(found.checked, key=lambda each: each.against):
        if against is not None:
            yield f"{', '.join(each.check for each in checked)}: held against {against}"
    for each in found.checked:
        if each.verdicts and not each.judged:
            ((reason, _),) = Counter(verdict.reason for verdict in each.verdicts).most_common(1)
            yield f"{each.check}: nobody was scored, mostly as in: {reason}"
    for check, reason in found.left_out:
        yield f"{check}: not looked for, as {reason}"
    if found.unsettled_books:
        yield f"{found.unsettled_books} books of these days are not settled yet; their trades are not counted"
    yield MEANING


def _document(community: int, share: Permill, found: Suspicions) -> dict[str, object]:
    return {
        "community": community,
        "from": found.span.start,
        "until": found.span.end,
        "class": "observed",
        "false_alarms": share,
        "public_funders": found.public_funders,
        "unsettled_books": found.unsettled_books,
        "checks": [
            {
                "check": each.check,
                "each": each.each,
                "held_against": each.against,
                "alarms": len(each.alarms),
                "verdicts": [_verdict(verdict) for verdict in each.verdicts],
            }
            for each in found.checked
        ],
        "left_out": [{"check": check, "reason": reason} for check, reason in found.left_out],
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "subject": verdict.subject,
        "from": verdict.span.start,
        "until": verdict.span.end,
        "score": verdict.score,
        "alarm": verdict.alarm,
        "reason": verdict.reason,
    }


def _day(verdict: Verdict) -> str:
    return format_time(verdict.span.start)[:10]
