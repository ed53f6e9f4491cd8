//! The parameters of every pallet, by what they are about.

mod consensus;
mod energy;
mod money;
mod system;

pub use money::{PayAuthor, BYTE_FEE, REF_TIME_PER_BASE_UNIT};
pub use system::{ProxyType, RuntimeBlockLength, RuntimeBlockWeights};
