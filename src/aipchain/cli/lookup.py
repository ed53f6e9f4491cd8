"""Finding what a command names on the chain, or saying that it is not there."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from aipchain.cli.documents import hexed
from aipchain.cli.errors import Misread, NotThere
from aipchain.cli.quantities import format_time, parse_time
from aipchain.errors import InputError
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import Community, CommunityId, Hash, Meter, MeterId, Order, OrderNumber, Proposal
from aipchain.units import UnixSeconds

__all__ = [
    "find_community",
    "find_meter",
    "find_order",
    "interval_start",
    "of_community",
    "plugin_label",
    "read_hash",
]

T = TypeVar("T")
K = TypeVar("K", bound=int)
L = TypeVar("L", Meter, Order, Proposal)


def find_community(connection: Connection, number: int) -> Community:
    """Read a community.

    :raises NotThere: the chain has none of that number.
    """
    found = reads.community(connection, CommunityId(number))
    return _there("community", number, found, reads.next_community_id, connection)


def find_meter(connection: Connection, number: int) -> Meter:
    """Read a meter.

    :raises NotThere: the chain has none of that number.
    """
    found = reads.meter(connection, MeterId(number))
    return _there("meter", number, found, reads.next_meter_id, connection)


def find_order(connection: Connection, number: int) -> Order:
    """Read an order of an unsettled book.

    :raises NotThere: the chain never had one of that number.
    :raises InputError: its book is settled, and with it the order gone.
    """
    found = reads.order(connection, OrderNumber(number))
    if found is not None:
        return found
    count = reads.next_order_number(connection)
    if number >= count:
        raise NotThere("order", number, count)
    raise InputError(f"order {number} is closed: its book is settled or voided; `aip order book` shows the trades")


def of_community(connection: Connection, community: int | None, every: Mapping[K, L]) -> list[tuple[K, L]]:
    """List what belongs to a community, or to any (None), by its number.

    :raises NotThere: the chain has no such community.
    """
    if community is not None:
        find_community(connection, community)
    return [(number, each) for number, each in sorted(every.items()) if community in (None, each.community)]


def interval_start(community: Community, what: str, text: str) -> UnixSeconds:
    """Read the start of one of the community's intervals.

    :raises Misread: no time, or no interval of the community starts then.
    """
    at = parse_time(what, text)
    early = at % community.interval_s
    if early:
        before, after = format_time(at - early), format_time(at - early + community.interval_s)
        raise Misread(what, text, f"no interval starts then, the nearest start at {before} and {after}")
    return at


def read_hash(what: str, text: str) -> Hash:
    """Read 32 bytes written as hexadecimal digits, with or without `0x`.

    :raises Misread: they are none.
    """
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise Misread(what, text, "write 0x and 64 hexadecimal digits")
    return raw


def plugin_label(connection: Connection, binding_hash: Hash) -> str:
    """Name the plugin that a binding hash stands for: `name@release.build`, or the hash where the chain knows none."""
    bound = reads.binding(connection, binding_hash)
    build = reads.build(connection, bound.binding.bundle) if bound else None
    return f"{build.name}@{build.release}.{build.build}" if build else hexed(binding_hash)


def _there(kind: str, number: int, found: T | None, count: Callable[[Connection], int], connection: Connection) -> T:
    if found is None:
        raise NotThere(kind, number, count(connection))
    return found
