//! What became of the cases.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::case::Object;

/// What became of the cases of a directory.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// One entry for each file, by name.
    pub files: Vec<FileReport>,
}

/// What became of the cases of one file.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FileReport {
    /// The name of the file, without `.json`.
    pub name: String,
    /// How many cases gave what they should.
    pub passed: usize,
    /// How many cases gave something else.
    pub failed: usize,
    /// How many cases could not be run.
    pub skipped: usize,
    /// A line for each failed case: what was expected and what came.
    pub failures: Vec<String>,
    /// Why cases were skipped, a line for each or for all.
    pub skips: Vec<String>,
}

/// What became of one case.
#[derive(Debug)]
pub(super) enum Outcome {
    Pass,
    Fail { expected: Json, actual: Json },
    Panic(String),
    Skip(String),
}

impl Report {
    /// How many cases failed.
    pub fn failed(&self) -> usize {
        self.sum(|file| file.failed)
    }

    /// Writes a line for each file, with the cases that failed beneath it, and the sums last; with
    /// `verbose` also why cases were skipped.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write, verbose: bool) -> io::Result<()> {
        for file in &self.files {
            let FileReport { name, passed, failed, skipped, .. } = file;
            writeln!(out, "{name}: {passed} passed, {failed} failed, {skipped} skipped")?;
            for failure in &file.failures {
                writeln!(out, "  failed {name} {failure}")?;
            }
            for skip in file.skips.iter().filter(|_| verbose) {
                writeln!(out, "  skipped {name} {skip}")?;
            }
        }
        let passed = self.sum(|file| file.passed);
        let skipped = self.sum(|file| file.skipped);
        writeln!(out, "{passed} passed, {} failed, {skipped} skipped", self.failed())
    }

    fn sum(&self, count: impl Fn(&FileReport) -> usize) -> usize {
        self.files.iter().map(count).sum()
    }
}

impl FileReport {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn add(&mut self, case: &str, outcome: Outcome) {
        match outcome {
            Outcome::Pass => self.passed += 1,
            Outcome::Fail { expected, actual } => {
                self.fail(format!("{case}: expected {expected}, came {actual}"));
            }
            Outcome::Panic(said) => self.fail(format!("{case}: expected no panic, came {said:?}")),
            Outcome::Skip(reason) => self.skip(1, format!("{case}: {reason}")),
        }
    }

    pub(super) fn fail(&mut self, line: String) {
        self.failed += 1;
        self.failures.push(line);
    }

    pub(super) fn skip(&mut self, cases: usize, reason: String) {
        self.skipped += cases;
        self.skips.push(reason);
    }
}

/// The parts of two objects that differ: objects field by field, all else as a whole.
pub(super) fn difference(expected: &Object, actual: &Object) -> Option<(Json, Json)> {
    let mut left = Object::new();
    let mut right = Object::new();
    let keys = expected.keys().chain(actual.keys().filter(|key| !expected.contains_key(*key)));
    for key in keys {
        let (here, there) = (expected.get(key), actual.get(key));
        let (here, there) = match (here, there) {
            (here, there) if here == there => continue,
            (Some(Json::Object(here)), Some(Json::Object(there))) => {
                let Some((here, there)) = difference(here, there) else { continue };
                (here, there)
            }
            (here, there) => (shown(here), shown(there)),
        };
        left.insert(key.clone(), here);
        right.insert(key.clone(), there);
    }
    (!left.is_empty()).then(|| (Json::Object(left), Json::Object(right)))
}

fn shown(value: Option<&Json>) -> Json {
    value.cloned().unwrap_or_else(|| json!("<nothing>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::case::object;

    #[test]
    fn only_what_differs_is_shown() {
        let expected = object(json!({"a": 1, "b": {"c": 2, "d": [3]}, "e": null}));
        let actual = object(json!({"a": 1, "b": {"c": 2, "d": [4]}, "f": 5}));
        let (left, right) = difference(&expected, &actual).expect("they differ");
        assert_eq!(left, json!({"b": {"d": [3]}, "e": null, "f": "<nothing>"}));
        assert_eq!(right, json!({"b": {"d": [4]}, "e": "<nothing>", "f": 5}));
        assert_eq!(difference(&expected, &expected), None);
    }

    #[test]
    fn each_failed_case_is_one_line_and_the_sums_come_last() {
        let mut file = FileReport::new("levels");
        file.add("#0", Outcome::Pass);
        let (expected, actual) = (json!({"a": "1\n"}), json!({"a": 2}));
        file.add("#1", Outcome::Fail { expected, actual });
        file.add("#2", Outcome::Skip("unknown op: jump".to_owned()));
        let report = Report { files: vec![file] };
        let written = |verbose| {
            let mut out = Vec::new();
            report.write(&mut out, verbose).expect("a vector takes everything");
            String::from_utf8(out).expect("the report is text")
        };
        assert_eq!(
            written(false),
            "levels: 1 passed, 1 failed, 1 skipped\n  \
             failed levels #1: expected {\"a\":\"1\\n\"}, came {\"a\":2}\n\
             1 passed, 1 failed, 1 skipped\n"
        );
        assert!(written(true).contains("  skipped levels #2: unknown op: jump\n"));
    }
}
