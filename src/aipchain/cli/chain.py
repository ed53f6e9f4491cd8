"""`aip chain`: what chain is this, and how far is it?"""

import typer

from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.output import AsJson, show_json, show_table
from aipchain.runtime_bridge import reads

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.command()
def info(url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False) -> None:
    """Show the runtime, the newest block and its state root, chain time, and how many communities there are."""
    with reading(url, base_path) as connection:
        head, version = connection.finalised(), connection.metadata.version
        facts: dict[str, object] = {
            "spec_name": version.spec_name,
            "spec_version": version.spec_version,
            "genesis_hash": f"0x{connection.genesis_hash.hex()}",
            "height": head.number,
            "block_hash": f"0x{head.hash.hex()}",
            "state_root": f"0x{head.state_root.hex()}",
            "chain_time": reads.chain_time(connection),
            "communities": reads.next_community_id(connection),
        }
    if as_json:
        show_json(facts)
    else:
        show_table("Chain", ("what", "value"), facts.items())
