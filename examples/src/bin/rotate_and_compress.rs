//! A log file that is put aside when it reaches 64 KiB; its five backups are compressed by gzip.
//!
//! `cargo run -p handlers-examples --bin rotate_and_compress [DIRECTORY]`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, io};

use handlers_core::{Level, PatternFormatter, get_logger, info};
use handlers_file::RotatingFileHandler;
use handlers_file::rolling::Compression;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = env::args_os().nth(1).map_or_else(
        || env::temp_dir().join(format!("rotate_and_compress-{}", std::process::id())),
        PathBuf::from,
    );
    fs::create_dir_all(&directory)?;

    let handler = RotatingFileHandler::builder(directory.join("app.log"))
        .formatter(PatternFormatter::new("%(asctime)s %(levelname)s %(message)s")?)
        .max_bytes(64 * 1024)
        .backup_count(5)
        .compress(Compression::gzip())
        .build()?;
    let handler = Arc::new(handler);
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::clone(&handler) as _);

    for number in 1..=10_000 {
        info!(app, "request number {number} was served");
    }
    // Only to show the names: what a program leaves half-done, the next one does.
    handler.wait_until_compressed(Duration::from_secs(10));
    show(&directory)?;
    Ok(())
}

fn show(directory: &std::path::Path) -> io::Result<()> {
    use io::Write;
    let mut names: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
    names.sort_by_key(fs::DirEntry::file_name);
    let mut out = io::stdout().lock();
    for file in names {
        writeln!(out, "{:6} bytes  {}", file.metadata()?.len(), file.path().display())?;
    }
    Ok(())
}
