//! Debug output that is written only if something goes wrong: the last records before an error, the
//! error, and what came of it.
//!
//! `cargo run -p handlers-examples --bin until_an_error`

use std::sync::Arc;

use handlers_core::{Level, PatternFormatter, Result, debug, error, get_logger};
use handlers_file::StreamHandler;
use handlers_queue::FlightRecorder;

fn main() -> Result<()> {
    let screen = StreamHandler::builder(std::io::stdout())
        .formatter(PatternFormatter::new("%(levelname)-5s %(message)s")?)
        .build();
    let recorder = Arc::new(FlightRecorder::builder(3, Arc::new(screen)).after(1).build());
    let app = get_logger("app");
    app.set_level(Level::DEBUG);
    app.add_handler(Arc::<FlightRecorder>::clone(&recorder));

    debug!(app, "read the configuration"); // forgotten: there is room for three
    debug!(app, "opened the connection");
    debug!(app, "sent {} bytes", 512);
    error!(app, "the peer has gone away"); // brings out the three of them
    debug!(app, "wait for a second"); // comes out too: it is the one after
    debug!(app, "opened the connection"); // waits for the next error

    assert_eq!((recorder.forgotten(), recorder.recorded().len()), (1, 1));
    Ok(())
}
