"""The protocol as a book that runs: one chapter per pallet, pure Python, the twin of the compiled runtime.

Read it in this order: `types` (the words), `origin` and `world` (who may act, and how a call is all or nothing),
`balances` (money and holds), then the chapters `communities`, `metering`, `energy`, `market`, `plugin_registry` and
`community_governance`. `proofs` has the words of certificates and challenges, `errors` every refusal; `scale` says how
hashed and signed bytes are laid out, `merkle` how one hash commits to a list. No chapter reads a clock, a file or a
network.
"""
