//! Networks of their own.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Another host: a network namespace, which goes with this value.
pub(crate) struct Host {
    name: String,
}

impl Host {
    /// A host that is connected with nothing but itself.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let host = Self { name: format!("handlers-{}-{count}", process::id()) };
        run("ip", &["netns", "add", &host.name]);
        host.ip("link set lo up");
        host
    }

    /// A host whose name servers get no question, and give no answer.
    pub(crate) fn without_name_server() -> Self {
        let host = Self::new();
        for server in name_servers() {
            host.ip(&format!("addr add {server} dev lo"));
        }
        host.firewall("udp dport 53 drop");
        host
    }

    /// Two hosts with a cable between them: 10.99.0.1 and 10.99.0.2.
    pub(crate) fn pair() -> (Self, Self) {
        let (left, right) = (Self::new(), Self::new());
        let cable = ["link", "add", "cable", "netns", &left.name, "type", "veth"];
        run("ip", &[&cable[..], &["peer", "name", "cable", "netns", &right.name]].concat());
        for (host, address) in [(&left, "10.99.0.1/24"), (&right, "10.99.0.2/24")] {
            host.ip(&format!("addr add {address} dev cable"));
            host.ip("link set cable up");
        }
        (left, right)
    }

    /// Runs `ip` on this host.
    pub(crate) fn ip(&self, arguments: &str) {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        run("ip", &[&["-n", &self.name], &arguments[..]].concat());
    }

    /// Has the firewall of this host do `rule` with what comes in.
    pub(crate) fn firewall(&self, rule: &str) {
        self.nft("add table inet test");
        self.nft("add chain inet test input { type filter hook input priority 0; policy accept; }");
        self.nft(&format!("add rule inet test input {rule}"));
    }

    /// Removes the firewall.
    pub(crate) fn no_firewall(&self) {
        self.nft("delete table inet test");
    }

    fn nft(&self, command: &str) {
        run("ip", &["netns", "exec", &self.name, "nft", command]);
    }

    /// Does something as a program on this host would.
    pub(crate) fn on<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let namespace = File::open(format!("/run/netns/{}", self.name));
        let namespace = namespace.expect("the network namespace is there");
        let work = || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))
                .expect("root may enter a network namespace");
            work()
        };
        thread::scope(|scope| {
            let done = scope.spawn(work).join();
            done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "delete", &self.name]).status();
    }
}

/// The name servers that the system asks, but those on loopback.
fn name_servers() -> Vec<String> {
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let servers = text.lines().filter_map(|line| line.strip_prefix("nameserver"));
    let servers = servers.map(|server| server.trim().to_owned());
    servers.filter(|server| !server.starts_with("127.") && server != "::1").collect()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
}
