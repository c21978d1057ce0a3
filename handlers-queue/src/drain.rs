//! Where buffered records go.

use std::collections::VecDeque;

use handlers_core::{Record, Result};

/// Takes buffered records to where they go: what Python programs override `BufferingHandler.flush`
/// for. Closures are drains.
///
/// # Contract
///
/// - What a drain takes out of `records` is its own from then on; what it leaves there goes back to
///   the front of the buffer and comes again with the next flush, also after an error or a panic. A
///   drain that takes each record out as it gets it through thus loses none and sends none twice.
/// - It runs on one thread at a time, outside any lock: other threads go on appending to the buffer.
/// - What it logs goes nowhere, since its thread is inside a handler.
///
/// # Examples
///
/// One message for all records together:
///
/// ```
/// use handlers_core::{Handler, Record};
/// use handlers_queue::BufferingHandler;
/// use std::collections::VecDeque;
/// use std::sync::{Arc, Mutex};
///
/// let sent = Arc::new(Mutex::new(Vec::new()));
/// let outbox = Arc::clone(&sent);
/// let digest = move |records: &mut VecDeque<Record<'static>>| {
///     let lines: Vec<String> =
///         records.iter().map(|r| r.message().map(String::from)).collect::<Result<_, _>>()?;
///     outbox.lock().unwrap().push(lines.join("\n"));
///     records.clear();
///     Ok(())
/// };
///
/// let handler = BufferingHandler::builder(2).drain(digest).build();
/// handler.handle(&Record::builder().message("disk full").build());
/// handler.handle(&Record::builder().message("disk fuller").build());
/// assert_eq!(*sent.lock().unwrap(), ["disk full\ndisk fuller"]);
/// ```
pub trait Drain: Send + Sync {
    /// Takes `records`, the oldest first, to where they go.
    ///
    /// # Errors
    ///
    /// Something could not be taken where it goes. The handler reports it, or gives it to the
    /// caller of `flush`.
    fn drain(&self, records: &mut VecDeque<Record<'static>>) -> Result<()>;
}

fn _obj_safe(_: Box<dyn Drain>) {}

impl<F: Fn(&mut VecDeque<Record<'static>>) -> Result<()> + Send + Sync> Drain for F {
    fn drain(&self, records: &mut VecDeque<Record<'static>>) -> Result<()> {
        self(records)
    }
}

/// Throws the records away: the default [`Drain`], and Python's (QUEUE-4).
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Discard;

impl Drain for Discard {
    fn drain(&self, records: &mut VecDeque<Record<'static>>) -> Result<()> {
        records.clear();
        Ok(())
    }
}
