//! Python's handlers that hold records back or hand them on, in Rust.
//!
//! | handler | what it does |
//! |---|---|
//! | [`BufferingHandler`] | keeps records until there are enough of them, then hands them to a [`Drain`] |
//! | [`MemoryHandler`] | the same in front of another handler; a grave record brings all of them out |
//! | [`FlightRecorder`] | keeps the last records only, and hands them on if one of them is grave |
//! | [`QueueHandler`] | puts records into a queue, from which a [`QueueListener`] takes them to other handlers |
//!
//! | queue | between | feature |
//! |---|---|---|
//! | [`Channel`] | the threads of a process | |
//! | `SocketQueue` | the processes of a machine | `socket`, on Unix |
//! | `RedisQueue` | machines, by a Redis server | `redis`; `redis-tls` if encrypted |

mod buffer;
mod buffering;
mod drain;
mod flight_recorder;
mod flush_policy;
mod held;
mod listener;
mod memory;
mod notice;
mod per_process;
mod prepare;
mod queue;
mod queue_handler;
#[cfg(feature = "redis")]
mod redis;
mod report;
#[cfg(any(feature = "redis", all(unix, feature = "socket")))]
mod retry;
mod ring;
#[cfg(all(unix, feature = "socket"))]
mod socket;
mod sync;
mod trigger;
mod turn;

#[cfg(feature = "redis")]
pub use self::redis::{RedisQueue, RedisQueueBuilder};
#[cfg(feature = "redis-tls")]
pub use self::redis::{RedisTls, RedisTlsBuilder};
pub use buffering::{BufferingHandler, BufferingHandlerBuilder};
pub use drain::{Discard, Drain};
pub use flight_recorder::{FlightRecorder, FlightRecorderBuilder};
pub use flush_policy::{AtCapacity, AtCapacityOrLevel, BufferStatus, FlushPolicy};
pub use listener::{ListenerGuard, QueueListener, QueueListenerBuilder, StopReport};
pub use memory::{MemoryHandler, MemoryHandlerBuilder};
pub use prepare::{FormatMessage, KeepRecord, Prepare};
pub use queue::{Channel, Overflow, Placed, RecordQueue};
pub use queue_handler::{QueueHandler, QueueHandlerBuilder};
#[cfg(all(unix, feature = "socket"))]
pub use socket::{SocketQueue, SocketQueueBuilder};
pub use trigger::{AtLevel, Trigger};
