"""What a forecaster is: it learns from days that are over, and then says quantiles for each step of a later day.

A forecast of a day may use what was measured before that day's midnight, and nothing else. The benchmark and the tests
hold every forecaster to it: they change all that comes later and ask again.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.forecasting.rows import Rows
from aipchain.ai.panel import Panel

__all__ = ["Fitted", "FittedOnRows", "Forecaster"]


class Fitted(Protocol):
    """A forecaster that has learned."""

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """Quantiles of days of the panel, in order, shape (homes, days, steps of a day, 9) [Wh].

        Of each day only what lies before it in the panel is read; a day may be the one after the last.
        """
        ...


@runtime_checkable
class FittedOnRows(Protocol):
    """One that reads feature rows: whoever asks several of them makes the rows once."""

    def forecast_rows(self, rows: Rows) -> Quantiles:
        """What `Fitted.forecast` says of the days that the rows are of."""
        ...


class Forecaster(Protocol):
    """A way to forecast."""

    @property
    def name(self) -> str:
        """As tables call it."""
        ...

    def fit(self, panel: Panel) -> Fitted:
        """Learn from all days of the panel."""
        ...
