//! The sources of the workspace, for tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of Rust.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root of the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// The lines before the tests at the foot of the file.
    pub(crate) fn lines_before_tests(&self) -> impl Iterator<Item = &str> {
        let lines: Vec<&str> = self.text.lines().collect();
        let is_foot = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ");
        let foot = lines.windows(2).position(is_foot).filter(|place| {
            // A module in a file of its own stands among the others.
            lines[place + 1].ends_with('{')
        });
        lines.into_iter().take(foot.unwrap_or(usize::MAX))
    }

    /// The lines of code before the tests, comments left out, numbered from 1.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = |line: &&str| !line.trim_start().starts_with("//");
        (1..).zip(self.lines_before_tests()).filter(move |(_, line)| code(line))
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("this crate is a directory of the workspace").to_owned()
}

/// The text of a file beneath the root.
pub(crate) fn read(path: &str) -> String {
    let read = fs::read_to_string(root().join(path));
    read.unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// The directories of the workspace's members.
pub(crate) fn members() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let list = manifest.split_once("members = [").expect("the workspace has members").1;
    let list = list.split_once(']').expect("the list has an end").0;
    list.split(',').map(|name| name.trim().trim_matches('"').to_owned()).collect()
}

/// The directories of the crates that programs depend on.
pub(crate) fn libraries() -> Vec<String> {
    let is_library = |member: &String| {
        member.starts_with("handlers-") && root().join(member).join("src/lib.rs").is_file()
    };
    members().into_iter().filter(is_library).collect()
}

/// All files of Rust beneath a directory.
pub(crate) fn sources(directory: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    collect(&root().join(directory), &mut sources);
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    sources
}

fn collect(directory: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).expect("the directory can be listed") {
        let path = entry.expect("the directory can be listed").path();
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(&path, sources);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source is text");
            let path = path.strip_prefix(root()).expect("it is beneath the root");
            sources.push(Source { path: path.display().to_string(), text });
        }
    }
}

/// Asserts that nothing is in a list of complaints.
pub(crate) fn assert_none(complaints: &[String], rule: &str) {
    assert!(complaints.is_empty(), "{rule}, but:\n  {}\n", complaints.join("\n  "));
}
