//! Logs numbered lines through one handler, so that a test can be cruel to the process that does.
//!
//! ```text
//! writer --handler rotating --path app.log --ack ack --n 200 --max 2000 --backup 5
//! ```
//!
//! Each line is `TAG seq=00000042 xxxx…`. The number of a record goes to the file of `--ack` once
//! the call has returned and the handler has not counted it as dropped or failed. At the end one
//! line of JSON says how it went; `--summary` names a file for it, else it goes to standard output.

mod handlers;
mod options;
mod workload;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let result = Options::parse(std::env::args().skip(1)).and_then(|options| {
        let summary = workload::run(&options)?;
        let Some(path) = &options.summary else {
            // A test may have closed it.
            let _ = io::stdout().write_all(summary.as_bytes());
            return Ok(());
        };
        fs::write(path, summary).map_err(|error| format!("{path}: {error}"))
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            let _ = writeln!(io::stderr(), "writer: {text}");
            ExitCode::from(2)
        }
    }
}
