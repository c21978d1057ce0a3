//! Programs that have one child, and succeed if all is as it should be.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{
    ForkHook, ForkSide, Handler, HandlerBase, Record, Result, add_fork_hook, fork_generation,
    process_id, register_handler, shutdown_on_signals,
};
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
