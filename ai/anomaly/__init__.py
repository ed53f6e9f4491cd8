"""Scores of what looks wrong in metering and trades, each with its reason; consensus class *observed*."""
