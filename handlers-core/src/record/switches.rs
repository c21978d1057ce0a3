//! What records gather: Python's `logThreads` and its like.

use std::sync::atomic::{AtomicU8, Ordering};

/// Which facts a record gathers when it is made; all of them by default.
///
/// # Examples
///
/// ```
/// use handlers_core::{Record, RecordSwitches, set_record_switches};
///
/// set_record_switches(RecordSwitches { threads: false, ..RecordSwitches::default() });
/// assert_eq!(Record::builder().build().thread_name(), None);
/// # set_record_switches(RecordSwitches::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four switches of Python's, each on its own")]
#[expect(clippy::exhaustive_structs, reason = "made with struct update syntax by its users")]
pub struct RecordSwitches {
    /// `thread` and `threadName`: Python's `logThreads` (CORE-28).
    pub threads: bool,
    /// `process`: Python's `logProcesses` (CORE-29).
    pub processes: bool,
    /// `processName`: Python's `logMultiprocessing` (CORE-30).
    pub multiprocessing: bool,
    /// `taskName`: Python's `logAsyncioTasks` (CORE-31).
    pub async_tasks: bool,
}

impl Default for RecordSwitches {
    fn default() -> Self {
        Self::from_bits(u8::MAX)
    }
}

impl RecordSwitches {
    pub(super) const NONE: Self =
        Self { threads: false, processes: false, multiprocessing: false, async_tasks: false };

    fn from_bits(bits: u8) -> Self {
        Self {
            threads: bits & 1 != 0,
            processes: bits & 2 != 0,
            multiprocessing: bits & 4 != 0,
            async_tasks: bits & 8 != 0,
        }
    }

    fn bits(self) -> u8 {
        u8::from(self.threads)
            | u8::from(self.processes) << 1
            | u8::from(self.multiprocessing) << 2
            | u8::from(self.async_tasks) << 3
    }
}

/// The switches in force.
pub fn record_switches() -> RecordSwitches {
    RecordSwitches::from_bits(SWITCHES.load(Ordering::Relaxed))
}

/// Sets the switches for every record made from now on, in the whole process.
pub fn set_record_switches(switches: RecordSwitches) {
    SWITCHES.store(switches.bits(), Ordering::Relaxed);
}

static SWITCHES: AtomicU8 = AtomicU8::new(0b1111);
