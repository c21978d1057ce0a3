//! Transports, against peers that behave and peers that do not.
//!
//! Peers are on loopback, or in network namespaces of their own, which need root.

mod half_open;
mod names;
mod system_calls;
mod tcp;
pub(crate) mod tls;
mod udp;
mod unix;

use std::fmt::Debug;
use std::io;
use std::time::{Duration, Instant};

use handlers_core::Error;
use handlers_net::transport::Transport;
use handlers_tests::support::wait_for;

/// More than anything takes that is not stuck.
fn late() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// What a call gives that has one second; it must not take much more.
fn in_a_second<T>(call: impl FnOnce(Instant) -> T) -> T {
    let begin = Instant::now();
    let given = call(begin + Duration::from_secs(1));
    let taken = begin.elapsed();
    assert!(taken < Duration::from_secs(3), "a call that had one second took {taken:?}");
    given
}

/// Asserts that a call fails because its second is over, and not before.
fn assert_times_out<T: Debug, E: HasKind>(call: impl FnOnce(Instant) -> Result<T, E>) {
    let begin = Instant::now();
    let error = in_a_second(call).expect_err("nothing happens that could be waited for");
    assert_eq!(error.kind_of_io(), Some(io::ErrorKind::TimedOut), "{error:?}");
    let taken = begin.elapsed();
    assert!(taken > Duration::from_millis(950), "a call that had one second took {taken:?}");
}

trait HasKind: Debug {
    fn kind_of_io(&self) -> Option<io::ErrorKind>;
}

impl HasKind for Error {
    fn kind_of_io(&self) -> Option<io::ErrorKind> {
        self.io_kind()
    }
}

impl HasKind for io::Error {
    fn kind_of_io(&self) -> Option<io::ErrorKind> {
        Some(self.kind())
    }
}

/// Sends until the connection is found broken, and gives what the system says.
fn send_until_broken(transport: &mut dyn Transport) -> io::Error {
    wait_for("a broken connection", || transport.send(b"a frame\n", late()).err())
}

/// The operating system's number of an error, or of its cause.
fn errno(error: &Error) -> Option<i32> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.raw_os_error();
        }
        cause = error.source();
    }
    None
}

/// What an error says, with its causes.
pub(crate) fn text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
