"""A refusal of the chain becomes a sentence, and whose mistake it was decides the exit code."""

import pytest

from aipchain.cli.errors import CallRefused
from aipchain.cli.refusals import explained
from aipchain.errors import OperationError
from aipchain.runtime_bridge.errors import DispatchRefused, NonceTaken, SubmissionRefused


def test_a_second_vote_is_the_voters_mistake() -> None:
    """Exit code 2, the runtime's own words at the end."""
    failure = explained(DispatchRefused("CommunityGovernance", "AlreadyVoted", "The caller voted already."))

    assert failure.exit_code == 2
    assert str(failure) == (
        "the chain refused this: the account has voted on this proposal already, and a member votes once "
        "(CommunityGovernance.AlreadyVoted)"
    )


def test_an_error_this_client_has_no_sentence_for_is_told_in_the_runtimes_words() -> None:
    """A newer runtime may know more errors."""
    failure = explained(DispatchRefused("Market", "Newer", "Something new."))

    assert (failure.exit_code, str(failure)) == (2, "the chain refused this: Something new (Market.Newer)")


@pytest.mark.parametrize(
    "refusal",
    [
        DispatchRefused("Market", "Overflow", "A sum does not fit."),
        DispatchRefused("System", "CallFiltered"),
        NonceTaken(bytes(32), 7),
        SubmissionRefused(bytes(32), "the pool is full"),
    ],
)
def test_what_the_signer_cannot_mend_stays_as_it_is(refusal: OperationError) -> None:
    """Exit code 1."""
    assert explained(refusal) is refusal
    assert refusal.exit_code == 1


def test_an_empty_purse_is_told() -> None:
    """Whether the fee or the escrow is what it cannot pay."""
    fee = explained(SubmissionRefused(bytes(32), "Inability to pay some fees (e.g. account balance too low)"))
    escrow = explained(DispatchRefused("Token", "FundsUnavailable"))

    assert [type(fee), type(escrow)] == [CallRefused, CallRefused]
    assert "to pay the fee" in str(fee)
