"""`aip audit validate`: would the relay chain take every block?"""

from functools import cache

import typer
from rich.progress import Progress

from aipchain.chain.host.engine import COMPILED
from aipchain.chain.host.inherents import MAX_POV_BYTES
from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.complaints import complain
from aipchain.cli.output import AsJson, console, show_json
from aipchain.errors import InputError
from aipchain.orchestrator.chain_source import ChainSource, first_block_read
from aipchain.orchestrator.relay_check import RelayReport, check_as_relay_chain
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import DEVELOPMENT_NAMES, AccountKey, development_account

__all__ = ["validate"]

UNSAFE_STATE = 3


def validate(url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False) -> None:
    """Let the relay chain's own check, validate_block of the runtime, judge every block of a development chain."""
    with reading(url, base_path) as connection:
        report = _checked(connection)
    largest = max(report.sizes, default=0)
    if as_json:
        document = {"blocks": report.blocks, "accepted": report.accepted, "largest": largest, "fault": report.fault}
        show_json(document)
    else:
        console.print(f"{report.accepted} of {report.blocks} blocks are accepted by validate_block of their runtime")
        console.print(f"the largest has {largest} bytes with its proof, of {MAX_POV_BYTES} that the relay chain takes")
        if report.fault is not None:
            complain(report.fault)
    if report.fault is not None:
        raise typer.Exit(UNSAFE_STATE)


def _checked(connection: Connection) -> RelayReport:
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("validate")
        return check_as_relay_chain(
            ChainSource(connection),
            first_block_read(connection),
            _signature,
            cache_dir=COMPILED,
            on_block=lambda number, height: bar.update(task, completed=number, total=height),
        )


def _signature(author: bytes, message: bytes) -> bytes:
    """Seal in the place of an author whose key everybody knows."""
    key = _development_keys().get(author)
    if key is None:
        raise InputError(
            f"a block without a seal was made by 0x{author.hex()}, which is no development account: "
            "only its author could seal it for validation"
        )
    return key.sign(message)


@cache
def _development_keys() -> dict[bytes, AccountKey]:
    return {key.public: key for key in map(development_account, DEVELOPMENT_NAMES)}
