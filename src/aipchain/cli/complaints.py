"""One sentence on standard error: what failed, or what is worth knowing beside a command's answer."""

import typer

__all__ = ["complain", "remark"]


def complain(sentence: str) -> None:
    """Print one sentence about a failure."""
    typer.secho(f"aip: {sentence}", fg=typer.colors.RED, err=True)


def remark(sentence: str) -> None:
    """Print one sentence that is no failure, out of the way of a command's answer."""
    typer.echo(f"aip: {sentence}", err=True)
