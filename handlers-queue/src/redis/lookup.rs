//! Names to addresses, without waiting too long.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

/// The lookup of a host.
///
/// The system's cannot be interrupted, and takes ten seconds and more with a name server that does not
/// answer. It runs on a thread of its own, for which nobody waits beyond his deadline; as long as one
/// runs, no other is begun.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    running: Option<Receiver<Found>>,
}

type Found = io::Result<Vec<SocketAddr>>;

impl Lookup {
    /// The addresses of `host`, which is a name or an address; never empty.
    ///
    /// # Errors
    ///
    /// What the system's lookup says, or [`io::ErrorKind::TimedOut`] when `deadline` has come.
    pub(super) fn find(&mut self, host: &str, port: u16, deadline: Instant) -> Found {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let host = host.to_owned();
        self.wait_for(deadline, move || Ok((host.as_str(), port).to_socket_addrs()?.collect()))
    }

    fn wait_for(
        &mut self,
        deadline: Instant,
        look_up: impl FnOnce() -> Found + Send + 'static,
    ) -> Found {
        let running = match self.running.take() {
            Some(running) => running,
            None => start(look_up)?,
        };
        match running.recv_deadline(deadline) {
            Ok(found) => found.and_then(at_least_one),
            Err(RecvTimeoutError::Timeout) => {
                self.running = Some(running);
                Err(io::ErrorKind::TimedOut.into())
            }
            Err(RecvTimeoutError::Disconnected) => Err(io::Error::other("the lookup has failed")),
        }
    }
}

fn start(look_up: impl FnOnce() -> Found + Send + 'static) -> io::Result<Receiver<Found>> {
    let (answer, running) = bounded(1);
    thread::Builder::new().name("lookup".to_owned()).spawn(move || {
        // Nobody may be there any more to hear it.
        let _ = answer.send(look_up());
    })?;
    Ok(running)
}

fn at_least_one(found: Vec<SocketAddr>) -> Found {
    if found.is_empty() {
        return Err(io::Error::other("the host has no address"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(30)
    }

    #[test]
    fn an_address_is_not_looked_up() {
        let mut lookup = Lookup::default();
        for (host, expected) in [("127.0.0.1", "127.0.0.1:6379"), ("::1", "[::1]:6379")] {
            let found = lookup.find(host, 6379, Instant::now()).unwrap();
            assert_eq!(found, [expected.parse().unwrap()]);
        }
    }

    #[test]
    fn a_lookup_that_hangs_is_begun_once_and_waited_for_again() {
        let mut lookup = Lookup::default();
        let (answer, answers) = bounded::<SocketAddr>(1);
        let slow = move || Ok(vec![answers.recv().map_err(io::Error::other)?]);
        let error = lookup.wait_for(Instant::now(), slow).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        answer.send("10.0.0.1:6379".parse().unwrap()).unwrap();
        let found = lookup.wait_for(late(), || panic!("begun twice")).unwrap();
        assert_eq!(found, ["10.0.0.1:6379".parse().unwrap()]);
    }

    #[test]
    fn a_host_without_an_address_and_a_lookup_that_panics_are_errors() {
        let mut lookup = Lookup::default();
        let error = lookup.wait_for(late(), || Ok(Vec::new())).unwrap_err();
        assert_eq!(error.to_string(), "the host has no address");
        let error = lookup.wait_for(late(), || panic!("on purpose")).unwrap_err();
        assert_eq!(error.to_string(), "the lookup has failed");
    }
}
