//! Puts records into a socket queue, so that a test can be cruel to the process that does.
//!
//! ```text
//! producer PATH TAG N block
//! producer PATH TAG N torn
//! producer PATH TAG N fork
//! ```
//!
//! Each message is `TAG 00000042`. With `torn` it then puts a record that is larger than the system's
//! buffer, says `torn` when a part of it is sent, and waits to be killed. With `fork` it forks when it
//! has put half of its records; the child puts N records of its own, whose tag is `child`. These
//! records are larger than what the system takes at once.

use std::io::{self, Write};
use std::ops::Range;
use std::process::{ExitCode, exit};
use std::thread;

use handlers_core::{Record, Result};
use handlers_queue::{Overflow, Placed, RecordQueue, SocketQueue};
use rustix::process::{Pid, WaitOptions, waitpid};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [path, tag, n, mode] = &words[..] else {
        let _ = writeln!(io::stderr(), "producer PATH TAG N MODE");
        return ExitCode::from(2);
    };
    let n = n.parse().expect("N is a number");
    let queue = SocketQueue::connect(path);
    let outcome = match mode.as_str() {
        "torn" => put(&queue, tag, 0..n, 8).and_then(|()| tear(&queue)),
        "fork" => put(&queue, tag, 0..n / 2, LARGE).and_then(|()| fork(&queue, tag, n)),
        _ => put(&queue, tag, 0..n, 8),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "producer: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn put(queue: &SocketQueue, tag: &str, mut numbers: Range<u32>, digits: usize) -> Result<()> {
    numbers
        .try_for_each(|number| put_text(queue, format!("{tag} {number:0digits$}"), Overflow::Block))
}

fn put_text(queue: &SocketQueue, text: String, overflow: Overflow) -> Result<()> {
    let placed = queue.put(Record::builder().message(text).build(), overflow)?;
    assert_eq!(placed, Placed::Queued);
    Ok(())
}

fn tear(queue: &SocketQueue) -> Result<()> {
    put_text(queue, "x".repeat(500_000), Overflow::Fail)?;
    // The rest of it does not fit, so that there is no room for another one either.
    assert!(put_text(queue, "y".to_owned(), Overflow::Fail).is_err());
    let _ = writeln!(io::stdout(), "torn");
    loop {
        thread::park();
    }
}

#[expect(unsafe_code, reason = "there is no safe way to do what a program can do")]
#[expect(clippy::exit, reason = "the child has nothing else to do")]
fn fork(queue: &SocketQueue, tag: &str, n: u32) -> Result<()> {
    // SAFETY: the process has one thread.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "cannot fork");
    let Some(child) = Pid::from_raw(child) else {
        let outcome = put(queue, "child", 0..n, LARGE);
        queue.close();
        exit(i32::from(outcome.is_err()));
    };
    put(queue, tag, n / 2..n, LARGE)?;
    let status = waitpid(Some(child), WaitOptions::empty());
    let status = status.ok().flatten().and_then(|(_, status)| status.exit_status());
    assert_eq!(status, Some(0), "the child has come to a bad end");
    Ok(())
}

/// The digits of a number that is larger than what the system takes at once.
const LARGE: usize = 60_000;
