"""Suspicions: what the detectors of `aipchain.ai.anomaly` say of a community, fed from what its chain tells.

Everything is read from a projection, so from finalised blocks only. What comes out is of class *observed*: a reason to
look, never a proof. It needs numpy, which comes with the extra `ai`; nothing here trains anything.
"""
