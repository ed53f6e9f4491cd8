//! A vote binds to content: what exactly replaces what, in which community.

use crate::{Change, CommunityId};
use codec::Encode;
use frame::{deps::sp_io::hashing::blake2_256, hashing::H256};

/// What the binding hash starts with, so that no other hash of ours can equal it.
pub const BINDING_CONTEXT: [u8; 19] = *b"aipchain/binding/v1";

/// `blake2_256(SCALE((BINDING_CONTEXT, community, change, predecessor)))`.
///
/// `predecessor` is the head of what the change replaces; zero for an empty slot and for what the founding set.
pub fn binding_hash(community: CommunityId, change: &Change, predecessor: H256) -> H256 {
	(BINDING_CONTEXT, community, change, predecessor).using_encoded(|bytes| H256(blake2_256(bytes)))
}
