//! A tree of loggers: what a level on one of them means for those below it.
//!
//! `cargo run -p handlers-examples --bin loggers_and_levels`

use std::sync::Arc;

use handlers_core::{
    Handler, Level, PatternFormatter, Result, debug, error, get_logger, info, root_logger,
};
use handlers_file::StreamHandler;

fn main() -> Result<()> {
    let screen = Arc::new(StreamHandler::stdout());
    let format = "%(asctime)s %(levelname)-8s %(name)s: %(message)s";
    screen.base().set_formatter(Some(Arc::new(PatternFormatter::new(format)?)));
    root_logger().add_handler(screen);

    get_logger("app").set_level(Level::INFO);
    get_logger("app.db").set_level(Level::DEBUG);

    let (web, db) = (get_logger("app.web"), get_logger("app.db"));
    debug!(web, "is not shown: `app` takes records from INFO on");
    info!(web, "is shown");
    debug!(db, "is shown too: `app.db` has a level of its own");

    db.set_disabled(true);
    error!(db, "is not shown any more");
    Ok(())
}
