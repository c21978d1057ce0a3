//! Logs records that are held back, and comes to an end, so that a test can see what is left.
//!
//! ```text
//! ending memory at-exit exit app.log 1000
//! ```
//!
//! Each line is a number. The first word says who holds the records back, the second what the program
//! has done about its end, the third what that end is. A program that waits for a signal says `ready`
//! first.

mod handlers;

use std::io::{self, Write};
use std::process::{ExitCode, exit};
use std::thread;
use std::time::Duration;

use handlers_core::{
    Level, ShutdownGuard, error, info, root_logger, shutdown_at_exit, shutdown_on_signals,
};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [handler, care, end, path, n] = &words[..] else {
        let _ = writeln!(io::stderr(), "ending HANDLER CARE END PATH N");
        return ExitCode::from(2);
    };
    let _guard = (care == "guard").then(|| ShutdownGuard::new(TIMEOUT));
    match care.as_str() {
        "at-exit" => shutdown_at_exit(TIMEOUT).expect("the system can do that"),
        "little-time" => shutdown_at_exit(SHORT).expect("the system can do that"),
        "on-signals" => shutdown_on_signals(TIMEOUT).expect("signals can be listened for"),
        _ => {}
    }
    let _made = handlers::make(handler, path).expect("the handler can be made");
    root_logger().set_level(Level::INFO);
    for number in 0..n.parse().expect("N is a number") {
        info!(root_logger(), "{number:08}");
    }
    let _ = handlers::ALL_LOGGED.set(());
    come_to(end)
}

#[expect(clippy::exit, reason = "what becomes of the records then is the question")]
fn come_to(end: &str) -> ExitCode {
    match end {
        "return" => return ExitCode::from(STATUS),
        "exit" => exit(i32::from(STATUS)),
        "exit-in-thread" => drop(thread::spawn(|| exit(i32::from(STATUS))).join()),
        "exit-in-handler" => {
            root_logger().add_handler(std::sync::Arc::new(handlers::Exit::default()));
            error!(root_logger(), "the last one");
        }
        "panic" => panic!("this was to be expected"),
        "wait" => {
            let _ = writeln!(io::stdout(), "ready");
            loop {
                thread::park();
            }
        }
        _ => {}
    }
    ExitCode::from(2)
}

/// What a program ends with that ends as it is to.
const STATUS: u8 = 3;

const TIMEOUT: Duration = Duration::from_secs(60);

const SHORT: Duration = Duration::from_millis(200);
