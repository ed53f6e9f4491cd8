"""The protocol as a book that runs: one chapter per pallet, pure Python, the twin of the compiled runtime."""
