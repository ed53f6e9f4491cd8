"""`aip propose`, `aip vote` and `aip plugin` against a real node: one vote from proposal to activation."""

from typing import Any

import pytest

NOON = 1_475_496_000
HOUR = 3_600
PROPOSE = ("propose", "plugin", 0, "supply-demand-ratio", "--dev", "Bob")


@pytest.fixture
def proposed(village: Any) -> Any:
    """The village when Bob has proposed another price rule."""
    assert village.aip(*PROPOSE).code == 0
    return village


@pytest.fixture
def polling(proposed: Any) -> Any:
    """The same when its notice is over."""
    proposed.wait_until(NOON + HOUR + 60)
    return proposed


def test_a_proposal_tells_what_it_changes(proposed: Any, address: Any) -> None:
    """In words for people, whole for programs."""
    shown = proposed.aip("propose", "show", 0, "--json").document
    told = " ".join(proposed.aip("propose", "show", 0).out.split())

    assert (shown["proposer"], shown["electorate"], shown["state"]["kind"]) == (address("Bob"), 2, "deciding")
    assert (shown["change"]["kind"], shown["change"]["slot"], shown["change"]["binding"]["config"]) == (
        "plugin",
        "price",
        {},
    )
    assert "put supply-demand-ratio@1.0 into the slot price" in told
    assert "mid-market-rate@1.0, bound as" in told
    assert "supply-demand-ratio@1.0" in proposed.aip("propose", "list").out


def test_a_vote_shows_what_it_binds_to_and_asks(polling: Any) -> None:
    """The binding hash and the change stand above the question; no signs nothing."""
    before = polling.height
    content = polling.aip("propose", "show", 0, "--json").document

    ended = polling.aip("vote", 0, "--aye", "--dev", "Bob", typed="n\n")

    told = "".join(ended.out.split()).replace("│", "").replace("bindinghash", "")
    assert content["binding_hash"] in told
    assert (ended.code, ended.sentence) == (2, "nothing was signed: the answer was no")
    assert polling.height == before


def test_a_member_votes_once(polling: Any, address: Any) -> None:
    """The second vote is refused in one sentence, and changes nothing."""
    assert polling.aip("vote", 0, "--aye", "--dev", "Bob", typed="y\n").code == 0

    again = polling.aip("vote", 0, "--nay", "--yes", "--dev", "Bob")

    assert again.code == 2
    assert again.sentence == (
        "the chain refused this: the account has voted on this proposal already, and a member votes once "
        "(CommunityGovernance.AlreadyVoted)"
    )
    assert polling.aip("propose", "show", 0, "--json").document["ballots"] == {address("Bob"): True}


def test_a_vote_from_proposal_to_activation(polling: Any) -> None:
    """Voted, confirmed, approved, scheduled for the next epoch; then the slot has the new plugin."""
    for name in ("Bob", "Charlie"):
        assert polling.aip("vote", 0, "--aye", "--yes", "--dev", name).code == 0
    polling.wait_until(NOON + 3 * HOUR)
    approved = polling.aip("propose", "advance", 0, "--dev", "Eve")
    polling.wait_until(NOON + 5 * HOUR)
    scheduled = polling.aip("propose", "advance", 0, "--dev", "Eve")
    pending = polling.aip("plugin", "list", "--community", 0, "--json").document["slots"]["price"]
    polling.wait_until(NOON + 12 * HOUR)
    polling.node.author()
    after = polling.aip("plugin", "list", "--community", 0, "--json").document["slots"]["price"]

    assert "proposal 0 is approved" in approved.out
    assert "proposal 0 is scheduled" in scheduled.out
    assert pending["active"]["plugin"] == "mid-market-rate@1.0"
    assert (pending["pending"]["plugin"], pending["pending"]["from_time"]) == (
        "supply-demand-ratio@1.0",
        NOON + 12 * HOUR,
    )
    assert after["active"]["plugin"] == "supply-demand-ratio@1.0"
    assert after["fallback"]["plugin"] == "mid-market-rate@1.0"
    assert "pending" not in after


def test_other_parameters_are_proposed_by_what_changes(village: Any) -> None:
    """What is not given stays as it is."""
    ended = village.aip("propose", "parameters", 0, "--gate-closure", "20min", "--dev", "Charlie")
    change = village.aip("propose", "show", 0, "--json").document["change"]

    assert "orders until 20 min before delivery, clearing within 5 min" in ended.out
    assert change["parameters"] == {
        "gate_closure_s": 1_200,
        "clearing_window_s": 300,
        "grace_s": 900,
        "collateral": 100_000,
    }


def test_a_track_is_set_once_and_then_voted_on(village: Any) -> None:
    """The steward sets what was not set; from then on a proposal changes it."""
    assert village.aip("community", "set-track", 0, "governance", "--notice", "1h", "--dev", "Alice").code == 0

    ended = village.aip("propose", "track", 0, "plugin", "--min-turnout", "75%", "--dev", "Bob")

    assert (
        "decide on plugin changes so: voting begins after 1 h and lasts 4 h; it passes with 75 % turnout" in ended.out
    )


def test_a_proposer_may_think_again(proposed: Any) -> None:
    """Only the proposer; a cancelled proposal takes no votes."""
    stranger = proposed.aip("propose", "cancel", 0, "--dev", "Charlie")
    own = proposed.aip("propose", "cancel", 0, "--dev", "Bob")
    vote = proposed.aip("vote", 0, "--aye", "--yes", "--dev", "Charlie")

    assert (stranger.code, "only the account that made the proposal" in stranger.sentence) == (2, True)
    assert own.code == 0
    assert (vote.code, "the proposal is decided already" in vote.sentence) == (2, True)


def test_a_stale_predecessor_is_refused(village: Any) -> None:
    """A proposal names what it replaces; something else stands there."""
    ended = village.aip(*PROPOSE, "--replaces", "0x" + "ab" * 32)

    assert ended.code == 2
    assert "what the proposal would replace is no longer what stands now" in ended.sentence
    assert village.aip("propose", "list", "--json").document == []


def test_what_a_voter_gets_wrong(proposed: Any) -> None:
    """Each refusal is a sentence with exit code 2."""
    refused = {
        ("vote", 0, "--aye", "--yes", "--dev", "Bob"): "voting has not begun",
        ("vote", 9, "--aye", "--yes", "--dev", "Bob"): "there is no proposal 9: the chain has proposals 0 to 0",
        ("vote", 0, "--yes", "--dev", "Bob"): "--aye or --nay",
        ("propose", "show", 9): "there is no proposal 9",
        ("propose", "advance", 9, "--dev", "Bob"): "there is no proposal 9",
        ("propose", "advance", 0, "--dev", "Bob"): "no step of the proposal is due yet",
        ("propose", "plugin", 0, "supply-demand-rate", "--dev", "Bob"): "did you mean supply-demand-ratio?",
        ("propose", "plugin", 0, "mid-market-rate", "--dev", "Bob"): "is already in force",
        ("propose", "plugin", 0, "uniform-price", "--dev", "Bob"): "`aip plugin register` makes it known",
        ("propose", "plugin", 0, "uniform-price", "--slot", "price", "--dev", "Bob"): "does not fit the slot price",
        ("propose", "plugin", 4, "uniform-price", "--dev", "Bob"): "there is no community 4",
        ("propose", "plugin", 0, "supply-demand-ratio", "--dev", "Dave"): "only a member",
        ("propose", "plugin", 0, "supply-demand-ratio", "--replaces", "0x1", "--dev", "Bob"): "64 hexadecimal digits",
        ("propose", "parameters", 0, "--dev", "Bob"): "is already in force",
        ("propose", "parameters", 0, "--grace", "soon", "--dev", "Bob"): "--grace 'soon' cannot be read",
        ("propose", "parameters", 0, "--clearing-window", "2h", "--dev", "Bob"): "parameters are out of bounds",
        ("propose", "track", 0, "governance", "--dev", "Bob"): "the governance track is not set yet",
        ("propose", "track", 0, "plugin", "--notice", "2h", "--dev", "Bob"): "has no track for such a decision",
    }

    for command, sentence in refused.items():
        ended = proposed.aip(*command)
        assert (ended.code, sentence in ended.sentence) == (2, True), (command, ended)


def test_who_came_later_has_no_vote(polling: Any) -> None:
    """The electorate is fixed when the proposal opens."""
    assert polling.aip("community", "admit", 0, "Dave", "--dev", "Alice").code == 0

    ended = polling.aip("vote", 0, "--aye", "--yes", "--dev", "Dave")

    assert (ended.code, "became one after the proposal opened" in ended.sentence) == (2, True)


def test_plugins_are_registered_once_and_installed_into_empty_slots(village: Any) -> None:
    """Registering is for anyone; installing for a steward, and only the first time."""
    assert village.aip("plugin", "register", "uniform-price", "--dev", "Eve").code == 0

    refused = {
        ("plugin", "register", "uniform-price", "--dev", "Eve"): "registered already",
        ("plugin", "install", 0, "uniform-price", "--dev", "Alice"): "the slot is filled",
        ("plugin", "install", 0, "uniform-price", "--dev", "Bob"): "only a steward",
        ("plugin", "install", 5, "uniform-price", "--dev", "Alice"): "there is no community 5",
        ("plugin", "list", "--community", 5): "there is no community 5",
    }
    for command, sentence in refused.items():
        ended = village.aip(*command)
        assert (ended.code, sentence in ended.sentence) == (2, True), (command, ended)


def test_a_first_plugin_has_its_settings(wilderness: Any) -> None:
    """The settings are part of what is bound."""
    wilderness.aip("community", "found", "Elm Close", "--dev", "Alice")
    unknown = wilderness.aip("plugin", "install", 0, "uniform-price", "--dev", "Alice")
    wilderness.aip("plugin", "register", "uniform-price", "--dev", "Alice")
    wilderness.aip("plugin", "install", 0, "uniform-price", "--set", "k_permille=250", "--dev", "Alice")

    slots = wilderness.aip("plugin", "show", "uniform-price", "--community", 0, "--json").document["slots_on_chain"]

    assert (unknown.code, "not registered on this chain" in unknown.sentence) == (2, True)
    assert slots["price"] is None
    assert (slots["clear"]["active"]["plugin"], slots["clear"]["active"]["config"]) == (
        "uniform-price@1.0",
        '{"k_permille":250}',
    )
