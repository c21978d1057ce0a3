//! Frames that Python's `socketserver` recipes read.

use handlers_core::{HandlerBase, Record, Result};

use super::framed::framed;
use super::{Encode, attributes};
use crate::pickle::{Pickler, with_memo};

/// What Python's `SocketHandler` sends: four bytes of length, the highest first, and a pickle of the
/// record's attributes, which `logging.makeLogRecord(pickle.loads(frame[4:]))` makes a record of.
///
/// The pickle is, byte for byte, that of CPython. Text and numbers of the record, and its fields, go
/// as they are; values that Rust does not know go as the recipes that [`Object`] holds.
///
/// # Security
///
/// Whoever loads a pickle lets it call what it names. Those who receive records from Python have to
/// trust all who can send; the encoder `Signed` lets a receiver tell whom it can. An [`Object`]
/// that came from elsewhere is passed on with its recipe: do not send what you would not run.
///
/// # Differences from Python
///
/// - Two equal texts or containers in a record are written twice; CPython writes what is one object
///   once, and refers back to it. The record comes out the same.
/// - `message` and `asctime`, which Python's formatter leaves on a record that has an exception, do
///   not stay on ours; the time is sent all the same.
/// - Text holds no lone surrogates.
///
/// [`Object`]: handlers_core::Object
///
/// # Examples
///
/// ```
/// use handlers_core::{HandlerBase, Record};
/// use handlers_net::{Encode, Pickle};
///
/// let mut frame = Vec::new();
/// let record = Record::builder().name("app").message("ready").build();
/// Pickle::new().encode(&HandlerBase::new(), &record, &mut frame)?;
/// let (length, pickle) = frame.split_at(4);
/// assert_eq!(length, u32::try_from(pickle.len()).unwrap().to_be_bytes());
/// assert!(pickle.starts_with(b"}q\x00(X\x04\x00\x00\x00name"));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pickle {}

impl Pickle {
    /// Makes the encoder.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Encode for Pickle {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        framed(out, |out| self.encode_payload(handler, record, out))
    }

    fn encode_payload(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        with_memo(|memo| {
            let mut pickler = Pickler::begin_dict(out, memo);
            attributes::for_each(handler, record, |name, value| pickler.entry(name, value))?;
            pickler.end();
            Ok(())
        })
    }
}
