"""The chapter of money: holds, releases, payments, and accounts that open and close."""

from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec import balances
from aipchain.pallets_spec.balances import (
    EXISTENTIAL_DEPOSIT,
    Account,
    BurnedDebt,
    DustLost,
    Endowed,
    Held,
    HoldReason,
    KilledAccount,
    NewAccount,
    Released,
    Transfer,
    TransferOnHold,
    transfer_allow_death,
    transfer_keep_alive,
)
from aipchain.pallets_spec.errors import Arithmetic, BadOrigin, Token
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import U128_MAX
from aipchain.units import AIP, Balance

if TYPE_CHECKING:
    from tests.spec.conftest import Town

PURCHASE = HoldReason("Session", "Keys")
DEPOSIT = HoldReason("Somewhere", "Deposit")
RICH = 1_000 * AIP
MOST = Balance(RICH - EXISTENTIAL_DEPOSIT)


def test_money_on_hold_is_not_free(town: "Town") -> None:
    """Holds of one purpose add up, and those of another are kept apart."""
    world, ada = town.world, town.account("ada")
    balances.hold(world, PURCHASE, ada, Balance(5))
    balances.hold(world, DEPOSIT, ada, Balance(2))
    balances.hold(world, PURCHASE, ada, Balance(3))

    assert balances.on_hold(world, PURCHASE, ada) == 8
    assert balances.on_hold(world, DEPOSIT, ada) == 2
    assert world.money.accounts[ada] == Account(Balance(RICH - 10), Balance(10))
    assert world.events[-1] == Held(PURCHASE, ada, Balance(3))


def test_a_hold_leaves_the_existential_deposit(town: "Town") -> None:
    """All but 0.001 AIP can be held, and nothing more of it."""
    world, ada = town.world, town.account("ada")
    with pytest.raises(Token.FundsUnavailable):
        balances.hold(world, PURCHASE, ada, Balance(MOST + 1))
    balances.hold(world, PURCHASE, ada, MOST)
    assert balances.free(world, ada) == EXISTENTIAL_DEPOSIT


def test_a_closed_account_holds_nothing_not_even_zero(town: "Town") -> None:
    """Something is not there to hold; for nothing a closed account has no place."""
    with pytest.raises(Token.FundsUnavailable):
        balances.hold(town.world, PURCHASE, town.account("cleo"), Balance(1))
    with pytest.raises(Token.CannotCreateHold):
        balances.hold(town.world, PURCHASE, town.account("cleo"), Balance(0))


def test_a_hold_of_zero_is_told_and_not_stored(town: "Town") -> None:
    """An open account can hold nothing, which changes nothing."""
    ada = town.account("ada")
    balances.hold(town.world, PURCHASE, ada, Balance(0))
    assert town.world.events == [Held(PURCHASE, ada, Balance(0))]
    assert town.world.money.holds == {}


def test_a_release_gives_back_what_is_on_hold(town: "Town") -> None:
    """In parts or whole; more than is on hold for the purpose is refused."""
    world, ada = town.world, town.account("ada")
    balances.hold(world, PURCHASE, ada, Balance(8))
    balances.hold(world, DEPOSIT, ada, Balance(8))
    balances.release(world, PURCHASE, ada, Balance(3))
    assert world.events[-1] == Released(PURCHASE, ada, Balance(3))
    with pytest.raises(Token.FundsUnavailable):
        balances.release(world, PURCHASE, ada, Balance(6))
    balances.release(world, PURCHASE, ada, Balance(5))
    assert world.money.holds == {(ada, DEPOSIT): 8}
    assert world.money.accounts[ada] == Account(Balance(RICH - 8), Balance(8))


def test_a_closed_account_is_released_nothing(town: "Town") -> None:
    """The runtime tells of the account though it stays closed; anything above nothing is refused."""
    cleo = town.account("cleo")
    balances.release(town.world, PURCHASE, cleo, Balance(0))
    assert town.world.events == [Endowed(cleo, Balance(0)), Released(PURCHASE, cleo, Balance(0))]
    assert cleo not in town.world.money.accounts
    with pytest.raises(Token.CannotCreate):
        balances.release(town.world, PURCHASE, cleo, Balance(1))
    with pytest.raises(Token.FundsUnavailable):
        balances.release(town.world, PURCHASE, cleo, EXISTENTIAL_DEPOSIT)


def test_money_on_hold_is_paid_out_free(town: "Town") -> None:
    """The payer's hold shrinks, the payee can spend it."""
    world, ada, ben = town.world, town.account("ada"), town.account("ben")
    balances.hold(world, PURCHASE, ada, Balance(8))
    balances.transfer_on_hold(world, PURCHASE, ada, ben, Balance(5))
    assert world.events[-1] == TransferOnHold(PURCHASE, ada, ben, Balance(5))
    assert balances.on_hold(world, PURCHASE, ada) == 3
    assert balances.free(world, ben) == RICH + 5


def test_money_on_hold_opens_an_account(town: "Town") -> None:
    """The payee must reach the existential deposit; the opening is told first."""
    world, ada, cleo = town.world, town.account("ada"), town.account("cleo")
    balances.hold(world, PURCHASE, ada, MOST)
    world.events.clear()
    with pytest.raises(Token.CannotCreate):
        balances.transfer_on_hold(world, PURCHASE, ada, cleo, Balance(EXISTENTIAL_DEPOSIT - 1))
    balances.transfer_on_hold(world, PURCHASE, ada, cleo, EXISTENTIAL_DEPOSIT)
    assert world.events == [
        NewAccount(cleo),
        Endowed(cleo, EXISTENTIAL_DEPOSIT),
        TransferOnHold(PURCHASE, ada, cleo, EXISTENTIAL_DEPOSIT),
    ]


def test_no_more_is_paid_than_is_on_hold(town: "Town") -> None:
    """More than all holds together is frozen, more than the hold of this purpose is not available."""
    world, ada, ben = town.world, town.account("ada"), town.account("ben")
    balances.hold(world, PURCHASE, ada, Balance(5))
    balances.hold(world, DEPOSIT, ada, Balance(5))
    with pytest.raises(Token.Frozen):
        balances.transfer_on_hold(world, PURCHASE, ada, ben, Balance(11))
    with pytest.raises(Token.FundsUnavailable):
        balances.transfer_on_hold(world, PURCHASE, ada, ben, Balance(6))
    with pytest.raises(Token.Frozen):
        balances.transfer_on_hold(world, PURCHASE, town.account("cleo"), ben, Balance(1))


def test_a_deposit_must_open_the_account_and_fit(town: "Town") -> None:
    """Nothing always fits; a closed account needs the existential deposit; a number has an end."""
    world, ada, cleo = town.world, town.account("ada"), town.account("cleo")
    balances.hold(world, PURCHASE, ada, Balance(5))
    room = U128_MAX - RICH
    asked = [(cleo, 0), (cleo, EXISTENTIAL_DEPOSIT - 1), (cleo, EXISTENTIAL_DEPOSIT), (ada, room), (ada, room + 1)]
    answers = [balances.can_deposit(world, who, Balance(amount)) for who, amount in asked]
    assert answers == [True, False, True, True, False]


def test_free_money_is_paid(town: "Town") -> None:
    """The sum moves; paying oneself or nothing moves nothing, and paying oneself is not even told."""
    ada, ben = town.account("ada"), town.account("ben")
    assert town.does("ada", transfer_keep_alive, dest=ben, value=Balance(7)) == [Transfer(ada, ben, Balance(7))]
    assert (balances.free(town.world, ada), balances.free(town.world, ben)) == (RICH - 7, RICH + 7)
    assert town.does("ada", transfer_allow_death, dest=ada, value=Balance(7)) == []
    assert town.does("ada", transfer_allow_death, dest=ben, value=Balance(0)) == [Transfer(ada, ben, Balance(0))]
    cleo = town.account("cleo")
    told = town.does("cleo", transfer_allow_death, dest=ben, value=Balance(0))
    assert told == [Endowed(cleo, Balance(0)), Transfer(cleo, ben, Balance(0))]
    assert isinstance(town.refused(Root(), transfer_allow_death, dest=ben, value=Balance(1)), BadOrigin)


def test_a_payment_may_close_its_payer_and_burn_the_dust(town: "Town") -> None:
    """What is left below the existential deposit is gone; an account kept alive refuses to go there."""
    ada, cleo = town.account("ada"), town.account("cleo")
    nearly = Balance(MOST + 1)
    dust = Balance(EXISTENTIAL_DEPOSIT - 1)
    assert isinstance(town.refused("ada", transfer_keep_alive, dest=cleo, value=nearly), Token.NotExpendable)
    issued = town.world.money.total_issuance
    assert town.does("ada", transfer_allow_death, dest=cleo, value=nearly) == [
        KilledAccount(ada),
        DustLost(ada, dust),
        BurnedDebt(dust),
        NewAccount(cleo),
        Endowed(cleo, nearly),
        Transfer(ada, cleo, nearly),
    ]
    assert ada not in town.world.money.accounts
    assert town.world.money.total_issuance == issued - dust


def test_a_payment_of_everything_leaves_no_dust(town: "Town") -> None:
    """The account closes, and nothing is burnt."""
    ada, ben = town.account("ada"), town.account("ben")
    told = town.does("ada", transfer_allow_death, dest=ben, value=Balance(RICH))
    assert told == [KilledAccount(ada), Transfer(ada, ben, Balance(RICH))]


def test_an_account_that_is_needed_stays_open(town: "Town") -> None:
    """Money on hold, or another consumer, keeps the existential deposit where it is."""
    ada, ben = town.account("ada"), town.account("ben")
    town.world.money.accounts[ben] = Account(Balance(RICH), other_consumers=1)
    assert isinstance(town.refused("ben", transfer_allow_death, dest=ada, value=Balance(RICH)), Token.Frozen)
    balances.hold(town.world, PURCHASE, ada, Balance(1))
    assert isinstance(town.refused("ada", transfer_allow_death, dest=ben, value=MOST), Token.Frozen)
    town.does("ada", transfer_allow_death, dest=ben, value=Balance(MOST - 1))


def test_payments_that_cannot_be_are_refused(town: "Town") -> None:
    """Too little money, too little to open an account, and more money than there is."""
    ben, cleo = town.account("ben"), town.account("cleo")
    poor = town.refused("ada", transfer_allow_death, dest=ben, value=Balance(RICH + 1))
    assert isinstance(poor, Token.FundsUnavailable)
    small = town.refused("ada", transfer_allow_death, dest=cleo, value=Balance(EXISTENTIAL_DEPOSIT - 1))
    assert isinstance(small, Token.BelowMinimum)
    issued = town.world.money.total_issuance
    absurd = town.refused("ada", transfer_allow_death, dest=ben, value=Balance(issued + 1))
    assert isinstance(absurd, Arithmetic.Underflow)
