//! What a record becomes on a stream.

use handlers_core::{HandlerBase, Record, Result, with_line_buffer};
use handlers_net::Encode;

use crate::content::Content;
use crate::framing::Framing;

/// The text of a message, with what ends it.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) content: Content,
    pub(super) framing: Framing,
}

impl Encode for Frame {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        with_line_buffer(|text| {
            self.content.write(handler, record, text)?;
            self.framing.write(text, out);
            Ok(())
        })
    }

    fn encode_payload(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        self.encode(handler, record, out)?;
        out.pop();
        Ok(())
    }
}
