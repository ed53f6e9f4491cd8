"""Proofs of validity: what a collator hands to the relay chain for a block, and the relay chain's own check of it."""
