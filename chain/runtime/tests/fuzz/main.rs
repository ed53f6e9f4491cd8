//! Random input at the wired runtime: blocks of meant, bent and meaningless extrinsics.
