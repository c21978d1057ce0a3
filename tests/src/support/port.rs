//! Ports for servers that cannot choose their own.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A port of the loopback interface at which nobody is, for TCP and for UDP. No two calls in a process
/// give the same one.
///
/// A system gives away ports above these, to connections and to those who ask for any. One that was
/// asked for in that way, and left, may be anybody's a moment later.
///
/// # Panics
///
/// If there is no such port.
pub fn free_port() -> u16 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // Runs of the tests at the same time begin at different places.
    let start = process::id().wrapping_mul(101);
    let ports = (0..PORTS).map(|_| COUNT.fetch_add(1, Ordering::Relaxed).wrapping_add(start));
    let mut ports = ports.map(|number| FIRST + u16::try_from(number % PORTS).unwrap_or(0));
    ports.find(|port| is_free(*port)).expect("a port is free")
}

fn is_free(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok()
}

const FIRST: u16 = 12_000;
const PORTS: u32 = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_not_given() {
        let taken: Vec<_> = (0..20)
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).expect("it is free"))
            .collect();
        for listener in &taken {
            assert!(!is_free(listener.local_addr().expect("it has an address").port()));
        }
    }
}
