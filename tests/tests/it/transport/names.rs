//! Names that nobody answers for.

use std::io;

use handlers_net::transport::{Connect, Tcp, Tls, Udp};

use super::{assert_times_out, in_a_second};
use crate::network::Host;

/// One of each kind that looks up a name.
fn connectors(host: &str) -> Vec<Box<dyn Connect>> {
    let tls = Tls::builder(Tcp::new(host, 6514)).danger_accept_invalid_certs(true);
    vec![
        Box::new(Tcp::new(host, 9020)),
        Box::new(Udp::new(host, 514)),
        Box::new(tls.build().expect("nothing has to be read")),
    ]
}

#[test]
fn a_name_that_does_not_exist_is_an_error() {
    // Without a network the system knows this at once.
    Host::new().on(|| {
        for connector in connectors("no-such-host.invalid") {
            let error = in_a_second(|deadline| connector.connect(deadline)).unwrap_err();
            assert_eq!(error.python_name(), "OSError");
            assert!(error.to_string().starts_with("connect to "), "{error}");
            let cause = std::error::Error::source(&error).unwrap();
            assert_eq!(cause.to_string(), "look up the host no-such-host.invalid");
        }
    });
}

// CPython waits ten seconds at every record.
#[test]
fn a_name_server_that_does_not_answer_costs_no_more_than_the_deadline() {
    let host = Host::without_name_server();
    host.on(|| {
        for connector in connectors("logs.example.com") {
            // The second call waits for the lookup of the first.
            assert_times_out(|deadline| connector.connect(deadline));
            assert_times_out(|deadline| connector.connect(deadline));
        }
    });
}

#[test]
fn a_name_with_a_nul_is_an_error() {
    for connector in connectors("127.0.0.1").into_iter().take(2) {
        assert!(connector.peer().contains("127.0.0.1"));
    }
    let error =
        in_a_second(|deadline| Tcp::new("local\0host", 9020).connect(deadline)).unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::InvalidInput));
}
