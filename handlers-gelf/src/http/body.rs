//! What a record becomes as the body of a request.

use handlers_core::{HandlerBase, Record, Result, with_line_buffer};
use handlers_net::Encode;

use crate::compression::Compression;
use crate::content::Content;

/// The text of a message, compressed.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) content: Content,
    pub(super) compression: Compression,
}

impl Encode for Body {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        with_line_buffer(|text| {
            self.content.write(handler, record, text)?;
            self.compression.write(text.as_bytes(), out)
        })
    }
}
