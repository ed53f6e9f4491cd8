"""`aip market compare`: real homes under every rule, as table, JSON and report, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aipchain.cli.output import console
from aipchain.orchestrator.comparison.rules import rules_of
from aipchain.plugins.catalogue import BUILTIN_FOLDER, Catalogue
from aipchain.units import format_aip

if TYPE_CHECKING:
    from tests.integration.cli.conftest import Ended

Run = Callable[..., "Ended"]

SMALL = ("market", "compare", "--homes", 3, "--weeks", 1)


def test_all_rules_as_a_document(run: Run) -> None:
    """Each rule with a bill for each home; energy and money add up."""
    document = run(*SMALL, "--rules", "all", "--json", "-").document

    names = [rule["name"] for rule in document["rules"]]
    assert (document["homes"], document["weeks"]) == (3, 1)
    assert names == [rule.name for rule in rules_of(Catalogue.discover())]
    for rule in document["rules"]:
        assert list(rule["bills"]) == ["home_01", "home_02", "home_03"]
        assert rule["conservation"] == {"energy_difference_wh": 0, "money_difference": 0}
        assert rule["losers"] == []


def test_savings_and_losers_follow_from_the_bills_of_the_document(run: Run) -> None:
    """The life without a market has the form of a rule; meters are numbered as settings name them."""
    chosen = ("--rules", "bill-sharing+pro-rata,pay-as-bid", "--accept-price")
    document = run(*SMALL, *chosen, "--json", "-").document

    before = document["without_market"]["bills"]
    assert (document["without_market"]["traded_wh"], document["without_market"]["welfare"]) == (0, 0)
    assert document["meters"] == {"home_01": 0, "home_02": 1, "home_03": 2}
    assert any(rule["losers"] for rule in document["rules"])
    for rule in document["rules"]:
        saved = {home: before[home] - bill for home, bill in rule["bills"].items()}
        assert sum(saved.values()) == rule["welfare"]
        assert [home for home in saved if saved[home] < 0] == rule["losers"]


def test_tables_say_how_to_read_them(run: Run) -> None:
    """The life without a market stands first; few rules have a column of bills each."""
    ended = run(*SMALL, "--rules", "uniform-price,pay-as-bid")

    assert ended.code == 0
    assert ended.out.index("no market") < ended.out.index("pay-as-bid") < ended.out.index("uniform-price")
    assert "How to read it" in ended.out
    assert "│ 2 home_03 │" in ended.out
    assert "--set names a home by the number of its meter: 0 is home_01." in ended.out


def test_many_rules_show_the_range_of_bills(run: Run) -> None:
    """Rules that trade nothing are explained."""
    ended = run(*SMALL)

    assert "lowest" in ended.out
    assert "Nothing was traded under bill-sharing+" in ended.out


def test_many_rules_show_every_bill_of_every_home(run: Run) -> None:
    """As the document has them; homes are parted among tables as wide as the terminal."""
    rules = "mid-market-rate,uniform-price,pay-as-bid"
    asked = ("market", "compare", "--homes", 9, "--weeks", 1, "--rules", rules)
    document = run(*asked, "--json", "-").document

    out = run(*asked).out

    tables = out[out.index("Bills [AIP] under every rule") :]
    rows = [line.strip("│").split("│") for line in tables.splitlines() if line.startswith("│")]
    shown = {cell.strip() for row in rows for cell in row[1:]}
    for rule in (document["without_market"], *document["rules"]):
        assert {format_aip(bill) for bill in rule["bills"].values()} <= shown
    heads = [line for line in tables.splitlines() if "home_0" in line and "┃" in line]
    assert len(heads) > 1
    assert [name for line in heads for name in re.findall("home_0.", line)] == list(document["meters"])
    assert max(map(len, tables.splitlines())) <= console.width


def test_files_are_written_whole(run: Run, tmp_path: Path) -> None:
    """The JSON is the one that is printed; the report is a page."""
    file, report = tmp_path / "results.json", tmp_path / "report.html"
    asked = (*SMALL, "--rules", "mid-market-rate", "--seed", 5)

    assert run(*asked, "--json", file, "--report", report).code == 0

    assert json.loads(file.read_text()) == run(*asked, "--json", "-").document
    assert report.read_text().startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "results.json"]


def test_homes_that_take_any_price_can_be_worse_off(run: Run) -> None:
    """Bill sharing trades then, and its losers are named."""
    document = run(*SMALL, "--rules", "bill-sharing", "--accept-price", "--json", "-").document

    assert all(rule["traded_wh"] > 0 for rule in document["rules"])
    assert any(rule["losers"] for rule in document["rules"])


def test_settings_reach_the_rules_and_the_document(run: Run) -> None:
    """A cable of 100 W carries less than an auction without a grid trades; the rest keeps its defaults."""
    lines, types = "c10:0+1,c10:2", "c=642/83/100"
    given = ("--set", f"low-voltage-grid.lines={lines}", "--set", f"low-voltage-grid.types={types}")

    grid, auction = run(*SMALL, "--rules", "low-voltage-grid,uniform-price", *given, "--json", "-").document["rules"]

    assert grid["settings"] == {"low-voltage-grid": {"lines": lines, "types": types}}
    assert auction["settings"] == {}
    assert 0 < grid["traded_wh"] < auction["traded_wh"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--set", "uniform-price.k_permille"), "write PLUGIN.KEY=VALUE"),
        (("--set", "k_permille=3"), "write PLUGIN.KEY=VALUE"),
        (("--set", "uniform-prize.k_permille=3"), "did you mean uniform-price"),
        (("--set", "uniform-price.k=3"), "there is no setting 'k'"),
        (("--set", "uniform-price.k_permille=x"), "the value is a whole number"),
        (("--set", "uniform-price.k_permille=1001"), "must be at most 1000"),
        (("--set", "uniform-price.k_permille=1", "--set", "uniform-price.k_permille=2"), "is set twice"),
        (("--set", "low-voltage-grid.lines=zz"), "'zz' in the text of the feeder"),
        (("--rules", "pay-as-bid", "--set", "uniform-price.k_permille=3"), "in none of the rules compared"),
        (("--rules", "unifrom-price"), "did you mean uniform-price"),
        (("--rules", ""), "known are"),
        (("--homes", 0), "choose 1 to 17"),
        (("--homes", 18), "choose 1 to 17"),
        (("--homes", "home_99"), "home_99"),
        (("--weeks", 0), "0 weeks cannot be lived through: give at least 1"),
        (("--weeks", 53), "are not in the data"),
        (("--from", "2016-02-30"), "write a day of the calendar as YYYY-MM-DD"),
        (("--forecast", "clairvoyant"), "known are"),
        (("--report", "-"), "give it a file"),
        (("--zone", "1"), "write ZONE=HOMES"),
        (("--zone", "x=home_01"), "write ZONE=HOMES"),
        (("--zone", "1=home_99"), "'home_99' is none of the homes"),
        (("--zone", "1=home_01", "--zone", "2=home_01"), "or is in two zones"),
        (("--charge", "0:1=0.03", "--rules", "uniform-price"), "none of uniform-price does"),
        (("--line", "zz"), "write ZONE=OUT:IN"),
        (("--charge", "5:6=0.1"), "--charge names zones 5, 6, where no home is: homes are in zone 0;"),
        (("--charge", "0:1=0.1"), "--charge names zone 1, where no home is"),
        (
            ("--line", "9=1kWh:1kWh", "--zone", "1=home_01"),
            "--line names zone 9, where no home is: homes are in zones 0, 1",
        ),
        (("--set", "location-aware.places=\udcff"), "places must be text that UTF-8 can hold, not '\\udcff'"),
    ],
)
def test_bad_input_is_one_sentence(run: Run, tmp_path: Path, wrong: tuple[object, ...], said: str) -> None:
    """Exit code 2, and nothing is written."""
    file = tmp_path / "results.json"

    ended = run("market", "compare", "--weeks", 1, "--json", file, *wrong)

    assert ended.code == 2
    assert said in " ".join(ended.sentence.split())
    assert list(tmp_path.iterdir()) == []


def test_zones_charges_and_lines_are_heeded_by_the_rule_that_proves_it(run: Run) -> None:
    """A dear way between two zones, and a closed line: each leaves less to trade; the others trade as before."""
    zones = ("--rules", "zonal-price,uniform-price", "--zone", "1=home_02,home_03")
    free, dear, closed = (
        {rule["name"]: rule["traded_wh"] for rule in run(*SMALL, *zones, *grid, "--json", "-").document["rules"]}
        for grid in ((), ("--charge", "0:1=0.5", "--charge", "1:0=0.5"), ("--line", "1=0Wh:0Wh"))
    )

    assert free["uniform-price"] == dear["uniform-price"] == closed["uniform-price"] == free["zonal-price"]
    assert dear["zonal-price"] == closed["zonal-price"] < free["zonal-price"]


def test_meters_that_no_home_has_are_remarked_on(run: Run) -> None:
    """On standard error, beside a result that is the same as without them."""
    asked = (*SMALL, "--rules", "location-aware,uniform-price", "--json", "-")

    ended = run(*asked, "--set", "location-aware.places=99=0/0")

    assert (ended.code, ended.sentence) == (
        0,
        "aip: location-aware.places names meter 99, which no home here has: homes have meters 0 to 2\n",
    )
    plain = run(*asked)
    assert plain.sentence == ""
    assert json.loads(ended.out)["rules"][0]["bills"] == plain.document["rules"][0]["bills"]


def test_a_closed_line_is_not_blamed_on_the_tariffs(run: Run) -> None:
    """What is shut is the grid."""
    shut = ("--homes", "home_01,home_02", "--zone", "1=home_02", "--line", "1=0Wh:0Wh")

    out = run("market", "compare", "--weeks", 1, "--rules", "zonal-price", *shut).out

    assert "Nothing was traded under zonal-price: with the rule's settings, and the grid's charges and lines" in out
    assert "--accept-price" not in out


def test_rules_that_come_to_the_same_have_one_row(run: Run) -> None:
    """Home by home; the JSON has them all."""
    ended = run(*SMALL, "--rules", "uniform-price,zonal-price,pay-as-bid")

    assert "As uniform-price, home by home: zonal-price" in " ".join(ended.out.split())


def test_a_rule_that_never_has_a_result_is_no_rule_without_trades(run: Run, tmp_path: Path) -> None:
    """Exit code 1; the document says how often and why."""
    broken = tmp_path / "broken"
    shutil.copytree(BUILTIN_FOLDER / "bill_sharing", broken, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = (broken / "plugin.toml").read_text().replace('name = "bill-sharing"', 'name = "broken"')
    (broken / "plugin.toml").write_text(manifest)
    rule = (broken / "rule.py").read_text()
    (broken / "rule.py").write_text(rule.replace("return bill_sharing_local_price()", "raise ValueError('never')"))
    asked = (*SMALL, "--rules", "broken+pro-rata", "--plugins", broken)

    told = run(*asked)
    document = json.loads(run(*asked, "--json", "-").out)

    assert (told.code, "Nothing was traded" in told.out) == (1, False)
    assert "no interval had a result under broken+pro-rata" in " ".join(told.sentence.split())
    (outcome,) = document["rules"]
    assert (outcome["void_intervals"], "never" in outcome["first_failure"]) == (168, True)


def test_one_home_has_nobody_to_trade_with(run: Run) -> None:
    """And that is what is said, not something about prices."""
    ended = run("market", "compare", "--homes", 1, "--weeks", 1, "--rules", "uniform-price")

    assert "One home has nobody to trade with" in ended.out


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_an_unwritable_file_is_told_before_the_work(run: Run, tmp_path: Path, option: str) -> None:
    """A folder that is not there; the other file is not written either."""
    other = {"--json": "--report", "--report": "--json"}[option]

    ended = run(*SMALL, option, tmp_path / "none" / "file", other, tmp_path / "other")

    assert (ended.code, "cannot be written" in ended.sentence) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_one_file_for_both_is_refused(run: Run, tmp_path: Path) -> None:
    """The second would overwrite the first."""
    file = tmp_path / "both"

    ended = run(*SMALL, "--json", file, "--report", file)

    assert (ended.code, file.exists()) == (2, False)
