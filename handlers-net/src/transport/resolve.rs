//! Names to addresses, without waiting too long.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, Result};
use parking_lot::{Condvar, Mutex, MutexGuard};

/// Which addresses of a host are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IpFamily {
    /// All, in the order in which the system gives them.
    #[default]
    Any,
    /// Those of IPv4 only.
    V4,
    /// Those of IPv6 only.
    V6,
}

impl IpFamily {
    /// The family of one address.
    pub(super) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }
}

/// The addresses of one host.
///
/// The system's lookup cannot be interrupted: with a name server that does not answer it takes ten
/// seconds and more. It runs on a thread of its own, for which nobody waits beyond his deadline. As
/// long as a lookup runs no other one is begun, so that there is one thread at most.
#[derive(Clone)]
pub(crate) struct Resolver {
    host: Arc<str>,
    port: u16,
    /// The address that the host itself is.
    address: Option<SocketAddr>,
    family: IpFamily,
    lookup: Arc<Lookup>,
    shared: Arc<Shared>,
}

/// The addresses of a host, in the system's order; never empty.
pub(crate) type Addresses = Arc<[SocketAddr]>;

impl Resolver {
    pub(crate) fn new(host: &str, port: u16) -> Self {
        Self::with_lookup(host, port, |host, port| Ok((host, port).to_socket_addrs()?.collect()))
    }

    /// Takes the addresses from `lookup`, which may hang.
    pub(super) fn with_lookup(
        host: &str,
        port: u16,
        lookup: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        let address = host.parse().ok().map(|address: IpAddr| SocketAddr::new(address, port));
        Self {
            host: host.into(),
            port,
            address,
            family: IpFamily::Any,
            lookup: Arc::new(lookup),
            shared: Arc::default(),
        }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The peer as errors name it.
    pub(crate) fn peer(&self, protocol: &str) -> String {
        let (host, port) = (&self.host, self.port);
        if host.contains(':') {
            format!("{protocol} [{host}]:{port}")
        } else {
            format!("{protocol} {host}:{port}")
        }
    }

    pub(crate) fn set_family(&mut self, family: IpFamily) {
        self.family = family;
    }

    /// Whether the host is an address itself, which nobody has to look up.
    pub(crate) fn is_numeric(&self) -> bool {
        self.address.is_some()
    }

    /// The addresses of the host.
    ///
    /// # Errors
    ///
    /// What the system's lookup says, or [`io::ErrorKind::TimedOut`] when `deadline` has come.
    pub(crate) fn resolve(&self, deadline: Instant) -> Result<Addresses> {
        let found = match self.address {
            Some(address) => Ok([address].into()),
            None => self.look_up(deadline),
        };
        found.and_then(|found| self.of_family(found))
    }

    /// The addresses that a lookup has found since they were last asked for. It never waits: unless
    /// a lookup is running, the next one is begun.
    pub(crate) fn refreshed(&self) -> Option<Addresses> {
        let mut state = self.shared.state.lock();
        let found = state.unclaimed.take();
        if !state.running {
            // Without a thread the old addresses serve on.
            let _ = self.start(&mut state);
        }
        drop(state);
        let (_, found) = found?;
        self.of_family(found.ok()?).ok()
    }

    fn look_up(&self, deadline: Instant) -> Result<Addresses> {
        let mut state = self.shared.state.lock();
        if let Some(found) = state.fresh() {
            return Ok(found);
        }
        if !state.running {
            self.start(&mut state)?;
        }
        let awaited = state.ended + 1;
        while state.ended < awaited {
            if self.shared.ended.wait_until(&mut state, deadline).timed_out() {
                break;
            }
        }
        match &state.last {
            Some(found) if state.ended >= awaited => {
                let found = found.clone();
                state.unclaimed = None;
                found
            }
            _ => Err(self.error(io::ErrorKind::TimedOut.into())),
        }
    }

    /// Begins a lookup on a thread of its own.
    fn start(&self, state: &mut MutexGuard<'_, State>) -> Result<()> {
        let this = self.clone();
        let thread = thread::Builder::new().name("lookup".to_owned());
        let started = thread.spawn(move || {
            let found = this.ask_system();
            this.shared.finish(found);
        });
        started.map_err(|error| self.error(error))?;
        state.running = true;
        Ok(())
    }

    fn ask_system(&self) -> Result<Addresses> {
        let found = (self.lookup)(&self.host, self.port).map_err(|error| self.error(error))?;
        if found.is_empty() {
            // NET-53.
            return Err(self.error(io::Error::other("getaddrinfo returns an empty list")));
        }
        Ok(found.into())
    }

    fn of_family(&self, found: Addresses) -> Result<Addresses> {
        let fits = |address: &SocketAddr| match self.family {
            IpFamily::Any => true,
            IpFamily::V4 => address.is_ipv4(),
            IpFamily::V6 => address.is_ipv6(),
        };
        if found.iter().all(fits) {
            return Ok(found);
        }
        let fitting: Vec<SocketAddr> = found.iter().copied().filter(fits).collect();
        if fitting.is_empty() {
            let text = "Address family for hostname not supported";
            return Err(self.error(io::Error::other(text)));
        }
        Ok(fitting.into())
    }

    fn error(&self, source: io::Error) -> Error {
        Error::io(format!("look up the host {}", self.host), source)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Resolver");
        debug.field("host", &self.host).field("port", &self.port).field("family", &self.family);
        debug.finish_non_exhaustive()
    }
}

type Lookup = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    running: bool,
    /// How many lookups have ended.
    ended: u64,
    /// What the last of them found.
    last: Option<Result<Addresses>>,
    /// The same, with its time, until somebody has got it.
    unclaimed: Option<(Instant, Result<Addresses>)>,
}

impl Shared {
    fn finish(&self, found: Result<Addresses>) {
        let mut state = self.state.lock();
        state.running = false;
        state.ended += 1;
        state.unclaimed = Some((Instant::now(), found.clone()));
        state.last = Some(found);
        drop(state);
        self.ended.notify_all();
    }
}

impl State {
    /// What a lookup found after its caller had gone. A failure is not kept: the next lookup may
    /// succeed.
    fn fresh(&mut self) -> Option<Addresses> {
        let (time, found) = self.unclaimed.take()?;
        found.ok().filter(|_| time.elapsed() < FRESH)
    }
}

/// How long the addresses that nobody waited for are good.
const FRESH: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{self, Sender};

    use super::*;

    /// A resolver whose lookups end when they are told to, and the number of lookups begun.
    fn slow() -> (Resolver, Sender<io::Result<Vec<SocketAddr>>>, Arc<AtomicUsize>) {
        let (answer, answers) = mpsc::channel();
        let (answers, begun) = (Mutex::new(answers), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&begun);
        let resolver = Resolver::with_lookup("logs.example.com", 514, move |_, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            answers.lock().recv().unwrap_or_else(|error| Err(io::Error::other(error)))
        });
        (resolver, answer, begun)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(20)
    }

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_numeric_host_is_not_looked_up() {
        for (host, expected) in [("127.0.0.1", "127.0.0.1:514"), ("::1", "[::1]:514")] {
            let resolver = Resolver::with_lookup(host, 514, |_, _| panic!("looked up"));
            assert!(resolver.is_numeric());
            assert_eq!(*resolver.resolve(Instant::now()).unwrap(), [address(expected)]);
        }
    }

    #[test]
    fn a_peer_with_colons_stands_in_brackets() {
        assert_eq!(Resolver::new("localhost", 9020).peer("tcp"), "tcp localhost:9020");
        assert_eq!(Resolver::new("::1", 514).peer("udp"), "udp [::1]:514");
    }

    #[test]
    fn the_order_is_the_systems() {
        let all = ["[::2]:1", "10.0.0.2:1", "[::1]:1", "10.0.0.1:1"].map(address);
        let mut resolver = Resolver::with_lookup("host", 1, move |_, _| Ok(all.to_vec()));
        assert_eq!(*resolver.resolve(late()).unwrap(), all);
        resolver.set_family(IpFamily::V4);
        assert_eq!(*resolver.resolve(late()).unwrap(), [all[1], all[3]]);
        resolver.set_family(IpFamily::V6);
        assert_eq!(*resolver.resolve(late()).unwrap(), [all[0], all[2]]);
    }

    #[test]
    fn a_host_without_an_address_of_the_family_is_an_error() {
        let mut resolver = Resolver::new("127.0.0.1", 514);
        resolver.set_family(IpFamily::V6);
        assert_eq!(resolver.resolve(late()).unwrap_err().python_name(), "OSError");
    }

    #[test]
    fn no_address_at_all_is_an_error() {
        let resolver = Resolver::with_lookup("host", 1, |_, _| Ok(Vec::new()));
        let error = resolver.resolve(late()).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "getaddrinfo returns an empty list");
    }

    #[test]
    fn a_lookup_that_hangs_is_begun_once_and_waited_for_again() {
        let (resolver, answer, begun) = slow();
        for _ in 0..5 {
            let error = resolver.resolve(soon()).unwrap_err();
            assert_eq!(error.io_kind(), Some(io::ErrorKind::TimedOut));
            assert_eq!(error.to_string(), "look up the host logs.example.com");
        }
        answer.send(Ok(vec![address("10.0.0.1:514")])).unwrap();
        assert_eq!(*resolver.resolve(late()).unwrap(), [address("10.0.0.1:514")]);
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn several_threads_wait_for_one_lookup() {
        let (resolver, answer, begun) = slow();
        thread::scope(|scope| {
            let wait = || resolver.resolve(late()).unwrap();
            let waiting: Vec<_> = (0..4).map(|_| scope.spawn(wait)).collect();
            while begun.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            // A thread that comes after the answer needs one of its own.
            for _ in &waiting {
                answer.send(Ok(vec![address("10.0.0.1:514")])).unwrap();
            }
            for thread in waiting {
                assert_eq!(*thread.join().unwrap(), [address("10.0.0.1:514")]);
            }
        });
    }

    #[test]
    fn an_answer_is_used_once() {
        let (resolver, answer, begun) = slow();
        for number in 1..4 {
            let found = address(&format!("10.0.0.{number}:514"));
            answer.send(Ok(vec![found])).unwrap();
            assert_eq!(*resolver.resolve(late()).unwrap(), [found]);
            assert_eq!(begun.load(Ordering::SeqCst), number);
        }
    }

    #[test]
    fn a_failure_is_told_once_and_the_next_call_asks_again() {
        let (resolver, answer, begun) = slow();
        answer.send(Err(io::ErrorKind::NotFound.into())).unwrap();
        let error = resolver.resolve(late()).unwrap_err();
        assert_eq!(error.io_kind(), Some(io::ErrorKind::NotFound));
        answer.send(Ok(vec![address("10.0.0.1:514")])).unwrap();
        assert!(resolver.resolve(late()).is_ok());
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn refreshing_never_waits() {
        let (resolver, answer, begun) = slow();
        assert_eq!((resolver.refreshed(), resolver.refreshed()), (None, None));
        answer.send(Ok(vec![address("10.0.0.1:514")])).unwrap();
        let found = loop {
            if let Some(found) = resolver.refreshed() {
                break found;
            }
            thread::yield_now();
        };
        assert_eq!(*found, [address("10.0.0.1:514")]);
        assert!(begun.load(Ordering::SeqCst) <= 2);
    }
}
