//! Four processes that write and rotate one log file: no record is lost or torn.
//!
//! `cargo run -p handlers-examples --bin shared_between_processes [DIRECTORY]`

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::{env, fs, io};

use handlers_core::{Level, PatternFormatter, get_logger, info};
use handlers_file::RotatingFileHandler;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args_os().skip(1);
    let directory = arguments.next().map_or_else(
        || env::temp_dir().join(format!("shared_between_processes-{}", std::process::id())),
        PathBuf::from,
    );
    if arguments.next().is_some() {
        return work(&directory);
    }
    fs::create_dir_all(&directory)?;
    let worker = || Command::new(env::current_exe()?).arg(&directory).arg("worker").spawn();
    let workers: Vec<_> = (0..4).map(|_| worker()).collect::<io::Result<_>>()?;
    for mut worker in workers {
        worker.wait()?;
    }
    show(&directory)?;
    Ok(())
}

fn work(directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    // All processes have the same settings.
    let handler = RotatingFileHandler::builder(directory.join("app.log"))
        .formatter(PatternFormatter::new("%(process)d %(message)s")?)
        .max_bytes(8 * 1024)
        .backup_count(20)
        .shared(true)
        .build()?;
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(Arc::new(handler));
    for number in 1..=1000 {
        info!(app, "record number {number}");
    }
    Ok(())
}

fn show(directory: &Path) -> io::Result<()> {
    use io::Write;
    let mut names: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
    names.sort_by_key(fs::DirEntry::file_name);
    let mut out = io::stdout().lock();
    let mut lines = 0;
    for file in names {
        let text = fs::read_to_string(file.path())?;
        lines += text.lines().count();
        writeln!(out, "{:4} lines  {}", text.lines().count(), file.path().display())?;
    }
    writeln!(out, "{lines} lines in all")
}
