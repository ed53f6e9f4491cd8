//! Minting and retiring.

use aipchain_runtime::{Runtime, RuntimeCall};
use pallet_energy::{types::LotState, Call};

use super::{anyone, Move};
use crate::{accounts::key_of, draw::Draw, scene::Scene};

pub fn mint(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let (start, meter) = draw.one(&scene.readings)?;
	let (_, facts, _) = scene.meters.iter().find(|(id, ..)| *id == meter)?;
	let reading = pallet_metering::Readings::<Runtime>::get(start, meter)?;
	let waits = |book: &_| *book == (facts.community, start);
	let traded = scene.books.iter().any(|(key, _)| waits(key));
	if (reading.final_at > scene.now || traded) && !draw.chance(5) {
		return None;
	}
	let mut meters = vec![meter];
	meters.extend(draw.one(&scene.meters).map(|(other, ..)| other));
	let call = Call::mint {
		community: draw.nearly_u32(facts.community),
		interval_start: draw.nearly(start),
		meters: meters.try_into().unwrap_or_default(),
	};
	Some((anyone(draw), RuntimeCall::Energy(call)))
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
