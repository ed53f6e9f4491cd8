"""`aip ai federation`: gateways teach one model together, and what their homes measured stays with them."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from aipchain.cli.ai_parts import PackOption, UntilOption, panel_of_pack, part, show_card, without_net_meters
from aipchain.cli.complaints import remark
from aipchain.cli.errors import Misread
from aipchain.cli.output import printable
from aipchain.cli.quantities import parse_span
from aipchain.cli.signing import PASSWORD_VARIABLE, stored_key
from aipchain.errors import InputError, OperationError
from aipchain.runtime_bridge.errors import UnusableKey
from aipchain.runtime_bridge.keys import AccountKey, account_of

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Gateways teach one model together; what homes measured stays with them.")

FederationOption = Annotated[str, typer.Option(help="The federation's name, the same for all who take part.")]
KeyOption = Annotated[
    Path,
    typer.Option(
        "--key-file",
        help=f"Keystore of the account that signs; its password is asked for, or taken from {PASSWORD_VARIABLE}.",
    ),
]
StateOption = Annotated[
    Path | None, typer.Option(help="Folder from which the same command goes on after a stop; OUT.state without it.")
]


class RuleName(StrEnum):
    """How changes are combined; the mean does not bear anybody who lies."""

    TRIMMED_MEAN = "trimmed-mean"
    MEDIAN = "median"
    MEAN = "mean"


@app.command()
def coordinate(
    federation: FederationOption,
    keystore: KeyOption,
    invited: Annotated[Path, typer.Option(help='TOML file with a line for each gateway: name = "its address".')],
    out: Annotated[Path, typer.Option(help="Folder to write the shared model to; a model that is there is replaced.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 8_095,
    rounds: Annotated[int, typer.Option(help="How often gateways are asked to train, 100 times at most.")] = 15,
    least: Annotated[
        int | None, typer.Option(help="Answers that a round needs; more than half of the invited without it.")
    ] = None,
    rule: Annotated[RuleName, typer.Option(help="How changes are combined.")] = RuleName.TRIMMED_MEAN,
    noise: Annotated[
        float, typer.Option(help="Differential privacy, with --rule mean: noise of so many times the longest change.")
    ] = 0.0,
    steps: Annotated[int, typer.Option(help="Steps of a day in the gateways' data, 24 or 96.")] = 24,
    round_time: Annotated[str, typer.Option(help="So long a round waits for all; then enough are enough.")] = "10min",
    give_up: Annotated[str, typer.Option(help="So long a round waits for enough; then this ends.")] = "1h",
    stay: Annotated[str, typer.Option(help="So long gateways may fetch the model at the end.")] = "15min",
    state: StateOption = None,
) -> None:
    """Ask invited gateways in rounds, combine what they answer, and keep the model that they share.

    Started again after a stop it goes on in the round where it was. Requests are signed, not encrypted: beyond one
    machine put TLS before it.
    """
    times = [parse_span(*each) for each in (("--round-time", round_time), ("--give-up", give_up), ("--stay", stay))]
    key, members = stored_key(keystore), _invitations(invited)
    part("models.folder").refuse_unwritable_folder(out)
    duty, hall_of = part("models.federation"), part("federated.hall")
    named = hall_of.checked_name(federation)
    combining = part("federated.aggregation").Rule(rule.replace("-", " "))
    needed = len(members) // 2 + 1 if least is None else least
    privacy = part("federated.privacy").Privacy(noise) if noise else None
    plan = part("federated.rounds").Plan(rounds=rounds, least_answers=needed, rule=combining, privacy=privacy)
    terms = duty.Terms(named, plan, hall_of.Hours(times[0], times[1]), steps, times[2])
    folder = _state(state, out)
    with part("federated.record").held(folder), _going_on():
        hall = duty.opened(terms, members, folder / named)
        coordinator = _listening(named, hall, key, host, port)
        with part("federated.coordinator").serving(coordinator):
            remark(f"{named} is coordinated at {coordinator.address} by {key.address}")
            if privacy:
                most = part("federated.privacy").epsilon(privacy, rounds)
                remark(
                    f"all rounds tell an epsilon of {most:.3g} of a gateway at most, at a delta of {privacy.delta:g}"
                )
            show_card(out, duty.coordinated(hall, terms, out, _say))


@app.command()
def join(
    coordinator: Annotated[str, typer.Option(help="Where the coordinator is: http://HOST:PORT, or https.")],
    coordinator_key: Annotated[str, typer.Option(help="The coordinator's address, as it says when it begins.")],
    federation: FederationOption,
    name: Annotated[str, typer.Option(help="The name under which this gateway is invited.")],
    keystore: KeyOption,
    out: Annotated[Path, typer.Option(help="Folder to write this gateway's own model to; one there is replaced.")],
    pack: PackOption = None,
    homes: Annotated[str, typer.Option(help="How many homes, or their names parted by commas; all without it.")] = "",
    until: UntilOption = "",
    patience: Annotated[str, typer.Option(help="So long the coordinator may be away.")] = "10min",
    state: StateOption = None,
) -> None:
    """Teach a federation from the homes of a gateway, and keep a model that then learned on from them alone.

    Homes whose meters seem to see the net only are left out. Started again after a stop it goes on. Only changes of
    the model leave the machine, never what a home used. With twelve weeks or more the last four are held out of
    learning, and score the model.
    """
    key, public, wait_s = stored_key(keystore), account_of(coordinator_key), parse_span("--patience", patience)
    named, of = (part("federated.hall").checked_name(each) for each in (name, federation))
    address = _address(coordinator)
    part("models.folder").refuse_unwritable_folder(out)
    panel = without_net_meters(panel_of_pack(pack, until, homes))
    part("models.together").taught_days(panel)
    duty, record, folder = part("models.federation"), part("federated.record"), _state(state, out)
    with record.held(folder), _going_on(), record.kept_session(folder) as session:
        schema = duty.schema_of_homes(panel.steps_per_day)
        gateway = part("federated.gateway").Gateway(of, named, key, address, public, schema, wait_s, session, _say)
        remark(f"{named} signs as {key.address} and learns from {', '.join(panel.homes)}")
        show_card(out, duty.taken_part(gateway, panel, out))


def _invitations(path: Path) -> dict[str, bytes]:
    """Public key by name.

    :raises InputError: the file cannot be read, or has a line that is no invitation.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise InputError(f"{path} cannot be read ({fault.strerror}): name a TOML file with the gateways") from fault
    except ValueError as fault:
        raise InputError(f"{path} is no TOML ({fault})") from fault
    return {name: _account(path, name, address) for name, address in found.items()}


def _account(path: Path, name: str, address: object) -> bytes:
    try:
        return account_of(str(address))
    except UnusableKey as fault:
        raise InputError(f"{path} says of {name!r}: {fault}") from fault


def _address(text: str) -> str:
    try:
        found = urlsplit(text)
        known = found.scheme in ("http", "https") and found.hostname and found.port != 0 and not found.path.strip("/")
    except ValueError:
        known = False
    if not known:
        raise Misread("--coordinator", text, "write http://HOST:PORT or https://HOST")
    return text


def _state(state: Path | None, out: Path) -> Path:
    return out.resolve().with_name(f"{out.resolve().name}.state") if state is None else state


def _listening(federation: str, hall: Any, key: AccountKey, host: str, port: int) -> Any:  # noqa: ANN401  # of the ai room
    try:
        return part("federated.coordinator").Coordinator(federation, hall, key, host, port)
    except OSError as fault:
        raise InputError(f"{host}:{port} cannot be listened on ({fault.strerror}): choose another port") from fault


def _say(sentence: str) -> None:
    """A remark that may hold words of somebody else's."""
    remark(printable(sentence))


@contextmanager
def _going_on() -> Iterator[None]:
    """Say to whoever stops a command that nothing is lost.

    :raises OperationError: somebody did.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        raise OperationError("stopped by the user: given again, the same command goes on where it was") from stop
