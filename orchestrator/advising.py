"""When a home should run an appliance: the cheapest window by what is expected of it and by the grid's tariffs.

Now may be any step of the data, or the one after its last; what is asked for ends a day after the data at the latest.
What neighbours would pay is not known ahead and does not count: with trade the saving can only differ a little, as
their prices lie between the same two tariffs. Imported only where advice is given, as it needs the extra `ai`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aipchain.ai.agents.advice import Advice, Wish, best_window, supported_ppm
from aipchain.ai.agents.errors import UnusableWish
from aipchain.ai.agents.outlook import Outlook
from aipchain.market.book import ReferencePrice
from aipchain.metering.errors import BadPack
from aipchain.metering.packs import DAY_S, Home, Pack
from aipchain.orchestrator.foresight import DayAhead, Foresight, Perfect, foresight_named
from aipchain.orchestrator.outlooks import outlook_on
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.units import UnixSeconds, Wh

__all__ = ["Advised", "Appliance", "advise"]

FEW_DAYS: Final = 21
"""Of fewer it is said that they are few: even climatology takes three weeks where it has them."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """What is to be run: its energy [Wh], how long it runs [s], and when it has to be done at the latest."""

    energy_wh: Wh
    duration_s: int
    done_by: UnixSeconds


@dataclass(frozen=True, slots=True)
class Advised:
    """When to begin, why, and what is to be known of how that was found; the last is empty where all is as usual."""

    begin: UnixSeconds
    advice: Advice
    remarks: tuple[str, ...]


def advise(pack: Pack, home: str, forecaster: str, now: UnixSeconds, appliance: Appliance) -> Advised:
    """Advise a home of a pack as it could be at `now`, the start of a step or the end of the data.

    Nothing that was measured later is read, unless the forecaster is `perfect`. Tariffs that the pack does not hold are
    those of the same time of its last day.

    :raises BadPack: there is no such home, `now` is not the start of a step, or nothing is known then.
    :raises UnusableWish: the appliance's energy or time cannot be, or lie beyond what can be looked ahead to.
    :raises UnknownPlugin, PluginInvalid: there is no such forecaster, or it cannot be made.
    :raises ModelRefused, UnusablePanel: a model cannot be used, or learned from that day.
    """
    known, step = _named(pack, home), _step(pack, now)
    foresight = foresight_named(forecaster, pack, [known], step)
    _refuse_too_far(pack, foresight, now, appliance.done_by)
    wish = Wish(appliance.energy_wh, appliance.duration_s, appliance.done_by - now)
    past_days = foresight.days_known(step)
    advice = best_window(_outlook(pack, home, foresight, step, wish.deadline_s), wish, past_days)
    remarks = (*_of_tariffs(pack, appliance.done_by), *_of_forecast(foresight), *_of_history(advice, past_days))
    return Advised(UnixSeconds(now + advice.begin_s), advice, remarks)


def _named(pack: Pack, name: str) -> Home:
    found = [home for home in pack.homes if home.name == name]
    if not found:
        raise BadPack(f"home {name!r} is not in the data: choose from {', '.join(home.name for home in pack.homes)}")
    return found[0]


def _step(pack: Pack, now: UnixSeconds) -> int:
    """The number of the step that begins now; that of the end of the data is the number of its steps."""
    step, rest = divmod(now - pack.start, pack.step_s)
    if rest or not 0 <= step <= pack.steps:
        raise BadPack(
            f"no step of the data begins at {_time(now)}: give a time in steps of {pack.step_s // 60} min from "
            f"{_time(pack.start)} to {_time(_end(pack))}, where the data ends"
        )
    return step


def _refuse_too_far(pack: Pack, foresight: Foresight, now: UnixSeconds, done_by: UnixSeconds) -> None:
    end = _end(pack)
    if isinstance(foresight, Perfect) and max(done_by, now + pack.step_s) > end:
        raise UnusableWish(
            f"{foresight.name} knows nothing but what was measured, and that ends at {_time(end)}: give an earlier "
            "--at, a shorter --within, or another --forecast"
        )
    if done_by > end + DAY_S:
        raise UnusableWish(
            f"{_time(done_by)} is more than a day after {_time(end)}, where the data ends: give a shorter --within"
        )


def _outlook(pack: Pack, home: str, foresight: Foresight, step: int, ahead_s: int) -> Outlook:
    expected = foresight.expected(0, step, max(1, ahead_s // pack.step_s))
    if not expected:
        raise BadPack(
            f"nothing is known of {home} at {_time(pack.interval(step).start)}, as no whole day was measured before: "
            "give a later --at, or a longer --pack"
        )
    tariffs = _tariffs(pack, step, len(expected))
    return outlook_on(expected, [each.retail for each in tariffs], [each.feed_in for each in tariffs], pack.step_s)


def _tariffs(pack: Pack, step: int, steps: int) -> Sequence[ReferencePrice]:
    """Of steps in a row; beyond the data those of its last day again."""
    known, day = reference_prices(pack), pack.steps_per_day
    return [known[at if at < len(known) else (at - len(known)) % day - day] for at in range(step, step + steps)]


def _of_tariffs(pack: Pack, done_by: UnixSeconds) -> Iterator[str]:
    if done_by > _end(pack):
        yield f"tariffs are not known from {_time(_end(pack))} on: taken as at the same times of the day before"


def _of_forecast(foresight: Foresight) -> Iterator[str]:
    if isinstance(foresight, DayAhead):
        for why in foresight.failures.values():
            yield f"not forecast as {foresight.name} usually does: {why}"


def _of_history(advice: Advice, past_days: int | None) -> Iterator[str]:
    if past_days is not None and past_days < FEW_DAYS and advice.confidence_ppm == supported_ppm(past_days):
        days = "a single past day supports" if past_days == 1 else f"{past_days} past days support"
        yield f"{days} a chance of no more than {past_days} in {past_days + 1}, whatever the forecast says"


def _end(pack: Pack) -> UnixSeconds:
    """When what was measured ends [s]."""
    return pack.interval(pack.steps).start


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
