"""What `aip market compare` prints: a row per rule, how to read it, why some trade nothing."""

from collections.abc import Iterator, Sequence

from aipchain.cli.bills import show_bills, spaced
from aipchain.cli.output import console, show_table
from aipchain.market.measures import permille
from aipchain.orchestrator.comparison.idle import idle_sentences
from aipchain.orchestrator.comparison.outcome import Comparison, RuleOutcome
from aipchain.units import format_aip

__all__ = ["show_comparison"]

HOW_TO_READ = (
    "How to read it: saved is what all homes together pay less than without a market. Rules that deliver the same "
    "energy save the same and differ in who gets it: Gini tells how unequally it is shared (0: each home saves the "
    "same); homes that are worse off have a higher bill than without the market. Own use is the share of solar energy "
    "that stays in the community, own supply the share of consumption that comes from it; peak is the most that homes "
    "buy outside at a time."
)


def show_comparison(comparison: Comparison) -> None:
    """Print the tables; rules with the same bills have one row."""
    same = _alike(comparison.rules)
    distinct = [outcome for outcome in comparison.rules if outcome.name in same]
    show_table(
        f"{_counted(len(comparison.homes), 'home')}, {_counted(comparison.weeks, 'week')} from {comparison.first_day}",
        ("rule", "saved\nAIP", "delivered\nkWh", "own use/\nsupply %", "peak\nkW", "Gini", "worse\noff"),
        (tuple(_row(outcome)) for outcome in (comparison.without_market, *distinct)),
    )
    for outcome in distinct:
        if same[outcome.name]:
            console.print(f"As {outcome.name}, home by home: {', '.join(same[outcome.name])}")
    console.print(HOW_TO_READ)
    for sentence in idle_sentences(comparison):
        console.print(sentence)
    show_bills(comparison, distinct)


def _alike(rules: Sequence[RuleOutcome]) -> dict[str, list[str]]:
    """The first rule of each kind of outcome, and the names of those that came to the very same."""
    firsts: dict[object, str] = {}
    same: dict[str, list[str]] = {}
    for outcome in rules:
        kind = (outcome.bills, outcome.traded_wh, outcome.delivered_wh, outcome.void_intervals)
        first = firsts.setdefault(kind, outcome.name)
        if first == outcome.name:
            same[first] = []
        else:
            same[first].append(outcome.name)
    return same


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _row(outcome: RuleOutcome) -> Iterator[object]:
    shares = (outcome.energy.self_consumption, outcome.energy.self_sufficiency)
    yield spaced(outcome.name)
    yield format_aip(outcome.welfare)
    yield f"{outcome.delivered_wh / 1_000:,.0f}"
    yield "/".join(f"{permille(share) / 10:.1f}" for share in shares)
    yield f"{outcome.peak_import_w / 1_000:,.1f}"
    yield f"{permille(outcome.gini) / 1_000:.3f}"
    yield len(outcome.losers)
