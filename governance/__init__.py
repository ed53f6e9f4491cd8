"""Proposals and votes of a community, as people use them."""
