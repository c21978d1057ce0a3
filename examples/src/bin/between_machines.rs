//! Records from any number of machines to one, through a stream of a Redis server. Here both ends are
//! in one program. Without a server nobody waits, and what is dropped is counted.
//!
//! `cargo run -p handlers-examples --bin between_machines -- 127.0.0.1 6379`

use std::env;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Level, PatternFormatter, Result, get_logger, info, warning};
use handlers_file::StreamHandler;
use handlers_queue::{
    Overflow, QueueHandler, QueueListener, RecordQueue, RedisQueue, RedisQueueBuilder,
};

fn main() -> Result<()> {
    // On each machine.
    let queue = Arc::new(server().build());
    let handler = QueueHandler::builder(Arc::clone(&queue)).overflow(Overflow::DropNewest);
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::new(handler.build()));
    for number in 1..=3 {
        info!(app, "request {number} was served");
    }
    warning!(app, disk = "sda"; "the disk is 91 % full");

    let mut out = std::io::stdout();
    if queue.dropped() > 0 {
        let _ = writeln!(out, "no server: {} records were dropped", queue.dropped());
        return Ok(());
    }

    // On the machine that keeps the logs. What is acknowledged is of no use to anybody here.
    let format = "%(asctime)s %(processName)s %(name)s %(levelname)s %(message)s";
    let lines =
        StreamHandler::builder(std::io::stdout()).formatter(PatternFormatter::new(format)?).build();
    let listener = QueueListener::builder(server().consumer("archive-1").build())
        .handler(Arc::new(lines))
        .build();
    let report = listener.start()?.stop(Duration::from_secs(5));
    let _ = writeln!(out, "{} records were handled", report.handled);
    Ok(())
}

/// The queue that both ends must agree on.
fn server() -> RedisQueueBuilder {
    let mut arguments = env::args().skip(1);
    let host = arguments.next().unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(6379);
    let queue = RedisQueue::builder().address(host, port).key("handlers-example");
    queue.delete_acknowledged(true)
}
