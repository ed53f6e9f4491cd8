"""Commands that are imported when they are called: `aip --help` and `aip --version` wait for no chain client."""

from importlib import import_module

import typer
from typer._click import Command, Context
from typer.core import TyperCommand
from typer.main import get_group

__all__ = ["Later"]


class Later(TyperCommand):
    """A command, or a group of them, of which only name and summary are known until it is called."""

    name: str

    def __init__(self, name: str, place: str, summary: str) -> None:
        """Point to a command.

        :param place: its module in `aipchain.cli` and what it is called there, as in `audit:doctor`.
        :param summary: what the list of commands says of it.
        """
        super().__init__(name, help=summary, rich_markup_mode=None)
        self._place = place

    def loaded(self) -> Command:
        """Import the command."""
        module, _, name = self._place.partition(":")
        found = getattr(import_module(f"aipchain.cli.{module}"), name)
        around = typer.Typer(rich_markup_mode=None)
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=self.name, help=self.help)
        else:
            around.command(self.name)(found)
        return get_group(around).commands[self.name]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: object
    ) -> Context:
        """Let the command itself read its arguments; what it reads, it also carries out."""
        return self.loaded().make_context(info_name, args, parent, **extra)
