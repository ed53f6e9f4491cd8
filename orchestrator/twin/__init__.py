"""The specification and the compiled runtime, fed the same calls and compared after every one of them.

`chain.py` runs the Wasm, `pallets_spec` is the book; `compare.py` holds one against the other and `findings.py` tells
what differs. `moves/` make up calls that lean to pressure, `edges/` reach corners on purpose, `campaign.py` runs
sequences, `crew.py` by several processes, `shrink.py` makes a difference small.
"""
