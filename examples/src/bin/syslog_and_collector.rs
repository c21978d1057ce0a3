//! Records to a syslog daemon and to a collector that goes away and comes back. Both are in this
//! program, so that it runs anywhere.
//!
//! `cargo run -p handlers-examples --bin syslog_and_collector`

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Error, Level, Result, get_logger, info, shutdown, warning};
use handlers_net::syslog::{Element, Facility, Rfc5424};
use handlers_net::{Backlog, Backoff, JsonLines, SocketHandler, SysLogHandler};

fn main() -> Result<()> {
    let failed = |error| Error::io("use the loopback", error);
    let daemon = UdpSocket::bind("127.0.0.1:0").map_err(failed)?;
    let address = ("127.0.0.1", daemon.local_addr().map_err(failed)?.port());
    let format = Rfc5424::new()
        .host_name("web-1")
        .app_name("shop")
        .element(Element::new("request@32473")?.extras())?;
    let syslog =
        SysLogHandler::builder(address).facility(Facility::LOCAL3).format(format).build()?;

    // Nobody listens at the port until the collector is started below.
    let reserved = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let port = reserved.local_addr().map_err(failed)?.port();
    drop(reserved);
    let collector = Arc::new(
        SocketHandler::builder("127.0.0.1", port)
            .encoder(JsonLines::new())
            .backlog(Backlog::memory(1 << 20))
            .backoff(Backoff::new(Duration::from_secs(1), 2.0, Duration::from_secs(30)).jitter(0.5))
            .build()?,
    );

    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::new(syslog));
    app.add_handler(Arc::clone(&collector) as _);
    info!(app, user = "ann"; "logged in");
    warning!(app, user = "ann"; "disk {} is {} % full", "sda", 91);

    let mut out = std::io::stdout();
    let mut datagram = [0; 2048];
    for _ in 0..2 {
        let length = daemon.recv(&mut datagram).map_err(failed)?;
        let _ = writeln!(out, "syslog: {}", String::from_utf8_lossy(&datagram[..length]));
    }
    let _ = writeln!(out, "the collector is away: {:?}", collector.counters());

    let server = TcpListener::bind(("127.0.0.1", port)).map_err(failed)?;
    let report = shutdown(Duration::from_secs(5)); // sends what is queued, whatever the back-off says
    let (connection, _) = server.accept().map_err(failed)?;
    for line in BufReader::new(connection).lines().take(2) {
        let line = line.map_err(failed)?;
        let _ = writeln!(out, "collector: {} …", line.chars().take(60).collect::<String>());
    }
    let _ = writeln!(out, "{:?}\n{report}", collector.counters());
    Ok(())
}
