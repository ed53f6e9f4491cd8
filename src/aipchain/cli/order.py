"""`aip order`: bids and offers, and the book of an interval."""

import json
from hashlib import blake2b
from itertools import count
from typing import Annotated

import typer

from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.documents import document, hexed, plain
from aipchain.cli.lookup import find_community, find_order, interval_start, of_community, plugin_label
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.cli.quantities import format_energy, format_time, parse_energy, parse_price
from aipchain.cli.signing import (
    Signatory,
    SigningOptions,
    event_of,
    read_account,
    signing,
    signs,
    tell,
)
from aipchain.cli.terms import U32_MAX, CommunityArgument, SideName
from aipchain.errors import InputError
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import (
    Book,
    BookStatus,
    CommunityId,
    MeterId,
    NewOrder,
    Order,
    OrderNumber,
    OrderStatus,
)
from aipchain.units import UnixSeconds, format_aip, format_price

__all__ = ["app"]

U64_MAX = 2**64 - 1
PRICE_PLACES = 6

app = typer.Typer(no_args_is_help=True)

OrderArgument = Annotated[int, typer.Argument(min=0, max=U64_MAX, help="The number of the order.")]
IntervalArgument = Annotated[
    str, typer.Argument(help="Start of the interval: unix seconds, or UTC as in 2016-10-03T10:00.")
]


@app.command("list")
def list_(
    community: Annotated[int | None, typer.Option(min=0, max=U32_MAX, help="Only of this community.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """List the orders of all books that are not settled yet."""
    with reading(url, base_path) as connection:
        account = None if owner is None else read_account(connection, owner)
        every = of_community(connection, community, reads.orders(connection))
    found = [(number, each) for number, each in every if account in (None, each.owner)]
    if as_json:
        show_json([document(each, number=number) for number, each in found])
        return
    _show_orders("Orders", found)


@app.command()
def show(
    order: OrderArgument, url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False
) -> None:
    """Show an order and what its escrow holds."""
    with reading(url, base_path) as connection:
        found = find_order(connection, order)
    if as_json:
        show_json(document(found, number=order))
        return
    rows = (
        ("community", found.community),
        ("interval", format_time(found.interval_start)),
        ("owner", address_of(found.owner)),
        ("owner's id", found.id),
        ("meter", found.meter),
        ("side", found.side.name.lower()),
        ("energy", format_energy(found.wh)),
        ("limit", f"{format_price(found.limit_price, PRICE_PLACES)} AIP/kWh"),
        ("placed", format_time(found.placed_at)),
        ("status", found.status.name.lower()),
        ("filled", format_energy(found.filled_wh)),
        ("in escrow", f"{format_aip(found.escrow, PRICE_PLACES)} AIP"),
    )
    show_table(f"Order {order}", ("what", "value"), rows)


@app.command()
@signs
def place(
    community: CommunityArgument,
    interval: IntervalArgument,
    side: Annotated[SideName, typer.Argument(help="A bid wants energy, an offer has it.")],
    energy: Annotated[str, typer.Option(help="How much: 1500Wh or 1.5kWh.")],
    limit: Annotated[str, typer.Option(help="A bid pays at most, an offer takes at least this [AIP per kWh].")],
    meter: Annotated[
        int | None, typer.Option(min=0, max=U32_MAX, help="Your meter; needed if you have several.")
    ] = None,
    order_id: Annotated[
        int | None,
        typer.Option("--id", min=0, max=U64_MAX, help="Your name for it; the same order twice needs two ids."),
    ] = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Place one order. The same command again changes nothing: the order stands already."""
    wh, limit_price = parse_energy("--energy", energy), parse_price("--limit", limit)
    with signing(by) as signatory:
        connection, number = signatory.connection, CommunityId(community)
        start = interval_start(find_community(connection, community), "INTERVAL", interval)
        own_meter = _meter_of(connection, number, signatory.key.public) if meter is None else MeterId(meter)
        content = (own_meter, side.value, wh, limit_price)
        chosen = _id_of(signatory, number, start, content) if order_id is None else order_id
        order = NewOrder(chosen, own_meter, side.side, wh, limit_price)
        call = calls.place_orders(connection.metadata, community=number, interval_start=start, orders=(order,))
        outcome = signatory.submit(call)
        event = event_of(outcome, facts.OrderPlaced)
        told = f"order {event.number} is placed" if event else _standing(signatory, number, start, chosen)
    shown = f"{side.value} of {format_energy(wh)} at {format_price(limit_price, PRICE_PLACES)} AIP/kWh"
    tell(outcome, f"{told}: {shown} for {format_time(start)}", as_json)


@app.command()
@signs
def cancel(
    order: OrderArgument,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Withdraw an order of yours before its gate closes; its escrow is released."""
    with signing(by) as signatory:
        escrow = find_order(signatory.connection, order).escrow
        outcome = signatory.submit(calls.cancel_order(signatory.connection.metadata, number=OrderNumber(order)))
    tell(outcome, f"order {order} is cancelled, {format_aip(escrow, PRICE_PLACES)} AIP are free again", as_json)


@app.command()
def book(
    community: CommunityArgument,
    interval: IntervalArgument,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """Show an interval's book: its rules, times, reference price, orders and trades."""
    with reading(url, base_path) as connection:
        number = CommunityId(community)
        start = interval_start(find_community(connection, community), "INTERVAL", interval)
        at = connection.finalised().hash
        found = reads.book(connection, number, start, at)
        if found is None:
            raise InputError(
                f"there is no book for {format_time(start)}: nobody placed an order or posted a price for it"
            )
        if as_json:
            show_json(_book_document(connection, number, start, found, at))
        else:
            _show_book(connection, number, start, found, at)


def _show_orders(title: str, orders: list[tuple[OrderNumber, Order]]) -> None:
    show_table(
        title,
        ("number", "interval", "side", "Wh", "AIP/kWh", "meter", "status"),
        (
            (
                number,
                format_time(each.interval_start),
                each.side.name.lower(),
                each.wh,
                format_price(each.limit_price, PRICE_PLACES),
                each.meter,
                each.status.name.lower(),
            )
            for number, each in orders
        ),
    )


def _meter_of(connection: Connection, community: CommunityId, owner: bytes) -> MeterId:
    own = [
        number
        for number, each in reads.meters(connection).items()
        if (each.community, each.owner) == (community, owner)
    ]
    if len(own) != 1:
        listed = "none" if not own else ", ".join(str(number) for number in sorted(own))
        raise InputError(f"give --meter: the account's meters in community {community} are {listed}")
    return own[0]


def _id_of(signatory: Signatory, community: CommunityId, start: UnixSeconds, content: tuple[object, ...]) -> int:
    """Name an order after what it says, so that the same command twice is one order; a cancelled one may come again."""
    for times in count():
        text = json.dumps([*content, times]).encode()
        order_id = int.from_bytes(blake2b(text, digest_size=8, person=b"aip-order-id").digest(), "little")
        standing = _standing_order(signatory, community, start, order_id)
        if standing is None or standing[1] is not OrderStatus.CANCELLED:
            break
    return order_id


def _standing(signatory: Signatory, community: CommunityId, start: UnixSeconds, order_id: int) -> str:
    """Tell why a placed order made no event: one with its id and content was there."""
    found = _standing_order(signatory, community, start, order_id)
    if found is None:
        return "nothing changed"
    number, status = found
    if status is OrderStatus.CANCELLED:
        raise InputError(f"order {number} had this id and content and is cancelled: give another --id")
    return f"order {number} stands already, nothing changed"


def _standing_order(
    signatory: Signatory, community: CommunityId, start: UnixSeconds, order_id: int
) -> tuple[OrderNumber, OrderStatus] | None:
    connection, owner = signatory.connection, signatory.key.public
    number = reads.order_number(connection, community, start, owner=owner, id=order_id)
    found = None if number is None else reads.order(connection, number)
    return None if number is None or found is None else (number, found.status)


def _book_document(
    connection: Connection, community: CommunityId, start: UnixSeconds, book: Book, at: bytes
) -> dict[str, object]:
    return {
        "community": community,
        "interval_start": start,
        "book": plain(book),
        "reference_price": plain(reads.reference_price(connection, community, start, at)),
        "orders": [document(each, number=number) for number, each in _orders_of(connection, community, start, at)],
        "trades": plain(reads.trades(connection, community, start, at)),
    }


def _orders_of(
    connection: Connection, community: CommunityId, start: UnixSeconds, at: bytes
) -> list[tuple[OrderNumber, Order]]:
    numbers = reads.book_orders(connection, community, start, at)
    every = [(number, reads.order(connection, number, at)) for number in numbers]
    return [(number, each) for number, each in every if each is not None]


def _show_book(connection: Connection, community: CommunityId, start: UnixSeconds, book: Book, at: bytes) -> None:
    reference = reads.reference_price(connection, community, start, at)
    rows = [
        ("status", book.status.name.lower()),
        ("price plugin", plugin_label(connection, book.rules.price)),
        ("clear plugin", plugin_label(connection, book.rules.clear)),
        ("gate closes", format_time(book.closes_at)),
        ("clearing until", format_time(book.deadline)),
        ("readings final", format_time(book.final_at)),
        ("retail", "not posted" if reference is None else _price(reference.retail)),
        ("feed-in", "not posted" if reference is None else _price(reference.feed_in)),
        ("orders, trades", f"{book.orders}, {book.trades}"),
        ("traded", format_energy(book.traded_wh)),
        ("delivered", format_energy(book.delivered_wh)),
        ("paid", f"{format_aip(book.paid, PRICE_PLACES)} AIP"),
    ]
    if book.result is not None:
        rows.append(("result", hexed(book.result)))
    show_table(f"Book of community {community} for {format_time(start)}", ("what", "value"), rows)
    orders = _orders_of(connection, community, start, at)
    if orders:
        _show_orders("Orders", orders)
    elif book.status in (BookStatus.SETTLED, BookStatus.VOIDED):
        console.print("its orders are closed and no longer on the chain")
    trades = reads.trades(connection, community, start, at)
    if trades:
        show_table(
            "Trades",
            ("bid", "offer", "Wh", "AIP/kWh"),
            ((each.bid, each.offer, each.wh, format_price(each.price, PRICE_PLACES)) for each in trades),
        )


def _price(price: int) -> str:
    return f"{format_price(price, PRICE_PLACES)} AIP/kWh"
