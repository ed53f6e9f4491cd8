"""The chain: the compiled runtime, and a host that runs it inside Python."""
