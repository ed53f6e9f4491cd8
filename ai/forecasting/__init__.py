"""Forecasts of homes' energy as quantiles, day by day; consensus class *observed*."""
