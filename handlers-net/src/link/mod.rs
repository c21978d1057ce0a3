//! The way to one peer: what `SocketHandler`, `DatagramHandler`, `SysLogHandler` and GELF share.
//!
//! [`Peer`] is what a handler holds: its base, its settings, behind a lock the
//! [`connection::Connection`] with its back-off, and the optional backlog. A handler encodes a record
//! into a frame, calls [`Peer::send`], and decides by the [`outcome::Outcome`] what to tell its user:
//!
//! ```text
//! let peer = Peer::new(base, &settings)?;  // Arc<Peer>; opens no connection
//! peer.connect()?;                         // only who connects when it is built
//! peer.send(frame).or_drop(peer.base())    // Python's SocketHandler: I/O errors are silent
//! peer.send(frame).or_fail()               // Python's others: errors are reported
//! ```
//!
//! A handler that can hold records back has `buffer_setters!()` too, and calls [`Peer::submit`] in place
//! of [`Peer::send`].
//!
//! A builder has the fields `base: HandlerBase` and `link: LinkSettings`, and gets its setters by
//! `base_setters!()` and `link_setters!()`; a handler has the field `peer: Arc<Peer>` and gets its
//! getters by `peer_methods!()`, and most of `Handler` by `handled_by_peer!()`. It calls
//! [`Peer::finish`] when it is dropped.

mod batch;
mod buffer;
mod connection;
mod counters;
#[cfg(test)]
mod fake;
mod held;
mod methods;
mod outcome;
mod peer;
mod queued;
mod settings;
#[cfg(test)]
mod tests;
mod worker;

pub use counters::LinkCounters;
pub(crate) use methods::{handled_by_peer, peer_methods};
pub(crate) use peer::Peer;
pub(crate) use settings::{LinkSettings, buffer_setters, link_setters};
