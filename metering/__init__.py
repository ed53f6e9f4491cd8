"""The gateway: sealed and signed meter readings on their way to the chain."""
