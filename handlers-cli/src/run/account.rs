//! What did not get where it should.

use std::fmt;

use handlers_core::{HandlerReport, ShutdownOutcome, ShutdownReport};

use crate::output::complain;
use crate::render::{OneLine, Plain, RED};

/// Says on standard error which handlers lost records, or could not be closed. Gives `true` if there
/// is nothing to say.
pub(super) fn tell(report: &ShutdownReport) -> bool {
    let bad: Vec<&HandlerReport> = report.handlers.iter().filter(|one| !is_well(one)).collect();
    if !bad.is_empty() {
        complain(&Account(&bad));
    }
    bad.is_empty()
}

fn is_well(report: &HandlerReport) -> bool {
    matches!(report.outcome, ShutdownOutcome::Close) && lost(report) == 0 && report.left == 0
}

fn lost(report: &HandlerReport) -> u64 {
    report.counters.dropped.saturating_add(report.counters.failed)
}

struct Account<'a>(&'a [&'a HandlerReport]);

impl fmt::Display for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "handlers: {RED}error{RED:#}: not everything got where it should")?;
        self.0.iter().try_for_each(|report| write!(f, "\n  {}", Line(report)))
    }
}

/// One handler: `file: 3 of 60 records lost; cannot write to …`.
struct Line<'a>(&'a HandlerReport);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        write!(f, "{}", Plain(&report.handler))?;
        let lost = lost(report);
        let mut sign = ": ";
        if lost > 0 {
            let all = report.counters.emitted.saturating_add(lost);
            write!(f, "{sign}{lost} of {all} records lost")?;
            sign = "; ";
        }
        if report.left > 0 {
            write!(f, "{sign}{} records left in it", report.left)?;
            sign = "; ";
        }
        match &report.outcome {
            ShutdownOutcome::Close => Ok(()),
            ShutdownOutcome::Fail(error) => write!(f, "{sign}{}", OneLine(error)),
            ShutdownOutcome::Miss => write!(f, "{sign}no time was left to close it"),
            ShutdownOutcome::TimeOut => write!(f, "{sign}it did not finish in time"),
            other => write!(f, "{sign}{other:?}"),
        }
    }
}
