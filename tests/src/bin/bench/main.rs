//! Measures what a record costs, beside what the same bytes cost without the crates.
//!
//! ```text
//! cargo run --release -p handlers-tests --bin bench -- WORKLOAD [--n N] [--threads T] [--once]
//! cargo run --release -p handlers-tests --bin bench -- goals [--n N] [--rounds R]
//! ```
//!
//! The first form prints one line of JSON. `n` records are logged, shared out among the threads;
//! without arguments the workloads are listed.
//!
//! | field | meaning |
//! |---|---|
//! | `cpu_ns_per_record` | time of all threads in user code and in the kernel, by record |
//! | `wall_ns_per_record` | time that passed, by record |
//! | `p50`, `p99`, `p999` | nanoseconds that one call takes, less what reading the clock costs |
//! | `allocs_per_record` | how often memory was asked for, by any thread |
//!
//! Every thread warms up before the clocks are read. The percentiles come from a second pass, so that
//! reading the clock around each call does not weigh on the other figures; `--once` leaves that pass
//! out.
//!
//! The second form measures pairs of workloads in turn, takes the median of their ratios, and says
//! which goals are met. It is a report, not a test: on a machine that does other work too, figures of
//! two runs differ by a quarter.
//!
//! # Instructions
//!
//! Where times do not decide, instructions do. They are counted by valgrind, twice, so that what is
//! not the loop cancels out:
//!
//! ```text
//! count() {
//!     valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/bench $1 --once --n $2 2>&1 |
//!         awk '/Collected/ { print $4 }'
//! }
//! echo $(( ($(count format_only 20000) - $(count format_only 10000)) / 10000 ))
//! ```

mod file;
mod goals;
mod line;
mod logger;
mod measure;
mod net;
mod options;
mod queue;
mod raw;
mod receiver;
mod record;
mod scratch;
mod workload;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::json;

use measure::{Measurement, measure};
use options::Command;
use workload::{Entry, WORKLOADS};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    match options::parse(env::args().skip(1))? {
        Command::List => {
            for Entry { name, about, .. } in WORKLOADS {
                writeln!(out, "{name:<24} {about}")?;
            }
        }
        Command::Receive(kind) => receiver::receive(kind)?,
        Command::Goals { n, rounds } => goals::report(&mut out, n, rounds)?,
        Command::Measure { entry, plan } => {
            let Measurement { cpu_ns, wall_ns, percentiles, allocations } =
                measure(entry.make, &plan)?;
            let [p50, p99, p999] = percentiles.map_or([None; 3], |found| found.map(Some));
            let line = json!({
                "workload": entry.name,
                "threads": plan.threads,
                "n": plan.n,
                "cpu_ns_per_record": cpu_ns.map(rounded),
                "wall_ns_per_record": rounded(wall_ns),
                "p50": p50,
                "p99": p99,
                "p999": p999,
                "allocs_per_record": allocations,
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn rounded(nanos: f64) -> f64 {
    (nanos * 100.0).round() / 100.0
}
