"""Labelled attacks on honest metering and trades, to measure detectors with; made from seeds, never from real fraud."""
