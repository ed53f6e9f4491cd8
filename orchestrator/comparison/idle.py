"""Why nothing was traded under a rule, in sentences for people."""

from collections.abc import Iterator

from aipchain.orchestrator.comparison.outcome import Comparison

__all__ = ["idle_sentences"]


def idle_sentences(comparison: Comparison) -> Iterator[str]:
    """Nothing where all rules trade: else whether the price, the rule's terms or the homes are the reason."""
    idle = [outcome for outcome in comparison.rules if outcome.is_idle]
    if len(comparison.homes) == 1:
        yield "One home has nobody to trade with."
        return
    priced_out = [each.name for each in idle if each.priced_out_intervals and not comparison.accept_price]
    if priced_out:
        yield (
            f"Nothing was traded under {', '.join(priced_out)}: the price is beyond what homes take, who ask for no "
            "less than the feed-in tariff and pay no more than retail. --accept-price lets them take it."
        )
    others = [each.name for each in idle if each.name not in priced_out]
    if others:
        unmatched = (
            ", or nobody has energy left while another home lacks some" if len(idle) == len(comparison.rules) else ""
        )
        yield (
            f"Nothing was traded under {', '.join(others)}: with the rule's settings, and the grid's charges and lines "
            f"where it heeds them, no two homes can trade{unmatched}."
        )
