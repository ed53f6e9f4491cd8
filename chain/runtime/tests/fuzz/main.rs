//! Random input at the wired runtime: blocks of extrinsics that somebody means, bent ones, and noise. Nothing panics,
//! and after every block each pallet's own check holds.
//!
//! `AIPCHAIN_FUZZ_BLOCKS` blocks from `AIPCHAIN_FUZZ_SEED`; the same two numbers give the same chain.

mod accounts;
mod bend;
mod calls;
mod chain;
mod draw;
#[path = "../runtime/genesis.rs"]
mod genesis;
mod relay;
mod scene;
mod tally;

use std::{
	env,
	panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
};

use aipchain_runtime::SLOT_DURATION;
use codec::Encode;
use sp_runtime::DispatchError;

use crate::{
	accounts::{signed, Envelope},
	chain::{Chain, Fate},
	draw::Draw,
	scene::Scene,
	tally::{Origin, Tally},
};

const BLOCKS: u64 = 200;
const SEED: u64 = 1;
/// Every chain of so many blocks meets all that a chain must; a shorter one only from [`SEED`].
const FAR: u64 = 1_000;
/// The shares of extrinsics that are meant and bent, the rest is noise [%].
const MEANT: u64 = 65;
const BENT: u64 = 23;
/// So many of a hundred meant extrinsics must do what they say; else the run never comes far.
const LEAST_DONE: u32 = 50;
const LEAST_ERRORS: usize = 30;

#[test]
fn random_input_neither_stops_the_runtime_nor_breaks_an_invariant() {
	let (seed, blocks) = (
		setting("AIPCHAIN_FUZZ_SEED", SEED),
		setting("AIPCHAIN_FUZZ_BLOCKS", BLOCKS),
	);
	let (mut chain, mut draw, mut tally) = (Chain::development(), Draw::seeded(seed), Tally::default());
	for block in 1..=blocks {
		let run = AssertUnwindSafe(|| author(&mut chain, &mut draw, &mut tally));
		if let Err(fault) = catch_unwind(run) {
			eprintln!("block {block}: AIPCHAIN_FUZZ_SEED={seed} AIPCHAIN_FUZZ_BLOCKS={block} meets it again");
			eprintln!("last input: 0x{}", hex(&tally.last));
			resume_unwind(fault);
		}
	}
	println!("seed {seed}, {blocks} blocks\n{tally}");
	let comes_far = seed == SEED && blocks >= BLOCKS || blocks >= FAR;
	if comes_far {
		assert_eq!(tally.missed(), Vec::<String>::new(), "calls that were never done");
		assert_eq!(tally.unseen(), Vec::<&str>::new(), "what never happened");
		assert!(
			tally.percent_done(Origin::Meant) >= LEAST_DONE,
			"too little of what is meant is done"
		);
		assert!(tally.errors.len() >= LEAST_ERRORS, "too few ways to fail are met");
	}
}

fn setting(name: &str, otherwise: u64) -> u64 {
	env::var(name).map_or(otherwise, |text| {
		text.parse()
			.unwrap_or_else(|_| panic!("{name} is a number, not {text:?}"))
	})
}

/// One block, and what must hold after it.
fn author(chain: &mut Chain, draw: &mut Draw, tally: &mut Tally) {
	let now = chain.at_ms / 1_000;
	let scene = chain.within(|| Scene::read(now));
	chain.begin(later(draw, &scene, chain.at_ms));
	let now = chain.at_ms / 1_000;
	let scene = chain.within(|| Scene::read(now));
	for _ in 0..draw.between(4, 10) {
		let (origin, bytes) = chain.within(|| extrinsic(draw, &scene));
		tally.last.clone_from(&bytes);
		let fate = chain.offer(&bytes);
		assert!(!is_corruption(&fate), "a call met a state that cannot be: {fate:?}");
		tally.note(origin, &bytes, &fate);
	}
	chain.end().iter().for_each(|event| tally.see(event));
	if let Err(fault) = chain.check() {
		panic!("an invariant is broken: {fault}");
	}
}

/// What a call says when the state contradicts itself.
fn is_corruption(fate: &Fate) -> bool {
	matches!(fate, Fate::Failed(DispatchError::Corruption))
}

fn extrinsic(draw: &mut Draw, scene: &Scene) -> (Origin, Vec<u8>) {
	let share = draw.below(100);
	if share < MEANT {
		let (who, call) = calls::meant(draw, scene);
		return (Origin::Meant, signed(who, call, Envelope::next_of(who)).encode());
	}
	match share < MEANT + BENT {
		true => (Origin::Bent, bend::bent(draw, scene)),
		false => (Origin::Noise, bend::noise(draw)),
	}
}

/// The time of the next block [ms]: the next slot, or about the next moment at which something else is right.
fn later(draw: &mut Draw, scene: &Scene, at_ms: u64) -> u64 {
	let next_slot = (at_ms / SLOT_DURATION + 1) * SLOT_DURATION;
	let moment = scene.moments().into_iter().min().unwrap_or(scene.now);
	let about = draw.of([moment - 1, moment, moment, moment + 1, moment + 1]) * 1_000 + draw.below(1_000);
	match draw.below(1_000) {
		0..550 => next_slot,
		550..985 => about.max(next_slot),
		985..998 => next_slot + draw.below(3_600_000),
		_ => next_slot + draw.below(86_400_000),
	}
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
