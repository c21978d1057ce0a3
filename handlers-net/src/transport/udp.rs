//! Datagrams over UDP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use handlers_core::{Error, Result};
use socket2::{Domain, Protocol, Socket, Type};

use super::channel::Channel;
use super::resolve::{Addresses, Resolver};
use super::{Connect, IpFamily, Transport};

/// Sends datagrams to a host and a port over UDP.
///
/// | setting | default |
/// |---|---|
/// | [`family`](Self::family) | IPv4 and IPv6: the host's first address |
/// | [`local_address`](Self::local_address) | the system's choice |
/// | [`connected`](Self::connected) | `false` |
/// | [`broadcast`](Self::broadcast) | `false` |
/// | [`refresh`](Self::refresh) | 60 seconds |
///
/// The first address is used for which there can be a socket (NET-52). A datagram that is too long,
/// over IPv4 from 65,508 bytes, is an error of the system (`EMSGSIZE`); the next one is sent.
///
/// # Differences from Python
///
/// The host is looked up before the first datagram and then, while others go to the old address,
/// once in a while: Python has the system look it up for each, and waits.
///
/// # Examples
///
/// ```
/// use handlers_net::transport::{Connect, Udp};
/// use std::net::UdpSocket;
/// use std::time::{Duration, Instant};
///
/// let receiver = UdpSocket::bind("127.0.0.1:0")?;
/// let udp = Udp::new("127.0.0.1", receiver.local_addr()?.port());
/// let deadline = Instant::now() + Duration::from_secs(5);
/// udp.connect(deadline)?.send(b"a record", deadline)?;
///
/// let mut buffer = [0; 100];
/// let length = receiver.recv(&mut buffer)?;
/// assert_eq!(&buffer[..length], b"a record");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until somebody connects"]
pub struct Udp {
    resolver: Resolver,
    local_address: Option<SocketAddr>,
    connected: bool,
    broadcast: bool,
    refresh: Duration,
}

impl Udp {
    /// Makes the settings for `host`, which is a name or an address, and `port`.
    pub fn new(host: impl AsRef<str>, port: u16) -> Self {
        Self {
            resolver: Resolver::new(host.as_ref(), port),
            local_address: None,
            connected: false,
            broadcast: false,
            refresh: Duration::from_secs(60),
        }
    }

    /// Sets which addresses of the host are used. Optional; all by default.
    pub fn family(mut self, family: IpFamily) -> Self {
        self.resolver.set_family(family);
        self
    }

    /// Sets the address that datagrams come from; its port may be 0. Optional; by default the system
    /// chooses. Only addresses of the same family are used.
    pub fn local_address(mut self, address: SocketAddr) -> Self {
        self.resolver.set_family(IpFamily::of(address.ip()));
        self.local_address = Some(address);
        self
    }

    /// Sets whether the socket is connected. Optional; `false` by default, as in Python.
    ///
    /// A connected socket learns that nobody listens: after a datagram that a host has refused the
    /// next send is [`io::ErrorKind::ConnectionRefused`], and is not done.
    pub fn connected(mut self, connected: bool) -> Self {
        self.connected = connected;
        self
    }

    /// Sets whether the host may be a broadcast address. Optional; `false` by default.
    pub fn broadcast(mut self, broadcast: bool) -> Self {
        self.broadcast = broadcast;
        self
    }

    /// Sets after which time a name is looked up again. Optional; 60 seconds by default. No send
    /// waits for it.
    pub fn refresh(mut self, refresh: Duration) -> Self {
        self.refresh = refresh;
        self
    }

    /// Makes a socket for the first address that there can be one for.
    fn open(&self, addresses: &Addresses) -> io::Result<(Channel, SocketAddr)> {
        let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
        for address in addresses.iter() {
            outcome = self.open_one(*address).map(|channel| (channel, *address));
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn open_one(&self, address: SocketAddr) -> io::Result<Channel> {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        if self.broadcast {
            socket.set_broadcast(true)?;
        }
        if let Some(local) = self.local_address {
            socket.bind(&local.into())?;
        } else if cfg!(windows) {
            // Elsewhere the first datagram does it.
            let any: IpAddr = match address {
                SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
            };
            socket.bind(&SocketAddr::new(any, 0).into())?;
        }
        if self.connected {
            socket.connect(&address.into())?;
        }
        Channel::new(socket)
    }
}

impl Connect for Udp {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        let attempt = || format!("connect to {}", self.peer());
        let addresses =
            self.resolver.resolve(deadline).map_err(|error| error.context(attempt()))?;
        let (channel, address) =
            self.open(&addresses).map_err(|error| Error::io(attempt(), error))?;
        Ok(Box::new(Datagrams { settings: self.clone(), channel, address, found: Instant::now() }))
    }

    fn peer(&self) -> String {
        self.resolver.peer("udp")
    }
}

/// A socket for datagrams.
#[derive(Debug)]
struct Datagrams {
    settings: Udp,
    channel: Channel,
    address: SocketAddr,
    /// When the address was found, or last looked for.
    found: Instant,
}

impl Datagrams {
    /// Follows a host to a new address.
    fn refresh(&mut self) {
        let resolver = &self.settings.resolver;
        if resolver.is_numeric() || self.found.elapsed() < self.settings.refresh {
            return;
        }
        let Some(addresses) = resolver.refreshed() else { return };
        self.found = Instant::now();
        if addresses.contains(&self.address) {
            return;
        }
        if let Ok((channel, address)) = self.settings.open(&addresses) {
            (self.channel, self.address) = (channel, address);
        }
    }
}

impl Transport for Datagrams {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        self.refresh();
        if self.settings.connected {
            self.channel.send(bytes, deadline)?;
        } else {
            self.channel.send_to(bytes, self.address, deadline)?;
        }
        Ok(())
    }

    fn is_datagram(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn a_name_that_moves_is_followed() {
        for connected in [false, true] {
            let sockets = ["127.0.0.1:0", "[::1]:0"].map(|any| UdpSocket::bind(any).unwrap());
            let addresses = sockets.each_ref().map(|socket| socket.local_addr().unwrap());
            let moved = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&moved);
            let mut udp = Udp::new("loghost", 514).connected(connected).refresh(Duration::ZERO);
            udp.resolver = Resolver::with_lookup("loghost", 514, move |_, _| {
                Ok(vec![addresses[usize::from(seen.load(Ordering::SeqCst))]])
            });
            let mut transport = udp.connect(late()).unwrap();
            transport.send(b"before", late()).unwrap();
            assert_eq!(received(&sockets[0]), b"before");
            moved.store(true, Ordering::SeqCst);
            sockets[1].set_nonblocking(true).unwrap();
            let mut buffer = [0; 100];
            while sockets[1].recv(&mut buffer).is_err() {
                transport.send(b"after", late()).unwrap();
                thread::yield_now();
            }
        }
    }

    #[test]
    fn the_first_address_that_there_can_be_a_socket_for_is_used() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        // Without permission nobody may connect to a broadcast address.
        let addresses = vec!["255.255.255.255:9".parse().unwrap(), receiver.local_addr().unwrap()];
        let mut udp = Udp::new("loghost", 514).connected(true);
        udp.resolver = Resolver::with_lookup("loghost", 514, move |_, _| Ok(addresses.clone()));
        udp.connect(late()).unwrap().send(b"a record", late()).unwrap();
        assert_eq!(received(&receiver), b"a record");
    }

    fn received(socket: &UdpSocket) -> Vec<u8> {
        let mut buffer = [0; 100];
        let length = socket.recv(&mut buffer).unwrap();
        buffer[..length].to_vec()
    }
}
