"""Forecasts and agents; no access to the chain."""
