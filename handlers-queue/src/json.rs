//! Records on their way to another process.

use handlers_core::{Record, Result};

/// Appends a record as one JSON object.
pub(crate) fn write_record(record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
    record.write_json(out)
}

/// Reads what [`write_record`], or a Python program, wrote.
pub(crate) fn read_record(json: &[u8]) -> Result<Record<'static>> {
    Record::from_json(json)
}
