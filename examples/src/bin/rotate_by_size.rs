//! A log file that is put aside when it reaches 1 KiB, with three backups.
//!
//! `cargo run -p handlers-examples --bin rotate_by_size [DIRECTORY]`

use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs, io};

use handlers_core::{Level, PatternFormatter, get_logger, info};
use handlers_file::RotatingFileHandler;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = env::args_os().nth(1).map_or_else(
        || env::temp_dir().join(format!("rotate_by_size-{}", std::process::id())),
        PathBuf::from,
    );
    fs::create_dir_all(&directory)?;

    let handler = RotatingFileHandler::builder(directory.join("app.log"))
        .formatter(PatternFormatter::new("%(asctime)s %(message)s")?)
        .max_bytes(1024)
        .backup_count(3)
        .build()?;
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::new(handler));

    for number in 1..=100 {
        info!(app, "record number {number}");
    }
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
