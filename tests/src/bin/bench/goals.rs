//! Our figures beside those of the floor, and whether they are good enough.

use std::io::{self, Write};

use crate::measure::{Measurement, Plan, float, measure};
use crate::workload::{Entry, WORKLOADS};

/// Measures everything that a goal is about and says what is met.
pub(crate) fn report(out: &mut impl Write, n: Option<u64>, rounds: u64) -> io::Result<()> {
    writeln!(out, "{:<52} {:>9} {:>9} {:>7} {:>7}", "goal", "ours", "theirs", "ratio", "limit")?;
    for goal in RATIOS {
        goal.report(out, n, rounds)?;
    }
    for goal in TIMES {
        goal.report(out, n, rounds)?;
    }
    for name in NO_ALLOCATIONS {
        let allocations = one(name, 1, n, false)?.allocations;
        let title = format!("{name}: allocations");
        let verdict = verdict(allocations < ALMOST_NONE);
        writeln!(out, "{title:<52} {allocations:>9.4} {:>9} {:>7} {:>7} {verdict}", "", "", "0")?;
    }
    Ok(())
}

/// One workload must not cost more than so many times another.
struct Ratio {
    ours: &'static str,
    theirs: &'static str,
    threads: u64,
    of: Quantity,
    limit: f64,
}

/// A workload must not take longer than so many nanoseconds.
struct Time {
    ours: &'static str,
    threads: u64,
    of: Quantity,
    limit: f64,
}

/// The time of a record.
#[derive(Clone, Copy)]
enum Quantity {
    Cpu,
    Wall,
    /// That half of the calls are slower than, and so on.
    Median,
    OneIn100,
    OneIn1000,
}

impl Ratio {
    fn report(&self, out: &mut impl Write, n: Option<u64>, rounds: u64) -> io::Result<()> {
        let Self { ours, theirs, threads, of, limit } = *self;
        let mut pairs = Vec::new();
        for _ in 0..rounds {
            let theirs = of.measure(theirs, threads, n)?;
            pairs.push((of.measure(ours, threads, n)?, theirs));
        }
        let ratio = median(pairs.iter().map(|(ours, theirs)| ours / theirs));
        let title = format!("{ours} / {theirs}, {threads} thread(s), {}", of.name());
        let (ours, theirs) =
            (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)));
        let verdict = verdict(ratio <= limit);
        writeln!(out, "{title:<52} {ours:>9.1} {theirs:>9.1} {ratio:>7.3} {limit:>7.2} {verdict}")
    }
}

impl Time {
    fn report(&self, out: &mut impl Write, n: Option<u64>, rounds: u64) -> io::Result<()> {
        let Self { ours, threads, of, limit } = *self;
        let mut times = Vec::new();
        for _ in 0..rounds {
            times.push(of.measure(ours, threads, n)?);
        }
        let time = median(times.into_iter());
        let title = format!("{ours}, {threads} thread(s), {} ns", of.name());
        let verdict = verdict(time <= limit);
        writeln!(out, "{title:<52} {time:>9.2} {:>9} {:>7} {limit:>7.2} {verdict}", "", "")
    }
}

impl Quantity {
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Wall => "wall",
            Self::Median => "p50",
            Self::OneIn100 => "p99",
            Self::OneIn1000 => "p99.9",
        }
    }

    fn measure(self, name: &str, threads: u64, n: Option<u64>) -> io::Result<f64> {
        let each = !matches!(self, Self::Cpu | Self::Wall);
        let found = one(name, threads, n, each)?;
        let percentile = |index: usize| float(found.percentiles.map_or(0, |times| times[index]));
        Ok(match self {
            Self::Cpu => found.cpu_ns.unwrap_or(found.wall_ns),
            Self::Wall => found.wall_ns,
            Self::Median => percentile(0),
            Self::OneIn100 => percentile(1),
            Self::OneIn1000 => percentile(2),
        })
    }
}

fn one(name: &str, threads: u64, n: Option<u64>, percentiles: bool) -> io::Result<Measurement> {
    let entry = WORKLOADS.iter().find(|entry| entry.name == name);
    let Entry { default_n, make, .. } = entry.expect("goals are about workloads that exist");
    measure(*make, &Plan { n: n.unwrap_or(*default_n), threads, percentiles })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "NOT MET" }
}

const RATIOS: &[Ratio] = &[
    Ratio { ours: "file_flush", theirs: "raw_stdfmt", threads: 1, of: Quantity::Cpu, limit: 1.15 },
    Ratio { ours: "file_flush", theirs: "raw_write", threads: 2, of: Quantity::Wall, limit: 1.0 },
    Ratio { ours: "file_flush", theirs: "raw_write", threads: 4, of: Quantity::Wall, limit: 0.8 },
    Ratio {
        ours: "file_buffered",
        theirs: "raw_buffered_stdfmt",
        threads: 1,
        of: Quantity::Cpu,
        limit: 1.4,
    },
    Ratio { ours: "rotate_size", theirs: "file_flush", threads: 1, of: Quantity::Cpu, limit: 1.1 },
    // A time in place of the instructions that the goal is about.
    Ratio {
        ours: "format_only",
        theirs: "format_only_raw_stdfmt",
        threads: 1,
        of: Quantity::Cpu,
        limit: 1.25,
    },
    Ratio {
        ours: "syslog_udp",
        theirs: "raw_udp_stdfmt",
        threads: 1,
        of: Quantity::Cpu,
        limit: 1.2,
    },
    Ratio { ours: "socket_pickle", theirs: "raw_tcp", threads: 1, of: Quantity::Cpu, limit: 3.0 },
    Ratio {
        ours: "queue_producer",
        theirs: "raw_queue_stdfmt",
        threads: 1,
        of: Quantity::Median,
        limit: 1.5,
    },
];

const TIMES: &[Time] = &[
    Time { ours: "disabled", threads: 1, of: Quantity::Cpu, limit: 2.7 },
    Time { ours: "disabled_here", threads: 1, of: Quantity::Cpu, limit: 3.1 },
    // A million records a second, by one thread that does nothing else.
    Time { ours: "socket_pickle_batched", threads: 1, of: Quantity::Cpu, limit: 1000.0 },
    Time { ours: "queue_bursts", threads: 1, of: Quantity::OneIn100, limit: 1000.0 },
    Time { ours: "queue_bursts", threads: 1, of: Quantity::OneIn1000, limit: 4000.0 },
    Time { ours: "queue_throughput", threads: 1, of: Quantity::Wall, limit: 500.0 },
    Time { ours: "queue_throughput", threads: 2, of: Quantity::Wall, limit: 500.0 },
    // Half a million a second, and thirty thousand.
    Time { ours: "gelf_tcp", threads: 1, of: Quantity::Wall, limit: 2000.0 },
    Time { ours: "gelf_tcp_batched", threads: 1, of: Quantity::Wall, limit: 2000.0 },
    Time { ours: "gelf_udp", threads: 1, of: Quantity::Wall, limit: 33_333.0 },
];

const NO_ALLOCATIONS: &[&str] = &[
    "queue_throughput",
    "format_only",
    "disabled",
    "file_flush",
    "file_buffered",
    "syslog_udp",
    "socket_pickle",
    "socket_pickle_batched",
    "udp_pickle",
    "gelf_tcp",
    "gelf_tcp_batched",
    "gelf_udp",
];

/// Once in a while a buffer reaches its size, a new second is rendered, and a file is put aside, which
/// takes a hundred for the names.
const ALMOST_NONE: f64 = 0.02;
