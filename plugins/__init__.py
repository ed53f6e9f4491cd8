"""Plugins: hook specifications, bundles, and the manager that loads what the chain says is active."""
