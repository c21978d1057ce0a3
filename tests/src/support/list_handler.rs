//! A handler that keeps everything.

use std::sync::{Mutex, MutexGuard, PoisonError};

use handlers_core::{Handler, HandlerBase, PatternFormatter, Record, Result};

/// Keeps every record that it is given, and the line that it makes of it.
#[derive(Debug, Default)]
pub struct ListHandler {
    base: HandlerBase,
    kept: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    record: Record<'static>,
    line: String,
}

impl ListHandler {
    /// Makes a handler whose lines are bare messages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a handler whose lines have a `%` style format.
    ///
    /// # Panics
    ///
    /// If the format is not valid.
    pub fn with_format(format: &str) -> Self {
        let formatter = PatternFormatter::new(format).expect("the test gave a valid format");
        let handler = Self::default();
        handler.base.set_formatter(Some(std::sync::Arc::new(formatter)));
        handler
    }

    /// The lines of all records, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.kept().iter().map(|kept| kept.line.clone()).collect()
    }

    /// All records, oldest first.
    pub fn records(&self) -> Vec<Record<'static>> {
        self.kept().iter().map(|kept| kept.record.clone()).collect()
    }

    /// The record that came, if it was one.
    ///
    /// # Panics
    ///
    /// If there was none, or more than one.
    pub fn only_record(&self) -> Record<'static> {
        let mut records = self.records();
        assert_eq!(records.len(), 1, "not one record but {records:?}");
        records.remove(0)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler for ListHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let mut line = String::new();
        self.base.format(record, &mut line)?;
        self.kept().push(Kept { record: record.clone().into_owned(), line });
        Ok(())
    }
}
