"""The client and the committed runtime speak the same protocol, with substrate-interface as the third opinion."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.calls import CALLS
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import Unencodable
from aipchain.runtime_bridge.extrinsics import Era, sign
from aipchain.runtime_bridge.keys import address_of, development_account
from aipchain.runtime_bridge.metadata import CallFunction
from aipchain.runtime_bridge.protocol import EVENTS, OWN_PALLETS
from aipchain.units import Price, UnixSeconds, Wh

START_MS = 1_475_445_600_000
ALICE = development_account("Alice").public
H1, H2 = b"\x01" * 32, b"\x02" * 32


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """A connection to a fresh chain that has checked all layouts."""
    with Node.open(None, clock=SimulatedClock(START_MS)) as node, connect(LocalTransport(node)) as opened:
        yield opened


@pytest.mark.parametrize("pallet", OWN_PALLETS)
def test_every_call_of_the_runtime_has_a_function(connection: Connection, pallet: str) -> None:
    """In the order of their indices, which docs/protocol.md numbers."""
    cases = sorted(connection.metadata.variants(pallet, "calls"), key=lambda case: case.index)
    assert [case.name for case in cases] == [function.__name__ for function in CALLS[pallet]]


@pytest.mark.parametrize("pallet", OWN_PALLETS)
def test_every_event_of_the_runtime_is_a_typed_fact(connection: Connection, pallet: str) -> None:
    """None would come as an `OtherEvent`."""
    names = {case.name for case in connection.metadata.variants(pallet, "event")}
    assert names == {kind.__name__ for kind in EVENTS[pallet]}


@pytest.mark.parametrize("pallet", OWN_PALLETS)
def test_every_error_of_the_runtime_explains_itself(connection: Connection, pallet: str) -> None:
    """The text a person sees comes from the runtime's own documentation."""
    assert all(" ".join(case.docs).strip() for case in connection.metadata.variants(pallet, "error"))


PARAMETERS = {"gate_closure_s": 600, "clearing_window_s": 300, "grace_s": 900, "collateral": 100_000}
SETTINGS = {
    "notice_s": 0,
    "decide_s": 3_600,
    "confirm_s": 60,
    "timelock_s": 7,
    "min_turnout": 250_000,
    "min_approval": 500_000,
}
PLAIN = {"proof": "Envelope", "charges": [[]], "limits": [[]]}
BINDING = {"bundle": H1, "config": b'{"k":1}', "grants": b"", "terms": PLAIN, "migration": H2}
DUAL, DUAL_MAP = t.Dual(t.OrderNumber(3), Wh(4), Price(5)), {"order": 3, "wh": 4, "surplus": 5}
# substrate-interface takes a bounded vector as a struct of one field: a list within a list.
SAMPLES: list[tuple[CallFunction, Mapping[str, Any], Mapping[str, Any]]] = [
    (
        calls.found,
        {
            "name": "Dörfli",
            "interval_s": 3_600,
            "epoch_s": 86_400,
            "zones": ("north", "south"),
            "parameters": t.Parameters(600, 300, 900, t.Permill(100_000)),
            "steward": ALICE,
        },
        {"name": "Dörfli".encode(), "zones": [[b"north", b"south"]], "parameters": PARAMETERS},
    ),
    (
        calls.admit,
        {"community": 1, "account": ALICE, "roles": (t.Role.CONSUMER, t.Role.GRID_OPERATOR)},
        {"roles": [["Consumer", "GridOperator"]]},
    ),
    (calls.grant_role, {"community": 1, "account": ALICE, "role": t.Role.ORACLE}, {"role": "Oracle"}),
    (calls.leave, {"community": 1}, {}),
    (
        calls.enrol_meter,
        {
            "community": 1,
            "owner": ALICE,
            "device_key": H1,
            "zone": 1,
            "source": t.Source.SOLAR,
            "connection_limit_w": 10_000,
            "import_register_wh": 5,
            "export_register_wh": 2**40,
            "reads_from": 3_600,
        },
        {"source": "Solar"},
    ),
    (
        calls.submit_batch,
        {
            "community": 1,
            "interval_start": 3_600,
            "batch_id": H2,
            "readings": [t.SignedReading(t.MeterId(4), 5, 6, b"\x07" * 64)],  # type: ignore[arg-type]
        },
        {"readings": [[{"meter": 4, "import_register_wh": 5, "export_register_wh": 6, "signature": "0x" + "07" * 64}]]},
    ),
    (calls.mint, {"community": 1, "interval_start": 3_600, "meters": [1, 2, 3]}, {"meters": [[1, 2, 3]]}),
    (
        calls.place_orders,
        {
            "community": 1,
            "interval_start": 3_600,
            "orders": [
                t.NewOrder(2**63, t.MeterId(1), t.Side.OFFER, 5, 10**9),  # type: ignore[arg-type]
                t.NewOrder(2, t.MeterId(1), t.Side.BID, 6, 0),  # type: ignore[arg-type]
            ],
        },
        {
            "orders": [
                [
                    {"id": 2**63, "meter": 1, "side": "Offer", "wh": 5, "limit_price": 10**9},
                    {"id": 2, "meter": 1, "side": "Bid", "wh": 6, "limit_price": 0},
                ]
            ]
        },
    ),
    (
        calls.submit_clearing,
        {
            "community": 1,
            "interval_start": 3_600,
            "rules": t.RuleSet(H1, H2),
            "trades": [t.Trade(1, 2, 3, 4)] * 70,  # type: ignore[arg-type]
            "certificate": t.Optimum((DUAL, DUAL), (t.LinePrice(1, Price(2), Price(3)),)),
        },
        {
            "rules": {"price": H1, "clear": H2},
            "trades": [[{"bid": 1, "offer": 2, "wh": 3, "price": 4}] * 70],
            "certificate": {"Optimum": {"duals": [[DUAL_MAP] * 2], "lines": [[{"zone": 1, "out": 2, "into": 3}]]}},
        },
    ),
    (
        calls.challenge_clearing,
        {
            "community": 1,
            "interval_start": 3_600,
            "fault": t.PairFault(t.Leaf(DUAL, 0, (H1, H2)), t.Leaf(DUAL, 1, ())),
        },
        {
            "fault": {
                "Pair": {
                    "bid": {"dual": DUAL_MAP, "index": 0, "path": [[H1, H2]]},
                    "offer": {"dual": DUAL_MAP, "index": 1, "path": [[]]},
                }
            }
        },
    ),
    (
        calls.install,
        {"community": 1, "slot": t.Slot.CLEAR, "binding": t.Binding(H1, b'{"k":1}', migration=H2)},
        {"slot": "Clear", "binding": BINDING},
    ),
    (
        calls.propose,
        {
            "community": 1,
            "change": t.PluginChange(t.Slot.PRICE, t.Binding(H1, b'{"k":1}', migration=H2)),
            "predecessor": H2,
        },
        {"change": {"Plugin": {"slot": "Price", "binding": BINDING}}},
    ),
    (
        calls.propose,
        {
            "community": 1,
            "change": t.ParametersChange(t.Parameters(600, 300, 900, t.Permill(100_000))),
            "predecessor": H2,
        },
        {"change": {"Parameters": PARAMETERS}},
    ),
    (
        calls.propose,
        {
            "community": 1,
            "change": t.TrackChange(
                t.TrackKind.PLUGIN, t.TrackSettings(0, 3_600, 60, 7, t.Permill(250_000), t.Permill(500_000))
            ),
            "predecessor": H2,
        },
        {"change": {"Track": {"kind": "Plugin", "settings": SETTINGS}}},
    ),
    (calls.vote, {"proposal": 1, "binding_hash": H1, "aye": True}, {}),
    (calls.transfer_keep_alive, {"dest": ALICE, "value": 10**18}, {}),
]


@pytest.mark.parametrize(("function", "ours", "theirs"), SAMPLES)
def test_a_call_has_the_bytes_that_substrate_interface_writes(
    connection: Connection, function: CallFunction, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> None:
    """Two encoders, one runtime: the same call is the same bytes."""
    pallet = next(name for name, functions in CALLS.items() if function in functions)
    arguments = {name: _shown(theirs.get(name, value)) for name, value in ours.items()}
    assert function(connection.metadata, **ours) == connection.compose(pallet, function.__name__, arguments)


def _shown(value: object) -> object:
    """Show bytes as substrate-interface takes them."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, dict):
        return {key: _shown(part) for key, part in value.items()}
    return [_shown(part) for part in value] if isinstance(value, list | tuple) else value


def test_too_many_orders_are_refused_here_and_not_by_a_trap(connection: Connection) -> None:
    """501 orders are one too many, and the message says so."""
    order = t.NewOrder(1, t.MeterId(1), t.Side.BID, Wh(1), Price(1))
    with pytest.raises(Unencodable, match=r"place_orders\.orders: .* 501 are too many, at most 500 are taken"):
        calls.place_orders(
            connection.metadata, community=t.CommunityId(0), interval_start=UnixSeconds(0), orders=[order] * 501
        )


def test_an_extrinsic_is_what_substrate_interface_reads(connection: Connection) -> None:
    """Signer, nonce, era, tip and call are in their places."""
    key = development_account("Alice")
    call = calls.leave(connection.metadata, community=t.CommunityId(3))
    era = Era(64, 0, connection.genesis_hash)
    signed = sign(connection.metadata, connection.genesis_hash, call, key, nonce=70, era=era, tip=9)  # type: ignore[arg-type]
    connection.substrate.init_runtime()
    read = connection.substrate.decode_scale("Extrinsic", f"0x{signed.extrinsic.hex()}")
    assert (read["address"], read["nonce"], read["tip"]) == (address_of(key.public), 70, 9)
    assert read["era"] == (64, 0)
    assert read["call"]["call_function"] == "leave"
    assert read["call"]["call_args"] == [{"name": "community", "type": "CommunityId", "value": 3}]
