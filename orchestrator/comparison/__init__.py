"""Comparing market rules: recorded homes live the same weeks again under every rule, without a chain.

Every rule gets the same orders, meets the same meters, and is held to the chain's envelope and to its way of sharing
what a meter confirms. What differs afterwards is the rule's doing.
"""
