//! What several processes have left in a log and its backups.

use std::cmp::Reverse;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use handlers_tests::support::Dir;

use super::company::{first, tag};
use crate::writer::Found;

/// The lines in `app.log` and its backups, the oldest first.
pub(super) struct Lines {
    bytes: Vec<u8>,
    pub(super) backups: Vec<String>,
}

impl Lines {
    pub(super) fn in_dir(dir: &Dir) -> Self {
        let mut backups = dir.names();
        backups.retain(|name| name.starts_with("app.log."));
        // By number, the highest first, or by date.
        backups.sort_by_key(|name| (Reverse(number(name)), name.clone()));
        let names = backups.iter().map(String::as_str).chain(["app.log"]);
        let bytes = names.flat_map(|name| read(&dir.join(name))).collect();
        Self { bytes, backups }
    }

    pub(super) fn found(&self) -> Found {
        Found::in_bytes(&self.bytes)
    }

    /// The lines of one process.
    pub(super) fn of(&self, process: u32) -> Found {
        let tag = tag(process);
        let lines = self.bytes.split_inclusive(|byte| *byte == b'\n');
        let own: Vec<u8> =
            lines.filter(|line| line.starts_with(tag.as_bytes())).flatten().copied().collect();
        Found::in_bytes(&own)
    }

    /// Asserts that all records of that many processes are there: each once, whole, and those of one
    /// process in order.
    pub(super) fn assert_complete(&self, processes: u32, count: u32) {
        for process in 0..processes {
            self.of(process).assert_holds(first(process)..first(process) + count);
        }
        let found = self.found();
        assert!(found.torn.is_empty(), "torn lines: {:?}", found.torn);
        assert_eq!(found.len(), (processes * count) as usize);
    }
}

/// The number of a backup that has one.
fn number(name: &str) -> Option<u32> {
    name.strip_prefix("app.log.")?.trim_end_matches(".gz").parse().ok()
}

/// What is in a file, compressed or not.
fn read(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap_or_default();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut text = Vec::new();
    GzDecoder::new(&*bytes).read_to_end(&mut text).expect("a compressed backup is whole");
    text
}
