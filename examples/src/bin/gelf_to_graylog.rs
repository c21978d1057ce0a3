//! GELF to a server such as Graylog: over TCP with a backlog, and over UDP in chunks.
//!
//! The servers here are sockets of this very program, which print what they get.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Handler, Level, Logger, get_logger, info, warning};
use handlers_gelf::{Compression, GelfFormatter, GelfTcpHandler, GelfUdpHandler};
use handlers_net::Backlog;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = io::stdout().lock();
    let formatter =
        GelfFormatter::builder().host("web1").field("environment", "live").origin(false).build()?;

    let server = TcpListener::bind("127.0.0.1:0")?;
    let by_tcp = Arc::new(
        GelfTcpHandler::builder("127.0.0.1", server.local_addr()?.port())
            .formatter(formatter.clone())
            // Records wait here while the server is away.
            .backlog(Backlog::memory(16 << 20))
            .build()?,
    );
    let app = logger("app", Arc::clone(&by_tcp) as _);
    info!(app, user = "ann", attempt = 2; "logged in");
    warning!(app, "disk {} is {} % full", "sda", 91);

    let mut messages = BufReader::new(server.accept()?.0);
    for _ in 0..2 {
        let mut message = Vec::new();
        messages.read_until(0, &mut message)?;
        writeln!(out, "{}", String::from_utf8_lossy(&message))?;
    }
    writeln!(out, "{:?}", by_tcp.counters())?;

    let server = UdpSocket::bind("127.0.0.1:0")?;
    server.set_read_timeout(Some(Duration::from_secs(30)))?;
    let by_udp = GelfUdpHandler::builder("127.0.0.1", server.local_addr()?.port())
        .formatter(formatter)
        .compression(Compression::None)
        .build()?;
    info!(logger("metrics", Arc::new(by_udp)), "{}", "a long message ".repeat(200));

    let mut chunk = [0; 2000];
    for _ in 0..3 {
        let length = server.recv(&mut chunk)?;
        writeln!(out, "chunk {} of {}: {length} bytes", chunk[10] + 1, chunk[11])?;
    }
    Ok(())
}

fn logger(name: &str, handler: Arc<dyn Handler>) -> Logger {
    let logger = get_logger(name);
    logger.set_level(Level::INFO);
    logger.add_handler(handler);
    logger
}
