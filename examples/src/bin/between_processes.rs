//! One process writes what all of them log: the workers put their records into a queue, over a Unix
//! socket, and a listener takes them out.
//!
//! `cargo run -p handlers-examples --bin between_processes`

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match &words[..] {
        [path, number] => unix::work(path, number),
        _ => unix::listen()?,
    }
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::error::Error;
    use std::process::Command;
    use std::sync::Arc;
    use std::time::Duration;

    use handlers_core::{Level, PatternFormatter, info, root_logger};
    use handlers_file::StreamHandler;
    use handlers_queue::{Overflow, QueueHandler, QueueListener, SocketQueue};

    /// Starts four workers, and writes what they log.
    pub(super) fn listen() -> Result<(), Box<dyn Error>> {
        let path = std::env::temp_dir().join(format!("workers-{}.socket", std::process::id()));
        let queue = SocketQueue::bind(&path)?;
        let format = "%(processName)s[%(process)d] %(levelname)s %(message)s";
        let screen = StreamHandler::builder(std::io::stdout())
            .formatter(PatternFormatter::new(format)?)
            .build();
        let listener = QueueListener::builder(queue.clone()).handler(Arc::new(screen)).build();
        let guard = listener.start()?;

        let mut workers = Vec::new();
        for number in 1..=4 {
            let mut worker = Command::new(std::env::current_exe()?);
            workers.push(worker.arg(&path).arg(number.to_string()).spawn()?);
        }
        for mut worker in workers {
            worker.wait()?;
        }

        queue.close(); // from here on nobody can send what would not be written
        let report = guard.stop(Duration::from_secs(5));
        assert_eq!((report.handled, report.left), (12, 0));
        Ok(())
    }

    /// Logs to the process that listens at `path`.
    pub(super) fn work(path: &str, number: &str) {
        handlers_core::set_process_name(&format!("worker-{number}"));
        let queue = SocketQueue::connect(path);
        let overflow = Overflow::BlockFor(Duration::from_millis(100));
        root_logger().set_level(Level::INFO);
        root_logger()
            .add_handler(Arc::new(QueueHandler::builder(queue).overflow(overflow).build()));
        for step in 1..=3 {
            info!(root_logger(), "step {step} is done");
        }
    }
}

#[cfg(not(unix))]
fn main() {}
