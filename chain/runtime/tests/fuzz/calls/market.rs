//! Prices, orders, clearings, settlement.

use aipchain_primitives::{traits::Communities as _, OrderNumber, Role, Side, UnixSeconds};
use aipchain_runtime::{AccountId, Communities, RuntimeCall};
use pallet_market::{Book, BookKey, BookStatus, Call, NewOrder, Order, PostedPrice, Trade};

use super::{
	anyone,
	proofs::{proven, Proven},
	Move,
};
use crate::{
	accounts::key_of,
	draw::Draw,
	scene::{Scene, Town},
};

/// 0.2 AIP per kWh, about which limits are drawn.
const PRICE: u64 = 200_000_000;
const MOST_TRADES: usize = 8;

pub type Listed = (OrderNumber, Order<AccountId>);

pub fn post_reference_prices(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let oracle = town.with(Role::Oracle, draw)?;
	let start = upcoming(draw, scene, &town)?;
	let price = |later: u64, draw: &mut Draw| PostedPrice {
		interval_start: start + later * town.length(),
		retail: draw.nearly(PRICE + PRICE / 2),
		feed_in: draw.nearly(PRICE / 2),
	};
	let prices: Vec<PostedPrice> = (0..draw.between(1, 2)).map(|later| price(later, draw)).collect();
	let call = Call::post_reference_prices {
		community: town.id,
		prices: prices.try_into().unwrap_or_default(),
	};
	Some((oracle, RuntimeCall::Market(call)))
}

/// One of the next intervals whose gate is open.
fn upcoming(draw: &mut Draw, scene: &Scene, town: &Town) -> Option<UnixSeconds> {
	let parameters = Communities::parameters_at(town.id, scene.now)?;
	let gate = scene.now + u64::from(parameters.gate_closure_s);
	Some(town.interval_of(gate) + town.length() * draw.of([1, 1, 1, 2]))
}

/// The intervals that have a book already and take orders.
fn open_books(scene: &Scene, town: u32) -> impl Iterator<Item = UnixSeconds> + '_ {
	let takes_orders = |book: &Book| book.status == BookStatus::Open && scene.now < book.closes_at;
	let of_town = move |((id, start), book): &(BookKey, Book)| (*id == town && takes_orders(book)).then_some(*start);
	scene.books.iter().filter_map(of_town)
}

pub fn place_orders(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let (meter, facts, _) = draw.one(&scene.meters)?;
	let town = scene.town(facts.community)?;
	let owner = key_of(&facts.owner)?;
	if !town.members.contains(&owner) && !draw.chance(3) {
		return None;
	}
	let open: Vec<UnixSeconds> = open_books(scene, town.id).collect();
	let joined = draw.one(&open).filter(|_| draw.chance(80));
	let interval_start = joined.or_else(|| upcoming(draw, scene, town))?;
	let carried_wh = u64::from(facts.connection_limit_w) * town.length() / 3_600;
	let order = |draw: &mut Draw| {
		let side = draw.of([Side::Bid, Side::Offer]);
		let wh = draw.between(1, (carried_wh / 4).max(1));
		let limit_price = match side {
			Side::Bid => PRICE + draw.below(PRICE),
			Side::Offer => PRICE - draw.below(PRICE),
		};
		NewOrder {
			id: draw.below(1 << 16),
			meter: draw.nearly_u32(meter),
			side,
			wh: draw.nearly(wh),
			limit_price: draw.nearly(limit_price),
		}
	};
	let orders: Vec<NewOrder> = (0..draw.between(1, 5)).map(|_| order(draw)).collect();
	let call = Call::place_orders {
		community: draw.nearly_u32(town.id),
		interval_start: draw.nearly(interval_start),
		orders: orders.try_into().unwrap_or_default(),
	};
	Some((owner, RuntimeCall::Market(call)))
}

pub fn cancel_order(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let is_early = |order: &Order<AccountId>| {
		let book = scene.books.iter().find(|(key, _)| *key == order.book());
		book.is_some_and(|(_, book)| scene.now < book.closes_at)
	};
	let early: Vec<&Listed> = scene.orders.iter().filter(|(_, order)| is_early(order)).collect();
	let (number, order) = draw.one(&early)?;
	let call = Call::cancel_order {
		number: draw.nearly(*number),
	};
	Some((key_of(&order.owner)?, RuntimeCall::Market(call)))
}

/// A book that `wanted` fits, seldom any.
pub fn book(draw: &mut Draw, scene: &Scene, wanted: impl Fn(&Book) -> bool) -> Option<(BookKey, Book)> {
	if draw.chance(3) {
		return draw.one(&scene.books);
	}
	let fit: Vec<_> = scene.books.iter().filter(|(_, book)| wanted(book)).cloned().collect();
	draw.one(&fit)
}

pub fn submit_clearing(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let waits =
		|book: &Book| book.status == BookStatus::Open && book.closes_at <= scene.now && scene.now < book.deadline;
	let (key, book) = book(draw, scene, waits)?;
	let operator = scene.town(key.0)?.with(Role::Operator, draw)?;
	let Proven {
		mut trades,
		certificate,
	} = proven(draw, scene, key, &book)?;
	if draw.chance(10) {
		trades.extend(draw.one(&trades));
	}
	let call = Call::submit_clearing {
		community: key.0,
		interval_start: key.1,
		rules: book.rules,
		trades: trades.try_into().unwrap_or_default(),
		certificate,
	};
	Some((operator, RuntimeCall::Market(call)))
}

/// Bids and offers of different owners whose limits meet, each order once, at the offer's limit.
pub fn matched(scene: &Scene, key: BookKey) -> Vec<Trade> {
	let mut offers = side(scene, key, Side::Offer);
	let mut trades = Vec::new();
	for (bid, buys) in side(scene, key, Side::Bid) {
		let meets = |(_, sells): &&Listed| sells.limit_price <= buys.limit_price && sells.owner != buys.owner;
		let Some(place) = offers.iter().position(meets) else {
			continue;
		};
		let (offer, sells) = offers.remove(place);
		trades.push(Trade {
			bid: *bid,
			offer: *offer,
			wh: buys.wh.min(sells.wh),
			price: sells.limit_price,
		});
	}
	trades.truncate(MOST_TRADES);
	trades
}

/// The standing orders of one side of a book, by number.
pub fn side(scene: &Scene, key: BookKey, wanted: Side) -> Vec<&Listed> {
	let of_side = |(_, order): &&Listed| order.book() == key && order.side == wanted;
	scene.orders.iter().filter(of_side).collect()
}

pub fn settle(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let waits = |book: &Book| book.status == BookStatus::Cleared && book.final_at <= scene.now;
	let ((community, interval_start), _) = book(draw, scene, waits)?;
	let limit = limit(draw);
	let call = Call::settle {
		community,
		interval_start,
		limit,
	};
	Some((anyone(draw), RuntimeCall::Market(call)))
}

pub fn void(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let waits = |book: &Book| match book.status {
		BookStatus::Open => book.deadline <= scene.now,
		status => status == BookStatus::Voided,
	};
	let ((community, interval_start), _) = book(draw, scene, waits)?;
	let limit = limit(draw);
	let call = Call::void {
		community,
		interval_start,
		limit,
	};
	Some((anyone(draw), RuntimeCall::Market(call)))
}

/// How many trades and orders one call may handle.
fn limit(draw: &mut Draw) -> u32 {
	let limit = draw.of([1, 2, 5, 1_000]);
	draw.nearly_u32(limit)
}
