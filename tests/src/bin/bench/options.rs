//! The command line.

use std::num::NonZeroU64;

use crate::measure::Plan;
use crate::receiver::Kind;
use crate::workload::{Entry, WORKLOADS};

/// What the program was asked to do.
pub(crate) enum Command {
    Goals {
        n: Option<u64>,
        rounds: u64,
    },
    List,
    /// Take what a workload sends: the program starts itself so.
    Receive(Kind),
    Measure {
        entry: &'static Entry,
        plan: Plan,
    },
}

pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Command, String> {
    let Some(name) = args.next() else { return Ok(Command::List) };
    if name == "receive" {
        let kind = args.next().as_deref().and_then(Kind::of);
        return kind.map(Command::Receive).ok_or_else(|| "receive what?".to_owned());
    }
    let (mut n, mut threads, mut rounds, mut once) = (None, 1, 5, false);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--n" => n = Some(number(&option, args.next())?),
            "--once" => once = true,
            "--rounds" => rounds = number(&option, args.next())?,
            "--threads" => threads = number(&option, args.next())?,
            _ => return Err(format!("unknown option {option}")),
        }
    }
    if name == "goals" {
        return Ok(Command::Goals { n, rounds });
    }
    let entry = WORKLOADS.iter().find(|entry| entry.name == name);
    let entry = entry
        .ok_or_else(|| format!("unknown workload {name}; without arguments all are listed"))?;
    let n = n.unwrap_or(entry.default_n);
    Ok(Command::Measure { entry, plan: Plan { n, threads, percentiles: !once } })
}

fn number(option: &str, value: Option<String>) -> Result<u64, String> {
    let value = value.ok_or_else(|| format!("{option} needs a number"))?;
    let number: Result<NonZeroU64, _> = value.replace('_', "").parse();
    number.map(NonZeroU64::get).map_err(|error| format!("{option} {value}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        super::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_workload_is_measured_as_told() {
        let command = parse("raw_write --threads 2 --n 1_000 --once");
        let Ok(Command::Measure { entry, plan }) = command else { panic!("a workload") };
        assert_eq!(entry.name, "raw_write");
        assert_eq!(plan, Plan { n: 1000, threads: 2, percentiles: false });
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for line in ["no_such", "raw_write --n", "raw_write --n 0", "raw_write -x", "goals --n x"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
