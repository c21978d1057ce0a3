//! The promises that every handler makes.

use std::io;
use std::time::Instant;

use handlers_core::{PatternFormatter, Result};
use handlers_gelf::{
    Compression, Framing, GelfHttpHandler, GelfTcpHandler, GelfUdpHandler, LAN_CHUNK,
};
use handlers_net::transport::{Connect, Transport};
use handlers_tests::suite::{self, Subject};

use super::LONG;
use crate::collector::Collector;

#[test]
fn gelf_tcp_handler() {
    suite::check("GelfTcpHandler", || {
        let (collector, connector) = Collector::streams();
        let handler = GelfTcpHandler::builder("127.0.0.1", 0)
            .connector(connector)
            .framing(Framing::Newline)
            .formatter(PatternFormatter::builder().build().expect("there is no format"))
            .timeout(LONG)
            .build()
            .expect("there is no spool");
        Subject::new(handler, move || collector.lines())
    });
}

#[test]
fn gelf_udp_handler() {
    suite::check("GelfUdpHandler", || {
        let (collector, connector) = Collector::datagrams();
        let handler = GelfUdpHandler::builder("127.0.0.1", 0)
            .connector(Lines(connector))
            .compression(Compression::None)
            .chunk_size(LAN_CHUNK)
            .formatter(PatternFormatter::builder().build().expect("there is no format"))
            .timeout(LONG)
            .build()
            .expect("there is no spool");
        Subject::new(handler, move || collector.lines()).takes_no_more_than(8000)
    });
}

#[test]
fn gelf_http_handler() {
    suite::check("GelfHttpHandler", || {
        let (collector, connector) = Collector::streams();
        let handler = GelfHttpHandler::builder("127.0.0.1", 80)
            .connector(Posts(connector))
            .compression(Compression::None)
            .formatter(PatternFormatter::builder().build().expect("there is no format"))
            .timeout(LONG)
            .build()
            .expect("there is no spool");
        Subject::new(handler, move || collector.lines())
    });
}

/// A server that takes the bodies of all requests, and puts a line end behind each.
#[derive(Debug)]
struct Posts<T>(T);

impl<C: Connect> Connect for Posts<C> {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        Ok(Box::new(Posted { transport: self.0.connect(deadline)?, is_asked: false }))
    }

    fn peer(&self) -> String {
        self.0.peer()
    }
}

#[derive(Debug)]
struct Posted {
    transport: Box<dyn Transport>,
    is_asked: bool,
}

impl Transport for Posted {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let head = bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("it is a request");
        self.is_asked = true;
        self.transport.send(&[&bytes[head + 4..], b"\n"].concat(), deadline)
    }

    fn receive(&mut self, buffer: &mut [u8], _: Instant) -> io::Result<usize> {
        if !std::mem::take(&mut self.is_asked) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
        buffer[..answer.len()].copy_from_slice(answer);
        Ok(answer.len())
    }
}

/// Puts a line end behind each datagram.
#[derive(Debug)]
struct Lines<T>(T);

impl<C: Connect> Connect for Lines<C> {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        Ok(Box::new(Lines(self.0.connect(deadline)?)))
    }

    fn peer(&self) -> String {
        self.0.peer()
    }
}

impl Transport for Lines<Box<dyn Transport>> {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        self.0.send(&[bytes, b"\n"].concat(), deadline)
    }

    fn is_datagram(&self) -> bool {
        self.0.is_datagram()
    }
}
