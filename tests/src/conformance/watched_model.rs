//! What becomes of a watched file that is written from its start and opened by a record.
//!
//! CPython does not remember which file that is, and the next record opens it a second time, which
//! throws the first away (FILE-25). What is expected instead is worked out here, with files that are
//! texts, for scenarios of which the whole is known.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::case::{Case, Object};
use super::values::to_hex;

/// Whether a record opens a file that is written from its start.
pub(super) fn opens_twice(case: &Case<'_>) -> bool {
    let scenario = || {
        case.only(&["name", "kind", "base", "kw", "ops", "expect"]).ok()?;
        let kw = case.nested("kw").ok()?;
        kw.only(&["mode", "delay"]).ok()?;
        case.nested("expect").ok()?.only(&["files", "errors", "answers"]).ok()?;
        let truncates = kw.text("mode").is_ok_and(|mode| mode.contains('w'));
        (truncates && case.text("kind") == Ok("watched")).then_some((kw, case.list("ops").ok()?))
    };
    let Some((kw, ops)) = scenario() else { return false };
    let known = ["emit", "close", "rename_ext", "unlink_ext"];
    let named = |op: &Json, name: &str| op.get(0).and_then(Json::as_str) == Some(name);
    ops.iter().all(|op| known.iter().any(|name| named(op, name)))
        && (kw.flag_or("delay", false) == Ok(true) || ops.iter().any(|op| named(op, "close")))
}

pub(super) fn expect_each_file_to_be_opened_once(case: &mut Object) {
    let mut model = Model {
        base: case.get("base").and_then(Json::as_str).unwrap_or("app.log").to_owned(),
        reopens: case["kw"]["mode"] != "w",
        names: BTreeMap::new(),
        files: Vec::new(),
        open: None,
        closed: false,
    };
    if case["kw"].get("delay") != Some(&json!(true)) {
        model.open();
    }
    for op in case["ops"].as_array().into_iter().flatten() {
        let words: Vec<_> = op.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        model.apply(&words);
    }
    case["expect"]["files"] = json!(model.listing());
}

struct Model {
    base: String,
    /// Whether a closed file is opened by the next record (FILE-9).
    reopens: bool,
    names: BTreeMap<String, usize>,
    files: Vec<String>,
    open: Option<usize>,
    closed: bool,
}

impl Model {
    fn apply(&mut self, words: &[&str]) {
        match *words {
            ["emit", message] => self.emit(message),
            ["close"] => (self.open, self.closed) = (None, true),
            ["unlink_ext", name] => drop(self.names.remove(name)),
            ["rename_ext", from, to] => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.to_owned(), file);
                }
            }
            _ => {}
        }
    }

    fn emit(&mut self, message: &str) {
        if self.open.is_none() && self.closed && !self.reopens {
            return;
        }
        // FILE-21, and nothing else: the file is known, whoever opened it.
        if self.open.is_none() || self.names.get(&self.base) != self.open.as_ref() {
            self.open();
        }
        if let Some(file) = self.open {
            self.files[file].extend([message, "\n"]);
        }
    }

    /// Opens what has the name, from its start (FILE-23).
    fn open(&mut self) {
        let next = self.files.len();
        let file = *self.names.entry(self.base.clone()).or_insert(next);
        if file == next {
            self.files.push(String::new());
        }
        self.files[file].clear();
        self.open = Some(file);
    }

    fn listing(&self) -> BTreeMap<&str, String> {
        let content = |(name, file): (&_, &usize)| (*name, to_hex(self.files[*file].as_bytes()));
        self.names.iter().map(|(name, file)| content((&name.as_str(), file))).collect()
    }
}
