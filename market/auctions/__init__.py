"""Auctions: whole-number kernels that decide who trades how much with whom, and at what price."""
