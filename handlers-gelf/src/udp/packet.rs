//! What a record becomes as a datagram, or as several.

use handlers_core::{Error, ErrorKind, HandlerBase, Record, Result, with_line_buffer};
use handlers_net::Encode;

use super::chunking::Chunking;
use super::truncate;
use crate::compression::Compression;
use crate::content::Content;

/// The text of a message, compressed.
#[derive(Debug)]
pub(super) struct Packet {
    pub(super) content: Content,
    pub(super) compression: Compression,
    pub(super) chunking: Chunking,
    pub(super) truncates: bool,
}

impl Encode for Packet {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        with_line_buffer(|text| {
            self.content.write(handler, record, text)?;
            let start = out.len();
            self.compression.write(text.as_bytes(), out)?;
            if self.truncates && self.chunking.count(out.len() - start).is_none() {
                out.truncate(start);
                truncate::write(text, self.chunking, self.compression, out)?;
                handler.report(record, &shortened());
            }
            Ok(())
        })
    }
}

#[cold]
fn shortened() -> Error {
    Error::new(ErrorKind::Value, "a message of more than 128 chunks was shortened")
}
