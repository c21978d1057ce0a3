//! Handlers: where records go.

pub(crate) mod base;
mod forward;
mod handle;
mod null;
pub(crate) mod registry;
mod report;
mod stderr;

use std::any::Any;
use std::fmt::Debug;

pub use base::{Counters, HandlerBase};
pub use null::NullHandler;
pub use registry::{clear_handlers, get_handler_by_name, handler_names, register_handler};
pub(crate) use report::to_standard_error as report_error;
pub use report::{ErrorHook, raise_exceptions, set_raise_exceptions};
pub use stderr::StderrHandler;

use crate::error::{Error, Result};
use crate::record::Record;

/// Takes records somewhere: Python's `Handler`.
///
/// An implementation has a [`HandlerBase`], which is Python's base class as a value (level, filters,
/// formatter, name, counters), and an [`emit`](Self::emit). State of its own sits behind a lock of
/// its own, taken after the record was formatted and never handed out.
///
/// # Contract
///
/// - `emit` may be called from any thread, at the same time from many.
/// - An error is returned, never printed and never a panic; what was lost is counted.
/// - `flush` returns once every record whose `handle` returned before the call began is with the
///   operating system, the peer or the next handler. `flush` and `close` may be called twice.
/// - A closed handler stays attached and goes on being called (CORE-77); its documentation says what
///   becomes of the records.
/// - No lock is held while a filter, a formatter or an error hook of the user runs.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, HandlerBase, Record, Result};
/// use std::sync::Mutex;
///
/// /// Keeps every line.
/// #[derive(Debug, Default)]
/// struct ListHandler {
///     base: HandlerBase,
///     lines: Mutex<Vec<String>>,
/// }
///
/// impl Handler for ListHandler {
///     fn base(&self) -> &HandlerBase {
///         &self.base
///     }
///
///     fn emit(&self, record: &Record<'_>) -> Result<()> {
///         let mut line = String::new();
///         self.base.format(record, &mut line)?;
///         self.lines.lock().unwrap().push(line);
///         Ok(())
///     }
/// }
///
/// let handler = ListHandler::default();
/// assert!(handler.handle(&Record::builder().message("hello").build()));
/// assert_eq!(*handler.lines.lock().unwrap(), ["hello"]);
/// assert_eq!(handler.base().counters().emitted, 1);
/// ```
pub trait Handler: Any + Debug + Send + Sync {
    /// The level, filters, formatter, name and counters of this handler.
    fn base(&self) -> &HandlerBase;

    /// Takes one record to where this handler takes them. The filters have been asked already.
    ///
    /// # Errors
    ///
    /// Whatever kept the record from getting there; [`handle`](Self::handle) passes it on to
    /// [`handle_error`](Self::handle_error).
    fn emit(&self, record: &Record<'_>) -> Result<()>;

    /// Brings what is buffered out of the process. By default there is nothing to do (CORE-72).
    ///
    /// # Errors
    ///
    /// What is still buffered could not be brought out; it is kept as far as the handler's
    /// documentation says.
    fn flush(&self) -> Result<()> {
        Ok(())
    }

    /// Flushes, gives back what the handler holds open, and takes it out of the names (CORE-76).
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush). The handler is closed all the same.
    fn close(&self) -> Result<()> {
        let flushed = self.flush();
        self.base().mark_closed();
        flushed
    }

    /// Tells somebody that `record` got lost, or was not whole, because of `error`.
    ///
    /// By default the error hook of the base; without one, Python's report on standard error
    /// (CORE-79 to CORE-81).
    fn handle_error(&self, record: &Record<'_>, error: &Error) {
        self.base().report(record, error);
    }

    /// Asks the filters and, if they let the record pass, emits it (CORE-68). Says whether it
    /// passed; an error in `emit` is reported and changes nothing about the answer (CORE-69).
    ///
    /// The level is not looked at here: the logger does that (CORE-153).
    ///
    /// A panic in a filter, in a formatter or in `emit` is caught and reported like an error.
    fn handle(&self, record: &Record<'_>) -> bool {
        handle::handle(self, record)
    }

    /// Whether [`shutdown`](fn@crate::shutdown) flushes this handler before it closes it (CORE-165).
    fn flush_on_close(&self) -> bool {
        true
    }

    /// How many records the handler holds that it has not delivered yet.
    ///
    /// [`shutdown`](fn@crate::shutdown) asks this while another thread may be inside
    /// [`flush`](Self::flush) or [`close`](Self::close) and not come back: it must not wait for them.
    fn pending(&self) -> u64 {
        0
    }
}

fn _obj_safe(_: Box<dyn Handler>) {}
