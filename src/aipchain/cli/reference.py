"""docs/cli.md, made from the commands themselves: `python -m aipchain.cli.reference > docs/cli.md`."""

import typer
from typer.cli import get_docs_for_click
from typer.main import get_group

from aipchain.cli.app import COMMANDS, app

__all__ = ["reference"]

CONVENTIONS = """\
<!-- Made by `python -m aipchain.cli.reference > docs/cli.md`; a test compares them. Change the commands, not this. -->

# The command line

| what | how it is written | how `--json` shows it |
|---|---|---|
| price | AIP per kWh: `0.25` | base units per Wh; 1 AIP per kWh is 1,000,000,000 |
| energy | `1500Wh` or `1.5kWh` | Wh |
| money | shown in AIP | base units; 1 AIP is 1,000,000,000,000 |
| time | unix seconds, or UTC: `2016-10-03T10:00` | unix seconds |
| span | seconds, or `90s`, `15min`, `1h`, `1d` | seconds |
| share | `12.5%` | millionths |
| account | its address; on a development chain also `Alice` to `Ferdie` | its address |

Nothing is rounded: a number the chain cannot hold exactly is refused.

Exit codes: 0 done, 1 could not be done, 2 bad input (also a call that the chain refused for a reason its signer can
mend), 3 stored state is unsafe. A failure is one sentence on standard error.

Commands that read take `--url` (a running node) or `--base-path` (a chain file nobody has open). Commands that sign
take `--url` and either `--key-file`, a keystore whose password is asked for or taken from `AIPCHAIN_KEY_PASSWORD`, or
`--dev`, a well-known account, on development chains only. No secret is ever an argument.

What a command sends is kept in its outbox, a file for each chain, until a block is known to hold it. After a lost
connection the next command that signs as the same account says first what became of it, and if it is the same command,
it reports that instead of signing again.

"""


def reference() -> str:
    """Write the reference of every command and option as Markdown."""
    command = get_group(app)
    command.commands = {later.name: later.loaded() for later in COMMANDS}
    context = typer.Context(command, info_name="aip")
    told = get_docs_for_click(obj=command, ctx=context, name="aip", indent=1)
    return CONVENTIONS + "\n".join(line.rstrip() for line in told.strip().splitlines()) + "\n"


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
