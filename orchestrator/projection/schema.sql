-- Rows folded from finalised events. Hashes and accounts are hex text. Numbers that may pass 2^63 are text: money [base
-- units], prices [base units per Wh], and what members write into orders (id, Wh, and with it traded Wh). Measured energy
-- [Wh] and chain times [s] are integers.
CREATE TABLE blocks (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE communities (community INTEGER PRIMARY KEY, steward TEXT NOT NULL);
CREATE TABLE members (community INTEGER, account TEXT, member_index INTEGER NOT NULL, PRIMARY KEY (community, account));
CREATE TABLE roles (community INTEGER, account TEXT, role TEXT, PRIMARY KEY (community, account, role));
CREATE TABLE meters (meter INTEGER PRIMARY KEY, community INTEGER NOT NULL, owner TEXT NOT NULL);
CREATE TABLE readings (
    community INTEGER, interval_start INTEGER, meter INTEGER, import_wh INTEGER NOT NULL, export_wh INTEGER NOT NULL,
    PRIMARY KEY (community, interval_start, meter)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    batch_id TEXT, meter INTEGER, interval_start INTEGER, reason TEXT NOT NULL, PRIMARY KEY (batch_id, meter)
);
CREATE TABLE reference_prices (
    community INTEGER, interval_start INTEGER, retail TEXT NOT NULL, feed_in TEXT NOT NULL,
    PRIMARY KEY (community, interval_start)
);
CREATE TABLE books (
    community INTEGER, interval_start INTEGER, price_rule TEXT NOT NULL, clear_rule TEXT NOT NULL, status TEXT NOT NULL,
    cleared_in INTEGER, result TEXT, trades INTEGER NOT NULL DEFAULT 0, traded_wh TEXT NOT NULL DEFAULT '0',
    delivered_wh INTEGER NOT NULL DEFAULT 0, paid TEXT NOT NULL DEFAULT '0', PRIMARY KEY (community, interval_start)
);
CREATE TABLE orders (
    number INTEGER PRIMARY KEY, community INTEGER NOT NULL, interval_start INTEGER NOT NULL, owner TEXT NOT NULL,
    id TEXT NOT NULL, meter INTEGER NOT NULL, side TEXT NOT NULL, wh TEXT NOT NULL, limit_price TEXT NOT NULL,
    status TEXT NOT NULL, filled_wh TEXT NOT NULL DEFAULT '0', placed_in INTEGER NOT NULL, cancelled_in INTEGER
);
CREATE TABLE trades (
    community INTEGER, interval_start INTEGER, trade_index INTEGER, buyer TEXT NOT NULL, seller TEXT NOT NULL,
    wh TEXT NOT NULL, delivered_wh INTEGER NOT NULL, price TEXT NOT NULL, paid TEXT NOT NULL,
    PRIMARY KEY (community, interval_start, trade_index)
);
CREATE TABLE mints (
    meter INTEGER, interval_start INTEGER, producer TEXT NOT NULL, wh INTEGER NOT NULL, PRIMARY KEY (meter, interval_start)
);
CREATE TABLE energy (account TEXT PRIMARY KEY, minted_wh INTEGER NOT NULL, moved_in_wh INTEGER NOT NULL,
    moved_out_wh INTEGER NOT NULL, retired_wh INTEGER NOT NULL);
CREATE TABLE builds (bundle TEXT PRIMARY KEY, name TEXT NOT NULL, release INTEGER NOT NULL, build INTEGER NOT NULL,
    deprecated INTEGER NOT NULL DEFAULT 0);
CREATE TABLE bindings (binding_hash TEXT PRIMARY KEY, community INTEGER NOT NULL, slot TEXT NOT NULL, bundle TEXT NOT NULL,
    from_epoch INTEGER);
CREATE TABLE proposals (
    proposal INTEGER PRIMARY KEY, community INTEGER NOT NULL, binding_hash TEXT NOT NULL, electorate INTEGER NOT NULL,
    ayes INTEGER NOT NULL DEFAULT 0, nays INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, epoch INTEGER
);
CREATE TABLE ballots (proposal INTEGER, account TEXT, aye INTEGER NOT NULL, PRIMARY KEY (proposal, account));
CREATE TABLE fees (block INTEGER, extrinsic INTEGER, account TEXT NOT NULL, fee TEXT NOT NULL, PRIMARY KEY (block, extrinsic));
CREATE TABLE transfers (block INTEGER, fact INTEGER, sender TEXT NOT NULL, receiver TEXT NOT NULL, amount TEXT NOT NULL,
    PRIMARY KEY (block, fact));
-- The block in which money brought an account to life, the first time; accounts of the first block have no row.
CREATE TABLE births (account TEXT PRIMARY KEY, block INTEGER NOT NULL);
-- How well homes were known ahead: by meter and day (its first second) what was ordered against what was metered, and
-- what yesterday's reading would have missed [Wh]. A step without an order was expected to come out even.
CREATE VIEW forecast_skill AS
WITH ordered AS (
    SELECT meter, interval_start, sum(CASE side WHEN 'Bid' THEN CAST(wh AS INTEGER) ELSE -CAST(wh AS INTEGER) END) AS wh
    FROM orders WHERE status <> 'Cancelled' GROUP BY meter, interval_start
), metered AS (
    SELECT community, meter, interval_start, import_wh - export_wh AS wh FROM readings
)
SELECT metered.community, metered.meter, metered.interval_start / 86400 * 86400 AS day, count(*) AS steps,
    sum(abs(coalesce(ordered.wh, 0) - metered.wh)) AS error_wh, sum(abs(before.wh - metered.wh)) AS naive_error_wh
FROM metered
JOIN metered AS before ON before.meter = metered.meter AND before.interval_start = metered.interval_start - 86400
LEFT JOIN ordered ON ordered.meter = metered.meter AND ordered.interval_start = metered.interval_start
GROUP BY metered.community, metered.meter, day;
