//! One line of JSON for each record.

use handlers_core::{HandlerBase, JsonObject, Record, Result};

use super::{Encode, attributes};

/// Sends a record as one line: a JSON object of the attributes that [`Pickle`](crate::Pickle) sends,
/// under Python's names. `logging.makeLogRecord(json.loads(line))` makes a record of it.
///
/// All that is not ASCII, and every control character, is escaped, as [`JsonObject`] does it: whatever
/// a message holds, a line is one record. There is also how each kind of value is written.
///
/// # Examples
///
/// ```
/// use handlers_core::{HandlerBase, Record};
/// use handlers_net::{Encode, JsonLines};
///
/// let record = Record::builder().message("two\nlines").field("user", "ann")?.build();
/// let mut line = Vec::new();
/// JsonLines::new().encode(&HandlerBase::new(), &record, &mut line)?;
/// let line = String::from_utf8(line).unwrap();
/// assert!(line.starts_with(r#"{"name": "root", "msg": "two\nlines", "args": null"#));
/// assert!(line.ends_with("\"user\": \"ann\"}\n"));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonLines {}

impl JsonLines {
    /// Makes the encoder.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Encode for JsonLines {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.encode_payload(handler, record, out)?;
        out.push(b'\n');
        Ok(())
    }

    fn encode_payload(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        let mut object = JsonObject::begin(out);
        let written = attributes::for_each(handler, record, |name, value| {
            object.entry(name, value);
            Ok(())
        });
        match written {
            Ok(()) => object.end(),
            Err(_) => out.truncate(start),
        }
        written
    }
}
