//! Benchmarks: which pallets have them, and the state they start from.

use alloc::vec;

use aipchain_primitives::{
	benchmarking::{World, EPOCH_S, FINAL, GATE_S, INTERVAL_S, START},
	traits::ActivePlugins,
	Binding, CommunityId, FinalReading, MeterId, Parameters, Role, RuleSet, Slot, Source, Terms, UnixSeconds, H256,
	MAX_CONFIG_BYTES, MAX_GRANTS_BYTES,
};
use frame_support::{traits::fungible::Mutate, BoundedVec};
use pallet_communities::types::{Community, Member, ParameterSet};
use pallet_metering::types::{Meter, Reading, Register};
use pallet_plugin_registry::{BoundBinding, Build, SlotState};
use sp_runtime::Permill;

use crate::*;

frame_benchmarking::define_benchmarks!(
	[pallet_communities, Communities]
	[pallet_metering, Metering]
	[pallet_energy, Energy]
	[pallet_market, Market]
	[pallet_plugin_registry, PluginRegistry]
	[pallet_community_governance, CommunityGovernance]
);

const PARAMETERS: Parameters = Parameters {
	gate_closure_s: GATE_S,
	clearing_window_s: GATE_S,
	grace_s: INTERVAL_S,
	collateral: Permill::one(),
};
/// The epoch of the benchmarked interval.
const EPOCH: u32 = (START / EPOCH_S as UnixSeconds) as u32;

/// Takes the next id.
fn count(next: &mut u32) -> u32 {
	let id = *next;
	*next = next.saturating_add(1);
	id
}

impl World<AccountId> for Runtime {
	fn set_time(now: UnixSeconds) {
		pallet_timestamp::Now::<Runtime>::put(now.saturating_mul(1_000));
	}

	fn endow(who: &AccountId, amount: Balance) {
		Balances::set_balance(who, amount);
	}

	fn community() -> CommunityId {
		let community = pallet_communities::NextCommunityId::<Runtime>::mutate(count);
		let zones = vec![BoundedVec::truncate_from(vec![b'z'; 32]); 64];
		let facts = Community {
			name: BoundedVec::truncate_from(vec![b'c'; 64]),
			interval_s: INTERVAL_S,
			epoch_s: EPOCH_S,
			zones: BoundedVec::truncate_from(zones),
			founded_at: 0,
			members: 0,
			next_member_index: 0,
			stewards: 1,
		};
		let parameters = ParameterSet {
			active: PARAMETERS,
			head: H256::repeat_byte(1),
			pending: Some((PARAMETERS, H256::repeat_byte(2), EPOCH.saturating_add(2))),
			previous: Some((PARAMETERS, 1)),
		};
		pallet_communities::Communities::<Runtime>::insert(community, facts);
		pallet_communities::ParameterSets::<Runtime>::insert(community, parameters);
		community
	}

	fn admit(community: CommunityId, who: &AccountId) {
		let index = pallet_communities::Communities::<Runtime>::mutate(community, |facts| {
			facts.as_mut().map_or(0, |facts| {
				facts.members = facts.members.saturating_add(1);
				count(&mut facts.next_member_index)
			})
		});
		pallet_communities::Members::<Runtime>::insert(community, who, Member { index, since: 0 });
	}

	fn grant(community: CommunityId, who: &AccountId, role: Role) {
		pallet_communities::Roles::<Runtime>::mutate(community, who, |roles| *roles |= role.bit());
		if role == Role::Steward {
			pallet_communities::Communities::<Runtime>::mutate(community, |facts| {
				if let Some(facts) = facts {
					facts.stewards = facts.stewards.saturating_add(1);
				}
			});
		}
	}

	fn enrol(community: CommunityId, owner: &AccountId) -> MeterId {
		let meter = pallet_metering::NextMeterId::<Runtime>::mutate(count);
		let facts = Meter {
			community,
			owner: owner.clone(),
			device_key: [0; 32],
			zone: 0,
			source: Source::Solar,
			connection_limit_w: 10_000,
			enrolled_at: 0,
		};
		let register = Register {
			at: START,
			import_wh: 0,
			export_wh: 0,
		};
		pallet_metering::Meters::<Runtime>::insert(meter, facts);
		pallet_metering::Registers::<Runtime>::insert(meter, register);
		meter
	}

	fn record(meter: MeterId, reading: FinalReading) {
		let FinalReading {
			import_wh,
			export_wh,
			export_register_wh,
		} = reading;
		let reading = Reading {
			import_wh,
			export_wh,
			import_register_wh: 0,
			export_register_wh,
			final_at: FINAL,
		};
		pallet_metering::Readings::<Runtime>::insert(START, meter, reading);
	}

	fn register_build(bundle: H256) {
		let build = Build {
			owner: AccountId::new([0; 32]),
			name: BoundedVec::truncate_from(vec![b'n'; 64]),
			release: 1,
			build: 1,
			deprecated: false,
		};
		pallet_plugin_registry::Builds::<Runtime>::insert(bundle, build);
	}

	fn install_rules(community: CommunityId, terms: Terms) -> RuleSet {
		let bound = BoundBinding {
			community,
			slot: Slot::Clear,
			binding: Binding {
				bundle: H256::zero(),
				config: BoundedVec::truncate_from(vec![b'x'; MAX_CONFIG_BYTES as usize]),
				grants: BoundedVec::truncate_from(vec![b'x'; MAX_GRANTS_BYTES as usize]),
				terms,
				migration: Some(H256::zero()),
			},
			predecessor: H256::zero(),
		};
		pallet_plugin_registry::Bindings::<Runtime>::insert(H256::repeat_byte(Slot::Clear as u8), bound);
		for slot in [Slot::Price, Slot::Clear] {
			let state = SlotState {
				active: H256::repeat_byte(slot as u8),
				pending: Some((H256::repeat_byte(3), EPOCH.saturating_add(2))),
				previous: Some(H256::repeat_byte(4)),
				fallback: H256::repeat_byte(5),
			};
			pallet_plugin_registry::Slots::<Runtime>::insert((community, slot), state);
		}
		PluginRegistry::rules_at(community, EPOCH).unwrap_or(RuleSet {
			price: H256::zero(),
			clear: H256::zero(),
		})
	}
}
