"""Defects p, q: what a client writes as a price, and with whose key it signs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import MISSING, fields
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.integration.cli.conftest import NOON, found_community, run_aip
from tests.integration.cli.conftest import Village as Served
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.server import serve
from aipchain.cli.app import COMMANDS, app
from aipchain.market.book import ReferencePrice
from aipchain.metering.packs import Home
from aipchain.orchestrator.conduct import AsRecorded
from aipchain.orchestrator.foresight import Recent
from aipchain.orchestrator.founding import Services
from aipchain.orchestrator.household import Household, MeasuredHome
from aipchain.runtime_bridge import facts
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.keys import development_account, development_device
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import Price

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = [
    "ai",
    "chain",
    "governance",
    "market",
    "metering",
    "orchestrator",
    "plugins",
    "runtime_bridge",
    "src/aipchain/cli",
]

# p


def test_p_rate_is_price_per_unit(wilderness: Served) -> None:
    """The other market's client multiplied the price by the energy; here `--limit` is written as it is said, and ten
    times the energy at one price is the same rate and holds ten times the money."""
    found_community(wilderness)
    for id, energy in enumerate(("150Wh", "1.5kWh")):
        order = ("2016-10-03T14:00", "bid", "--energy", energy, "--limit", "0.25", "--id", id, "--dev", "Bob")
        assert wilderness.aip("order", "place", 0, *order).code == 0

    shown = wilderness.aip("order", "list", "--json").document

    assert [(each["wh"], each["limit_price"]) for each in shown] == [(150, 250_000_000), (1_500, 250_000_000)]
    assert [each["escrow"] for each in shown] == [37_500_000_000, 375_000_000_000]


@pytest.mark.parametrize("load", [10, 100, 1_000])
def test_p_rate_is_price_per_unit_for_the_agent(load: int) -> None:
    """The other market's client filled the rate with price x energy; here a household's agent bids the tariff itself,
    however much it needs."""
    recorded = Home("one", (load,) * 96, (0,) * 96)
    home = MeasuredHome(AsRecorded(recorded, 0, Recent((recorded,), 24)))
    agent = Household(home, development_account("Bob"), development_device("one"), t.MeterId(0))

    (order,) = agent.orders(50, ReferencePrice(Price(300), Price(80)))

    assert (order.wh, order.limit_price) == (load, 300)


def test_p_rate_is_price_per_unit_when_it_is_paid(village: Village) -> None:
    """The other market paid the energy twice over; here ten times the energy at one price costs ten times as much."""
    bids = [village.bid(village.buyer, wh, id=wh) for wh in (30, 300)]
    offer = village.offer(village.seller, 330)
    village.clears(village.trade(bids[0], offer, 30), village.trade(bids[1], offer, 300))
    village.delivers(village.reading(village.buyer, import_wh=330), village.reading(village.seller, export_wh=330))
    village.becomes_final()

    told = village.does(village.stranger, village.settling())

    paid = [(e.price, e.paid) for e in told if isinstance(e, facts.TradeSettled)]
    assert paid == [(village.tariff, 30 * village.tariff), (village.tariff, 300 * village.tariff)]


# q


def commands_in(command: TyperCommand | TyperGroup, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command under one, with the words that call it."""
    if not isinstance(command, TyperGroup):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from commands_in(cast("TyperCommand | TyperGroup", inner), (*words, name))


def all_commands() -> dict[tuple[str, ...], Any]:
    """Every command of `aip`, by the words that call it."""
    top = get_group(app)
    top.commands = {later.name: later.loaded() for later in COMMANDS}
    return dict(commands_in(top, ()))


EVERY = all_commands()
SIGNING = {words for words, command in EVERY.items() if "key_file" in {each.name for each in command.params}}
GIVEN = {
    "account": "Bob",
    "agent": "Bob",
    "community": "0",
    "connection_limit": "10000",
    "device_key": f"0x{'11' * 32}",
    "energy": "1kWh",
    "interval": "2016-10-03T14:00",
    "kind": "plugin",
    "limit": "0.25",
    "name": "pro-rata",
    "order": "0",
    "owner": "Bob",
    "proposal": "0",
    "role": "consumer",
    "side": "bid",
}
"""Something for each thing that a signing command must be told; a new one has its line here."""
ALSO = {("market", "challenge"): ("--submit",), ("vote",): ("--aye",)}
"""Without these the command signs nothing, or asks for them first."""


def filled(words: tuple[str, ...]) -> list[str]:
    """The command with all it needs but a key."""
    needed = [each for each in EVERY[words].params if each.required]
    arguments = [GIVEN[each.name] for each in needed if each.param_type_name == "argument"]
    options = [part for each in needed if each.param_type_name == "option" for part in (each.opts[0], GIVEN[each.name])]
    return [*words, *arguments, *options, *ALSO.get(words, ())]


@pytest.fixture(scope="module")
def reachable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A development chain, which would take a well-known key if one signed."""
    clock = SimulatedClock(NOON * 1_000)
    with Node.open(None, clock=clock, sealing=Sealing.ON_DEMAND) as node:
        server = serve(node, port=0)
        yield Served(node, clock, server.url, tmp_path_factory.mktemp("outbox") / "outbox.sqlite")
        server.stop()


@pytest.mark.parametrize("words", sorted(SIGNING), ids=" ".join)
def test_q_no_default_dev_keys(reachable: Served, words: tuple[str, ...]) -> None:
    """All services of the other market signed as a development account unless told otherwise; here a command without
    a key ends with a sentence that asks for one, even on a chain where everybody may be Alice."""
    ended = run_aip(*filled(words), "--url", reachable.url, "--outbox", reachable.outbox)

    assert (ended.code, ended.out) == (2, "")
    assert ended.sentence == "give the key that signs: either --key-file FILE or --dev Alice"
    assert reachable.height == 0
    assert not reachable.outbox.exists()


def test_q_no_default_dev_keys_of_any_command() -> None:
    """The other market had the account in a default; here the two ways to name a key, and they are on every command
    that signs, are empty."""
    assert len(SIGNING) > 15
    for words in SIGNING:
        defaults = {each.name: each.default for each in EVERY[words].params if each.name in ("key_file", "dev")}
        assert defaults == {"key_file": None, "dev": None}, words
    for each in fields(Services):
        assert (each.default, each.default_factory) == (MISSING, MISSING)
    for way in (Submitter.submit, Submitter.sign):
        assert signature(way).parameters["key"].default is Parameter.empty


def test_q_no_default_dev_keys_in_the_product() -> None:
    """The other market's services reached for well-known keys themselves; here only these modules know that there are
    any, and none of them signs a call for a chain that somebody else runs."""
    wanted = {"development_account", "development_device"}
    found = {
        str(module.relative_to(ROOT))
        for room in PRODUCT
        for module in (ROOT / room).rglob("*.py")
        if not {"pallets", "runtime"} & set(module.relative_to(ROOT).parts) and wanted & names_in(module)
    }

    assert found == {
        "orchestrator/rehearsal.py",  # gives Alice and Bob money on the demo's own chain
        "orchestrator/twin/chain.py",  # a chain in memory that the specification is compared with
        "runtime_bridge/keys.py",  # makes them
        "src/aipchain/cli/signing.py",  # --dev, in words
        "src/aipchain/cli/validate.py",  # seals a development chain's blocks again, to check them
    }


def names_in(module: Path) -> set[str]:
    """All names that a module imports or defines."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = {each.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for each in node.names}
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return imported | used | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
