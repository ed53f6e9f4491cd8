"""How a command signs: which key, on which node, and what became of the call.

A secret is never an argument: a key comes from a keystore file whose password is asked for, or it is a well-known
development account, which only a development chain accepts here.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, signature
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from aipchain.cli.chains import DEFAULT_URL
from aipchain.cli.documents import hexed, plain
from aipchain.cli.errors import NoKey
from aipchain.cli.output import console, printable, show_json
from aipchain.cli.signatory import DEVELOPMENT, Signatory, kept_calls
from aipchain.errors import InputError
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.facts import OtherEvent
from aipchain.runtime_bridge.keys import DEVELOPMENT_NAMES, AccountKey, account_of, development_account, load_account
from aipchain.runtime_bridge.outcomes import Outcome
from aipchain.runtime_bridge.submitter import polling
from aipchain.units import format_aip

__all__ = [
    "PASSWORD_VARIABLE",
    "Signatory",
    "SigningOptions",
    "YesOption",
    "confirm",
    "event_of",
    "read_account",
    "signing",
    "signs",
    "stored_key",
    "tell",
]

PASSWORD_VARIABLE = "AIPCHAIN_KEY_PASSWORD"  # noqa: S105 - the name of a variable, no secret
PAUSE_S = 0.05

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class SigningOptions:
    """The node that a command signs for, the key it signs with, and where it keeps what is undecided."""

    url: Annotated[str, typer.Option("--url", help="The node's JSON-RPC address.")] = DEFAULT_URL
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            help=f"Keystore of the account that signs; its password is asked for, or taken from {PASSWORD_VARIABLE}.",
        ),
    ] = None
    dev: Annotated[
        str | None,
        typer.Option("--dev", help="Sign as a well-known account, Alice to Ferdie; development chains only."),
    ] = None
    outbox: Annotated[
        Path | None,
        typer.Option(
            "--outbox", help="File that keeps what is sent until a block holds it; one for each chain if not given."
        ),
    ] = None


def signs(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `SigningOptions` in place of its parameter `by`."""
    hints = get_type_hints(SigningOptions, include_extras=True)
    options = {
        field.name: Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name])
        for field in fields(SigningOptions)
    }

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - whatever the command takes
        by = SigningOptions(**{name: given.pop(name) for name in options})
        command(**given, by=by)

    own = signature(command)
    every = (options.values() if each.name == "by" else (each,) for each in own.parameters.values())
    run.__signature__ = own.replace(parameters=tuple(chain.from_iterable(every)))  # type: ignore[attr-defined]
    return run


@contextmanager
def signing(by: SigningOptions) -> Iterator[Signatory]:
    """Connect to a node with the key that signs; what earlier commands left undecided is decided first.

    :raises NoKey: no key is named, or two are, or a development account on a chain that is not for development.
    :raises UnusableKey: the keystore gives no key.
    :raises UnusableOutbox: the outbox cannot be used.
    :raises StillUndecided: a call of an earlier command may still come in.
    """
    if (by.key_file is None) == (by.dev is None):
        raise NoKey(f"give the key that signs: either --key-file FILE or --dev {DEVELOPMENT_NAMES[0]}")
    with connect(by.url) as connection, kept_calls(by.outbox, connection.genesis_hash) as outbox:
        key = stored_key(by.key_file or Path()) if by.dev is None else _development_key(connection, by.dev)
        signatory = Signatory(connection, key, outbox, polling(pause_s=PAUSE_S))
        signatory.resume()
        yield signatory


def read_account(connection: Connection, text: str) -> bytes:
    """Read an account: an address, or the name of a well-known account on a development chain.

    :raises UnusableKey: neither.
    :raises NoKey: a well-known account elsewhere.
    """
    if text.capitalize() in DEVELOPMENT_NAMES:
        return _development_key(connection, text).public
    return account_of(text)


def confirm(question: str, yes: bool) -> None:
    """Ask before something that cannot be taken back, unless `yes`.

    :raises InputError: the answer is no, or nobody can answer.
    """
    if yes:
        return
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort as nobody:
        typer.echo(err=True)
        raise InputError("nothing was signed: nobody answered the question; --yes answers it beforehand") from nobody
    if not agreed:
        raise InputError("nothing was signed: the answer was no")


def event_of(outcome: Outcome, kind: type[E]) -> E | None:
    """Find the first event of a kind that a call caused."""
    return next((event for event in outcome.events() if isinstance(event, kind)), None)


def tell(outcome: Outcome, sentence: str, as_json: bool) -> None:
    """Report a call that took effect: in one sentence, or as JSON with what the chain says about it."""
    place = outcome.block
    if not as_json:
        where = f"; block {place.number}, fee {format_aip(outcome.fee, 6)} AIP" if place else ""
        console.print(f"{printable(sentence)}{where}", highlight=False, markup=False, soft_wrap=True)
        return
    own = (event for event in outcome.events() if not isinstance(event, OtherEvent))
    document: dict[str, object] = {
        "extrinsic_hash": hexed(outcome.extrinsic_hash),
        "block": place.number if place else None,
        "fee": outcome.fee,
        "events": [{"event": type(event).__name__, "facts": plain(event)} for event in own],
    }
    show_json(document)


def _development_key(connection: Connection, name: str) -> AccountKey:
    if name.capitalize() not in DEVELOPMENT_NAMES:
        raise NoKey(f"there is no development account {name!r}: they are {', '.join(DEVELOPMENT_NAMES)}")
    chain_type = connection.rpc("system_chainType")
    if chain_type != DEVELOPMENT:
        raise NoKey(
            f"everybody knows the key of {name.capitalize()}, and this node's chain is of type {chain_type}, not "
            f"{DEVELOPMENT}: use an account of your own"
        )
    return development_account(name.capitalize())


def stored_key(path: Path) -> AccountKey:
    """Read the key in a keystore file; the password of an encrypted one is asked for.

    :raises NoKey: nobody answers.
    :raises UnusableKey: the keystore gives no key.
    """
    return load_account(path, _password(path) if _is_encrypted(path) else None)


def _is_encrypted(path: Path) -> bool:
    try:
        return path.read_bytes().lstrip().startswith(b"{")
    except OSError:
        return False  # reading the key says what is wrong with the file


def _password(path: Path) -> str:
    known = os.environ.get(PASSWORD_VARIABLE)
    if known is not None:
        return known
    try:
        typed: str = typer.prompt(f"Password of {path}", hide_input=True, err=True)
    except typer.Abort as nobody:
        raise NoKey(f"{path} needs its password: type it when asked, or set {PASSWORD_VARIABLE}") from nobody
    return typed
