//! The settings of the handler for UDP.

use std::fmt;
use std::net::Ipv6Addr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use handlers_core::{Handler, Result};
use handlers_net::transport::{Connect, IpFamily, Udp};
use handlers_net::{DatagramHandler, DatagramHandlerBuilder};

use super::chunked::Chunked;
use super::chunking::Chunking;
use super::handler::GelfUdpHandler;
use super::packet::Packet;
use crate::compression::Compression;
use crate::content::Content;
use crate::formatter::{GelfFormatter, GraypyFormatter};
use crate::forward::forwarded_setters;

/// Builds a [`GelfUdpHandler`].
#[must_use = "call `build` to make the handler"]
pub struct GelfUdpHandlerBuilder {
    datagrams: DatagramHandlerBuilder,
    packet: Packet,
    /// Sets the connector, once it is known how to cut.
    connect: Box<dyn FnOnce(DatagramHandlerBuilder, Chunking) -> DatagramHandlerBuilder>,
}

impl GelfUdpHandlerBuilder {
    pub(super) fn new(host: &str, port: u16) -> Self {
        // As DatagramHandler has it: a name means its IPv4 address.
        let is_v6 = host.parse::<Ipv6Addr>().is_ok();
        let udp = Udp::new(host, port).family(if is_v6 { IpFamily::V6 } else { IpFamily::V4 });
        let packet = Packet {
            content: Content::default(),
            compression: Compression::default(),
            chunking: Chunking::new(),
            truncates: false,
        };
        let datagrams = DatagramHandler::builder(host, port);
        Self { datagrams, packet, connect: Box::new(chunked(udp)) }
    }

    forwarded_setters!(datagrams);

    /// Sends what the handlers of graypy send: `formatter` makes the messages, and the formatter of
    /// the handler, if it gets one, the text in them (GELF-47). Optional.
    pub fn graypy(mut self, formatter: GraypyFormatter) -> Self {
        self.packet.content = Content::Graypy(Box::new(formatter));
        self
    }

    /// Sets how messages are compressed. Optional; as zlib does by default.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.packet.compression = compression;
        self
    }

    /// Sets how many bytes of a message are in a chunk; its header has 12 more. Optional;
    /// [`WAN_CHUNK`](crate::WAN_CHUNK) by default.
    pub fn chunk_size(mut self, size: NonZeroUsize) -> Self {
        self.packet.chunking.size = size;
        self
    }

    /// Sets whether a message that is just as long as a chunk is sent as one chunk, with a header,
    /// as graypy does it, instead of as it is (GELF-66). Optional; `false` by default.
    pub fn chunk_at_size(mut self, at_size: bool) -> Self {
        self.packet.chunking.at_size = at_size;
        self
    }

    /// Sets whether a message of more than 128 chunks is shortened instead of dropped: graypy's
    /// `GELFTruncatingChunker` (GELF-58). Optional; `false` by default.
    ///
    /// What is sent has the level `ERROR`, the fields `host`, `timestamp` and `facility` of the
    /// message, the beginning of its text, and `_chunk_overflow`. The error hook is told.
    pub fn truncate(mut self, truncate: bool) -> Self {
        self.packet.truncates = truncate;
        self
    }

    /// Sets what makes the sockets. Its datagrams are chunks, cut as the other settings say.
    /// Optional.
    pub fn connector(mut self, connector: impl Connect) -> Self {
        self.connect = Box::new(chunked(connector));
        self
    }

    /// Makes the handler. No socket is made.
    ///
    /// # Errors
    ///
    /// The spool of the backlog cannot be opened, or somebody else uses it.
    pub fn build(self) -> Result<GelfUdpHandler> {
        let needs_formatter = self.packet.content.needs_formatter();
        let datagrams = (self.connect)(self.datagrams, self.packet.chunking);
        let datagrams = datagrams.encoder(self.packet).build()?;
        if needs_formatter && datagrams.base().formatter().is_none() {
            datagrams.base().set_formatter(Some(Arc::new(GelfFormatter::new())));
        }
        Ok(GelfUdpHandler::from_datagrams(datagrams))
    }
}

impl fmt::Debug for GelfUdpHandlerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GelfUdpHandlerBuilder")
            .field("datagrams", &self.datagrams)
            .field("packet", &self.packet)
            .finish_non_exhaustive()
    }
}

fn chunked(
    connector: impl Connect,
) -> impl FnOnce(DatagramHandlerBuilder, Chunking) -> DatagramHandlerBuilder {
    move |datagrams, chunking| datagrams.connector(Chunked::new(connector).with_chunking(chunking))
}
