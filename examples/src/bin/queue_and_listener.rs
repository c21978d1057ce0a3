//! Threads that log without waiting for the disk: a bounded queue, and a listener that writes to a
//! log file put aside when it is full.
//!
//! `cargo run -p handlers-examples --bin queue_and_listener [DIRECTORY]`

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

use handlers_core::{Level, PatternFormatter, get_logger, info};
use handlers_file::RotatingFileHandler;
use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = env::args_os().nth(1).map_or_else(
        || env::temp_dir().join(format!("queue_and_listener-{}", std::process::id())),
        PathBuf::from,
    );
    fs::create_dir_all(&directory)?;

    let file = RotatingFileHandler::builder(directory.join("app.log"))
        .formatter(PatternFormatter::new("%(asctime)s %(message)s")?)
        .max_bytes(64 * 1024)
        .backup_count(20)
        .build()?;
    let queue = Channel::bounded(1000);
    let listener = QueueListener::builder(queue.clone()).handler(Arc::new(file)).build();
    // Dropping the guard would do; to stop it gives a report.
    let guard = listener.start()?;

    let app = get_logger("app");
    app.set_level(Level::INFO);
    // With `DropOldest` no thread would ever wait, and the log would say how many records are missing.
    let handler = QueueHandler::builder(queue).overflow(Overflow::Block).build();
    app.add_handler(Arc::new(handler));

    thread::scope(|scope| {
        for worker in 1..=4 {
            let app = app.clone();
            scope.spawn(move || {
                for number in 1..=2500 {
                    info!(app, "worker {worker} has done job {number}");
                }
            });
        }
    });

    let report = guard.stop(Duration::from_secs(10));
    writeln!(io::stdout(), "{report}")?;
    writeln!(io::stdout(), "see {}", directory.display())?;
    if report.is_complete() { Ok(()) } else { Err("not everything was written".into()) }
}
