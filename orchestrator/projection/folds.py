"""What each event does to the rows: one list of statements per kind of fact.

Parameters are the fact's fields by name, plus `block`. The same facts in the same order always give the same rows.
"""

from collections.abc import Mapping

from aipchain.runtime_bridge import facts

__all__ = ["FOLDS"]

_STATE = "UPDATE proposals SET state = '{}' WHERE proposal = :proposal"

FOLDS: Mapping[type, tuple[str, ...]] = {
    facts.Founded: (
        "INSERT INTO communities VALUES (:community, :steward)",
        "INSERT INTO roles VALUES (:community, :steward, 'Steward')",
    ),
    facts.Admitted: ("INSERT INTO members VALUES (:community, :account, :index)",),
    facts.RoleGranted: ("INSERT INTO roles VALUES (:community, :account, :role)",),
    facts.RoleRevoked: ("DELETE FROM roles WHERE (community, account, role) = (:community, :account, :role)",),
    facts.Left: (
        "DELETE FROM members WHERE (community, account) = (:community, :account)",
        "DELETE FROM roles WHERE (community, account) = (:community, :account)",
    ),
    facts.MeterEnrolled: ("INSERT INTO meters VALUES (:meter, :community, :owner)",),
    facts.ReadingQuarantined: (
        "INSERT OR REPLACE INTO quarantine VALUES (:batch_id, :meter, :interval_start, :reason)",
    ),
    facts.Minted: (
        "INSERT INTO mints VALUES (:meter, :interval_start, :producer, :wh)",
        "INSERT INTO energy VALUES (:producer, :wh, 0, 0, 0) ON CONFLICT DO UPDATE SET minted_wh = minted_wh + :wh",
    ),
    facts.Moved: (
        "INSERT INTO energy VALUES (:from_, 0, 0, :wh, 0) ON CONFLICT DO UPDATE SET moved_out_wh = moved_out_wh + :wh",
        "INSERT INTO energy VALUES (:to, 0, :wh, 0, 0) ON CONFLICT DO UPDATE SET moved_in_wh = moved_in_wh + :wh",
    ),
    facts.Retired: (
        "INSERT INTO energy VALUES (:owner, 0, 0, 0, :wh) ON CONFLICT DO UPDATE SET retired_wh = retired_wh + :wh",
    ),
    facts.ReferencePosted: ("INSERT INTO reference_prices VALUES (:community, :interval_start, :retail, :feed_in)",),
    facts.BookOpened: (
        "INSERT INTO books (community, interval_start, price_rule, clear_rule, status)"
        " VALUES (:community, :interval_start, :rules_price, :rules_clear, 'Open')",
    ),
    facts.OrderPlaced: (
        "INSERT INTO orders (number, community, interval_start, owner, id, meter, side, wh, limit_price, status,"
        " placed_in)"
        " VALUES (:number, :community, :interval_start, :owner, :id, :meter, :side, :wh, :limit_price, 'Open', :block)",
    ),
    facts.OrderCancelled: ("UPDATE orders SET status = 'Cancelled', cancelled_in = :block WHERE number = :number",),
    facts.IntervalCleared: (
        "UPDATE books SET status = 'Cleared', cleared_in = :block, result = :result, trades = :trades,"
        " traded_wh = :traded_wh WHERE (community, interval_start) = (:community, :interval_start)",
    ),
    facts.ClearingOverturned: (
        "UPDATE books SET status = 'Open', cleared_in = NULL, result = NULL, trades = 0, traded_wh = '0'"
        " WHERE (community, interval_start) = (:community, :interval_start)",
    ),
    facts.TradeSettled: (
        "INSERT INTO trades VALUES"
        " (:community, :interval_start, :index, :buyer, :seller, :wh, :delivered_wh, :price, :paid)",
    ),
    facts.OrderClosed: (
        "UPDATE orders SET filled_wh = :filled_wh, status = CASE status WHEN 'Open' THEN 'Closed' ELSE status END"
        " WHERE number = :number",
    ),
    facts.BookSettled: (
        "UPDATE books SET status = 'Settled', delivered_wh = :delivered_wh, paid = :paid"
        " WHERE (community, interval_start) = (:community, :interval_start)",
    ),
    facts.BookVoided: (
        "UPDATE books SET status = 'Voided' WHERE (community, interval_start) = (:community, :interval_start)",
    ),
    facts.BuildRegistered: (
        "INSERT INTO builds (bundle, name, release, build) VALUES (:bundle, :name, :release, :build)",
    ),
    facts.BuildDeprecated: ("UPDATE builds SET deprecated = 1 WHERE bundle = :bundle",),
    facts.PluginInstalled: ("INSERT INTO bindings VALUES (:binding_hash, :community, :slot, :bundle, NULL)",),
    facts.PluginScheduled: ("INSERT INTO bindings VALUES (:binding_hash, :community, :slot, :bundle, :from_epoch)",),
    facts.Proposed: (
        "INSERT INTO proposals (proposal, community, binding_hash, electorate, state)"
        " VALUES (:proposal, :community, :binding_hash, :electorate, 'Deciding')",
    ),
    facts.Voted: (
        "INSERT INTO ballots VALUES (:proposal, :account, :aye)",
        "UPDATE proposals SET ayes = ayes + :aye, nays = nays + NOT :aye WHERE proposal = :proposal",
    ),
    facts.Approved: (_STATE.format("Approved"),),
    facts.Scheduled: ("UPDATE proposals SET state = 'Scheduled', epoch = :epoch WHERE proposal = :proposal",),
    facts.Rejected: (_STATE.format("Rejected"),),
    facts.Cancelled: (_STATE.format("Cancelled"),),
    facts.EnactmentFailed: (_STATE.format("Stale"),),
}
"""Statements by kind of fact. Facts that are absent change no row; `ReadingsAccepted` is unrolled in `fold`."""
