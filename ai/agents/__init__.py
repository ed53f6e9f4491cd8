"""Agents that run a home's battery and its orders: by rule, by plan, by chance, or learned; class *observed*."""
