//! Rules about the repository that no compiler checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::sources::{assert_none, libraries, members, read, root, sources};

#[test]
fn every_crate_takes_lints_and_versions_from_the_workspace() {
    let keys = ["edition", "license", "rust-version", "version"];
    let mut complaints = Vec::new();
    for member in members() {
        let manifest = read(&format!("{member}/Cargo.toml"));
        if !manifest.contains("[lints]\nworkspace = true") {
            complaints.push(format!("{member}: lints of its own"));
        }
        for key in keys {
            if !manifest.contains(&format!("\n{key}.workspace = true\n")) {
                complaints.push(format!("{member}: {key} of its own"));
            }
        }
    }
    assert_none(&complaints, "a crate has no settings of its own");
}

#[test]
fn every_directory_with_a_manifest_is_a_member() {
    let members = members();
    let mut complaints = Vec::new();
    for entry in fs::read_dir(root()).expect("the root can be listed") {
        let path = entry.expect("the root can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.join("Cargo.toml").is_file() && !members.contains(&name) {
            complaints.push(format!("{name} is not built, so not tested either"));
        }
    }
    assert_none(&complaints, "every crate belongs to the workspace");
}

#[test]
fn versions_match() {
    let version = version();
    let mut complaints = Vec::new();
    for library in libraries() {
        let dependency = format!("{library} = {{ path = \"{library}\", version = \"={version}\"");
        let used = members().iter().any(|member| {
            let manifest = read(&format!("{member}/Cargo.toml"));
            manifest.contains(&format!("\n{library}.workspace = true"))
        });
        if used && !read("Cargo.toml").contains(&dependency) {
            complaints.push(format!("{library} is not required as ={version}"));
        }
    }
    assert_none(&complaints, "all crates are of one version");
}

#[test]
fn the_changelog_names_the_version() {
    let heading = format!("\n## [{}]", version());
    assert!(read("CHANGELOG.md").contains(&heading), "CHANGELOG.md has no {heading:?}");
}

#[test]
fn files_are_short_enough_to_be_read() {
    let mut complaints = Vec::new();
    for source in members().iter().flat_map(|member| sources(member)) {
        let lines = source.lines_before_tests().count();
        if lines > LONGEST_FILE {
            complaints.push(format!("{}: {lines} lines", source.path));
        }
    }
    assert_none(&complaints, "a file has at most 400 lines before its tests");
}

#[test]
fn examples_are_short_enough_to_be_copied() {
    let mut complaints = Vec::new();
    for source in sources("examples/src/bin") {
        let lines = source.text.lines().count();
        if lines > LONGEST_EXAMPLE {
            complaints.push(format!("{}: {lines} lines", source.path));
        }
    }
    assert_none(&complaints, "an example has at most 80 lines");
}

#[test]
fn every_handler_is_documented_and_held_to_the_promises_of_all() {
    let (readme, compatibility) = (read("README.md"), read("COMPATIBILITY.md"));
    let suite: String = sources("tests").into_iter().map(|source| source.text).collect();
    let handlers = handlers();
    assert!(handlers.len() >= 8, "{handlers:?}");
    let mut complaints = Vec::new();
    for handler in &handlers {
        if !readme.lines().any(|line| line.starts_with(&format!("| `{handler}`"))) {
            complaints.push(format!("{handler}: no row in README.md"));
        }
        if !compatibility.lines().any(|line| line == format!("## {handler}")) {
            complaints.push(format!("{handler}: no heading in COMPATIBILITY.md"));
        }
        if !suite.contains(&format!("suite::check(\"{handler}\"")) {
            complaints.push(format!("{handler}: the conformance suite is not run over it"));
        }
    }
    assert_none(&complaints, "every handler has its place everywhere");
}

#[test]
fn only_known_crates_are_depended_on() {
    let list = read("tests/allowed_crates.txt");
    let allowed: BTreeSet<&str> =
        list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let lock = read("Cargo.lock");
    let locked = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let locked: BTreeSet<&str> = locked.collect();
    let new = locked.difference(&allowed).map(|name| format!("{name} is not allowed"));
    let gone = allowed.difference(&locked).map(|name| format!("{name} is allowed but not used"));
    let complaints: Vec<String> = new.chain(gone).collect();
    assert_none(&complaints, "Cargo.lock and tests/allowed_crates.txt name the same crates");
}

#[test]
fn nothing_is_left_undone_or_silenced() {
    // Put together here, so that this file does not hold them.
    let words = ["todo!", "unimplemented!", "#[ignore", "#![allow(", "#[allow(", "FIXME", "XXX:"]
        .map(|word| (word.to_owned(), "tests/tests/it/tidy.rs"));
    let mut complaints = Vec::new();
    for source in members().iter().flat_map(|member| sources(member)) {
        for (number, line) in (1..).zip(source.text.lines()) {
            for (word, except) in &words {
                if line.contains(word) && source.path != *except {
                    complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
                }
            }
        }
    }
    assert_none(&complaints, "what is in the repository is done");
}

#[test]
fn nothing_refers_to_what_is_not_in_the_repository() {
    let words = [["../sha", "red"].concat(), ["/wo", "rk/"].concat(), ["/ro", "ot/"].concat()];
    let mut complaints = Vec::new();
    for path in texts() {
        for (number, line) in (1..).zip(read(&path).lines()) {
            if words.iter().any(|word| line.contains(word)) {
                complaints.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none(&complaints, "a clone is all that is needed");
}

#[test]
fn no_test_sleeps() {
    let sleep = ["thread::", "sleep"].concat();
    let mut complaints = Vec::new();
    for source in members().iter().flat_map(|member| sources(member)) {
        for (number, line) in (1..).zip(source.text.lines()) {
            if line.contains(&sleep) && source.path != "tests/tests/it/invariants/code.rs" {
                complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert_none(&complaints, "a test that waits for a time is slow or wrong");
}

#[test]
fn names_of_tests_are_sentences() {
    let mut complaints = Vec::new();
    for source in members().iter().flat_map(|member| sources(member)) {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
            let name = pair[1].trim_start_matches("fn ").split('(').next().unwrap_or_default();
            if name.starts_with("test_") || name.ends_with("_test") || name.ends_with("_works") {
                complaints.push(format!("{}: {name}", source.path));
            }
        }
    }
    assert_none(&complaints, "the name of a test says what is true");
}

#[test]
fn no_file_is_left_out() {
    let mut complaints = Vec::new();
    for member in members() {
        for source in sources(&member) {
            let path = Path::new(&source.path);
            let (Some(directory), Some(stem)) = (path.parent(), path.file_stem()) else { continue };
            let stem = stem.to_string_lossy();
            let is_root = ["lib", "main", "mod", "build"].contains(&&*stem)
                || ["tests", "bin", "benches", "examples"]
                    .iter()
                    .any(|name| directory.ends_with(name));
            if !is_root && !is_declared(directory, &stem) {
                complaints.push(source.path.clone());
            }
        }
    }
    assert_none(&complaints, "every file is a module of some program or library");
}

/// Whether a file beside or above declares the module.
fn is_declared(directory: &Path, stem: &str) -> bool {
    let parent = directory.with_extension("rs");
    let files = ["lib.rs", "main.rs", "mod.rs"].map(|name| directory.join(name));
    files.into_iter().chain([parent]).any(|file| {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        text.lines().any(|line| {
            line.trim()
                .strip_suffix(&format!("mod {stem};"))
                .is_some_and(|visibility| visibility.is_empty() || visibility.starts_with("pub"))
        })
    })
}

/// The names of all public handlers of the libraries.
fn handlers() -> BTreeSet<String> {
    let mut handlers = BTreeSet::new();
    for source in libraries().iter().flat_map(|library| sources(&format!("{library}/src"))) {
        for line in source.lines_before_tests() {
            let Some(rest) = line.strip_prefix("pub struct ") else { continue };
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if name.ends_with("Handler") {
                handlers.insert(name.to_owned());
            }
        }
    }
    handlers
}

/// The version of the workspace.
fn version() -> String {
    let manifest = read("Cargo.toml");
    let version = manifest.split_once("\nversion = \"").expect("the workspace has a version").1;
    version.split('"').next().expect("the version has an end").to_owned()
}

/// Every text of the repository that people read or programs run.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    collect_texts(&root(), &mut texts);
    texts
}

fn collect_texts(directory: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(directory).expect("the directory can be listed") {
        let path = entry.expect("the directory can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // `.git` and what cargo makes are no part of it.
            if name != ".git" && name != "target" {
                collect_texts(&path, texts);
            }
            continue;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let is_text = ["md", "py", "rs", "sh", "toml", "txt", "yml", "yaml"];
        if is_text.contains(&&*extension) || path.ends_with(".ci/run") {
            let path = path.strip_prefix(root()).expect("it is beneath the root");
            texts.push(path.display().to_string());
        }
    }
}

const LONGEST_FILE: usize = 400;

const LONGEST_EXAMPLE: usize = 80;
