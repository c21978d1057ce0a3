//! A process that takes what is sent to it and counts it, so that receiving costs the sender nothing.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// What a receiver listens for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Datagrams,
    Streams,
}

impl Kind {
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Datagrams, Self::Streams].into_iter().find(|kind| kind.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Datagrams => "datagrams",
            Self::Streams => "streams",
        }
    }
}

/// A receiver in a process of its own, which ends with this value.
#[derive(Debug)]
pub(crate) struct Receiver {
    child: Child,
    said: BufReader<ChildStdout>,
    port: u16,
}

impl Receiver {
    pub(crate) fn start(kind: Kind) -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(["receive", kind.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut said = BufReader::new(stdout);
        let mut port = String::new();
        said.read_line(&mut port)?;
        let port = port.trim().parse().map_err(io::Error::other)?;
        Ok(Self { child, said, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It ends when nobody is there to write to its standard input.
        drop(self.child.stdin.take());
        let mut count = String::new();
        let _ = self.said.read_line(&mut count);
        let _ = self.child.wait();
        let nothing = count.trim().parse::<u64>().unwrap_or(0) == 0;
        assert!(!nothing || thread::panicking(), "nothing was received");
    }
}

/// What that process does: it says its port, receives until its standard input ends, and says how
/// many bytes it had.
pub(crate) fn receive(kind: Kind) -> io::Result<()> {
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&bytes);
    match kind {
        Kind::Datagrams => {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            say(socket.local_addr()?.port().into())?;
            thread::spawn(move || {
                let mut buffer = vec![0; 65_536];
                while let Ok(length) = socket.recv(&mut buffer) {
                    counted.fetch_add(length as u64, Ordering::Relaxed);
                }
            });
        }
        Kind::Streams => {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            say(listener.local_addr()?.port().into())?;
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let counted = Arc::clone(&counted);
                    thread::spawn(move || drain(stream, &counted));
                }
            });
        }
    }
    io::copy(&mut io::stdin(), &mut io::sink())?;
    say(bytes.load(Ordering::Relaxed))
}

fn drain(mut stream: impl Read, counted: &AtomicU64) {
    let mut buffer = vec![0; 262_144];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        counted.fetch_add(length as u64, Ordering::Relaxed);
    }
}

fn say(number: u64) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{number}")?;
    stdout.flush()
}
