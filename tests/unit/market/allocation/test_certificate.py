"""What the check of an allocation finds."""

from dataclasses import replace

import pytest

from aipchain.market.allocation.certificate import Fault, KeyCertificate, KeyName, certify, verify
from aipchain.market.allocation.claims import Allocation, Claim
from aipchain.market.allocation.keys import cascade, pro_rata, static
from aipchain.market.book import MeterId
from aipchain.market.breach import At, Breach, Thing
from aipchain.units import Wh

ANN, BEN, CAT = MeterId(1), MeterId(2), MeterId(3)
BOOK = (Wh(600), (Claim(ANN, Wh(300), 500_000, 1), Claim(BEN, Wh(500), 300_000, 0), Claim(CAT, Wh(200), 200_000, 1)))
FAIR = pro_rata(*BOOK)


def moved(allocation: Allocation, wh: int) -> Allocation:
    """Energy taken from Ann for Ben."""
    parts = dict(allocation.assigned)
    parts |= {ANN: Wh(parts[ANN] - wh), BEN: Wh(parts[BEN] + wh)}
    return Allocation(parts, dict(parts), allocation.unassigned)


def test_a_favour_of_one_watt_hour_is_within_rounding_and_two_are_not() -> None:
    """Ann's fair part is 180 Wh exactly: even one moved watt-hour is found."""
    certificate = KeyCertificate(KeyName.PRO_RATA)

    assert verify(BOOK, FAIR, certificate) is None
    assert verify(BOOK, moved(FAIR, 1), certificate) == Breach(Fault.KEY_NOT_KEPT, At(Thing.METER, ANN))


def test_lost_invented_and_foreign_energy_is_found() -> None:
    """Sums, caps, and the list of meters."""
    certificate = KeyCertificate(KeyName.PRO_RATA)

    assert verify(BOOK, replace(FAIR, unassigned=Wh(1)), certificate) == Breach(Fault.SUM_DIFFERS)
    assert verify(BOOK, replace(FAIR, used={**FAIR.used, ANN: Wh(0)}), certificate) == Breach(
        Fault.USED_NOT_CAPPED, At(Thing.METER, ANN)
    )
    assert verify((BOOK[0], BOOK[1][1:]), FAIR, certificate) == Breach(Fault.CLAIM_NOT_ANSWERED_ONCE)
    assert verify((BOOK[0], (*BOOK[1], BOOK[1][0])), FAIR, certificate) == Breach(Fault.CLAIM_NOT_ANSWERED_ONCE)


@pytest.mark.parametrize("key", KeyName)
def test_another_keys_answer_is_refused(key: KeyName) -> None:
    """With a certificate for the wrong key; static and hybrid agree here, because nobody is capped."""
    result = cascade(*BOOK) if key is not KeyName.CASCADE else static(*BOOK)

    assert verify(BOOK, result, certify(BOOK, result, key)) is not None


def test_a_wrong_witness_is_refused() -> None:
    """The cascade's answer with another tier named."""
    result = cascade(*BOOK)

    assert verify(BOOK, result, certify(BOOK, result, KeyName.CASCADE)) is None
    assert verify(BOOK, result, KeyCertificate(KeyName.CASCADE, tier=0)) is not None
    assert verify(BOOK, result, KeyCertificate(KeyName.CASCADE, tier=2)) is not None


def test_a_breach_says_what_and_where() -> None:
    """One sentence."""
    assert str(Breach(Fault.KEY_NOT_KEPT, At(Thing.METER, ANN))) == (
        "the clearing is not proven: KeyNotKept at meter 1"
    )
    assert str(Breach(Fault.SUM_DIFFERS)) == "the clearing is not proven: SumDiffers"
