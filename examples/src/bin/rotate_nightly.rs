//! A log file that is put aside every midnight; thirty days are kept.
//!
//! `cargo run -p handlers-examples --bin rotate_nightly [DIRECTORY]`

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, io};

use handlers_core::{Level, ManualClock, PatternFormatter, Timestamp, get_logger, info};
use handlers_file::TimedRotatingFileHandler;
use handlers_file::rolling::When;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = env::args_os().nth(1).map_or_else(
        || env::temp_dir().join(format!("rotate_nightly-{}", std::process::id())),
        PathBuf::from,
    );
    fs::create_dir_all(&directory)?;

    // A program leaves `clock` out, and `delay` too: it has the system's clock.
    let clock = ManualClock::new(Timestamp::from_seconds(1_767_268_800.0)); // 2026-01-01 12:00 UTC
    let handler = TimedRotatingFileHandler::builder(directory.join("app.log"))
        .formatter(PatternFormatter::new("%(levelname)s %(message)s")?)
        .when(When::Midnight)
        .backup_count(30)
        .clock(clock.clone())
        .delay(true)
        .build()?;
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::new(handler));

    for day in 1..=40 {
        info!(app, "record of day {day}");
        clock.advance(Duration::from_secs(24 * 60 * 60));
    }
    show(&directory)?;
    Ok(())
}

fn show(directory: &Path) -> io::Result<()> {
    use io::Write;
    let mut names: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
    names.sort_by_key(fs::DirEntry::file_name);
    let mut out = io::stdout().lock();
    for file in names {
        let text = fs::read_to_string(file.path())?;
        writeln!(out, "{}  {}", file.path().display(), text.trim_end())?;
    }
    Ok(())
}
