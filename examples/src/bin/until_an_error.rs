//! Debug output that is held back and shown only if something goes wrong.
//!
//! `cargo run -p handlers-examples --bin until_an_error`

use std::sync::Arc;

use handlers_core::{Level, PatternFormatter, Result, debug, error, get_logger};
use handlers_file::StreamHandler;
use handlers_queue::MemoryHandler;

fn main() -> Result<()> {
    let screen = StreamHandler::builder(std::io::stdout())
        .formatter(PatternFormatter::new("%(levelname)-5s %(message)s")?)
        .build();
    let memory = MemoryHandler::builder(1000)
        .flush_level(Level::ERROR)
        .flush_on_close(false)
        .target(Arc::new(screen))
        .build();
    let app = get_logger("app");
    app.set_level(Level::DEBUG);
    app.add_handler(Arc::new(memory));

    debug!(app, "opened the connection");
    debug!(app, "sent {} bytes", 512);
    error!(app, "the peer has gone away"); // brings out the three of them
    debug!(app, "never seen: no error follows");
    Ok(())
}
