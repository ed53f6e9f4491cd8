"""The specification and the compiled runtime, fed the same calls and compared after every one of them.

`chain.py` runs the Wasm, `pallets_spec` is the book; `compare.py` holds one against the other, `moves/` make up calls
that lean to pressure, `campaign.py` runs sequences of them and `shrink.py` makes a difference small.
"""
