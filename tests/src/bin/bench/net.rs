//! Handlers for the network, and the same bytes by bare system calls.

use std::hint::black_box;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::net::{TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use handlers_core::Result;
use handlers_gelf::{GelfTcpHandler, GelfUdpHandler};
use handlers_net::{DatagramHandler, SocketHandler, SysLogHandler};

use crate::line::{self, Compose, CoreFmt, Ready, millis, request, user};
use crate::logger::{Logged, formatter};
use crate::receiver::{Kind, Receiver};
use crate::workload::{Worker, Workload};

/// A datagram for syslog with the line ready made.
pub(crate) fn raw_udp() -> io::Result<Box<dyn Workload>> {
    RawDatagrams::<Ready>::make()
}

/// … with the line put together, and the message through `core::fmt`.
pub(crate) fn raw_udp_stdfmt() -> io::Result<Box<dyn Workload>> {
    RawDatagrams::<CoreFmt>::make()
}

/// A GELF message put together by `core::fmt`, in one write.
pub(crate) fn raw_gelf_tcp() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Streams)?;
    let stream = TcpStream::connect(receiver.address())?;
    Ok(Box::new(RawMessages { stream, _receiver: receiver }))
}

/// A frame of the size that a record's has.
pub(crate) fn raw_tcp() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Streams)?;
    let stream = TcpStream::connect(receiver.address())?;
    Ok(Box::new(RawFrames { stream, _receiver: receiver }))
}

pub(crate) fn syslog_udp() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Datagrams)?;
    let handler = SysLogHandler::builder(("127.0.0.1", receiver.port())).formatter(formatter());
    Ok(Box::new(Logged::new(Arc::new(built(handler.build())?), receiver)))
}

pub(crate) fn socket_pickle() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Streams)?;
    let handler = built(SocketHandler::new("127.0.0.1", receiver.port()))?;
    Ok(Box::new(Logged::new(Arc::new(handler), receiver)))
}

pub(crate) fn socket_pickle_batched() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Streams)?;
    let builder = SocketHandler::builder("127.0.0.1", receiver.port());
    let handler = built(builder.buffered(64 * 1024).build())?;
    Ok(Box::new(Logged::new(Arc::new(handler), receiver)))
}

pub(crate) fn udp_pickle() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Datagrams)?;
    let handler = built(DatagramHandler::new("127.0.0.1", receiver.port()))?;
    Ok(Box::new(Logged::new(Arc::new(handler), receiver)))
}

pub(crate) fn gelf_tcp() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Streams)?;
    let handler = built(GelfTcpHandler::new("127.0.0.1", receiver.port()))?;
    Ok(Box::new(Logged::new(Arc::new(handler), receiver)))
}

pub(crate) fn gelf_tcp_batched() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Streams)?;
    let builder = GelfTcpHandler::builder("127.0.0.1", receiver.port());
    let handler = built(builder.buffered(64 * 1024).build())?;
    Ok(Box::new(Logged::new(Arc::new(handler), receiver)))
}

pub(crate) fn gelf_udp() -> io::Result<Box<dyn Workload>> {
    let receiver = Receiver::start(Kind::Datagrams)?;
    let handler = built(GelfUdpHandler::new("127.0.0.1", receiver.port()))?;
    Ok(Box::new(Logged::new(Arc::new(handler), receiver)))
}

fn built<H>(handler: Result<H>) -> io::Result<H> {
    handler.map_err(io::Error::other)
}

struct RawDatagrams<C> {
    socket: UdpSocket,
    receiver: Receiver,
    compose: PhantomData<fn() -> C>,
}

impl<C: Compose + 'static> RawDatagrams<C> {
    fn make() -> io::Result<Box<dyn Workload>> {
        let receiver = Receiver::start(Kind::Datagrams)?;
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        Ok(Box::new(Self { socket, receiver, compose: PhantomData }))
    }
}

impl<C: Compose + 'static> Workload for RawDatagrams<C> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(RawDatagramsWorker { to: self, compose: C::default(), datagram: Vec::new() })
    }
}

struct RawDatagramsWorker<'w, C> {
    to: &'w RawDatagrams<C>,
    compose: C,
    datagram: Vec<u8>,
}

impl<C: Compose> Worker for RawDatagramsWorker<'_, C> {
    fn log(&mut self, number: u64) {
        self.datagram.clear();
        self.datagram.extend_from_slice(b"<14>");
        let line = self.compose.compose(number);
        // The line end gives way to the NUL.
        self.datagram.extend_from_slice(&line[..line.len() - 1]);
        self.datagram.push(0);
        let sent = self.to.socket.send_to(&self.datagram, self.to.receiver.address());
        sent.expect("a datagram can be sent");
    }
}

struct RawFrames {
    stream: TcpStream,
    _receiver: Receiver,
}

impl Workload for RawFrames {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(RawFramesWorker(&self.stream))
    }
}

struct RawFramesWorker<'w>(&'w TcpStream);

impl Worker for RawFramesWorker<'_> {
    fn log(&mut self, _number: u64) {
        self.0.write_all(&[0x55; FRAME]).expect("the receiver reads");
    }
}

struct RawMessages {
    stream: TcpStream,
    _receiver: Receiver,
}

impl Workload for RawMessages {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(RawMessagesWorker { stream: &self.stream, message: Vec::new() })
    }
}

struct RawMessagesWorker<'w> {
    stream: &'w TcpStream,
    message: Vec<u8>,
}

impl Worker for RawMessagesWorker<'_> {
    /// The message that `gelf_tcp` sends, but that nothing in it is looked at.
    fn log(&mut self, number: u64) {
        let (request, millis, user) = (request(number), millis(), user());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, micros) = (now.as_secs(), now.subsec_micros());
        let (name, file, line) = (line::NAME, black_box(file!()), black_box(line!()));
        self.message.clear();
        let written = write!(
            self.message,
            r#"{{"version": "1.1", "host": "localhost", "short_message": "request {request} served in {millis:.3} ms for user {user}", "timestamp": {seconds}.{micros:06}, "level": 6, "_logger": "{name}", "_file": "{file}", "_line": {line}, "_function": "log"}}{NUL}"#,
        );
        written.expect("memory takes all");
        self.stream.write_all(&self.message).expect("the receiver reads");
    }
}

/// What ends a message.
const NUL: char = '\0';

/// So many bytes a record of this line comes to as a frame.
const FRAME: usize = 551;
