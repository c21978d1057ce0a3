//! What the builders of all rotating handlers have in common.

use std::fmt;

use super::caps::Caps;
use super::compress::Compression;
use super::hooks::{Namer, Rotator};

/// What a rotating handler was told about its backups, whatever its policy is.
#[derive(Default)]
pub(crate) struct RollingOptions {
    pub(crate) namer: Option<Box<dyn Namer>>,
    pub(crate) rotator: Option<Box<dyn Rotator>>,
    pub(crate) caps: Caps,
    pub(crate) compression: Option<Compression>,
    pub(crate) shared: bool,
}

impl fmt::Debug for RollingOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RollingOptions")
            .field("namer", &self.namer.is_some())
            .field("rotator", &self.rotator.is_some())
            .field("caps", &self.caps)
            .field("compression", &self.compression)
            .field("shared", &self.shared)
            .finish()
    }
}

/// Gives the builder of a rotating handler, which has a field `rolling`, the setters about backups.
macro_rules! rolling_setters {
    () => {
        /// Sets what names the backups. Optional.
        pub fn namer(mut self, namer: impl $crate::rolling::Namer + 'static) -> Self {
            self.rolling.namer = Some(Box::new(namer));
            self
        }

        /// Sets how the file becomes a backup. Optional; it is renamed by default.
        pub fn rotator(mut self, rotator: impl $crate::rolling::Rotator + 'static) -> Self {
            self.rolling.rotator = Some(Box::new(rotator));
            self
        }

        /// Lets any number of processes, and of handlers in one process, write and put aside the same
        /// file. Optional; without it a file belongs to one handler.
        ///
        /// They take turns by locking a file beside the log, `.__app.lock` for `app.log`. This is
        /// what Python's `concurrent-log-handler` does, so programs that use that can take part; a
        /// timed handler keeps its deadline in that file, as the one there does. All must have the
        /// same settings. A record is never written without the lock: if it cannot be had, the
        /// record is an error.
        ///
        /// The file is always opened for appending, and cannot be [buffered](Self::buffered). It
        /// must be on a file system that all see alike and that has locks.
        pub fn shared(mut self, shared: bool) -> Self {
            self.rolling.shared = shared;
            self
        }

        /// Removes the oldest backups as long as all of them together have more bytes than this.
        /// Optional. The newest backup stays in any case.
        pub fn max_total_bytes(mut self, max_total_bytes: u64) -> Self {
            self.rolling.caps.max_total_bytes = Some(max_total_bytes);
            self
        }

        /// Removes backups that were last written longer ago than this. Optional. It is looked for
        /// them when a file is put aside; the newest backup stays in any case.
        pub fn max_age(mut self, max_age: ::std::time::Duration) -> Self {
            self.rolling.caps.max_age = Some(max_age);
            self
        }

        /// Compresses backups, on a thread of its own: nothing waits for it but
        /// [`wait_until_compressed`](crate::rolling::RollingHandler::wait_until_compressed).
        /// Optional.
        ///
        /// Backups that are there and not compressed, since a program was killed or had other
        /// settings, are compressed too. A plain backup goes when its compressed form is whole on
        /// the disk; what goes wrong is reported with the next record, and tried again at the next
        /// rollover. Nothing is overwritten. The compressed form is readable and writable for whom
        /// the plain one was, and has its time.
        pub fn compress(mut self, compression: $crate::rolling::Compression) -> Self {
            self.rolling.compression = Some(compression);
            self
        }
    };
}
pub(crate) use rolling_setters;
