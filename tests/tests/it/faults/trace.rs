//! Which system calls a run makes on its log files, so that each of them can be made to go wrong.

use std::collections::BTreeMap;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::writer::{Found, Writer};

/// One call among those of a run: the `when`th of this name on this file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The file's name in the directory of the logs; empty for the directory itself.
    pub(crate) file: String,
    pub(crate) when: u32,
}

/// The log files at one moment: their names and what is in them.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A place for one run after the other: `logs` in it is the directory of the log files.
#[derive(Debug)]
pub(crate) struct Place {
    root: PathBuf,
}

impl Place {
    pub(crate) fn new(root: PathBuf) -> Self {
        fs::create_dir_all(&root).expect("a directory can be made");
        Self { root }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// A program that writes to the log files here.
    pub(crate) fn writer(&self, handler: &str) -> Writer {
        Writer::beneath(&self.root, handler).path(&self.logs().join("app.log"))
    }

    /// Puts the log files as they were, and forgets what was acknowledged.
    pub(crate) fn restore(&self, files: &Files) {
        let logs = self.logs();
        let _ = fs::remove_dir_all(&logs);
        let _ = fs::remove_file(self.root.join("ack"));
        let _ = fs::remove_file(self.root.join("summary"));
        fs::create_dir(&logs).expect("a directory can be made");
        for (name, bytes) in files {
            fs::write(logs.join(name), bytes).expect("a file can be written");
        }
    }

    /// What is in the directory of the log files.
    pub(crate) fn files(&self) -> Files {
        let entries = fs::read_dir(self.logs()).expect("the directory can be listed");
        let paths = entries.map(|entry| entry.expect("the directory can be listed").path());
        let file = |path: PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read(path).expect("the file can be read"))
        };
        paths.map(file).collect()
    }

    /// Runs `writer` and lists its calls on the log files, from the acknowledgement of record `after`
    /// on; without one from the beginning.
    pub(crate) fn calls(&self, writer: Writer, after: Option<u32>) -> Vec<Call> {
        let trace = self.root.join("trace");
        writer.traced(&trace).run().summary();
        let trace = fs::read_to_string(trace).expect("strace has written what it saw");
        let mut counts: BTreeMap<(&str, &str, String), u32> = BTreeMap::new();
        let mut calls = Vec::new();
        let mut begun = after.is_none();
        let acknowledged = after.map(|number| format!(", \"{number}\\n\""));
        for line in trace.lines() {
            begun |= acknowledged.as_ref().is_some_and(|text| line.contains(text));
            let Some((thread, name, file)) = self.parse(line) else { continue };
            let count = counts.entry((thread, name, file.clone())).or_default();
            *count += 1;
            if begun {
                calls.push(Call { name: name.to_owned(), file, when: *count });
            }
        }
        calls
    }

    /// Lets `fault` happen to one call; the fault is what `strace --inject` takes, without `when`.
    pub(crate) fn inject(&self, writer: Writer, call: &Call, fault: &str, more: &str) -> Writer {
        let path = self.logs().join(&call.file).display().to_string();
        // A directory is named without a slash at its end.
        let path = path.trim_end_matches('/').to_owned();
        writer.inject_at(&call.name, &[path], &format!("{fault}:when={}{more}", call.when))
    }

    /// The thread, the name of the call and the first of the log files in it.
    fn parse<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str, String)> {
        let (thread, call) = line.trim_start().split_once(' ')?;
        let (name, arguments) = call.trim_start().split_once('(')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let logs = self.logs().display().to_string();
        // What the call returns may name a file as well.
        let arguments = arguments.split(" = ").next()?;
        let (_, rest) = arguments.split_once(&logs)?;
        let file = rest.split(['"', '>', ' ']).next()?.trim_start_matches('/');
        // The program is told the path too.
        (is_name && name != "execve").then(|| (thread, name, file.to_owned()))
    }
}

/// What is in the files, the oldest first by what `age` says of their names. There are no records in a
/// lock file.
pub(crate) fn found<A: Ord>(files: &Files, age: impl Fn(&str) -> A) -> Found {
    let mut names: Vec<&String> = files.keys().filter(|name| !is_lock(name)).collect();
    names.sort_by_key(|name| age(name));
    let bytes: Vec<u8> = names.into_iter().flat_map(|name| files[name].clone()).collect();
    Found::in_bytes(&bytes)
}

/// Whether that is what processes which share a file take turns by.
pub(crate) fn is_lock(name: &str) -> bool {
    name.starts_with(".__")
}

/// Does the jobs on two threads, each with a place of its own beneath `root`.
pub(crate) fn in_two_places<J: Sync, R: Send>(
    root: &Path,
    jobs: &[J],
    work: impl Fn(&Place, &J) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    thread::scope(|scope| {
        let threads = [0, 1].map(|number| {
            let place = Place::new(root.join(number.to_string()));
            scope.spawn(move || {
                let mut results = Vec::new();
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    results.push(work(&place, job));
                }
                results
            })
        });
        let results = threads.map(|thread| match thread.join() {
            Ok(results) => results,
            Err(panic) => resume_unwind(panic),
        });
        results.into_iter().flatten().collect()
    })
}
