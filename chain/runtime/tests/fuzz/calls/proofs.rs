//! What proves a clearing, and what shows it to be wrong.

use std::cmp::Reverse;

use aipchain_primitives::{traits::ActivePlugins, OrderNumber, Price, Proof, Side, Terms, Wh};
use aipchain_runtime::{AccountId, PluginRegistry, Runtime, RuntimeCall};
use codec::Encode;
use pallet_market::{Book, BookKey, BookStatus, Call, Certificate, Dual, Fault, Leaf, LinePrice, Order, Trade, Trades};
use sp_runtime::traits::BlakeTwo256;

use super::{
	anyone,
	market::{book, matched, side, Listed},
	Move,
};
use crate::{draw::Draw, scene::Scene};

/// Trades and what proves them.
pub struct Proven {
	pub trades: Vec<Trade>,
	pub certificate: Certificate,
}

/// A clearing as the terms of the book's rule ask for it, seldom proven otherwise.
pub fn proven(draw: &mut Draw, scene: &Scene, key: BookKey, book: &Book) -> Option<Proven> {
	let terms = terms_of(book);
	let asked = if draw.chance(3) { Proof::Envelope } else { terms.proof };
	Some(match asked {
		Proof::Envelope => Proven {
			trades: matched(scene, key),
			certificate: Certificate::Nothing,
		},
		Proof::UniformPrice => uniform_price(draw, scene, key),
		Proof::Optimum => optimum(draw, scene, key, &terms),
	})
}

fn terms_of(book: &Book) -> Terms {
	PluginRegistry::terms(book.rules.clear).unwrap_or_default()
}

/// Best with best while they meet, but for pairs of one owner, at the price of the last that is served.
fn uniform_price(draw: &mut Draw, scene: &Scene, key: BookKey) -> Proven {
	let (mut bids, mut offers) = (side(scene, key, Side::Bid), side(scene, key, Side::Offer));
	bids.sort_by_key(|(_, order)| Reverse(order.limit_price));
	offers.sort_by_key(|(_, order)| order.limit_price);
	let rests = |side: &[&Listed]| -> Vec<Wh> { side.iter().map(|(_, order)| order.wh).collect() };
	let (mut wanted, mut had) = (rests(&bids), rests(&offers));
	let (mut bid, mut offer, mut price) = (0, 0, None);
	let mut pairs = Vec::new();
	while let (Some((buyer, buys)), Some((seller, sells))) = (bids.get(bid), offers.get(offer)) {
		if buys.limit_price < sells.limit_price {
			break;
		}
		let wh = wanted[bid].min(had[offer]);
		if buys.owner != sells.owner {
			pairs.push((*buyer, *seller, wh));
		}
		price = Some(sells.limit_price);
		wanted[bid] -= wh;
		had[offer] -= wh;
		bid += usize::from(wanted[bid] == 0);
		offer += usize::from(had[offer] == 0);
	}
	let next_bid = bids.get(bid).map(|(_, order)| order.limit_price);
	let lowest = price.max(next_bid).unwrap_or(0);
	let price = draw.nearly(lowest);
	let trade = |(bid, offer, wh)| Trade { bid, offer, wh, price };
	Proven {
		trades: pairs.into_iter().map(trade).collect(),
		certificate: Certificate::UniformPrice { price },
	}
}

/// Trades whose duals add up, though they seldom bound every pair.
fn optimum(draw: &mut Draw, scene: &Scene, key: BookKey, terms: &Terms) -> Proven {
	let mut trades = matched(scene, key);
	trades.retain(|trade| worth(scene, terms, trade).is_some());
	let mut duals = duals(scene, key, terms, &trades);
	if draw.chance(5) {
		duals.truncate(draw.below(3) as usize);
	}
	let line = |zone| LinePrice { zone, out: 0, into: 0 };
	let lines: Vec<LinePrice> = terms.limits.iter().map(|limit| line(limit.zone)).collect();
	let certificate = Certificate::Optimum {
		duals: duals.try_into().unwrap_or_default(),
		lines: lines.try_into().unwrap_or_default(),
	};
	Proven { trades, certificate }
}

/// The order that a trade serves in full has all that the trade is worth.
fn duals(scene: &Scene, key: BookKey, terms: &Terms, trades: &[Trade]) -> Vec<Dual> {
	let mut served: Vec<OrderNumber> = Vec::new();
	let mut surplus_of = |number: OrderNumber, wh: Wh| {
		let full = |trade: &&Trade| [trade.bid, trade.offer].contains(&number) && trade.wh == wh;
		let trade = trades.iter().find(full)?;
		let other = if trade.bid == number { trade.offer } else { trade.bid };
		served.push(number);
		(!served.contains(&other)).then(|| worth(scene, terms, trade)).flatten()
	};
	let mut orders: Vec<&Listed> = scene.orders.iter().filter(|(_, order)| order.book() == key).collect();
	orders.sort_by_key(|(number, _)| *number);
	let dual = |(number, order): &&Listed| Dual {
		order: *number,
		wh: order.wh,
		surplus: surplus_of(*number, order.wh).unwrap_or(0),
	};
	orders.iter().map(dual).collect()
}

/// What 1 Wh of a trade is worth, if that is no loss.
fn worth(scene: &Scene, terms: &Terms, trade: &Trade) -> Option<Price> {
	worth_of(scene, terms, order(scene, trade.bid)?, order(scene, trade.offer)?)
}

fn worth_of(scene: &Scene, terms: &Terms, bid: &Order<AccountId>, offer: &Order<AccountId>) -> Option<Price> {
	let charge = terms.charge(zone(scene, offer)?, zone(scene, bid)?);
	bid.limit_price.checked_sub(offer.limit_price)?.checked_sub(charge)
}

fn order(scene: &Scene, wanted: OrderNumber) -> Option<&Order<AccountId>> {
	let found = scene.orders.iter().find(|(number, _)| *number == wanted);
	found.map(|(_, order)| order)
}

fn zone(scene: &Scene, order: &Order<AccountId>) -> Option<u16> {
	let found = scene.meters.iter().find(|(meter, ..)| *meter == order.meter);
	found.map(|(_, facts, _)| facts.zone)
}

pub fn challenge_clearing(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let waits = |book: &Book| book.status == BookStatus::Cleared && scene.now < book.final_at;
	let (key, book) = book(draw, scene, waits)?;
	let (community, interval_start) = key;
	let call = Call::challenge_clearing {
		community,
		interval_start,
		fault: fault(draw, scene, key, &book)?,
	};
	Some((anyone(draw), RuntimeCall::Market(call)))
}

/// A fault of the clearing, seldom none.
fn fault(draw: &mut Draw, scene: &Scene, key: BookKey, book: &Book) -> Option<Fault> {
	let terms = terms_of(book);
	let trades = Trades::<Runtime>::get(key);
	let duals = duals(scene, key, &terms, &trades);
	if draw.chance(5) && !duals.is_empty() {
		return any_fault(draw, &duals);
	}
	overloaded(scene, &terms, &trades).or_else(|| {
		let (bid, offer) = better_pair(scene, &terms, &duals).filter(|_| book.commitment.is_some())?;
		Some(Fault::Pair {
			bid: leaf(&duals, bid),
			offer: leaf(&duals, offer),
		})
	})
}

fn any_fault(draw: &mut Draw, duals: &[Dual]) -> Option<Fault> {
	let one = |draw: &mut Draw| leaf(duals, draw.below(duals.len() as u64) as usize);
	Some(match draw.below(3) {
		0 => Fault::Pair {
			bid: one(draw),
			offer: one(draw),
		},
		1 => Fault::Dual { leaf: one(draw) },
		_ => Fault::Line {
			zone: draw.below(3) as u16,
		},
	})
}

/// The first line that carries more than its limit.
fn overloaded(scene: &Scene, terms: &Terms, trades: &[Trade]) -> Option<Fault> {
	let carried = |from: u16, trade: &Trade| {
		let at = |number| order(scene, number).and_then(|order| zone(scene, order));
		let ends = |number| i128::from(at(number) == Some(from));
		(ends(trade.offer) - ends(trade.bid)) * i128::from(trade.wh)
	};
	terms
		.limits
		.iter()
		.find(|limit| {
			let out_wh: i128 = trades.iter().map(|trade| carried(limit.zone, trade)).sum();
			out_wh > limit.out_wh.into() || -out_wh > limit.in_wh.into()
		})
		.map(|limit| Fault::Line { zone: limit.zone })
}

/// The places of a bid and an offer of two owners that are worth more together than their duals say.
fn better_pair(scene: &Scene, terms: &Terms, duals: &[Dual]) -> Option<(usize, usize)> {
	let pairs = (0..duals.len()).flat_map(|bid| (0..duals.len()).map(move |offer| (bid, offer)));
	pairs.into_iter().find(|(bid, offer)| {
		let (Some(one), Some(other)) = (duals.get(*bid), duals.get(*offer)) else {
			return false;
		};
		let Some((buys, sells)) = order(scene, one.order).zip(order(scene, other.order)) else {
			return false;
		};
		let sides = (buys.side, sells.side) == (Side::Bid, Side::Offer) && buys.owner != sells.owner;
		let worth = worth_of(scene, terms, buys, sells).map_or(0, u128::from);
		sides && u128::from(one.surplus) + u128::from(other.surplus) < worth
	})
}

/// The dual at `index`, and its way to the commitment of all.
fn leaf(duals: &[Dual], index: usize) -> Leaf {
	let leaves: Vec<_> = duals.iter().map(Encode::encode).collect();
	let proof = binary_merkle_tree::merkle_proof::<BlakeTwo256, _, _>(leaves, index as u32);
	Leaf {
		dual: duals[index],
		index: index as u32,
		path: proof.proof.try_into().unwrap_or_default(),
	}
}
