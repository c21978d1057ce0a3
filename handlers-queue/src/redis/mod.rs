//! A queue between machines: a Redis stream, its producers and its consumer group.
//!
//! Commands and answers are those of the crate `redis`. The sockets are ours, since its timeouts begin
//! anew with every system call and its lookup of a host has none: [`socket`] has one deadline for all of
//! a call, and with TLS (`tls`) no other. [`link`] is a connection or its absence, with back-off; a
//! queue has two of them, one that puts ([`producer`]) and one that waits for records ([`consumer`]).

mod address;
mod alarm;
mod builder;
mod connection;
mod consumer;
mod entry;
mod fault;
mod link;
mod lookup;
mod producer;
mod queue;
mod settings;
mod socket;
#[cfg(feature = "redis-tls")]
mod tls;
mod transport;

pub use builder::RedisQueueBuilder;
pub use queue::RedisQueue;
#[cfg(feature = "redis-tls")]
pub use tls::{RedisTls, RedisTlsBuilder};
