//! What happens to records that cannot be written: an error hook, counters, and the report at the
//! end.
//!
//! `cargo run -p handlers-examples --bin errors_and_shutdown`

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Error, Level, Record, get_logger, info, shutdown};
use handlers_file::FileHandler;

fn main() -> Result<(), Error> {
    let say = |text: String| {
        let _ = writeln!(std::io::stdout(), "{text}");
    };
    let handler = FileHandler::builder("/dev/full")
        .error_hook(move |record: &Record<'_>, error: &Error| {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            say(format!("lost {:?}: {error}: {}", record.as_text(), cause.unwrap_or_default()));
        })
        .build()?;
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::new(handler));

    info!(app, "this disk is full");

    let report = shutdown(Duration::from_secs(5));
    say(report.to_string());
    Ok(())
}
