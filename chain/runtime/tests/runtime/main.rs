//! The wired runtime, natively: genesis, fees, limits, proxies, and the whole of one traded interval.

mod fees;
mod genesis;
mod interval;
mod limits;
mod proxies;
