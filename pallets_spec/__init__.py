"""The protocol as a book that runs: one chapter per pallet, pure Python, the twin of the compiled runtime.

Read it in this order: `types` (the words), `origin` and `world` (who may act, and how a call is all or nothing),
`balances` (money and holds), then the chapters `communities`, `metering`, `energy`, `market`, `plugin_registry` and
`community_governance`. `errors` lists every refusal, `scale` how hashed and signed bytes are laid out. No chapter reads
a clock, a file or a network.
"""
