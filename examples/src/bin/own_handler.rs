//! A handler of one's own: the last records of each level, to be shown on a status page.
//!
//! `cargo run -p handlers-examples --bin own_handler`

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{
    Handler, HandlerBase, Level, PatternFormatter, Record, Result, get_logger, info, warning,
};

/// Keeps the last line of each level.
#[derive(Debug, Default)]
struct LastLines {
    base: HandlerBase,
    lines: Mutex<BTreeMap<Level, String>>,
}

impl Handler for LastLines {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let mut line = String::new();
        self.base.format(record, &mut line)?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.insert(record.level(), line);
        Ok(())
    }
}

fn main() -> Result<()> {
    let status = Arc::new(LastLines::default());
    status.base().set_formatter(Some(Arc::new(PatternFormatter::new("%(name)s: %(message)s")?)));
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(status.clone());

    info!(app, "first");
    warning!(app, "the queue has {} entries", 900);
    info!(app, "second");

    let lines = status.lines.lock().unwrap_or_else(PoisonError::into_inner);
    for (level, line) in lines.iter() {
        let _ = writeln!(std::io::stdout(), "{level}: {line}");
    }
    Ok(())
}
