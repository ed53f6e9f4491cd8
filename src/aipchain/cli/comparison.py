"""What `aip market compare` prints: a row per rule, how to read it, and bills home by home."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from aipchain.cli.output import console, show_table
from aipchain.market.measures import permille
from aipchain.orchestrator.comparison.outcome import Comparison, RuleOutcome
from aipchain.units import format_aip

__all__ = ["show_comparison"]

FEW = 4
"""So many rules have a column each in the table of bills."""

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
    _tell_idle(comparison)
    if len(comparison.rules) <= FEW:
        _show_bills(comparison)
    else:
        _show_range_of_bills(comparison)


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
    yield _spaced(outcome.name)
    yield format_aip(outcome.welfare)
    yield f"{outcome.delivered_wh / 1_000:,.0f}"
    yield "/".join(f"{permille(share) / 10:.1f}" for share in shares)
    yield f"{outcome.peak_import_w / 1_000:,.1f}"
    yield f"{permille(outcome.gini) / 1_000:.3f}"
    yield len(outcome.losers)


def _spaced(name: str) -> str:
    """A rule's name that a narrow table breaks between its plugins."""
    return name.replace("+", " + ")


def _tell_idle(comparison: Comparison) -> None:
    idle = [each.name for each in comparison.rules if each.delivered_wh == 0 and not each.void_intervals]
    if len(comparison.homes) == 1:
        console.print("One home has nobody to trade with.")
    elif idle and not comparison.accept_price:
        console.print(
            f"Nothing was traded under {', '.join(idle)}: homes ask for no less than the feed-in tariff and pay "
            "no more than retail. --accept-price lets them take whatever price the rule sets."
        )


def _show_bills(comparison: Comparison) -> None:
    columns = (comparison.without_market, *comparison.rules)
    show_table(
        "Bills [AIP], negative is income",
        ("home", *(_spaced(outcome.name) for outcome in columns)),
        (
            (home, *(format_aip(outcome.bills[place].with_trade) for outcome in columns))
            for place, home in enumerate(comparison.homes)
        ),
    )


def _show_range_of_bills(comparison: Comparison) -> None:
    trading = [outcome for outcome in comparison.rules if outcome.delivered_wh] or comparison.rules
    show_table(
        "Bills [AIP], negative is income; lowest and highest under the rules that trade",
        ("home", "no\nmarket", "lowest", "highest"),
        (
            (
                home,
                format_aip(comparison.without_market.bills[place].with_trade),
                _extreme(min, place, trading),
                _extreme(max, place, trading),
            )
            for place, home in enumerate(comparison.homes)
        ),
    )
    console.print("--json and --report have the bill of every home under every rule.")


def _extreme(choose: Callable[[Iterable[int]], int], place: int, outcomes: Sequence[RuleOutcome]) -> str:
    """A home's lowest or highest bill, and the first rule that leads to it."""
    bill = choose(outcome.bills[place].with_trade for outcome in outcomes)
    names = [_spaced(outcome.name) for outcome in outcomes if outcome.bills[place].with_trade == bill]
    return f"{format_aip(bill):>7} {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
