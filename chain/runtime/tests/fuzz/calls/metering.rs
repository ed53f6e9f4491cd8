//! Meters, and what their devices sign.

use std::sync::LazyLock;

use aipchain_primitives::{traits::Communities as _, CommunityId, MeterId, Role, Source, UnixSeconds};
use aipchain_runtime::{AccountId, Communities, RuntimeCall, System};
use pallet_metering::{
	batch::reading_message,
	types::{Meter, Register, SignedReading},
	Call,
};
use sp_core::{ed25519, Pair};

use super::Move;
use crate::{
	draw::Draw,
	scene::{Scene, Town},
};

type Enrolled = (MeterId, Meter<AccountId>, Register);

const ENOUGH_METERS: usize = 10;
const MOST_READINGS: usize = 8;
const SOURCES: [Source; 4] = [Source::Solar, Source::Solar, Source::Storage, Source::Consumption];

static DEVICES: LazyLock<Vec<ed25519::Pair>> =
	LazyLock::new(|| (1..=6).map(|device| ed25519::Pair::from_seed(&[device; 32])).collect());

pub fn enrol_meter(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	if scene.meters.len() >= ENOUGH_METERS && !draw.chance(5) {
		return None;
	}
	let town = draw.one(&scene.towns)?;
	let steward = town.with(Role::Steward, draw)?;
	let owner = draw.one(&town.members)?;
	let device = draw.one(&DEVICES)?;
	let reads_from = town.interval_of(scene.now) + draw.below(3) * town.length();
	let register_wh = draw.of([0, 0, 5_000]);
	let zones = town.facts.zones.len() as u64;
	let call = Call::enrol_meter {
		community: draw.nearly_u32(town.id),
		owner: owner.to_account_id(),
		device_key: device.public().0,
		zone: draw.below(zones) as u16,
		source: draw.of(SOURCES),
		connection_limit_w: draw.of([1, 3_000, 10_000, 10_000, 43_000]),
		import_register_wh: draw.nearly(register_wh),
		export_register_wh: draw.nearly(register_wh),
		reads_from: draw.nearly(reads_from),
	};
	Some((steward, RuntimeCall::Metering(call)))
}

/// The readings of meters that wait for the same interval.
pub fn submit_batch(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let gateway = town.with(Role::Gateway, draw)?;
	let meters: Vec<&Enrolled> = scene
		.meters
		.iter()
		.filter(|(_, meter, _)| meter.community == town.id)
		.collect();
	let start = interval(draw, scene, &town, &meters)?;
	let mut due = meters;
	due.retain(|(.., register)| register.at <= start || draw.chance(5));
	if due.is_empty() && !draw.chance(3) {
		return None;
	}
	let first = draw.below(due.len().max(1) as u64) as usize;
	due.rotate_left(first);
	due.truncate(MOST_READINGS);
	let readings: Vec<SignedReading> = due
		.into_iter()
		.map(|meter| reading(draw, &town, start, meter))
		.collect();
	let seldom_new = draw.chance(10);
	let call = Call::submit_batch {
		community: draw.nearly_u32(town.id),
		interval_start: start,
		batch_id: if seldom_new {
			draw.hash()
		} else {
			sp_core::H256::from_low_u64_be(draw.below(u64::MAX))
		},
		readings: readings.try_into().unwrap_or_default(),
	};
	Some((gateway, RuntimeCall::Metering(call)))
}

/// An interval that is over: mostly the newest one while its readings are taken, else one that a meter's register
/// stands at.
fn interval(draw: &mut Draw, scene: &Scene, town: &Town, meters: &[&Enrolled]) -> Option<UnixSeconds> {
	let newest = town.interval_of(scene.now).checked_sub(town.length())?;
	let parameters = Communities::parameters_at(town.id, newest)?;
	if scene.now >= parameters.final_at(newest, town.facts.interval_s) && !draw.chance(5) {
		return None;
	}
	let waiting: Vec<u64> = meters.iter().map(|(.., register)| register.at).collect();
	match draw.below(10) {
		0 => Some(draw.nearly(newest)),
		1 | 2 => draw.one(&waiting).filter(|start| *start <= newest),
		_ => Some(newest),
	}
}

/// Registers that go on as the connection allows, seldom others, signed by the device or seldom not.
fn reading(draw: &mut Draw, town: &Town, start: UnixSeconds, enrolled: &Enrolled) -> SignedReading {
	let (meter, facts, register) = enrolled;
	let carried_wh = u64::from(facts.connection_limit_w) * town.length() / 3_600;
	let mut goes_on = |from: u64| {
		let by = draw.between(0, carried_wh);
		draw.nearly(from.saturating_add(by))
	};
	let mut signed = SignedReading {
		meter: *meter,
		import_register_wh: goes_on(register.import_wh),
		export_register_wh: goes_on(register.export_wh),
		signature: [0; 64],
	};
	if !draw.chance(3) {
		sign(town.id, start, facts, &mut signed);
	}
	signed
}

fn sign(community: CommunityId, start: UnixSeconds, facts: &Meter<AccountId>, reading: &mut SignedReading) {
	let message = reading_message(System::block_hash(0), community, start, reading);
	if let Some(device) = DEVICES.iter().find(|device| device.public().0 == facts.device_key) {
		reading.signature = device.sign(&message).0;
	}
}
