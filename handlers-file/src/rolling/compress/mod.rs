//! Compressed backups, made in the background.
//!
//! A rollover puts the file aside as it always does and wakes the [`Compressor`], whose thread looks
//! for backups that are not compressed yet. It needs no list of what is to be done: what a crash, a
//! full disk or a version without compression has left behind is found like any other.
//!
//! ```text
//! app.log.1              claimed by a file lock: no two processes work on it
//! .app.log.2a7f.partial  written, given times, owner and permissions, synced
//! app.log.1.gz           a second name of it, given under the handler's lock
//! app.log.1              removed under the same lock; the partial name goes last
//! ```
//!
//! Whatever step is the last before a crash, each line is in a backup. If it is in both forms, the
//! next start finds them equal and removes the plain one.

mod codec;
mod equal;
mod identity;
mod partial;
mod plain;
mod publish;
mod round;
#[cfg(test)]
mod tests;
mod worker;

pub use codec::Compression;
pub(crate) use codec::compressed_forms;
pub(crate) use publish::{Finished, Settled};
pub(crate) use worker::{Compressor, Housekeeper};
