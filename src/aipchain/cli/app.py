"""`aip`: one command for households, stewards, operators, plugin authors and auditors.

Exit codes: 0 done, 1 could not be done, 2 bad input, 3 stored state is unsafe. Every expected failure is one sentence
on standard error; reading commands take `--json`.
"""

import sys
from typing import Annotated

import structlog
import typer
from typer.exceptions import TyperException

from aipchain import __version__
from aipchain.cli import audit, chain, community, demo, governance, meter, node, order, plugin, spec
from aipchain.cli.output import complain
from aipchain.errors import AipchainError

__all__ = ["app", "main"]

app = typer.Typer(
    name="aip",
    help="Run and use a community energy market.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.add_typer(governance.propose, name="propose")
app.command("vote")(governance.vote)
app.command("doctor")(audit.doctor)
app.add_typer(node.app, name="node")
app.add_typer(chain.app, name="chain")
app.add_typer(community.app, name="community")
app.add_typer(meter.app, name="meter")
app.add_typer(order.app, name="order")
app.add_typer(plugin.app, name="plugin")
app.add_typer(audit.app, name="audit")
app.add_typer(spec.app, name="spec")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aip {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Run and use a community energy market."""


def main() -> None:
    """Run `aip` and turn expected failures into one sentence and an exit code."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except AipchainError as failure:
        complain(str(failure))
        sys.exit(failure.exit_code)
    except TyperException as misuse:
        _explain(misuse.format_message())
        sys.exit(misuse.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped by the user; what was committed stays")
        sys.exit(1)


def _explain(misuse: str) -> None:
    """A command without its arguments answers with its whole help; anything else is one sentence."""
    if misuse.startswith("Usage:"):
        typer.echo(misuse, err=True)
    else:
        complain(f"{' '.join(misuse.split())} (see --help)")
