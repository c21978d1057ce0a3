//! A queue between the processes of one machine: a Unix socket.
//!
//! It is a stream, since a datagram has a size that records exceed, and ten of them make a full queue
//! on Linux. A frame is the length of the rest in four bytes, the highest first, and a record as JSON
//! ([`frame`]). The receiving end ([`receiver`]) has no thread: who takes records reads the sockets,
//! and whatever is not taken waits in the system's buffers, which is all the back-pressure there is.
//! The sending end ([`sender`]) holds its lock for no longer than the system takes what it takes; who
//! waits for room waits without it.

mod bind;
mod builder;
mod connection;
mod frame;
mod link;
mod poll;
mod queue;
mod receiver;
mod sender;
mod settings;

pub use builder::SocketQueueBuilder;
pub use queue::SocketQueue;
