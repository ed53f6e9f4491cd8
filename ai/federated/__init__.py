"""Federated learning: homes teach one model together, and what a home measured never leaves it."""
