//! Minting and retiring.

use aipchain_primitives::{MeterId, UnixSeconds};
use aipchain_runtime::{Runtime, RuntimeCall};
use pallet_energy::{types::LotState, Call};
use pallet_metering::Readings;

use super::{anyone, Move};
use crate::{accounts::key_of, draw::Draw, scene::Scene};

pub fn mint(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let ripe: Vec<_> = scene
		.readings
		.iter()
		.filter(|reading| is_ripe(scene, reading))
		.copied()
		.collect();
	let some = if draw.chance(95) { &ripe } else { &scene.readings };
	let (start, meter) = draw.one(some)?;
	let (_, facts, _) = scene.meters.iter().find(|(id, ..)| *id == meter)?;
	let mut meters = vec![meter];
	meters.extend(draw.one(&scene.meters).map(|(other, ..)| other));
	let call = Call::mint {
		community: draw.nearly_u32(facts.community),
		interval_start: draw.nearly(start),
		meters: meters.try_into().unwrap_or_default(),
	};
	Some((anyone(draw), RuntimeCall::Energy(call)))
}

/// Whether the reading is final and no book waits for it.
fn is_ripe(scene: &Scene, (start, meter): &(UnixSeconds, MeterId)) -> bool {
	let final_at = Readings::<Runtime>::get(start, meter).map(|reading| reading.final_at);
	let traded = scene.books.iter().any(|((_, interval), _)| interval == start);
	final_at.is_some_and(|final_at| final_at <= scene.now) && !traded
}

pub fn retire(draw: &mut Draw, _: &Scene) -> Option<Move> {
	let lots = pallet_energy::Lots::<Runtime>::iter();
	let free: Vec<_> = lots.filter(|(_, lot)| lot.state == LotState::Free).collect();
	let ((meter, interval_start, first_wh), lot) = draw.one(&free)?;
	let part_wh = draw.between(1, lot.wh);
	let call = Call::retire {
		meter,
		interval_start,
		first_wh: draw.nearly(first_wh),
		wh: draw.nearly(part_wh),
	};
	Some((key_of(&lot.owner)?, RuntimeCall::Energy(call)))
}
