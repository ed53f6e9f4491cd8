"""Allocation keys: who gets how much of the energy that a community shares, in whole watt-hours that sum exactly."""
