//! What the crates promise of every record and every program.
//!
//! P9 (TLS is verified) and P10 (a receiver executes nothing and has limits) are about the network;
//! P6 and P8, about the end of the process, stand in `tests/shutdown.rs`, which has it to itself.

mod code;
mod kernel;
mod locks;
mod order;
mod panics;
mod records;
