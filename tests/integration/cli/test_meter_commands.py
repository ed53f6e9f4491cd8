"""`aip meter` against a real node."""

from typing import Any

import pytest

from aipchain.metering.gateway import Registers, Seat, seal, sign_registers
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge.keys import development_account, development_device
from aipchain.runtime_bridge.types import CommunityId, MeterId
from aipchain.units import UnixSeconds, Wh

NOON = UnixSeconds(1_475_496_000)
HOUR = 3_600
COMMUNITY = CommunityId(0)
DEVICE = "0x" + development_device("Dave").public.hex()


@pytest.fixture
def measured(village: Any) -> Any:
    """The village an hour later: Bob's meter was read, Charlie's showed less than before."""
    village.wait_until(NOON + HOUR + 6)
    seat = Seat(village.node.genesis_hash, COMMUNITY, development_account("Alice").public)
    shown = {"Bob": Registers(Wh(1_700), Wh(250)), "Charlie": Registers(Wh(900), Wh(0))}
    readings = [
        sign_registers(seat, development_device(name), MeterId(number), NOON, shown[name])
        for number, name in enumerate(shown)
    ]
    batch = seal(seat, NOON, readings)
    village.send(
        "Alice",
        lambda metadata: [
            calls.submit_batch(
                metadata, community=COMMUNITY, interval_start=NOON, batch_id=batch.batch_id, readings=batch.readings
            )
        ],
    )
    return village


def test_a_meter_is_enrolled_and_shown(village: Any, address: Any) -> None:
    """Its first interval is the next one unless told otherwise."""
    enrolled = village.aip(
        *("meter", "enrol", 0, "Bob", "--device-key", DEVICE, "--connection-limit", 7_000, "--zone", "south"),
        *("--import-register", "12.5kWh", "--source", "wind", "--dev", "Alice", "--json"),
    )
    shown = village.aip("meter", "show", 2, "--json").document

    assert enrolled.document["events"][0]["facts"] == {"meter": 2, "community": 0, "owner": address("Bob")}
    assert (shown["source"], shown["zone"], shown["connection_limit_w"]) == ("wind", 1, 7_000)
    assert (shown["device_key"], shown["owner"]) == (DEVICE, address("Bob"))
    assert shown["register"] == {"at": NOON + HOUR, "import_wh": 12_500, "export_wh": 0}


def test_meters_are_listed_by_community(village: Any, address: Any) -> None:
    """Their owners as addresses."""
    listed = village.aip("meter", "list", "--community", 0, "--json").document

    assert [(each["meter"], each["owner"]) for each in listed] == [(0, address("Bob")), (1, address("Charlie"))]


def test_readings_are_provisional_and_then_final(measured: Any) -> None:
    """After the community's grace nothing can change them."""
    window = ("--from", "2016-10-03T12:00", "--to", "2016-10-03T14:00", "--json")
    early = measured.aip("meter", "readings", 0, *window).document
    measured.wait_until(NOON + HOUR + 900)
    measured.node.author()
    late = measured.aip("meter", "readings", 0, *window).document

    assert [(each["interval_start"], each["import_wh"], each["export_wh"]) for each in early] == [(NOON, 700, 250)]
    assert [each["state"] for each in early + late] == ["provisional", "final"]


def test_readings_default_to_the_last_intervals(measured: Any) -> None:
    """Without bounds: what is over, up to now."""
    shown = measured.aip("meter", "readings", 0, "--json").document

    assert [each["interval_start"] for each in shown] == [NOON]


def test_a_reading_set_aside_has_a_reason(measured: Any) -> None:
    """It is shown, not lost."""
    aside = measured.aip("meter", "quarantine", 1, "--json").document

    assert [(each["interval_start"], each["reason"], each["import_register_wh"]) for each in aside] == [
        (NOON, "register_fell", 900)
    ]
    assert "register fell" in measured.aip("meter", "quarantine", 1).out
    assert measured.aip("meter", "show", 1, "--json").document["quarantined"] == 1


def test_what_a_person_gets_wrong(village: Any) -> None:
    """Each refusal is a sentence with exit code 2."""
    enrol = ("meter", "enrol", 0, "Bob", "--dev", "Alice", "--device-key", DEVICE, "--connection-limit")
    refused = {
        ("meter", "show", 9): "there is no meter 9 on this chain: it has 0 to 1",
        ("meter", "readings", 9): "there is no meter 9",
        ("meter", "quarantine", 9): "there is no meter 9",
        ("meter", "list", "--community", 3): "there is no community 3",
        ("meter", "readings", 0, "--from", "2016-10-03T12:30"): "nearest start at 2016-10-03 12:00Z and",
        ("meter", "readings", 0, "--from", "1970-01-01"): "more than 5000 intervals",
        ("meter", "readings", 0, "--from", "2016-10-04"): "no interval between",
        (*enrol, 0): "at least one watt",
        (*enrol, 5_000, "--zone", "west"): "the zones of this community are north, south",
        (*enrol, 5_000, "--reads-from", "2016-10-03T10:00"): "not over yet",
        (*enrol, 5_000, "--export-register", "7"): "--export-register '7' cannot be read",
        (*enrol[:3], "Dave", *enrol[4:], 5): "admit the account first",
        (*enrol, 5, "--device-key", "0x12"): "64 hexadecimal digits",
    }

    for command, sentence in refused.items():
        ended = village.aip(*command)
        assert (ended.code, sentence in ended.sentence) == (2, True), (command, ended)
