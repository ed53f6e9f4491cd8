"""Looking at a community: every check on the days that are asked for, against the honest."""

from collections.abc import Iterator
from dataclasses import dataclass

from aipchain.ai.anomaly.frozen import WEEK
from aipchain.ai.panel import DAY_S
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.suspicion.accounts import Lives, check_accounts
from aipchain.orchestrator.suspicion.activity import Span, activity_of, public_funders, unsettled_books
from aipchain.orchestrator.suspicion.errors import DaysNotThere
from aipchain.orchestrator.suspicion.honest import PAST_DAYS
from aipchain.orchestrator.suspicion.meters import check_generation, check_theft
from aipchain.orchestrator.suspicion.panels import metered
from aipchain.orchestrator.suspicion.report import Check, Checked, Suspicions
from aipchain.orchestrator.suspicion.standard import Standard
from aipchain.runtime_bridge.types import CommunityId
from aipchain.units import UnixSeconds

__all__ = ["Question", "look"]


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to look at, and when: whole days of UTC of a community with intervals of `interval_s`, founded at `since`.

    `false_alarms` is the share of honest ones that may be accused by each check, `funders` fund anybody.
    """

    community: CommunityId
    interval_s: int
    since: UnixSeconds
    first_day: UnixSeconds
    days: int
    false_alarms: float
    standard: Standard = Standard.AUTO
    funders: frozenset[bytes] = frozenset()

    @property
    def span(self) -> Span:
        """The days as seconds."""
        return Span(self.first_day, UnixSeconds(self.first_day + self.days * DAY_S))

    def before(self) -> Iterator[Span]:
        """Equal spans before, the latest first, since the community was founded."""
        length = self.days * DAY_S
        for start in range(self.first_day - length, self.first_day - PAST_DAYS * DAY_S - 1, -length):
            if start < self.since // DAY_S * DAY_S:
                return
            yield Span(UnixSeconds(start), UnixSeconds(start + length))


def look(projection: Projection, question: Question) -> Suspicions:
    """Do every check that the chain tells enough for.

    :raises DaysNotThere: the days are not all between the founding of the community and the newest finalised block.
    :raises ValueError: the share of false alarms is not between 0 and 1.
    """
    last = UnixSeconds(projection.rows("SELECT max(at) FROM blocks")[0][0])
    if question.first_day < question.since // DAY_S * DAY_S or question.span.end > last:
        raise DaysNotThere(question.since, last)
    funders = public_funders(projection, question.community, question.funders)
    spans = [question.span, *(question.before() if question.standard is not Standard.KEPT else ())]
    now, *before = (activity_of(projection, question.community, question.interval_s, span, funders) for span in spans)
    lives = Lives(question.span, now, tuple(before))
    of_meters, left_out = _meters(projection, question)
    return Suspicions(
        span=question.span,
        false_alarms=question.false_alarms,
        checked=(*check_accounts(lives, question.standard, question.false_alarms), *of_meters),
        left_out=(*left_out, ("reputation pumping", "this runtime keeps no reviews")),
        public_funders=tuple(sorted(funders)),
        unsettled_books=unsettled_books(projection, question.community, question.span),
    )


def _meters(projection: Projection, question: Question) -> tuple[list[Checked], list[tuple[str, str]]]:
    """Checks of meters, and those that are left out with the reason."""
    found = metered(projection, question.community, question.interval_s, question.span.end)
    if found is None or found[0].start > question.first_day:
        missing = "no meter was read by the first of these days"
        return [], [(Check.THEFT, missing), (Check.GENERATION, missing)]
    drawn, given = found
    first = (question.first_day - drawn.start) // DAY_S
    days = range(first, first + question.days)
    done, left_out = [], []
    if question.days >= WEEK:
        done.append(check_theft(drawn, days, question.standard, question.false_alarms))
    else:
        left_out.append((Check.THEFT.value, f"it is told by the week, and {question.days} days are asked for"))
    done.append(check_generation(given, days, question.standard, question.false_alarms))
    return done, left_out
