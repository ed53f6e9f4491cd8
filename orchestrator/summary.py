"""From a chain and its projection to the results of a run: bills, prices, and the checks that nothing was lost.

Bills come from the final readings, the posted tariffs and the settled trades; the checks compare them with the balances
and energy sums that the chain keeps by itself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from aipchain.market.bill import Delivery, bill_interval, total_bill
from aipchain.market.book import ReferencePrice
from aipchain.orchestrator.errors import Incomplete
from aipchain.orchestrator.household import Household
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.results import (
    Bill,
    ChainState,
    Conservation,
    Hour,
    PluginUse,
    ProposalOutcome,
    Results,
    Skill,
)
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import CommunityId
from aipchain.units import Interval, Price, Wh

__all__ = ["RunFacts", "summarise"]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run was given: its community, intervals, households with their endowment [base units], and code hash."""

    community: CommunityId
    name: str
    interval_s: int
    epoch_s: int
    intervals: Sequence[Interval]
    households: Sequence[Household]
    endowment: int
    code_hash: bytes
    forecast: str
    agent: str


def summarise(connection: Connection, projection: Projection, run: RunFacts) -> Results:
    """Return the results of a run as the chain has them now."""
    here = {"community": run.community}
    totals = projection.rows(
        "SELECT (SELECT count(*) FROM orders WHERE community = :community) AS orders,"
        " (SELECT coalesce(sum(wh), 0) FROM mints JOIN meters USING (meter) WHERE community = :community) AS minted_wh",
        here,
    )[0]
    trades = projection.rows("SELECT wh, delivered_wh FROM trades WHERE community = :community", here)
    bills = _bills(projection, run)
    return Results(
        community=run.name,
        interval_s=run.interval_s,
        chain=_chain(connection, run),
        intervals=len(run.intervals),
        orders=totals["orders"],
        trades=len(trades),
        traded_wh=sum(int(trade["wh"]) for trade in trades),
        delivered_wh=sum(trade["delivered_wh"] for trade in trades),
        minted_wh=totals["minted_wh"],
        price_plugins=_price_plugins(projection, run),
        proposal=_proposal(projection, run),
        bills=bills,
        conservation=Conservation(
            _energy_difference(connection, projection, run), _money_difference(connection, projection, run)
        ),
        hours=_hours(projection, run),
        forecast=run.forecast,
        agent=run.agent,
        skill=_skill(projection, run),
    )


def _chain(connection: Connection, run: RunFacts) -> ChainState:
    head, version = connection.finalised(), connection.metadata.version
    return ChainState(
        spec_name=version.spec_name,
        spec_version=version.spec_version,
        height=head.number,
        state_root=f"0x{head.state_root.hex()}",
        code_hash=f"0x{run.code_hash.hex()}",
        genesis_hash=f"0x{connection.genesis_hash.hex()}",
    )


def _price_plugins(projection: Projection, run: RunFacts) -> tuple[PluginUse, ...]:
    uses: list[PluginUse] = []
    for row in projection.rows(
        "SELECT interval_start, bundle, name FROM books JOIN bindings ON binding_hash = price_rule"
        " JOIN builds USING (bundle) WHERE books.community = :community ORDER BY interval_start",
        {"community": run.community},
    ):
        bundle = f"0x{row['bundle']}"
        if not uses or uses[-1].bundle_id != bundle:
            uses.append(PluginUse(row["interval_start"], "price", bundle, row["name"]))
    return tuple(uses)


def _proposal(projection: Projection, run: RunFacts) -> ProposalOutcome | None:
    rows = projection.rows(
        "SELECT * FROM proposals WHERE community = :community ORDER BY proposal DESC LIMIT 1",
        {"community": run.community},
    )
    if not rows:
        return None
    row = rows[0]
    enacted_from = None if row["epoch"] is None else row["epoch"] * run.epoch_s
    now = projection.rows("SELECT max(at) AS now FROM blocks")[0]["now"]
    return ProposalOutcome(
        id=row["proposal"],
        binding_hash=f"0x{row['binding_hash']}",
        electorate=row["electorate"],
        ayes=row["ayes"],
        nays=row["nays"],
        state="In force" if enacted_from is not None and now >= enacted_from else row["state"],
        enacted_epoch=row["epoch"],
        enacted_from=enacted_from,
    )


def _skill(projection: Projection, run: RunFacts) -> tuple[Skill, ...]:
    rows = projection.rows(
        "SELECT day, sum(error_wh) AS error_wh, sum(naive_error_wh) AS naive_error_wh FROM forecast_skill"
        " WHERE community = :community GROUP BY day ORDER BY day",
        {"community": run.community},
    )
    return tuple(Skill(row["day"], row["error_wh"], row["naive_error_wh"]) for row in rows)


def _hours(projection: Projection, run: RunFacts) -> tuple[Hour, ...]:
    here = {"community": run.community}
    metered = {
        row["interval_start"]: row
        for row in projection.rows(
            "SELECT interval_start, sum(import_wh) AS import_wh, sum(export_wh) AS export_wh"
            " FROM readings WHERE community = :community GROUP BY interval_start",
            here,
        )
    }
    books = {
        row["interval_start"]: row
        for row in projection.rows(
            "SELECT books.*, bundle FROM books JOIN bindings ON binding_hash = price_rule"
            " WHERE books.community = :community",
            here,
        )
    }
    tariffs = _tariffs(projection, run)
    return tuple(_hour(interval, tariffs, metered, books) for interval in run.intervals if interval.start in metered)


def _hour(
    interval: Interval,
    tariffs: Mapping[int, ReferencePrice],
    metered: Mapping[int, Row],
    books: Mapping[int, Row],
) -> Hour:
    start = int(interval.start)
    book, measured, tariff = books.get(start), metered[start], _tariff(tariffs, start)
    delivered = int(book["delivered_wh"]) if book else 0
    return Hour(
        interval_start=start,
        retail=tariff.retail,
        feed_in=tariff.feed_in,
        price=int(book["paid"]) // delivered if book and delivered else None,
        price_bundle=f"0x{book['bundle']}" if book else None,
        import_wh=measured["import_wh"],
        export_wh=measured["export_wh"],
        traded_wh=int(book["traded_wh"]) if book else 0,
        delivered_wh=delivered,
    )


def _tariff(tariffs: Mapping[int, ReferencePrice], start: int) -> ReferencePrice:
    if start not in tariffs:
        raise Incomplete(f"reference price of the interval at {start}")
    return tariffs[start]


def _tariffs(projection: Projection, run: RunFacts) -> dict[int, ReferencePrice]:
    return {
        row["interval_start"]: ReferencePrice(Price(int(row["retail"])), Price(int(row["feed_in"])))
        for row in projection.rows(
            "SELECT * FROM reference_prices WHERE community = :community", {"community": run.community}
        )
    }


Deliveries = Mapping[tuple[str, int], list[Delivery]]
"""Delivered trades by (account, interval start)."""


@dataclass(frozen=True, slots=True)
class _Ledger:
    tariffs: Mapping[int, ReferencePrice]
    bought: Deliveries
    sold: Deliveries
    fees: Mapping[str, int]


def _bills(projection: Projection, run: RunFacts) -> tuple[Bill, ...]:
    ledger = _Ledger(
        _tariffs(projection, run),
        _deliveries(projection, run, "buyer"),
        _deliveries(projection, run, "seller"),
        _fees(projection),
    )
    return tuple(_bill(projection, household, ledger) for household in run.households)


def _deliveries(projection: Projection, run: RunFacts, party: str) -> Deliveries:
    found: dict[tuple[str, int], list[Delivery]] = defaultdict(list)
    for row in projection.rows(
        "SELECT buyer, seller, interval_start, delivered_wh, price FROM trades WHERE community = :community",
        {"community": run.community},
    ):
        found[row[party], row["interval_start"]].append(Delivery(Wh(row["delivered_wh"]), Price(int(row["price"]))))
    return found


def _fees(projection: Projection) -> dict[str, int]:
    paid: dict[str, int] = defaultdict(int)
    for row in projection.rows("SELECT account, fee FROM fees"):
        paid[row["account"]] += int(row["fee"])
    return paid


def _bill(projection: Projection, household: Household, ledger: _Ledger) -> Bill:
    account = household.account.public.hex()
    readings = projection.rows("SELECT * FROM readings WHERE meter = :meter", {"meter": household.meter})
    total = total_bill(
        bill_interval(
            _tariff(ledger.tariffs, row["interval_start"]),
            import_wh=Wh(row["import_wh"]),
            export_wh=Wh(row["export_wh"]),
            bought=ledger.bought.get((account, row["interval_start"]), ()),
            sold=ledger.sold.get((account, row["interval_start"]), ()),
        )
        for row in readings
    )
    return Bill(
        home=household.home.name,
        import_wh=sum(row["import_wh"] for row in readings),
        export_wh=sum(row["export_wh"] for row in readings),
        bought_wh=_sum(ledger.bought, account),
        sold_wh=_sum(ledger.sold, account),
        without_trade=total.without_trade,
        with_trade=total.with_trade,
        fees=sum(ledger.fees.get(payer, 0) for payer in _payers(household)),
    )


def _payers(household: Household) -> tuple[str, ...]:
    """The accounts that pay fees for a household: its own, and its agent's."""
    keys = [household.account] + ([household.mandate.agent] if household.mandate else [])
    return tuple(key.public.hex() for key in keys)


def _sum(deliveries: Deliveries, account: str) -> int:
    return sum(each.wh for (party, _), listed in deliveries.items() if party == account for each in listed)


def _energy_difference(connection: Connection, projection: Projection, run: RunFacts) -> int:
    """Wh that do not add up: own mints against own meters, all mints against all accounts, moved out against in."""
    final = {int(interval.start) for interval in run.intervals}
    exported = sum(
        int(row["export_wh"])
        for row in projection.rows(
            "SELECT interval_start, export_wh FROM readings WHERE community = :community", {"community": run.community}
        )
        if row["interval_start"] in final
    )
    own = {number for number, meter in reads.meters(connection).items() if meter.community == run.community}
    own_minted = sum(mint.wh for (meter, _), mint in reads.mints(connection).items() if meter in own)
    minted = reads.total_minted(connection)
    kept = sum(sums.free + sums.held + sums.retired for sums in reads.energy_accounts(connection).values())
    moved = projection.rows(
        "SELECT coalesce(sum(moved_in_wh), 0) AS to_buyers, coalesce(sum(moved_out_wh), 0) AS from_sellers,"
        " (SELECT coalesce(sum(delivered_wh), 0) FROM trades) AS delivered FROM energy"
    )[0]
    delivered = int(moved["delivered"])
    lost_on_the_way = abs(int(moved["to_buyers"]) - delivered) + abs(int(moved["from_sellers"]) - delivered)
    return abs(own_minted - exported) + abs(minted - kept) + lost_on_the_way


def _money_difference(connection: Connection, projection: Projection, run: RunFacts) -> int:
    """Base units that do not add up: each household's balance against its history, issuance against all accounts."""
    received: dict[str, int] = defaultdict(int)
    for row in projection.rows("SELECT buyer, seller, paid FROM trades"):
        received[row["seller"]] += int(row["paid"])
        received[row["buyer"]] -= int(row["paid"])
    for row in projection.rows("SELECT sender, receiver, amount FROM transfers"):
        received[row["receiver"]] += int(row["amount"])
        received[row["sender"]] -= int(row["amount"])
    fees = _fees(projection)
    difference = 0
    for household in run.households:
        account = household.account.public
        expected = run.endowment + received[account.hex()] - fees.get(account.hex(), 0)
        difference += abs(expected - _balance(connection, account))
    accounts = sum(info.data.free + info.data.reserved for info in reads.accounts(connection).values())
    return difference + abs(reads.total_issuance(connection) - accounts)


def _balance(connection: Connection, account: bytes) -> int:
    money = reads.account_info(connection, account).data
    return money.free + money.reserved
