//! From lines to records.

use std::io;

use handlers_core::{Error, Level, Logger, Record, Result};

use super::detect;
use super::lines::Lines;

/// Where lines go, and as what.
#[derive(Debug)]
pub(super) struct Feed {
    logger: Logger,
    /// That of lines that carry none.
    pub(super) level: Level,
    detect_level: bool,
}

impl Feed {
    pub(super) fn new(logger: Logger, level: Level, detect_level: bool) -> Self {
        Self { logger, level, detect_level }
    }

    /// Makes a record of each line until the source ends.
    pub(super) fn pour(&self, source: impl io::Read, name: &str, level: Level) -> Result<()> {
        let mut lines = Lines::new(source);
        let mut number: u32 = 0;
        let failed = |error| Error::io(format!("read a line from {name}"), error);
        while let Some(line) = lines.next().map_err(failed)? {
            number = number.saturating_add(1);
            self.log(&line, name, number, level);
        }
        Ok(())
    }

    fn log(&self, line: &str, source: &str, number: u32, level: Level) {
        let detected = if self.detect_level { detect::level(line) } else { None };
        let level = detected.unwrap_or(level);
        if self.logger.is_enabled_for(level) {
            let record = Record::builder()
                .name(self.logger.name())
                .level(level)
                .message(line)
                .location(Some(source), number, None);
            self.logger.handle(&record.build());
        }
    }
}
