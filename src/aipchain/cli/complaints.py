"""One sentence on standard error: what failed, or what is worth knowing beside a command's answer."""

from contextlib import suppress

import typer

__all__ = ["complain", "remark"]


def complain(sentence: str) -> None:
    """Print one sentence about a failure; where nobody can hear it, the exit code has to say it alone."""
    with suppress(OSError):
        typer.secho(f"aip: {sentence}", fg=typer.colors.RED, err=True)


def remark(sentence: str) -> None:
    """Print one sentence that is no failure, out of the way of a command's answer."""
    typer.echo(f"aip: {sentence}", err=True)
