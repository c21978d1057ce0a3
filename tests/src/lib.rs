//! What the tests, the conformance runner and the benches share.

pub mod conformance;
pub mod counting;

pub mod suite;
pub mod support;
