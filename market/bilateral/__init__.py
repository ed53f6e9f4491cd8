"""Bilateral trade: who buys from whom, when partners, distance and preference matter.

Read in this order: `pairs` (who may meet, at which charge), `preferences` and `candidates` (where pairs come from),
`transport` (the optimisation problem), `network_simplex` (its exact optimum), `price_range` (prices from the optimum),
`clearing` (all of it in one call), `certificate` (the proof, and fraud proofs about one pair). `greedy` is what others
do. `arrays` and `array_check` are the same for large books; they need numpy and are imported by nobody here.
"""
