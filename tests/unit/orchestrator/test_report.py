"""The report is one file that needs no network and takes no code from names; the JSON holds the same figures."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from aipchain.orchestrator.report import render
from aipchain.orchestrator.results import (
    Bill,
    ChainState,
    Conservation,
    ForecastValue,
    Hour,
    PluginUse,
    ProposalOutcome,
    Results,
    Skill,
    as_json,
)

BUNDLE = "0x" + "ab" * 32
START = 1_475_452_800
AIP = 10**12
EVIL = "</script><script>alert(1)</script>&<b>"


@pytest.fixture
def results() -> Results:
    """Two hours of two homes, one of them without a trade."""
    traded = Hour(START, 220_000_000, 80_000_000, 150_000_000, BUNDLE, 900, 700, 600, 500)
    silent = replace(traded, interval_start=START + 3_600, price=None, price_bundle=None, traded_wh=0, delivered_wh=0)
    buyer = Bill("home_01", 900, 0, 500, 0, 2 * AIP, AIP, 10**9)
    return Results(
        community="Village",
        interval_s=3_600,
        chain=ChainState("aipchain", 1, 42, "0x" + "01" * 32, "0x" + "02" * 32, "0x" + "03" * 32),
        intervals=2,
        orders=4,
        trades=1,
        traded_wh=600,
        delivered_wh=500,
        minted_wh=1_400,
        price_plugins=(PluginUse(START, "price", BUNDLE, "mid-market-rate"),),
        proposal=ProposalOutcome(0, "0x" + "04" * 32, 2, 2, 0, "Scheduled", 17_077, START + 3_600),
        bills=(buyer, replace(buyer, home="home_02", without_trade=-AIP, with_trade=-3 * AIP // 2)),
        conservation=Conservation(0, 0),
        hours=(traded, silent),
        forecast="blend",
        agent="plan",
        skill=(Skill(START, 900, 1_200),),
        forecast_failures=("plugin blend failed: <b>no weather</b>",),
        value=(ForecastValue("perfect", 3 * AIP, 2 * AIP, 700), ForecastValue("blend", 3 * AIP, 5 * AIP // 2, 500)),
    )


class Page(HTMLParser):
    """Collects what a browser would fetch or run: attributes that load, and the text of scripts by type."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self._kind: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.loads += [f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "action", "srcset")]
        self._kind = dict(attrs).get("type", "code") if tag == "script" else None

    def handle_data(self, data: str) -> None:
        """Note the text of a script."""
        if self._kind is not None:
            self.scripts.append((self._kind, data))
            self._kind = None

    def plots(self) -> dict[str, object]:
        """The plotted columns."""
        found: dict[str, object] = json.loads(next(text for kind, text in self.scripts if kind == "application/json"))
        return found


def test_the_report_needs_no_network(results: Results) -> None:
    """Nothing is fetched: no element loads, no style imports, and no address is named but where uPlot comes from."""
    page = render(results)

    assert Page(page).loads == []
    assert re.findall(r"@import|url\(", page) == []
    assert set(re.findall(r"https?://[^\s\"'<>)]+", page)) <= {"https://github.com/leeoniya/uPlot"}


def test_names_are_text_wherever_they_stand(results: Results) -> None:
    """A home, community or plugin that is called like markup adds no element and ends no script."""
    plain = Page(render(results))
    bills = (replace(results.bills[0], home=EVIL), results.bills[1])
    use = replace(results.price_plugins[0], name=EVIL)

    page = Page(render(replace(results, community=EVIL, bills=bills, price_plugins=(use,))))

    assert page.tags == plain.tags
    assert [kind for kind, _ in page.scripts] == [kind for kind, _ in plain.scripts]
    assert page.plots()["switches"] == [
        {"from_interval": START, "slot": "price", "bundle_id": BUNDLE, "name": EVIL},
    ]


def test_the_plots_hold_the_hours(results: Results) -> None:
    """Prices in AIP per kWh, energy in kWh; an hour without a trade has no price."""
    plots = Page(render(results)).plots()

    assert plots["times"] == [START, START + 3_600]
    assert (plots["price"], plots["retail"]) == ([0.15, None], [0.22, 0.22])
    assert (plots["import"], plots["delivered"]) == ([0.9, 0.9], [0.5, 0.0])


def test_the_table_shows_bills_and_their_sum(results: Results) -> None:
    """Amounts are rounded for the eye only."""
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", render(results))

    first = cells.index("home_01")
    assert cells[first + 1 : first + 9] == ["0.9", "0.0", "0.5", "0.0", "2.00", "1.00", "1.00", "0.0010"]
    total = cells.index("All homes")
    assert cells[total + 5 : total + 8] == ["1.00", "-0.50", "1.50"]


def test_a_run_without_trades_and_votes_is_reported(results: Results) -> None:
    """Nothing happened is a result as well."""
    idle = replace(results, proposal=None, bills=(), hours=(), price_plugins=(), delivered_wh=0, trades=0)

    assert "No vote was held." in render(idle)


def test_days_that_the_forecaster_failed_for_are_told(results: Results) -> None:
    """How many, and why; what a forecaster says of itself is text, never markup."""
    page = render(results)

    assert "On 1 of the days climatology stood in" in page
    assert "&lt;b&gt;no weather&lt;/b&gt;" in page


def test_the_json_is_the_results(results: Results) -> None:
    """It can be written as it is, and adds only how long the run took."""
    document = json.loads(json.dumps(as_json(results, 12.34)))

    assert document["seconds"] == 12.3
    assert document["hours"][1]["price"] is None
    assert document["bills"][0]["without_trade"] == 2 * AIP
    assert set(document) == {*Results.__dataclass_fields__, "seconds"}
