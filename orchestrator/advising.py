"""When a home should run an appliance: the cheapest window by what is expected of it and by the grid's tariffs.

What neighbours would pay is not known ahead and does not count: with trade the saving can only differ a little, as
their prices lie between the same two tariffs. Imported only where advice is given, as it needs the extra `ai`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from aipchain.ai.agents.advice import Advice, Wish, best_window
from aipchain.ai.agents.outlook import Outlook
from aipchain.metering.errors import BadPack
from aipchain.metering.packs import Home, Pack
from aipchain.orchestrator.foresight import foresight_named
from aipchain.orchestrator.outlooks import outlook_on
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.units import UnixSeconds, Wh

__all__ = ["Appliance", "advise"]


@dataclass(frozen=True, slots=True)
class Appliance:
    """What is to be run: its energy [Wh], how long it runs [s], and when it has to be done at the latest."""

    energy_wh: Wh
    duration_s: int
    done_by: UnixSeconds


def advise(
    pack: Pack, home: str, forecaster: str, now: UnixSeconds, appliance: Appliance
) -> tuple[UnixSeconds, Advice]:
    """Advise a home of a pack as it could be at `now`, the start of a step: when to begin, and why.

    Nothing that was measured later is read, unless the forecaster is `perfect`.

    :raises BadPack: there is no such home, `now` is not the start of a step, or nothing is known then.
    :raises UnusableWish: the appliance's energy or time cannot be, or lie beyond what can be looked ahead to.
    :raises UnknownPlugin, PluginInvalid: there is no such forecaster, or it cannot be made.
    """
    wish = Wish(appliance.energy_wh, appliance.duration_s, appliance.done_by - now)
    advice = best_window(_outlook(pack, _named(pack, home), forecaster, now, wish.deadline_s), wish)
    return UnixSeconds(now + advice.begin_s), advice


def _named(pack: Pack, name: str) -> Home:
    found = [home for home in pack.homes if home.name == name]
    if not found:
        raise BadPack(f"home {name!r} is not in the data: choose from {', '.join(home.name for home in pack.homes)}")
    return found[0]


def _outlook(pack: Pack, home: Home, forecaster: str, now: UnixSeconds, ahead_s: int) -> Outlook:
    told = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S}"
    step, rest = divmod(now - pack.start, pack.step_s)
    if rest or not 0 <= step < pack.steps:
        raise BadPack(f"at {told} none of the data's {pack.steps} steps of {pack.step_s} s begins: choose another time")
    tariffs = reference_prices(pack)[step : step + max(1, ahead_s // pack.step_s)]
    expected = foresight_named(forecaster, pack, [home]).expected(0, step, len(tariffs))
    if not expected:
        raise BadPack(f"nothing is known of {home.name} before {told}: choose a later time")
    known = tariffs[: len(expected)]
    return outlook_on(expected, [each.retail for each in known], [each.feed_in for each in known], pack.step_s)
