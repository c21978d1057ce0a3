//! What a record becomes on the wire.

mod attributes;
mod framed;
mod json_lines;
mod pickle;
#[cfg(feature = "signing")]
mod signed;

use std::any::Any;
use std::sync::Arc;

pub use json_lines::JsonLines;
pub use pickle::Pickle;
#[cfg(feature = "signing")]
pub use signed::Signed;

use handlers_core::{HandlerBase, Record, Result};

/// Makes the bytes that are sent for a record: Python's `makePickle`.
///
/// Closures of the same shape are encoders. An encoder runs outside every lock, from many threads
/// at a time.
///
/// # Examples
///
/// ```
/// use handlers_core::{HandlerBase, Record};
/// use handlers_net::Encode;
///
/// let line = |_: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>| {
///     out.extend_from_slice(record.message()?.as_bytes());
///     out.push(b'\n');
///     Ok(())
/// };
/// let mut frame = Vec::new();
/// line.encode(&HandlerBase::new(), &Record::builder().message("ready").build(), &mut frame)?;
/// assert_eq!(frame, b"ready\n");
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub trait Encode: Any + Send + Sync {
    /// Appends the frame of `record` to `out`, with all that tells the receiver where it ends.
    ///
    /// `handler` is the handler that sends it: its formatter may be asked for texts.
    ///
    /// # Errors
    ///
    /// The record cannot be sent in this form; `out` may then hold a part of the frame.
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()>;

    /// Appends what is in the frame, without what tells the receiver where it ends, for those who
    /// say that in another way. The whole frame by default.
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode).
    fn encode_payload(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        self.encode(handler, record, out)
    }
}

impl<F> Encode for F
where
    F: Fn(&HandlerBase, &Record<'_>, &mut Vec<u8>) -> Result<()> + Send + Sync + 'static,
{
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        self(handler, record, out)
    }
}

impl<E: Encode + ?Sized> Encode for Arc<E> {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        (**self).encode(handler, record, out)
    }

    fn encode_payload(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        (**self).encode_payload(handler, record, out)
    }
}
