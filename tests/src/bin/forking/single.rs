//! Programs that have one child, and succeed if all is as it should be.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{
    ForkHook, ForkSide, Handler, HandlerBase, Level, Record, Result, add_fork_hook,
    fork_generation, process_id, register_handler, shutdown_on_signals,
};
use handlers_gelf::GelfHttpHandler;
use handlers_net::{Backlog, SocketHandler, SocketHandlerBuilder};
use handlers_queue::{Overflow, Placed, RecordQueue, RedisQueue, RedisTls};
use rustix::process::{Signal, kill_process};

use crate::{fork, wait};

/// A program that listens for signals has a child, which ends by one.
pub(crate) fn deaf() -> ExitCode {
    shutdown_on_signals(Duration::from_secs(30)).expect("signals can be listened for");
    let (mut here, ready) = io::pipe().expect("there is a pipe");
    let (end, life) = io::pipe().expect("there is a pipe");
    let mut life = Some(life);
    let child = fork(|| {
        // No longer than its parent lives.
        life = None;
        let _ = (&ready).write_all(b"!");
        let _ = (&end).read(&mut [0]);
    });
    here.read_exact(&mut [0]).expect("the child says that it is there");
    kill_process(child, Signal::TERM).expect("the child is there");
    let signal = wait(child).terminating_signal();
    if signal == Some(Signal::TERM.as_raw()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Hooks are called in their order on both sides, whatever one of them does.
pub(crate) fn hooks() -> ExitCode {
    let said = Arc::new(Mutex::new(Vec::new()));
    let hook = |name| -> Arc<dyn ForkHook> { Arc::new(Hook { name, said: Arc::clone(&said) }) };
    let hooks = ["first", "panics", "last"].map(hook);
    hooks.iter().for_each(add_fork_hook);
    add_fork_hook(&hook("gone"));
    let (generation, process) = (fork_generation(), process_id());
    let expect = |side: &str| {
        let order = ["last before", "panics before", "first before"].map(str::to_owned);
        let after = ["first", "panics", "last"].map(|name| format!("{name} {side}"));
        assert_eq!(*said.lock().expect("no panic holds it"), [order, after].concat());
        assert_eq!(process_id(), std::process::id());
    };
    let child = fork(|| {
        expect("Child");
        assert_ne!((fork_generation(), process_id()), (generation, process));
    });
    expect("Parent");
    assert_eq!((fork_generation(), process_id()), (generation, process));
    if wait(child).exit_status() == Some(0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Hook {
    name: &'static str,
    said: Arc<Mutex<Vec<String>>>,
}

impl Hook {
    fn say(&self, what: &str) {
        self.said.lock().expect("no panic holds it").push(format!("{} {what}", self.name));
        assert_ne!(self.name, "panics", "this was to be expected");
    }
}

impl ForkHook for Hook {
    fn before(&self, _deadline: Instant) {
        self.say("before");
    }

    fn after(&self, side: ForkSide) {
        self.say(&format!("{side:?}"));
    }
}

/// What a child says to a peer goes over a connection of its own, and what its parent holds back, or
/// queues, is its parent's to send.
pub(crate) fn peers() -> ExitCode {
    let receiver = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("there is another").local_addr();
    let [port, free] = [receiver.local_addr(), nobody].map(|at| at.expect("it has one").port());
    let at_once = to(port).build().expect("nothing has to be found");
    let later = to(port).buffered(1 << 16).build().expect("nothing has to be found");
    let away = to(free).backlog(Backlog::memory(1 << 16)).build();
    let away = away.expect("nothing has to be found");
    let log = |text: &str| {
        for (handler, name) in [(&at_once, "at once"), (&later, "later"), (&away, "away")] {
            let text = format!("{text} {name}");
            handler.handle(&Record::builder().level(Level::INFO).message(text).build());
        }
    };
    log("parent");
    let child = fork(|| {
        log("child");
        let _ = later.close();
        assert_eq!(away.counters().queued, 1, "what its parent has queued is not the child's");
    });
    assert_eq!(wait(child).exit_status(), Some(0), "the child has come to a bad end");
    log("parent again");
    assert_eq!(away.counters().queued, 2);
    for handler in [&at_once, &later] {
        let _ = handler.close();
    }
    let mut said: Vec<String> = (0..4).map(|_| read_all(&receiver)).collect();
    said.sort_unstable();
    let expected = [
        "child at once\n",
        "child later\n",
        "parent at once\nparent again at once\n",
        "parent later\nparent again later\n",
    ];
    if said == expected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A child leaves its parent's encrypted connection to a Redis server alone, and makes another.
pub(crate) fn encrypted(port: &str) -> ExitCode {
    let tls = RedisTls::new().expect("the system trusts somebody");
    let port = port.parse().expect("it is a port");
    let mut queue = Some(RedisQueue::builder().address("localhost", port).tls(tls).build());
    let put = |queue: &Option<RedisQueue>, message: &'static str| {
        let record = Record::builder().level(Level::INFO).message(message).build();
        let queue = queue.as_ref().expect("it is there");
        queue.put(record, Overflow::Fail).expect("the server takes records")
    };
    let mut placed = vec![put(&queue, "parent")];
    // One that says nothing ends what it has got from its parent as well.
    for speaks in [true, false] {
        let child = fork(|| {
            if speaks {
                assert_eq!(put(&queue, "child"), Placed::Queued);
            }
            queue = None;
        });
        assert_eq!(wait(child).exit_status(), Some(0), "the child has come to a bad end");
        placed.push(put(&queue, "parent again"));
    }
    if placed == [Placed::Queued; 3] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn to(port: u16) -> SocketHandlerBuilder {
    let line = |_: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>| -> Result<()> {
        out.extend_from_slice(record.message()?.as_bytes());
        out.push(b'\n');
        Ok(())
    };
    SocketHandler::builder("127.0.0.1", port).encoder(line)
}

/// What comes over the next connection, until it ends.
fn read_all(receiver: &TcpListener) -> String {
    let (mut connection, _) = receiver.accept().expect("somebody has connected");
    let mut text = String::new();
    connection.read_to_string(&mut text).expect("lines come");
    text
}

/// A child takes no answer that its parent waits for, and asks over a connection of its own.
pub(crate) fn posts() -> ExitCode {
    let server = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let place = server.local_addr().expect("it has one").port();
    thread::spawn(move || {
        for connection in server.incoming().map_while(io::Result::ok) {
            thread::spawn(move || answer(connection));
        }
    });
    let handler = GelfHttpHandler::builder("127.0.0.1", place).timeout(LONG).build();
    let handler = handler.expect("nothing has to be found");
    let post = |count: u64| {
        for _ in 0..count {
            handler.handle(&Record::builder().level(Level::INFO).message("posted").build());
        }
        let counters = handler.counters();
        (counters.sent, counters.dropped)
    };
    assert_eq!(post(10), (10, 0));
    let children: Vec<_> = (0..20)
        .map(|_| {
            let before = handler.counters().sent;
            let child = fork(|| {
                assert_eq!(post(10), (before + 10, 0));
                assert!(handler.close().is_ok());
            });
            assert_eq!(post(10), (before + 10, 0), "its child has not disturbed it");
            child
        })
        .collect();
    let failed = children.into_iter().filter(|child| wait(*child).exit_status() != Some(0)).count();
    let is_kept = handler.counters().reconnects == 0;
    if failed == 0 && is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Takes each request, which comes at once, and says so.
fn answer(mut connection: TcpStream) {
    let mut request = [0; 4096];
    while let Ok(1..) = connection.read(&mut request) {
        let _ = connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    }
}

/// Time enough for a slow machine.
const LONG: Duration = Duration::from_secs(60);

/// A handler that does not come back holds a fork up for a second.
pub(crate) fn stuck() -> ExitCode {
    let (inside, entered) = mpsc::channel();
    let handler: Arc<dyn Handler> = Arc::new(Stuck(HandlerBase::new(), Mutex::new(inside)));
    register_handler(&handler);
    thread::spawn(move || handler.handle(&Record::builder().build()));
    entered.recv().expect("the handler says that it is at it");
    let start = Instant::now();
    let child = fork(|| ());
    let in_time = start.elapsed() < Duration::from_secs(10);
    let is_well = wait(child).exit_status() == Some(0);
    if in_time && is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Debug)]
struct Stuck(HandlerBase, Mutex<mpsc::Sender<()>>);

impl Handler for Stuck {
    fn base(&self) -> &HandlerBase {
        &self.0
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        let _ = self.1.lock().expect("no panic holds it").send(());
        loop {
            thread::park();
        }
    }
}
