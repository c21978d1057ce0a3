//! Streams over TCP.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use handlers_core::{Error, Result};
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};

use super::channel::{Channel, Stream};
use super::resolve::Resolver;
use super::{Connect, IpFamily, Transport};

/// Connects to a host and a port over TCP.
///
/// | setting | default |
/// |---|---|
/// | [`family`](Self::family) | IPv4 and IPv6, in the system's order |
/// | [`local_address`](Self::local_address) | the system's choice |
/// | [`connect_timeout`](Self::connect_timeout) | none but the deadline of each call |
/// | [`nodelay`](Self::nodelay) | `false` |
/// | [`keepalive`](Self::keepalive) | none |
/// | [`user_timeout`](Self::user_timeout) | the system's |
///
/// Every address of the host is tried in order until one connects (NET-3), each for its share of the
/// time, so that one that never answers leaves some for the others. A connection on which nobody
/// answers any more, since a host or a firewall between has died, looks like a good one for many
/// minutes: set [`user_timeout`](Self::user_timeout) or [`keepalive`](Self::keepalive) if that can
/// happen.
///
/// # Examples
///
/// ```
/// use handlers_net::transport::{Connect, Keepalive, Tcp};
/// use std::io::Read;
/// use std::net::TcpListener;
/// use std::time::{Duration, Instant};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let port = listener.local_addr()?.port();
/// let tcp = Tcp::new("localhost", port)
///     .user_timeout(Duration::from_secs(20))
///     .keepalive(Keepalive::after(Duration::from_secs(60)));
///
/// let deadline = Instant::now() + Duration::from_secs(5);
/// let mut transport = tcp.connect(deadline)?;
/// transport.send(b"a line\n", deadline)?;
/// drop(transport);
///
/// let mut received = String::new();
/// listener.accept()?.0.read_to_string(&mut received)?;
/// assert_eq!(received, "a line\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until somebody connects"]
pub struct Tcp {
    resolver: Resolver,
    local_address: Option<SocketAddr>,
    connect_timeout: Option<Duration>,
    nodelay: bool,
    keepalive: Option<Keepalive>,
    user_timeout: Option<Duration>,
}

/// When a connection on which nothing happens is probed, and when it is given up.
///
/// # Examples
///
/// ```
/// use handlers_net::transport::Keepalive;
/// use std::time::Duration;
///
/// // Gives up after 60 + 4 * 5 seconds.
/// let keepalive =
///     Keepalive::after(Duration::from_secs(60)).interval(Duration::from_secs(5)).retries(4);
/// # let _ = keepalive;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a connection must be told about it"]
pub struct Keepalive {
    idle: Duration,
    interval: Option<Duration>,
    retries: Option<u32>,
}

impl Tcp {
    /// Makes the settings for `host`, which is a name or an address, and `port`.
    pub fn new(host: impl AsRef<str>, port: u16) -> Self {
        Self {
            resolver: Resolver::new(host.as_ref(), port),
            local_address: None,
            connect_timeout: None,
            nodelay: false,
            keepalive: None,
            user_timeout: None,
        }
    }

    /// Sets which addresses of the host are used. Optional; all by default.
    pub fn family(mut self, family: IpFamily) -> Self {
        self.resolver.set_family(family);
        self
    }

    /// Sets the address that connections come from; its port may be 0. Optional; by default the
    /// system chooses. Only addresses of the same family are tried.
    pub fn local_address(mut self, address: SocketAddr) -> Self {
        self.resolver.set_family(IpFamily::of(address.ip()));
        self.local_address = Some(address);
        self
    }

    /// Sets how long connecting may take, the lookup included. Optional; by default as long as the
    /// call that connects may take.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets whether a small frame is sent though an earlier one has not been acknowledged.
    /// Optional; `false` by default, which makes fewer packets.
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = nodelay;
        self
    }

    /// Has the system probe a connection on which nothing happens. Optional; it does not by default.
    pub fn keepalive(mut self, keepalive: Keepalive) -> Self {
        self.keepalive = Some(keepalive);
        self
    }

    /// Sets how long what was sent may stay unacknowledged before the connection is given up.
    /// Optional; by default the system's, a quarter of an hour and more. Linux only, without effect
    /// elsewhere.
    ///
    /// Until then what is sent goes into a buffer of the system, and is lost if the peer does not
    /// come back.
    pub fn user_timeout(mut self, timeout: Duration) -> Self {
        self.user_timeout = Some(timeout);
        self
    }

    #[cfg(feature = "tls")]
    pub(super) fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// Connects to the first address that can be reached.
    pub(super) fn open(&self, deadline: Instant) -> Result<Channel> {
        let deadline = self.earlier(deadline);
        let addresses = self.resolver.resolve(deadline)?;
        let mut outcome = Err(io::ErrorKind::TimedOut.into());
        for (index, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            outcome = self.open_one(*address, share(left, addresses.len() - index));
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map_err(|error| Error::io("reach the host", error))
    }

    fn earlier(&self, deadline: Instant) -> Instant {
        let own = self.connect_timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        own.map_or(deadline, |own| own.min(deadline))
    }

    fn open_one(&self, address: SocketAddr, timeout: Duration) -> io::Result<Channel> {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        self.configure(&socket)?;
        socket.connect_timeout(&address.into(), timeout)?;
        // The system may have taken the very port that nobody listens at as ours: then the socket is
        // connected to itself, and would send records into a buffer that it never reads.
        if socket.local_addr()?.as_socket() == Some(address) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Channel::new(socket)
    }

    fn configure(&self, socket: &Socket) -> io::Result<()> {
        if self.nodelay {
            socket.set_tcp_nodelay(true)?;
        }
        if let Some(keepalive) = &self.keepalive {
            socket.set_tcp_keepalive(&keepalive.for_system())?;
        }
        #[cfg(any(target_os = "android", target_os = "linux"))]
        if let Some(timeout) = self.user_timeout {
            // Zero would mean the system's own.
            socket.set_tcp_user_timeout(Some(timeout.max(Duration::from_millis(1))))?;
        }
        if let Some(address) = self.local_address {
            if address.port() != 0 {
                // The port of a connection that has ended is not free for a minute.
                socket.set_reuse_address(cfg!(unix))?;
            }
            socket.bind(&address.into())?;
        }
        Ok(())
    }
}

impl Connect for Tcp {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        match self.open(deadline) {
            Ok(channel) => Ok(Box::new(Stream::new(channel))),
            Err(error) => Err(error.context(format!("connect to {}", self.peer()))),
        }
    }

    fn peer(&self) -> String {
        self.resolver.peer("tcp")
    }
}

impl Keepalive {
    /// Probes after nothing has happened for `idle`; whole seconds, at least one.
    pub const fn after(idle: Duration) -> Self {
        Self { idle, interval: None, retries: None }
    }

    /// Sets the time between probes. Optional; the system's by default. Whole seconds, at least one.
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Sets how many probes are made before the connection is given up. Optional; the system's by
    /// default.
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    fn for_system(self) -> TcpKeepalive {
        let seconds = |time: Duration| time.max(Duration::from_secs(1));
        let mut keepalive = TcpKeepalive::new().with_time(seconds(self.idle));
        if let Some(interval) = self.interval {
            keepalive = keepalive.with_interval(seconds(interval));
        }
        // Not every system can be told.
        #[cfg(any(
            target_os = "android",
            target_os = "freebsd",
            target_os = "linux",
            target_os = "macos",
            target_os = "netbsd",
            target_os = "windows"
        ))]
        if let Some(retries) = self.retries {
            keepalive = keepalive.with_retries(retries);
        }
        keepalive
    }
}

/// The time for the first of `addresses` that are left: an equal part, but enough for a distant
/// host.
fn share(left: Duration, addresses: usize) -> Duration {
    let addresses = u32::try_from(addresses).unwrap_or(u32::MAX).max(1);
    (left / addresses).max(LEAST_SHARE).min(left)
}

/// With a hundred addresses an equal part of a second would suffice for none.
const LEAST_SHARE: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn an_address_gets_its_share_of_the_time() {
        let (second, ms) = (Duration::from_secs(1), Duration::from_millis);
        assert_eq!(share(second, 1), second);
        assert_eq!(share(second, 2), ms(500));
        assert_eq!(share(second, 100), ms(200));
        assert_eq!(share(ms(50), 2), ms(50));
        assert_eq!(share(second, 0), second);
    }

    #[test]
    fn the_settings_reach_the_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let keepalive = Keepalive::after(Duration::from_secs(61)).interval(Duration::from_secs(7));
        let tcp = Tcp::new("127.0.0.1", listener.local_addr().unwrap().port())
            .nodelay(true)
            .keepalive(keepalive.retries(3))
            .user_timeout(Duration::from_millis(1500));
        let channel = tcp.open(late()).unwrap();
        let socket = channel.socket();
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(61));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(7));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn without_settings_the_socket_is_as_the_system_makes_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = Tcp::new("127.0.0.1", listener.local_addr().unwrap().port());
        let channel = tcp.open(late()).unwrap();
        assert!(!channel.socket().tcp_nodelay().unwrap());
        assert!(!channel.socket().keepalive().unwrap());
    }

    #[test]
    fn times_too_short_for_the_system_are_rounded_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let keepalive = Keepalive::after(Duration::ZERO).interval(Duration::from_millis(10));
        let tcp = Tcp::new("127.0.0.1", listener.local_addr().unwrap().port());
        let tcp = tcp.keepalive(keepalive).user_timeout(Duration::ZERO);
        let channel = tcp.open(late()).unwrap();
        assert_eq!(channel.socket().tcp_keepalive_time().unwrap(), Duration::from_secs(1));
    }

    #[test]
    fn a_connection_comes_from_the_local_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = Tcp::new("127.0.0.1", listener.local_addr().unwrap().port());
        let tcp = tcp.local_address("127.0.0.9:0".parse().unwrap());
        let channel = tcp.open(late()).unwrap();
        let accepted: (TcpStream, SocketAddr) = listener.accept().unwrap();
        assert_eq!(accepted.1.ip().to_string(), "127.0.0.9");
        drop(channel);
    }

    // Whose queue is full, it is as silent as one that is not there.
    #[cfg(unix)]
    #[test]
    fn an_address_that_never_answers_leaves_time_for_the_next() {
        let full = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = [&full, &good].map(|listener| listener.local_addr().unwrap());
        rustix::net::listen(&full, 0).unwrap();
        let soon = Duration::from_millis(100);
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&addresses[0], soon) {
            waiting.push(stream);
        }
        let mut tcp = Tcp::new("loghost", 514);
        tcp.resolver = Resolver::with_lookup("loghost", 514, move |_, _| Ok(addresses.to_vec()));
        let begin = Instant::now();
        let transport = tcp.connect(begin + Duration::from_secs(4)).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(3), "half of the time is for the second one");
        good.accept().unwrap();
        drop(transport);
    }

    // A system that gives a port to a client before it is listened at makes such connections.
    #[test]
    fn a_socket_that_is_connected_to_itself_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let tcp = Tcp::new("127.0.0.1", address.port()).local_address(address);
        let error = tcp.connect(late()).unwrap_err();
        assert_eq!(error.io_kind(), Some(io::ErrorKind::ConnectionRefused));
    }

    #[test]
    fn a_connect_timeout_is_a_deadline_if_it_comes_first() {
        let tcp = Tcp::new("127.0.0.1", 9).connect_timeout(Duration::ZERO);
        let error = tcp.connect(late()).unwrap_err();
        assert_eq!(error.io_kind(), Some(io::ErrorKind::TimedOut));
        assert_eq!(error.to_string(), "connect to tcp 127.0.0.1:9");
    }
}
