//! Records as JSON, which is how they go through queues between processes.

use std::hint::black_box;

use handlers_core::{Level, Record, Value};

use crate::line;
use crate::workload::{Worker, Workload};

/// A record is written.
pub(crate) fn to_json() -> Box<dyn Workload> {
    Box::new(ToJson(record()))
}

/// A record is read.
pub(crate) fn from_json() -> Box<dyn Workload> {
    Box::new(FromJson(json()))
}

/// The same bytes, ready made, are found to be UTF-8 and copied.
pub(crate) fn raw() -> Box<dyn Workload> {
    Box::new(RawJson(json()))
}

struct ToJson(Record<'static>);

impl Workload for ToJson {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(ToJsonWorker { record: &self.0, json: Vec::new() })
    }
}

struct ToJsonWorker<'w> {
    record: &'w Record<'static>,
    json: Vec<u8>,
}

impl Worker for ToJsonWorker<'_> {
    fn log(&mut self, _number: u64) {
        self.json.clear();
        black_box(self.record).write_json(&mut self.json).expect("the message is whole");
        black_box(&self.json);
    }
}

struct FromJson(Vec<u8>);

impl Workload for FromJson {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(FromJsonWorker(&self.0))
    }
}

struct FromJsonWorker<'w>(&'w [u8]);

impl Worker for FromJsonWorker<'_> {
    fn log(&mut self, _number: u64) {
        black_box(Record::from_json(black_box(self.0)).expect("it was written so"));
    }
}

struct RawJson(Vec<u8>);

impl Workload for RawJson {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(RawJsonWorker { json: &self.0, copy: Vec::new() })
    }
}

struct RawJsonWorker<'w> {
    json: &'w [u8],
    copy: Vec<u8>,
}

impl Worker for RawJsonWorker<'_> {
    fn log(&mut self, _number: u64) {
        self.copy.clear();
        let text = str::from_utf8(black_box(self.json)).expect("JSON is UTF-8");
        self.copy.extend_from_slice(text.as_bytes());
        black_box(&self.copy);
    }
}

fn json() -> Vec<u8> {
    let mut json = Vec::new();
    record().write_json(&mut json).expect("the message is whole");
    json
}

/// The record of the line, with a field of text and one that is a number.
fn record() -> Record<'static> {
    let message = format!(
        "request {} served in {:.3} ms for user {}",
        line::request(0),
        line::millis(),
        line::user()
    );
    let record = Record::builder().name(line::NAME).level(Level::INFO).message(message);
    let record = record.location(Some("/srv/app/src/module/worker.rs"), 127, Some("serve"));
    let record = record.field("user", line::user()).expect("the name is free");
    let record = record.field("duration", Value::from(line::millis())).expect("the name is free");
    record.build()
}
