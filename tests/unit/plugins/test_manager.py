"""The manager: exactly what is active is loaded, asked with copies, and checked."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side, Trade
from aipchain.market.certificate import Certificate, Dual, Nothing, Optimum, UniformPrice
from aipchain.market.envelope import EnvelopeRule, Refusal
from aipchain.market.terms import PLAIN_TERMS, LineLimit, Proof, Terms
from aipchain.plugins.bundle import BundleId
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.errors import (
    BundleInvalid,
    ConfigInvalid,
    PluginFailed,
    PluginInvalid,
    ResultRefused,
    UnknownPlugin,
)
from aipchain.plugins.hookspecs import Slot
from aipchain.plugins.manager import Activation, Rule, Ruling
from aipchain.units import Interval, Price, UnixSeconds, Wh

BundleMaker = Callable[..., Path]

HOUR = Interval(UnixSeconds(3_600), 3_600)
REFERENCE = ReferencePrice(retail=Price(30), feed_in=Price(10))
BOOK = (
    BookOrder(OrderNumber(4), AccountId("ann"), MeterId(1), Side.BID, Wh(500), Price(30)),
    BookOrder(OrderNumber(2), AccountId("ben"), MeterId(2), Side.OFFER, Wh(300), Price(10), zone=1),
    BookOrder(OrderNumber(3), AccountId("ben"), MeterId(2), Side.OFFER, Wh(100), Price(25), zone=1),
)
UNIFORM, OPTIMUM = Terms(Proof.UNIFORM_PRICE), Terms(Proof.OPTIMUM)
LINES = Terms(Proof.ENVELOPE, limits=(LineLimit(1, Wh(399), Wh(0)),))
CLEAR = ('hook = "price"', 'hook = "clear"')
CLEAR_RULE = """\
from aipchain.market.book import Trade
from aipchain.market.certificate import Dual, LinePrice, Optimum, UniformPrice
from aipchain.plugins.hookspecs import Clearing, hookimpl


@hookimpl
def clear(inputs):
    bid, offer = inputs.orders[-1], inputs.orders[0]
    return Clearing({answer})
"""


def rule(
    folder: Path | None, price: str = "mid-market-rate", clear: str = "pro-rata", terms: Terms = PLAIN_TERMS
) -> Rule:
    """A rule of two plugins by name, under the terms."""
    catalogue = Catalogue.discover([folder] if folder else [])
    return Rule.load(
        catalogue,
        price=Activation(Slot.PRICE, catalogue.find(price).id),
        clear=Activation(Slot.CLEAR, catalogue.find(clear).id, terms=terms),
    )


def run(it: Rule) -> Ruling:
    """Run a rule on the book above."""
    return it.run(interval=HOUR, reference=REFERENCE, orders=BOOK)


@pytest.mark.parametrize(
    ("price", "clear", "expected"),
    [
        (
            "mid-market-rate",
            "pro-rata",
            Ruling(Price(20), (Trade(OrderNumber(4), OrderNumber(2), Wh(300), Price(20)),)),
        ),
        (
            "supply-demand-ratio",  # 400 Wh for 500 Wh: 30 x 10 x 500 / (20 x 400 + 10 x 500) = 11.5
            "pro-rata",
            Ruling(Price(11), (Trade(OrderNumber(4), OrderNumber(2), Wh(300), Price(11)),)),
        ),
        (
            "mid-market-rate",
            "pay-as-bid",
            Ruling(
                Price(20),
                (
                    Trade(OrderNumber(4), OrderNumber(2), Wh(300), Price(30)),
                    Trade(OrderNumber(4), OrderNumber(3), Wh(100), Price(30)),
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_the_built_ins_clear_a_book(price: str, clear: str, expected: Ruling) -> None:
    """Two slots, any pair of plugins."""
    assert run(rule(None, price, clear)) == expected


def test_settings_reach_the_plugin() -> None:
    """The uniform price takes k from the voted settings: here every price from 10 to 25 balances the book."""
    catalogue = Catalogue.discover()
    book = (replace(BOOK[0], wh=Wh(300)), *BOOK[1:])
    prices = []
    for config in (b'{"k_permille":0}', b"{}", b'{"k_permille":1000}'):
        it = Rule.load(
            catalogue,
            price=Activation(Slot.PRICE, catalogue.find("mid-market-rate").id),
            clear=Activation(Slot.CLEAR, catalogue.find("uniform-price").id, config),
        )
        prices.append(it.run(interval=HOUR, reference=REFERENCE, orders=book).trades[0].price)

    assert prices == [10, 17, 25]


def test_an_unknown_name_is_one_clear_error_with_a_suggestion() -> None:
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(UnknownPlugin) as caught:
        Catalogue.discover().find("mid-markt-rate")

    assert str(caught.value) == "there is no plugin 'mid-markt-rate' here: did you mean mid-market-rate?"
    assert caught.value.exit_code == 2


def test_an_unknown_id_is_one_clear_error() -> None:
    """Nothing is loaded in place of a bundle that is not at hand."""
    with pytest.raises(UnknownPlugin, match=r"no known folder has a bundle with this id; at hand are .*pro-rata@1\.0"):
        Rule.load(
            Catalogue.discover(),
            price=Activation(Slot.PRICE, BundleId("0x" + "00" * 32)),
            clear=Activation(Slot.CLEAR, BundleId("0x" + "00" * 32)),
        )


def test_two_builds_of_one_name_need_the_id(make_bundle: BundleMaker) -> None:
    """A name that could mean two bundles means none; name@release.build and the id still work."""
    folder = make_bundle(folder="a/one").parent
    make_bundle(folder="a/two", manifest=("build = 2", "build = 3"))
    catalogue = Catalogue.discover([folder])

    with pytest.raises(UnknownPlugin, match=r"several builds .*flat-price@1\.2 \(0x.*flat-price@1\.3 \(0x"):
        catalogue.find("flat-price")
    newer = catalogue.find("flat-price@1.3")
    assert catalogue.find(newer.id.upper().replace("0X", "0x")) == newer


def test_a_folder_without_bundles_is_refused(tmp_path: Path) -> None:
    """A wrong folder is an error, not an empty list."""
    with pytest.raises(BundleInvalid, match=r"neither it nor a folder in it holds a plugin\.toml"):
        Catalogue.discover([tmp_path])


def test_a_plugin_is_loaded_only_into_its_slot() -> None:
    """A price rule cannot clear."""
    with pytest.raises(PluginInvalid, match="it is for the slot Price, not for Clear"):
        rule(None, clear="mid-market-rate")


def test_settings_that_do_not_fit_stop_the_load(make_bundle: BundleMaker) -> None:
    """Settings are checked before any interval is run."""
    catalogue = Catalogue.discover([make_bundle()])
    with pytest.raises(ConfigInvalid, match="at most 9"):
        Rule.load(
            catalogue,
            price=Activation(Slot.PRICE, catalogue.find("flat-price").id, b'{"level":10}'),
            clear=Activation(Slot.CLEAR, catalogue.find("pro-rata").id),
        )


def test_the_bytes_that_were_hashed_are_the_bytes_that_run(make_bundle: BundleMaker) -> None:
    """A file changed after the catalogue was read plays no part."""
    folder = make_bundle()
    catalogue = Catalogue.discover([folder])
    (folder / "rule.py").write_text("raise SystemExit(1)")

    it = Rule.load(
        catalogue,
        price=Activation(Slot.PRICE, catalogue.find("flat-price").id),
        clear=Activation(Slot.CLEAR, catalogue.find("pro-rata").id),
    )
    assert it.run_price(interval=HOUR, reference=None, orders=()) == 7


def test_a_bundle_with_an_id_that_is_not_its_own_is_refused(make_bundle: BundleMaker) -> None:
    """The id is computed again at load."""
    true = Catalogue.discover([make_bundle()]).find("flat-price")
    forged = replace(true, files=dict(true.files) | {"rule.py": b""})

    with pytest.raises(PluginInvalid, match="do not have the id"):
        Rule.load(
            Catalogue((forged,)),
            price=Activation(Slot.PRICE, true.id),
            clear=Activation(Slot.CLEAR, true.id),
        )


def test_modules_of_a_bundle_import_each_other(make_bundle: BundleMaker) -> None:
    """Relative imports work, from subfolders too, and leave nothing on the import path."""
    files = {"curves/steps.py": b"from ..numbers_ import LEVEL\n", "numbers_.py": b"LEVEL = 5\n"}
    text = "from aipchain.plugins.hookspecs import hookimpl\nfrom .curves.steps import LEVEL\n"
    finders = list(sys.meta_path)
    it = rule(make_bundle(f"{text}\n@hookimpl\ndef price(inputs):\n    return LEVEL\n", files=files), "flat-price")

    assert it.run_price(interval=HOUR, reference=None, orders=()) == 5
    assert sys.meta_path == finders


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import time", "import of time"),
        ("import aipchain.chain.node", "import of aipchain.chain.node"),
        ("from random import random", "import from random"),
        ("from math import sqrt", "math.sqrt is not a whole-number function"),
        ("x = 0.5", "the fraction 0.5"),
        ("x = 1 / 2", "division with /"),
        ("x = 1\nx /= 2", "division with /"),
        ("x = float(1)", "use of float"),
        ("x = open('y')", "use of open"),
        ("x = hash('y')", "use of hash"),
        ("x = ().__class__", "use of __class__"),
        ("object.__setattr__((), 'wh', 1)", "use of __setattr__"),
        ("def", "not valid Python"),
        ("from .nowhere import x", "importing rule: ModuleNotFoundError"),
        ("raise ValueError('no')", "importing rule: ValueError('no')"),
        ("raise SystemExit(3)", "importing rule: SystemExit(3)"),
        ("x = 1", "the manifest names the hooks ['price'], the code implements []"),
        (
            "from aipchain.plugins.hookspecs import hookimpl\n@hookimpl\ndef price(inputs, clock): return 1",
            "Argument(s) {'clock'} are declared in the hookimpl but can not be found in the hookspec",
        ),
        (
            "from aipchain.plugins.hookspecs import hookimpl\n@hookimpl\ndef prize(inputs): return 1",
            "unknown hook 'prize'",
        ),
    ],
)
def test_code_that_is_not_fit_is_not_loaded(make_bundle: BundleMaker, code: str, problem: str) -> None:
    """Clocks, chance, fractions, files, broken code and hooks that do not fit are refused at load, by name."""
    with pytest.raises(PluginInvalid) as caught:
        rule(make_bundle(code), "flat-price")

    assert "plugin flat-price@1.2 cannot be loaded" in str(caught.value)
    assert problem in str(caught.value)


def test_whole_number_mathematics_is_allowed(make_bundle: BundleMaker) -> None:
    """Integer roots, common divisors and the like are exact."""
    code = "from math import isqrt, gcd\nfrom aipchain.plugins.hookspecs import hookimpl\n"
    it = rule(make_bundle(f"{code}\n@hookimpl\ndef price(inputs):\n    return isqrt(17) + gcd(4, 6)\n"), "flat-price")

    assert it.run_price(interval=HOUR, reference=None, orders=()) == 6


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("1 // 0", "it raised ZeroDivisionError"),
        ("-1", "a price is a whole number in 0..2^64-1 or None, not -1"),
        ("2**64", "a price is a whole number"),
        ("True", "a price is a whole number"),
        ("'7'", "a price is a whole number"),
    ],
)
def test_a_price_that_is_no_price_is_a_failure(make_bundle: BundleMaker, answer: str, problem: str) -> None:
    """Any exception and any answer of another type names plugin and hook."""
    text = f"from aipchain.plugins.hookspecs import hookimpl\n@hookimpl\ndef price(inputs):\n    return {answer}\n"
    with pytest.raises(PluginFailed) as caught:
        run(rule(make_bundle(text), "flat-price"))

    assert str(caught.value).startswith("plugin flat-price@1.2 failed in hook 'price': ")
    assert problem in str(caught.value)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("None", "trades come as a list, not as NoneType"),
        ("[(4, 2, 1, 20)]", "is no Trade"),
        ("[Trade(4, 2, True, 20)]", "something else than whole numbers"),
        ("[Trade(4, 2, -1, 20)]", "something else than whole numbers"),
        ("[Trade(4, 2, '1', 20)]", "something else than whole numbers"),
        ("[Trade(4, 2, 1, 20)] * 2001", "2001 trades are more than the 2000"),
        ("inputs.orders[0].wh and setattr_()", "it raised NameError"),
    ],
)
def test_trades_that_are_no_trades_are_a_failure(make_bundle: BundleMaker, answer: str, problem: str) -> None:
    """Only a list of whole-number trades is an answer."""
    with pytest.raises(PluginFailed) as caught:
        run(rule(make_bundle(CLEAR_RULE.format(answer=answer), manifest=CLEAR), clear="flat-price"))

    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ("[Trade(4, 9, 1, 20)]", Refusal(0, EnvelopeRule.UNKNOWN_ORDER)),
        ("[Trade(4, 2, 0, 20)]", Refusal(0, EnvelopeRule.ZERO_ENERGY)),
        ("[Trade(4, 3, 1, 20), Trade(4, 2, 1, 20)]", Refusal(1, EnvelopeRule.BELOW_OFFER_LIMIT)),
        ("[Trade(4, 2, 301, 20)]", Refusal(0, EnvelopeRule.OFFER_OVERFILLED)),
    ],
)
def test_trades_outside_the_envelope_are_refused(make_bundle: BundleMaker, answer: str, refusal: Refusal) -> None:
    """The first breach is counted in canonical order, as the chain would count it."""
    with pytest.raises(ResultRefused) as caught:
        run(rule(make_bundle(CLEAR_RULE.format(answer=answer), manifest=CLEAR), clear="flat-price"))

    assert caught.value.refusal == refusal


def test_a_list_of_trades_is_no_clearing(make_bundle: BundleMaker) -> None:
    """The answer of a market rule says what proves it, too."""
    text = "from aipchain.plugins.hookspecs import hookimpl\n@hookimpl\ndef clear(inputs):\n    return []\n"
    with pytest.raises(PluginFailed, match="a market rule answers a Clearing, not list"):
        run(rule(make_bundle(text, manifest=CLEAR), clear="flat-price"))


GOOD = "[Trade(4, 2, 300, 30), Trade(4, 3, 100, 30)]"


@pytest.mark.parametrize(
    ("terms", "answer", "problem"),
    [
        (UNIFORM, GOOD, "demands a proof UniformPrice, and it gives none"),
        (UNIFORM, f"{GOOD}, Optimum(())", "demands a proof UniformPrice"),
        (UNIFORM, f"{GOOD}, 25", "25 is no certificate"),
        (UNIFORM, f"{GOOD}, UniformPrice(-1)", "is no certificate in whole numbers"),
        (UNIFORM, f"{GOOD}, UniformPrice(29)", "the chain refuses its certificate: OtherPrice"),
        (UNIFORM, "[Trade(4, 2, 300, 30)], UniformPrice(30)", "the chain refuses its certificate: OrderLeftOut"),
        (OPTIMUM, f"{GOOD}, Optimum((Dual(2, 300, 15),), ())", "the chain refuses its certificate: DualsIncomplete"),
        (
            OPTIMUM,
            f"{GOOD}, Optimum((Dual(2, 300, 0), Dual(3, 100, 65), Dual(4, 500, 0)), ())",
            "anyone could undo the clearing: bid 4 and offer 2 would gain more",
        ),
        (
            OPTIMUM,
            f"{GOOD}, Optimum((Dual(2, 299, 0), Dual(3, 100, 65), Dual(4, 500, 0)), ())",
            "anyone could undo the clearing: the dual of order 2",
        ),
        (LINES, GOOD, "anyone could undo the clearing: the line of zone 1 carries more"),
    ],
)
def test_what_does_not_prove_its_trades_is_a_failure(
    make_bundle: BundleMaker, terms: Terms, answer: str, problem: str
) -> None:
    """Whether the chain would refuse it, or take it and undo it later."""
    with pytest.raises(PluginFailed, match=re.escape(problem)):
        run(rule(make_bundle(CLEAR_RULE.format(answer=answer), manifest=CLEAR), clear="flat-price", terms=terms))


DUALS = tuple(
    Dual(OrderNumber(number), Wh(wh), Price(surplus))
    for number, wh, surplus in ((2, 300, 20), (3, 100, 5), (4, 500, 0))
)


@pytest.mark.parametrize(
    ("terms", "told", "given"),
    [
        (UNIFORM, UniformPrice(Price(30)), UniformPrice(Price(30))),
        (OPTIMUM, Optimum(DUALS), Optimum(DUALS)),
        (PLAIN_TERMS, UniformPrice(Price(30)), Nothing()),
    ],
)
def test_a_proof_is_given_as_the_terms_demand_it(
    make_bundle: BundleMaker, terms: Terms, told: Certificate, given: Certificate
) -> None:
    """Where nothing is to be proven, a certificate is left out: the chain would refuse it."""
    bundle = make_bundle(CLEAR_RULE.format(answer=f"{GOOD}, {told!r}"), manifest=CLEAR)

    assert run(rule(bundle, clear="flat-price", terms=terms)).certificate == given


def test_the_uniform_price_proves_itself() -> None:
    """The built-in rule, also where nobody meets."""
    it = rule(None, clear="uniform-price", terms=UNIFORM)

    assert run(it).certificate == UniformPrice(run(it).trades[0].price)
    assert it.run(interval=HOUR, reference=REFERENCE, orders=BOOK[:1]).certificate == UniformPrice(Price(30))


def test_orders_come_sorted_and_trades_leave_sorted(make_bundle: BundleMaker) -> None:
    """The plugin sees the book by number; the result is in canonical order."""
    answer = "[Trade(4, o.number, 1, 25) for o in reversed(inputs.orders) if o.number < 4]"
    it = rule(make_bundle(CLEAR_RULE.format(answer=answer), manifest=CLEAR), clear="flat-price")

    assert [trade.offer for trade in run(it).trades] == [2, 3]


def test_without_reference_prices_a_reference_rule_cannot_decide() -> None:
    """The failure says why in one sentence, and no result is invented."""
    with pytest.raises(PluginFailed, match="'price': it cannot decide: no reference prices were posted"):
        rule(None).run(interval=HOUR, reference=None, orders=BOOK)


def test_each_activation_is_of_its_own_slot() -> None:
    """Swapped slots are a programming mistake."""
    activation = Activation(Slot.PRICE, Catalogue.discover().find("mid-market-rate").id)
    with pytest.raises(ValueError, match="own slot"):
        Rule.load(Catalogue.discover(), price=activation, clear=activation)


KEEPING_RULE = """\
from aipchain.market.book import Trade
from aipchain.plugins.hookspecs import Clearing, hookimpl

SEEN = []


@hookimpl
def clear(inputs):
    fresh = [order for order in inputs.orders if all(order is not seen for seen in SEEN)]
    SEEN.extend(inputs.orders)
    return Clearing([Trade(4, 2, len(fresh), 25)])
"""


def test_every_call_has_orders_of_its_own(make_bundle: BundleMaker) -> None:
    """Equal to the book's and never those of another call: what a plugin does to them reaches nobody else."""
    it = rule(make_bundle(KEEPING_RULE, manifest=CLEAR), clear="flat-price")

    assert [run(it).trades[0].wh for _ in range(3)] == [len(BOOK)] * 3
