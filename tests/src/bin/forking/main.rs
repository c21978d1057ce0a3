//! Forks again and again while four threads log, and logs in the children, too.
//!
//! ```text
//! forking queue app.log 100 10
//! ```
//!
//! That is the handler, its file, how many children there are, and how many records each logs. Each
//! line is `PID PID THREAD NUMBER`: the process that the record says it is from, the one that it is
//! from, the thread, and the number of the record in its thread. Children are thread 9. At the end
//! one line on standard output says how many records each of the four threads has logged.
//!
//! In the place of a handler there may be the name of a case with one child only, in `single.rs`; in
//! that of the number of children there is a port, if the case needs one.

mod handlers;
mod single;

use std::io::{self, Write};
use std::process::{ExitCode, exit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use handlers_core::{Level, info, root_logger, shutdown_at_exit};
use rustix::process::{Pid, WaitOptions, WaitStatus, waitpid};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [handler, path, children, records] = &words[..] else {
        let _ = writeln!(io::stderr(), "forking HANDLER PATH CHILDREN RECORDS");
        return ExitCode::from(2);
    };
    match handler.as_str() {
        "deaf" => return single::deaf(),
        "encrypted" => return single::encrypted(children),
        "hooks" => return single::hooks(),
        "peers" => return single::peers(),
        "posts" => return single::posts(),
        "stuck" => return single::stuck(),
        _ => {}
    }
    let number = |word: &String| word.parse::<u32>().expect("this is a number");
    let (children, records) = (number(children), number(records));
    shutdown_at_exit(Duration::from_secs(30)).expect("the system can do that");
    let _made = handlers::make(handler, path).expect("the handler can be made");
    root_logger().set_level(Level::INFO);
    let done = AtomicBool::new(false);
    let logged = thread::scope(|scope| {
        let until_done = |thread| log(thread, &|_| done.load(Ordering::Relaxed));
        let threads = [1, 2, 3, 4].map(|thread| scope.spawn(move || until_done(thread)));
        for _ in 0..children {
            let child = fork(|| {
                log(9, &|number| number == records);
            });
            assert_eq!(wait(child).exit_status(), Some(0), "a child has come to a bad end");
        }
        done.store(true, Ordering::Relaxed);
        threads.map(|thread| thread.join().expect("a thread logs").to_string())
    });
    let _ = writeln!(io::stdout(), "{}", logged.join(" "));
    ExitCode::SUCCESS
}

fn wait(child: Pid) -> WaitStatus {
    let waited = waitpid(Some(child), WaitOptions::empty());
    waited.ok().flatten().map(|(_, status)| status).expect("the child can be waited for")
}

/// Makes a child that does some work, and ends.
#[expect(unsafe_code, reason = "there is no safe way to do what a program can do")]
#[expect(clippy::exit, reason = "the child has nothing else to do")]
fn fork(work: impl FnOnce()) -> Pid {
    // SAFETY: the child has one thread of several, and goes on with code that may allocate and lock:
    // C's library allows for that, and so does the code that is tested.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "cannot fork");
    Pid::from_raw(child).unwrap_or_else(|| {
        work();
        exit(0)
    })
}

/// Logs until it is enough, and says how much that was.
fn log(thread: u32, is_enough: &dyn Fn(u32) -> bool) -> u32 {
    let process = std::process::id();
    let mut number = 0;
    while !is_enough(number) {
        info!(root_logger(), "{process} {thread} {number}");
        number += 1;
    }
    number
}
