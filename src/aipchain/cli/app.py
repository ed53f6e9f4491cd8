"""`aip`: one command for households, stewards, operators, plugin authors and auditors.

Exit codes: 0 done, 1 could not be done, 2 bad input, 3 stored state is unsafe. Every expected failure is one sentence
on standard error; reading commands take `--json`.
"""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from aipchain import __version__
from aipchain.cli.complaints import complain
from aipchain.cli.later import Later
from aipchain.cli.standard_output import told_standard_output
from aipchain.errors import AipchainError

__all__ = ["COMMANDS", "app", "main"]

COMMANDS = (
    Later("demo", "demo:demo", "Found a community of real homes, trade, vote, and show what it came to."),
    Later("vote", "governance:vote", "Vote on a proposal, once. Shows first what the vote binds to, in words."),
    Later(
        "doctor",
        "audit:doctor",
        "Check the chain file: integrity, state root, headers, bodies, and every block and its history run again.",
    ),
    Later("propose", "governance:propose", "Proposals: make them, read them, take their steps."),
    Later("node", "node:app", "Run a node."),
    Later("chain", "chain:app", "Look at a chain."),
    Later("community", "community:app", "Communities and their members."),
    Later("meter", "meter:app", "Meters and their readings."),
    Later("order", "order:app", "Orders and books."),
    Later("agent", "agent:app", "Agents that trade for an account."),
    Later("plugin", "plugin:app", "Plugins."),
    Later("market", "market:app", "Market rules: what each would do for the homes of a community."),
    Later("ai", "ai:app", "Forecasts of homes: benchmarks, trained models, what they say of a day."),
    Later("audit", "audit:app", "Audit a chain."),
    Later("spec", "spec:app", "Hold the specification against the compiled runtime."),
)


class _Commands(TyperGroup):
    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - what typer passes on
        super().__init__(**{**settings, "commands": COMMANDS})


app = typer.Typer(
    name="aip",
    cls=_Commands,
    help="Run and use a community energy market.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


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
    import structlog  # noqa: PLC0415 - takes longer than help and version, which do not come here

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def main() -> None:
    """Run `aip` and turn expected failures into one sentence and an exit code."""
    try:
        with told_standard_output():
            code = app(standalone_mode=False) or 0
        sys.exit(code)
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
