//! Compares what the crates do with what CPython did.
//!
//! ```text
//! cargo run --release -p handlers-tests --bin conformance -- [-v] DIR
//! ```
//!
//! Every vector file of the directory is run and gets a line, with a line for each case that failed;
//! the sums come last. `-v`, or `--verbose`, also says why cases were skipped. The exit code is 1 if
//! a case failed, 2 if the directory could not be read.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use handlers_tests::conformance::run_directory;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "conformance: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the directory that the arguments name; says how many cases failed.
fn run() -> io::Result<usize> {
    let mut verbose = false;
    let mut directory = None;
    for argument in env::args_os().skip(1) {
        if argument == "-v" || argument == "--verbose" {
            verbose = true;
        } else if directory.replace(PathBuf::from(argument)).is_some() {
            return Err(io::Error::other(USAGE));
        }
    }
    let directory = directory.ok_or_else(|| io::Error::other(USAGE))?;
    let report = run_directory(&directory)?;
    report.write(&mut io::stdout().lock(), verbose)?;
    Ok(report.failed())
}

const USAGE: &str = "usage: conformance [-v] DIR";
