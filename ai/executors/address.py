"""Addresses of Ray clusters: a head node is probed before Ray is asked, which would go on asking for many minutes."""

import os
import socket
from typing import Final

from aipchain.ai.errors import ClusterUnreachable
from aipchain.errors import InputError

__all__ = ["probe"]

_PROBE_S: Final = 5.0
"""So long a head node may take for each step of being probed [s]."""

_SETTINGS: Final = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""An empty frame of HTTP/2 (RFC 9113, section 6.5), with which both sides begin; Ray's head nodes speak gRPC on it."""

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS


def probe(address: str) -> None:
    """Connect to `host:port`, say hello and hang up; `auto` and `local` are left to Ray, which answers for them soon.

    :raises ClusterUnreachable: nobody listens there, or no head node.
    :raises InputError: the address is that of a Ray client.
    """
    if "://" in address:
        raise InputError(
            f"{address} is an address for Ray's client, which is not used here: on a machine of the cluster, give "
            "`auto` or the head node's HOST:PORT (6379 if none was chosen)"
        )
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_PROBE_S) as connection:
            known = os.environ.get("RAY_USE_TLS") == "1" or _greeted(connection)
    except (OSError, OverflowError) as error:
        raise ClusterUnreachable(address, getattr(error, "strerror", None) or str(error)) from error
    if not known:
        raise ClusterUnreachable(address, "what listens there is no head node")


def _greeted(connection: socket.socket) -> bool:
    """Whether the other side speaks HTTP/2."""
    connection.sendall(_PREFACE)
    with connection.makefile("rb") as told:
        return told.read(len(_SETTINGS))[3:4] == _SETTINGS[3:4]
