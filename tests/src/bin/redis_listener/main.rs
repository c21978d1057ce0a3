//! Writes what comes out of a Redis stream into a file, so that a test can kill the process that does.
//!
//! ```text
//! redis_listener 6379 first app.log
//! ```
//!
//! The arguments are the port of the server, the name of the consumer and the file. It ends when
//! its standard input does.

use std::env;
use std::error::Error;
use std::io::{self, Read};
use std::sync::Arc;

use handlers_file::FileHandler;
use handlers_queue::{QueueListener, RedisQueue};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, consumer, path] = &arguments[..] else {
        return Err("the arguments are a port, a consumer and a file".into());
    };
    let queue =
        RedisQueue::builder().address("127.0.0.1", port.parse()?).consumer(consumer).build();
    let handler = FileHandler::builder(path).build()?;
    let listener = QueueListener::builder(queue).handler(Arc::new(handler)).build();
    let _guard = listener.start()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
