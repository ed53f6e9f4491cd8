"""`aip community` against a real node."""

from typing import Any


def test_a_community_is_founded_and_read_back(wilderness: Any, address: Any) -> None:
    """The signer becomes the steward; what was written arrives as the chain's integers."""
    founded = wilderness.aip(
        *("community", "found", "Elm Close", "--zone", "a", "--zone", "b", "--interval", "15min", "--epoch", "1d"),
        *("--gate-closure", "10min", "--collateral", "12.5%", "--dev", "alice", "--json"),
    )
    listed = wilderness.aip("community", "list", "--json").document
    shown = wilderness.aip("community", "show", 0, "--json").document

    assert founded.document["events"] == [
        {"event": "Founded", "facts": {"community": 0, "steward": address("Alice")}},
    ]
    assert [(each["community"], each["name"], each["zones"]) for each in listed] == [(0, "Elm Close", ["a", "b"])]
    assert (shown["interval_s"], shown["epoch_s"], shown["stewards"], shown["members"]) == (900, 86_400, 1, 0)
    assert shown["parameters"]["active"] == {
        "gate_closure_s": 600,
        "clearing_window_s": 300,
        "grace_s": 900,
        "collateral": 125_000,
    }
    assert shown["slots"] == {"price": None, "clear": None}


def test_show_tells_rules_in_words(village: Any) -> None:
    """Plugins by name, tracks and parameters in sentences."""
    told = " ".join(village.aip("community", "show", 0).out.split())

    assert "mid-market-rate@1.0" in told
    assert "pro-rata@1.0" in told
    assert "governance track │ not set" in told


def test_members_and_services(village: Any, address: Any) -> None:
    """Members in the order they joined, then the accounts that only serve."""
    listed = village.aip("community", "members", 0, "--json").document

    assert [(each["account"], each["member"], each["roles"]) for each in listed] == [
        (address("Bob"), 0, ["consumer", "producer"]),
        (address("Charlie"), 1, ["consumer", "producer"]),
        (address("Alice"), None, ["steward", "gateway"]),
    ]


def test_a_member_comes_gets_a_role_loses_it_and_goes(village: Any, address: Any) -> None:
    """Admit by address, grant, revoke, leave."""

    def roles_of_dave() -> list[Any]:
        listed = village.aip("community", "members", 0, "--json").document
        return [each["roles"] for each in listed if each["account"] == address("Dave")]

    assert village.aip("community", "admit", 0, address("Dave"), "--dev", "Alice").code == 0
    assert village.aip("community", "grant", 0, "Dave", "grid-operator", "--dev", "Alice").code == 0
    assert roles_of_dave() == [["consumer", "grid-operator"]]

    assert village.aip("community", "revoke", 0, "Dave", "consumer", "--dev", "Alice").code == 0
    assert roles_of_dave() == [["grid-operator"]]

    assert village.aip("community", "leave", 0, "--dev", "Dave", typed="y\n").code == 0
    assert roles_of_dave() == []


def test_leaving_is_asked_first(village: Any) -> None:
    """No is no: nothing is signed."""
    before = village.height

    ended = village.aip("community", "leave", 0, "--dev", "Bob", typed="n\n")

    assert (ended.code, ended.sentence) == (2, "nothing was signed: the answer was no")
    assert village.height == before


def test_a_name_cannot_steer_the_terminal(wilderness: Any) -> None:
    """Whatever a founder writes, a report stays one printable line."""
    ended = wilderness.aip("community", "found", "a\x1b[2Jb\nc", "--dev", "Alice")

    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert len(ended.out.splitlines()) == 1


def test_what_a_steward_gets_wrong(village: Any, address: Any) -> None:
    """Each refusal is a sentence with exit code 2."""
    refused = {
        ("community", "show", 7): "there is no community 7 on this chain: it has only 0",
        ("community", "members", 7): "there is no community 7 on this chain",
        ("community", "admit", 0, "Bob", "--dev", "Alice"): "the account is a member already",
        ("community", "admit", 0, "Dave", "--dev", "Bob"): "only a steward of the community may do this",
        ("community", "admit", 0, address("Dave")[:-1], "--dev", "Alice"): "is no address of this network",
        ("community", "grant", 0, "Bob", "producer", "--dev", "Alice"): "holds the role already",
        ("community", "revoke", 0, "Bob", "oracle", "--dev", "Alice"): "does not hold the role",
        ("community", "revoke", 0, "Alice", "steward", "--dev", "Alice"): "keeps at least one steward",
        ("community", "leave", 0, "--yes", "--dev", "Dave"): "is not a member of the community",
        ("community", "set-track", 0, "plugin", "--dev", "Alice"): "from now on a vote changes it",
        ("community", "set-track", 0, "governance", "--min-approval", "100%", "--dev", "Alice"): "below 100 %",
        ("community", "found", "x" * 65, "--dev", "Alice"): "65 are too many, at most 64 are taken",
        ("community", "found", " ", "--dev", "Alice"): "a community needs a name",
        ("community", "found", "Elm", "--interval", "30min", "--dev", "Alice"): "15 minutes or 1 hour",
        ("community", "found", "Elm", "--epoch", "90min", "--dev", "Alice"): "whole number of intervals",
        ("community", "found", "Elm", "--gate-closure", "1s", "--dev", "Alice"): "parameters are out of bounds",
    }

    for command, sentence in refused.items():
        ended = village.aip(*command)
        assert (ended.code, sentence in ended.sentence) == (2, True), (command, ended)
        assert "\n" not in ended.sentence
