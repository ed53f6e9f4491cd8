"""Bills of every home under every rule, in tables as wide as the terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from aipchain.cli.output import console, printable, show_table
from aipchain.orchestrator.comparison.outcome import Comparison, RuleOutcome
from aipchain.units import format_aip

__all__ = ["show_bills", "spaced"]

FEW = 4
"""So many rules have a column each; more have a row each."""

FRAME = 3
"""A column's line and the blanks at both sides of its text."""


def show_bills(comparison: Comparison, distinct: Sequence[RuleOutcome]) -> None:
    """Print the bills under `distinct` rules; whatever other rules there are come to the same bills as one of them."""
    if len(comparison.rules) <= FEW:
        _show_by_home(comparison)
    else:
        _show_range(comparison)
        for first, homes in _parted(comparison, distinct):
            _show_by_rule((comparison.without_market, *distinct), first, homes)
    console.print(
        f"--set names a home by the number of its meter: 0 is {printable(comparison.homes[0])}.", markup=False
    )


def spaced(name: str) -> str:
    """A rule's name that a narrow table breaks between its plugins."""
    return name.replace("+", " + ")


def _show_by_home(comparison: Comparison) -> None:
    columns = (comparison.without_market, *comparison.rules)
    show_table(
        "Bills [AIP], negative is income",
        ("meter,\nhome", *(spaced(outcome.name) for outcome in columns)),
        (
            (_named(comparison, meter), *(_bill(outcome, meter) for outcome in columns))
            for meter in range(len(comparison.homes))
        ),
    )


def _show_range(comparison: Comparison) -> None:
    trading = [outcome for outcome in comparison.rules if outcome.delivered_wh] or comparison.rules
    show_table(
        "Bills [AIP], negative is income; lowest and highest under the rules that trade",
        ("meter,\nhome", "no\nmarket", "lowest", "highest"),
        (
            (
                _named(comparison, meter),
                _bill(comparison.without_market, meter),
                _extreme(min, meter, trading),
                _extreme(max, meter, trading),
            )
            for meter in range(len(comparison.homes))
        ),
    )


def _named(comparison: Comparison, meter: int) -> str:
    """A home by the number of its meter and its name, in one column as there are many others."""
    return f"{meter:>{len(str(len(comparison.homes) - 1))}} {comparison.homes[meter]}"


def _extreme(choose: Callable[[Iterable[int]], int], meter: int, outcomes: Sequence[RuleOutcome]) -> str:
    """A home's lowest or highest bill, and the first rule that leads to it."""
    bill = choose(outcome.bills[meter].with_trade for outcome in outcomes)
    names = [spaced(outcome.name) for outcome in outcomes if outcome.bills[meter].with_trade == bill]
    return f"{format_aip(bill):>7} {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _show_by_rule(rows: Sequence[RuleOutcome], first: int, homes: Sequence[str]) -> None:
    """A row for each rule, a column for each of `homes`, whose meters are counted from `first`."""
    meters = range(first, first + len(homes))
    show_table(
        "Bills [AIP] under every rule; below each home its meter",
        ("rule", *(f"{home}\n{meter}" for meter, home in zip(meters, homes, strict=True))),
        ((spaced(outcome.name), *(_bill(outcome, meter) for meter in meters)) for outcome in rows),
    )


def _parted(comparison: Comparison, distinct: Sequence[RuleOutcome]) -> Iterator[tuple[int, Sequence[str]]]:
    """Homes in groups about as large, each with the meter of its first one, that have room beside the rules' names."""
    homes, rows = comparison.homes, (comparison.without_market, *distinct)
    names = max(len(word) for outcome in rows for word in spaced(outcome.name).split())
    bills = (_bill(outcome, meter) for outcome in rows for meter in range(len(homes)))
    room = (console.width - names - FRAME - 1) // (max(map(len, (*homes, *bills))) + FRAME)
    groups = -(-len(homes) // max(1, room))
    size = -(-len(homes) // groups)
    for first in range(0, len(homes), size):
        yield first, homes[first : first + size]


def _bill(outcome: RuleOutcome, meter: int) -> str:
    return format_aip(outcome.bills[meter].with_trade)
