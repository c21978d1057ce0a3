//! Filters that drop or change records, and an adapter that adds fields.
//!
//! `cargo run -p handlers-examples --bin filters_and_adapters`

use std::sync::Arc;

use handlers_core::{
    Handler, Level, LoggerAdapter, PatternFormatter, Record, Result, Value, Verdict, get_logger,
    info,
};
use handlers_file::StreamHandler;

fn main() -> Result<()> {
    let format = PatternFormatter::builder()
        .format("%(name)s [%(request)s] %(message)s")
        .defaults([("request", Value::from("-"))])
        .build()?;
    let screen = Arc::new(StreamHandler::builder(std::io::stdout()).formatter(format).build());
    screen.base().add_filter(Arc::new(without_passwords));

    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_filter(Arc::new(|record: &Record<'_>| record.as_text() != Some("ping")));
    app.add_handler(screen);

    info!(app, "ping");
    info!(app, "starting");
    let request = LoggerAdapter::new(app, [("request", Value::from(17))])?;
    info!(request, "user=ann password=secret");
    Ok(())
}

/// Puts another record in the place of one that tells too much.
fn without_passwords(record: &Record<'_>) -> Verdict {
    match record.as_text().and_then(|text| text.split_once("password=")) {
        Some((before, _)) => {
            let mut safe = Record::builder()
                .name(record.name())
                .level(record.level())
                .created(record.created())
                .message(format!("{before}password=…"));
            for (name, value) in record.extra() {
                safe = safe.field(name, value.into_owned()).expect("the names were checked before");
            }
            safe.build().into()
        }
        None => Verdict::Keep,
    }
}
