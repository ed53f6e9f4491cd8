"""`aip agent`: who may trade for an account, and how to stop it at once."""

from typing import Annotated

import typer

from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.errors import CallRefused
from aipchain.cli.output import AsJson, show_json, show_table
from aipchain.cli.signing import Signatory, SigningOptions, read_account, signing, signs, tell
from aipchain.errors import InputError
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import OrderNumber, OrderStatus, ProxyDefinition, ProxyType

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

AgentArgument = Annotated[str, typer.Argument(help="The agent's account: an address, or a well-known name.")]

_RIGHTS = {
    ProxyType.ANY: "everything",
    ProxyType.NON_TRANSFER: "everything but paying",
    ProxyType.TRADING: "placing and cancelling orders",
}


@app.command()
def show(
    account: Annotated[str, typer.Argument(help="The account that is acted for.")],
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """Show who may act for an account, and what for."""
    with reading(url, base_path) as connection:
        found = reads.delegates(connection, read_account(connection, account))
    if as_json:
        show_json(
            [
                {"agent": address_of(each.delegate), "right": each.proxy_type.name.lower(), "delay": each.delay}
                for each in found
            ]
        )
        return
    rows = ((address_of(each.delegate), _RIGHTS[each.proxy_type], f"{each.delay} blocks") for each in found)
    show_table("Who acts for the account", ("agent", "may do", "after"), rows)


@app.command()
@signs
def allow(agent: AgentArgument, *, by: SigningOptions, as_json: AsJson = False) -> None:
    """Let an agent place and cancel orders for you, and nothing else; a deposit is held as long as it may."""
    with signing(by) as signatory:
        connection = signatory.connection
        delegate = read_account(connection, agent)
        if delegate == signatory.key.public:
            raise InputError("an account trades for itself already: give the account of an agent")
        if _rights(connection, signatory, delegate):
            raise InputError(f"{address_of(delegate)} may trade for this account already")
        call = calls.add_proxy(connection.metadata, delegate=delegate, proxy_type=ProxyType.TRADING)
        outcome = signatory.submit(call)
    tell(outcome, f"{address_of(delegate)} may place and cancel orders for you; `aip agent stop` ends it", as_json)


@app.command()
@signs
def stop(agent: AgentArgument, *, by: SigningOptions, as_json: AsJson = False) -> None:
    """Stop an agent at once: whatever it may do for you ends, and your orders whose gate is open are withdrawn."""
    with signing(by) as signatory:
        connection, metadata = signatory.connection, signatory.connection.metadata
        delegate = read_account(connection, agent)
        rights = _rights(connection, signatory, delegate)
        if not rights:
            raise InputError(f"{address_of(delegate)} may not act for this account; `aip agent show` lists who may")
        ends = [
            calls.remove_proxy(metadata, delegate=delegate, proxy_type=each.proxy_type, delay=each.delay)
            for each in rights
        ]
        outcome = signatory.submit(calls.batch_all(metadata, ends))
        withdrawn = sum(_withdrawn(signatory, number) for number in _withdrawable(connection, signatory.key.public))
    tell(outcome, f"{address_of(delegate)} is stopped, {withdrawn} orders are withdrawn", as_json)


def _rights(connection: Connection, signatory: Signatory, delegate: bytes) -> list[ProxyDefinition]:
    """All that a delegate may do for the account; each right there is lets it trade."""
    return [each for each in reads.delegates(connection, signatory.key.public) if each.delegate == delegate]


def _withdrawn(signatory: Signatory, number: OrderNumber) -> bool:
    """Whether an order could be cancelled: its gate may have closed meanwhile, and then it stands."""
    try:
        signatory.submit(calls.cancel_order(signatory.connection.metadata, number=number))
    except CallRefused:
        return False
    return True


def _withdrawable(connection: Connection, owner: bytes) -> list[OrderNumber]:
    """The owner's open orders whose gate was open in the newest block."""
    now = reads.chain_time(connection)
    return sorted(
        number
        for number, order in reads.orders(connection).items()
        if order.owner == owner
        and order.status is OrderStatus.OPEN
        and (book := reads.book(connection, order.community, order.interval_start)) is not None
        and now < book.closes_at
    )
