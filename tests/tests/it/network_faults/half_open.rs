//! A network that loses everything for a while: row B3.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::Handler;
use handlers_net::syslog::{Framing, SocketType};
use handlers_net::transport::{Keepalive, Tcp};
use handlers_net::{Backlog, DatagramHandler, SocketHandler, SocketHandlerBuilder, SysLogHandler};
use handlers_tests::support::wait_until;

use super::{MOST, SECOND};
use crate::faults::count_reports;
use crate::network::Host;
use crate::receiver::{Receiver, number};
use crate::sys_log_handler::error;

/// CPython loses 705 of 1319 records.
#[test]
fn a_network_that_is_well_again_costs_less_than_in_python() {
    let Run { python, default, impatient, backlog } = run(true);
    default.assert_accounted();
    impatient.assert_accounted();
    backlog.assert_accounted();
    let [default_lost, impatient_lost, backlog_lost] = [&default, &impatient, &backlog]
        .map(|ours| (ours.lost().len() * python.logged, ours.logged.len() * python.lost()));
    assert!(default_lost.0 <= default_lost.1, "{default:?}, {python:?}");
    assert!(impatient_lost.0 <= impatient_lost.1, "{impatient:?}, {python:?}");
    // Nothing but what was under way.
    assert!(backlog_lost.0 * 2 < backlog_lost.1, "{backlog:?}, {python:?}");
    assert_eq!((backlog.dropped, backlog.queued), (0, 0), "{backlog:?}");
    assert_eq!(default.arrived.last(), default.sent().last(), "{default:?}");
}

/// CPython loses 768 of 1310 records.
#[test]
fn a_network_that_stays_away_costs_what_was_logged_since_and_that_is_counted() {
    let Run { default, impatient, backlog, .. } = run(false);
    for ours in [&default, &impatient, &backlog] {
        ours.assert_accounted();
        // Three of eleven seconds were good.
        assert!(ours.arrived.len() > ours.logged.len() / 5, "{ours:?}");
    }
    let under_way = |ours: &Ours| ours.sent().len() - ours.arrived.len();
    assert_eq!(default.lost().len() - under_way(&default), default.dropped);
    assert_eq!(backlog.lost().len() - under_way(&backlog), backlog.queued);
}

#[test]
fn a_syslog_daemon_that_vanishes_is_reported_and_found_again() {
    let (left, right) = Host::pair();
    let listener = right.on(|| std::net::TcpListener::bind((RIGHT, 514)).unwrap());
    left.on(|| {
        let tcp = Tcp::new(RIGHT, 514).user_timeout(SECOND).keepalive(keepalive());
        let builder = SysLogHandler::builder((RIGHT, 514)).socket_type(SocketType::Stream);
        let builder = builder.framing(Framing::NonTransparent).connector(tcp).timeout(SECOND);
        let handler = builder.backoff(handlers_net::Backoff::NONE).build().unwrap();
        let errors = count_reports(&handler);
        error(&handler, "before");
        right.firewall("drop");
        wait_until("an error", || {
            let begin = Instant::now();
            error(&handler, "lost");
            assert!(begin.elapsed() < MOST, "a call that had one second");
            errors.count() > 0
        });
        right.no_firewall();
        wait_until("a record that is sent", || {
            let sent = handler.counters().sent;
            error(&handler, "after");
            handler.counters().sent > sent && handler.is_connected()
        });
        assert_eq!(handler.counters().dropped, errors.count());
    });
    drop(listener);
}

#[test]
fn datagrams_that_are_all_lost_cost_nobody_any_time() {
    let (left, right) = Host::pair();
    right.firewall("drop");
    left.on(|| {
        let handlers: [Box<dyn Handler>; 2] = [
            Box::new(DatagramHandler::new(RIGHT, 9021).unwrap()),
            Box::new(SysLogHandler::new((RIGHT, 514)).unwrap()),
        ];
        for handler in handlers {
            let errors = count_reports(&*handler);
            let begin = Instant::now();
            (0..1000).for_each(|number| error(&*handler, &number.to_string()));
            assert!(begin.elapsed() < MOST, "{handler:?}: {:?}", begin.elapsed());
            assert_eq!((handler.base().counters().emitted, errors.count()), (1000, 0));
        }
    });
}

/// What became of the records of all handlers in one run of the schedule.
struct Run {
    python: Python,
    default: Ours,
    /// With a user timeout and keepalive of a second.
    impatient: Ours,
    /// With a backlog besides.
    backlog: Ours,
}

#[derive(Debug)]
struct Python {
    logged: usize,
    arrived: usize,
}

/// What became of the records of one of our handlers.
#[derive(Debug)]
struct Ours {
    /// For each record, whether it was sent at once.
    logged: Vec<bool>,
    arrived: BTreeSet<u32>,
    sent: usize,
    dropped: usize,
    queued: usize,
    slowest: Duration,
}

impl Python {
    fn lost(&self) -> usize {
        self.logged - self.arrived
    }
}

impl Ours {
    /// The numbers of the records that were sent at once.
    fn sent(&self) -> BTreeSet<u32> {
        (0..).zip(&self.logged).filter(|(_, sent)| **sent).map(|(number, _)| number).collect()
    }

    fn lost(&self) -> BTreeSet<u32> {
        (0..)
            .zip(&self.logged)
            .map(|(number, _)| number)
            .filter(|n| !self.arrived.contains(n))
            .collect()
    }

    /// Every record has arrived, or is counted, or was under way when the connection was given up.
    fn assert_accounted(&self) {
        assert_eq!(self.sent + self.dropped + self.queued, self.logged.len(), "{self:?}");
        assert!(self.slowest < MOST, "a call that had one second took {:?}", self.slowest);
        let under_way: Vec<u32> = self.lost().intersection(&self.sent()).copied().collect();
        assert!(under_way.is_sorted_by(|one, next| one + 1 == *next), "{under_way:?} of {self:?}");
        assert!(self.dropped == 0 || self.arrived.is_subset(&self.sent()), "{self:?}");
    }
}

/// Runs CPython's handler and ours at the same time and through the same network: three seconds are
/// good, in five every packet is lost, in the last three the network is well again or is not.
fn run(heals: bool) -> Run {
    let (left, right) = Host::pair();
    let receivers = right.on(|| [0, 1, 2, 3].map(|nth| Receiver::tcp_at(RIGHT, PORT + nth)));
    let begin = Instant::now();
    let python = left.on(start_python);
    let [default, impatient, backlog] = thread::scope(|scope| {
        let ours = [1, 2, 3].map(|nth| {
            let left = &left;
            scope.spawn(move || left.on(|| log(&ours(nth), begin + WHOLE)))
        });
        pause_until(begin + GOOD);
        right.firewall("drop");
        pause_until(begin + GOOD + BAD);
        if heals {
            right.no_firewall();
        }
        ours.map(|thread| thread.join().expect("it only logs"))
    });
    let pythons_logged = number_of(python);
    let last = Instant::now() + AFTERWARDS;
    let mut arrived = receivers.map(|receiver| receiver.messages_until(last)).into_iter();
    let mut next = || arrived.next().expect("there are four");
    let python = Python { logged: pythons_logged, arrived: next().len() };
    let mut with_arrived = |mut ours: Ours| {
        let messages = next();
        ours.arrived = messages.iter().map(|message| number(message)).collect();
        assert_eq!(ours.arrived.len(), messages.len(), "none comes twice");
        ours
    };
    let default = with_arrived(default);
    let impatient = with_arrived(impatient);
    Run { python, default, impatient, backlog: with_arrived(backlog) }
}

/// Our handler for the `nth` receiver.
fn ours(nth: u16) -> SocketHandler {
    let port = PORT + nth;
    let tcp = Tcp::new(RIGHT, port).user_timeout(SECOND).keepalive(keepalive());
    let builder = SocketHandler::builder(RIGHT, port);
    let builder: SocketHandlerBuilder = match nth {
        1 => builder,
        2 => builder.connector(tcp),
        _ => builder.connector(tcp).backlog(Backlog::memory(16 << 20)),
    };
    builder.build().expect("nothing has to be found")
}

/// Logs a record every five milliseconds.
fn log(handler: &SocketHandler, end: Instant) -> Ours {
    let (mut logged, mut slowest) = (Vec::new(), Duration::ZERO);
    while Instant::now() < end {
        let before = handler.counters();
        let text = format!("record {} x", logged.len());
        let begin = Instant::now();
        error(handler, &text);
        slowest = slowest.max(begin.elapsed());
        let after = handler.counters();
        logged.push(after.dropped == before.dropped && after.queued == 0);
        pause_until(Instant::now() + PACE);
    }
    let counters = handler.counters();
    let [sent, dropped, queued] = [counters.sent, counters.dropped, counters.queued]
        .map(|count| usize::try_from(count).expect("it is small"));
    Ours { logged, arrived: BTreeSet::new(), sent, dropped, queued, slowest }
}

/// Starts a program with CPython's handler that does the same.
fn start_python() -> Child {
    let script = "
import logging.handlers, sys, time
host, port, seconds, pace = sys.argv[1], *map(float, sys.argv[2:])
log = logging.getLogger('x')
log.propagate = False
log.addHandler(logging.handlers.SocketHandler(host, int(port)))
end, count = time.time() + seconds, 0
while time.time() < end:
    log.error('record %d x', count)
    count += 1
    time.sleep(pace)
print(count)
";
    let [port, seconds, pace] =
        [f64::from(PORT), WHOLE.as_secs_f64(), PACE.as_secs_f64()].map(|number| number.to_string());
    let mut command = Command::new("python3");
    command.args(["-c", script, RIGHT, &port, &seconds, &pace]).stdout(Stdio::piped());
    command.spawn().expect("python3 can be run")
}

/// The number that a program prints in the end.
fn number_of(program: Child) -> usize {
    let output = program.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("it prints text");
    text.trim().parse().expect("it prints a number")
}

/// Waits for a point of the schedule: there is nothing else to wait for.
fn pause_until(time: Instant) {
    let (_nobody, nothing) = mpsc::channel::<()>();
    let _ = nothing.recv_timeout(time.saturating_duration_since(Instant::now()));
}

fn keepalive() -> Keepalive {
    Keepalive::after(SECOND).interval(SECOND).retries(2)
}

const RIGHT: &str = "10.99.0.2";

/// The port of CPython's receiver; those of ours follow.
const PORT: u16 = 9020;

const GOOD: Duration = Duration::from_secs(3);
const BAD: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(11);

/// How long the system may need to repeat what was lost.
const AFTERWARDS: Duration = Duration::from_secs(3);

/// Between two records.
const PACE: Duration = Duration::from_millis(5);
