//! The energy community: who belongs, what was measured, who has which energy, what was traded, by which rules.
//!
//! The pallets know each other only by the traits of `aipchain-primitives`; here each trait gets its pallet.
//! The weights are each pallet's own, benchmarked on the Wasm of this runtime.

use crate::*;

impl pallet_communities::Config for Runtime {
	type Time = Timestamp;
	type WeightInfo = ();
}

impl pallet_metering::Config for Runtime {
	type Time = Timestamp;
	type Communities = Communities;
	type Membership = Communities;
	type WeightInfo = ();
}

impl pallet_energy::Config for Runtime {
	type Time = Timestamp;
	type Communities = Communities;
	type Meters = Metering;
	type Readings = Metering;
	type Settlement = Market;
	type WeightInfo = ();
}

impl pallet_market::Config for Runtime {
	type Time = Timestamp;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Communities = Communities;
	type Metering = Metering;
	type Energy = Energy;
	type Plugins = PluginRegistry;
	type WeightInfo = ();
}

impl pallet_plugin_registry::Config for Runtime {
	type Communities = Communities;
	type WeightInfo = ();
}

impl pallet_community_governance::Config for Runtime {
	type Time = Timestamp;
	type Communities = Communities;
	type Plugins = PluginRegistry;
	type WeightInfo = ();
}
