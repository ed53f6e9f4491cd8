"""AIPCHAIN: community energy markets on a Substrate parachain, with rules chosen by vote.

Importing this package loads nothing heavy; import the room you need, as in `from aipchain.chain.node import Node`.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
