//! Scenarios about file handlers: what is logged, what others do to the files, what is in them
//! afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{Error, Record, Value};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, list, results, text};
use super::scratch::Scratch;
use super::subject::Subject;
use super::values::{from_hex, to_hex};

/// One scenario. Its results are one object, `expect`.
pub(super) fn scenario(case: &Case<'_>) -> Result<Results, Skip> {
    let scratch = Scratch::new().map_err(|error| Skip::new(error.to_string()))?;
    for (name, content) in case.nested("pre")?.fields {
        did(fs::write(scratch.path().join(name), from_hex(text(content)?)?))?;
    }
    let path = scratch.path().join(case.optional_text("base")?.unwrap_or("app.log"));
    let errors = Errors::default();
    let subject = match Subject::open(case, &path, errors.hook())? {
        Ok(subject) => subject,
        Err(error) => {
            let files = listing(scratch.path())?;
            let expect = json!({"constructor_error": error.python_name(), "files": files});
            return Ok(results([("expect", expect)]));
        }
    };
    let mut stage = Stage { subject, directory: scratch.path(), seen: Seen::default() };
    let most_errors = case.integer_or("stop_after_errors", i64::MAX)?;
    for op in if case.has("ops") { case.list("ops")? } else { &[] } {
        stage.perform(op)?;
        let reported = i64::try_from(errors.names().len()).unwrap_or(i64::MAX);
        if stage.seen.raised.is_some() || reported >= most_errors {
            break;
        }
    }
    let Stage { subject, seen, .. } = stage;
    drop(subject);
    let expect = seen.results(&listing(scratch.path())?, &errors.names());
    Ok(results([("expect", expect)]))
}

struct Stage<'a> {
    subject: Subject,
    directory: &'a Path,
    seen: Seen,
}

impl Stage<'_> {
    fn perform(&mut self, op: &Json) -> Result<(), Skip> {
        let words: Vec<&str> = list(op)?.iter().map(text).collect::<Result<_, _>>()?;
        match *words.as_slice() {
            ["emit", message] => {
                self.subject.handler().handle(&record(message));
            }
            ["should", message] => match self.subject.should_rollover(&record(message))? {
                Ok(answer) => self.seen.answers.push(answer),
                Err(error) => self.seen.raise(&error),
            },
            ["rollover"] => self.subject.do_rollover()?.unwrap_or_else(|e| self.seen.raise(&e)),
            ["flush"] => self.subject.handler().flush().unwrap_or_else(|e| self.seen.raise(&e)),
            ["close"] => self.subject.handler().close().unwrap_or_else(|e| self.seen.raise(&e)),
            ["snap"] => self.seen.snaps.push(listing(self.directory)?),
            [op, ref names @ ..] => return meddle(op, names, self.directory),
            [] => return Err(Skip::new("an operation without a name")),
        }
        Ok(())
    }
}

/// Does to the files what another program might do.
fn meddle(op: &str, words: &[&str], directory: &Path) -> Result<(), Skip> {
    let at = |name: &str| directory.join(name);
    match (op, words) {
        ("append_ext", [name, hex]) => {
            let file = fs::OpenOptions::new().append(true).create(true).open(at(name));
            let bytes = from_hex(hex)?;
            did(file.and_then(|mut file| file.write_all(&bytes)))
        }
        ("write_ext", [name, hex]) => did(fs::write(at(name), from_hex(hex)?)),
        ("unlink_ext", [name]) => did(fs::remove_file(at(name))),
        ("rename_ext", [from, to]) => did(fs::rename(at(from), at(to))),
        ("mkdir_ext", [name]) => did(fs::create_dir(at(name))),
        _ => Err(Skip::unknown("op", format_args!("{op} with {} words", words.len()))),
    }
}

/// A step of the scenario itself that cannot be done says nothing about the handler.
fn did(result: io::Result<()>) -> Result<(), Skip> {
    result.map_err(|error| Skip::new(format!("the scenario cannot be set up: {error}")))
}

fn record(message: &str) -> Record<'static> {
    Record::from_attributes([("msg".to_owned(), Value::from(message.to_owned()))])
}

type Listing = BTreeMap<String, String>;

/// What is in a directory: the bytes of each file, and `DIR` for directories.
fn listing(directory: &Path) -> Result<Listing, Skip> {
    let read = || {
        let mut files = Listing::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let content = if path.is_dir() { "DIR".to_owned() } else { to_hex(&fs::read(&path)?) };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, content);
        }
        Ok(files)
    };
    read().map_err(|error: io::Error| Skip::new(error.to_string()))
}

/// What came of the operations.
#[derive(Default)]
struct Seen {
    answers: Vec<bool>,
    snaps: Vec<Listing>,
    raised: Option<&'static str>,
}

impl Seen {
    fn raise(&mut self, error: &Error) {
        self.raised = Some(error.python_name());
    }

    fn results(self, files: &Listing, errors: &[&str]) -> Json {
        let mut seen = json!({"files": files, "errors": errors, "answers": self.answers});
        if !self.snaps.is_empty() {
            seen["snaps"] = json!(self.snaps);
        }
        if let Some(raised) = self.raised {
            seen["raised"] = json!(raised);
        }
        seen
    }
}

/// The errors that were reported.
#[derive(Default)]
struct Errors(Arc<Mutex<Vec<&'static str>>>);

impl Errors {
    fn hook(&self) -> impl Fn(&Record<'_>, &Error) + use<> {
        let names = Arc::clone(&self.0);
        move |_, error| {
            names.lock().unwrap_or_else(PoisonError::into_inner).push(error.python_name());
        }
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::Object;
    use super::*;

    fn run(case: &Json) -> Result<Json, Skip> {
        let shared = Object::new();
        scenario(&Case::of(case, &shared)?).map(|results| results["expect"].clone())
    }

    #[test]
    fn the_last_words_of_an_operation_are_those_of_another_program() {
        let expect = run(&json!({"kind": "file", "ops": [
            ["emit", "a"],
            ["append_ext", "app.log", "00ff"],
            ["rename_ext", "app.log", "old"],
            ["write_ext", "new", "6e"],
            ["mkdir_ext", "sub"],
            ["snap"],
            ["unlink_ext", "new"],
        ]}));
        let files = json!({"old": "610a00ff", "sub": "DIR"});
        let snap = json!({"old": "610a00ff", "sub": "DIR", "new": "6e"});
        let expected = json!({"files": files, "errors": [], "answers": [], "snaps": [snap]});
        assert_eq!(expect, Ok(expected));
    }

    #[test]
    fn what_is_not_known_is_skipped() {
        for case in [
            json!({"kind": "tape"}),
            json!({"kind": "file", "kw": {"maxBytes": 5}}),
            json!({"kind": "file", "ops": [["rewind"]]}),
            json!({"kind": "file", "ops": [["emit"]]}),
            json!({"kind": "file", "ops": [["rollover"]]}),
            json!({"kind": "rotating", "namer": "random"}),
        ] {
            assert!(run(&case).is_err(), "{case}");
        }
    }
}
