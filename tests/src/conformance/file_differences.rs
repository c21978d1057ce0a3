//! Scenarios in which file handlers differ from CPython's on purpose: how to tell them, and what is
//! expected instead.

use handlers_file::encoding::Encoding;
use serde_json::{Value as Json, json};

use super::case::{Case, Object};
use super::values::{from_hex, to_hex};

/// FILE-10: CPython raises from `emit`, and that is the end of the scenario.
pub(super) fn raises_from_emit(case: &Case<'_>) -> bool {
    let kind = case.text("kind").unwrap_or_default();
    let raised = case.nested("expect").is_ok_and(|expect| expect.get("raised").is_some());
    raised && ["file", "watched"].contains(&kind)
}

pub(super) fn expect_a_report_for_what_is_raised(case: &mut Object) {
    let Some(Json::Object(expect)) = case.get_mut("expect") else { return };
    let raised = expect.remove("raised").unwrap_or_default();
    let Some(Json::Array(errors)) = expect.get_mut("errors") else { return };
    errors.push(raised);
    let count = json!(errors.len());
    case.insert("stop_after_errors".to_owned(), count);
}

/// FILE-6: an encoding that is not known, of a file that is not opened yet.
pub(super) fn has_an_unknown_encoding_for_later(case: &Case<'_>) -> bool {
    let opened = case.nested("expect").is_ok_and(|expect| !expect.has("constructor_error"));
    let Ok(kw) = case.nested("kw") else { return false };
    let is_unknown = |name| Encoding::by_name(name).is_err();
    opened && kw.flag_or("delay", false) == Ok(true) && kw.text("encoding").is_ok_and(is_unknown)
}

pub(super) fn expect_an_error_of_the_constructor(case: &mut Object) {
    let files = case.get("pre").cloned().unwrap_or_else(|| json!({}));
    case.insert("expect".to_owned(), json!({"constructor_error": "LookupError", "files": files}));
}

/// FILE-28, FILE-50: a directory is in the way of a backup, and CPython loses the records for which
/// the file should have been put aside.
///
/// What is expected instead is worked out for scenarios that have nothing else in them.
pub(super) fn loses_records_to_a_failed_rollover(case: &Case<'_>) -> bool {
    let scenario = || {
        case.only(&["name", "kind", "base", "kw", "ops", "expect"]).ok()?;
        case.nested("kw").ok()?.only(&["maxBytes", "backupCount"]).ok()?;
        let ops = case.list("ops").ok()?;
        let expect = case.nested("expect").ok()?;
        expect.only(&["files", "errors", "answers"]).ok()?;
        Some((ops, expect.list("errors").ok()?))
    };
    let Some((ops, errors)) = scenario() else { return false };
    let known = ["emit", "mkdir_ext"];
    let is = |op: &Json, name: &str| op.get(0).and_then(Json::as_str) == Some(name);
    ops.iter().all(|op| known.iter().any(|name| is(op, name)))
        && ops.iter().any(|op| is(op, "mkdir_ext"))
        && !errors.is_empty()
}

/// What is in no file was lost: it is in the file itself, where it belongs by the order of time. Each
/// line of the file by which it reached its size is an error.
pub(super) fn expect_lost_records_in_the_file(case: &mut Object) {
    let base = case.get("base").and_then(Json::as_str).unwrap_or("app.log").to_owned();
    let max_bytes = case["kw"]["maxBytes"].as_u64().unwrap_or_default();
    let emitted = emitted(case);
    let Some(Json::Object(expect)) = case.get_mut("expect") else { return };
    let Some(Json::Object(files)) = expect.get_mut("files") else { return };

    let kept = lines(files.get(&base));
    let elsewhere: Vec<String> = files.values().flat_map(|file| lines(Some(file))).collect();
    let is_wanted = |line: &&String| kept.contains(line) || !elsewhere.contains(line);
    let mut content = String::new();
    let mut failed = 0;
    for line in emitted.iter().filter(is_wanted) {
        let characters = line.chars().count() as u64 + 1;
        if !content.is_empty() && content.len() as u64 + characters >= max_bytes {
            failed += 1;
        }
        content.extend([line.as_str(), "\n"]);
    }
    files.insert(base, json!(to_hex(content.as_bytes())));
    if let Some(Json::Array(errors)) = expect.get_mut("errors") {
        let error = errors.first().cloned().unwrap_or_default();
        errors.resize(failed, error);
    }
}

fn emitted(case: &Object) -> Vec<String> {
    let ops = case.get("ops").and_then(Json::as_array).into_iter().flatten();
    let emits = ops.filter(|op| op.get(0) == Some(&json!("emit")));
    emits.filter_map(|op| Some(op.get(1)?.as_str()?.to_owned())).collect()
}

/// The lines of a file in a listing; none for a directory.
fn lines(file: Option<&Json>) -> Vec<String> {
    let bytes = file.and_then(Json::as_str).and_then(|hex| from_hex(hex).ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::case::object;

    #[test]
    fn lost_records_are_expected_in_the_order_of_time() {
        let files = json!({"app.log": "610a630a", "app.log.2": "6f6c640a", "app.log.1": "DIR"});
        let mut case = object(json!({
            "kind": "rotating",
            "kw": {"maxBytes": 5, "backupCount": 2},
            "ops": [
                ["emit", "old"], ["mkdir_ext", "app.log.1"], ["emit", "a"], ["emit", "bb"], ["emit", "c"],
            ],
            "expect": {"files": files, "errors": ["IsADirectoryError"], "answers": []},
        }));
        let shared = Object::new();
        assert!(loses_records_to_a_failed_rollover(&Case::new(&case, &shared)));
        expect_lost_records_in_the_file(&mut case);
        assert_eq!(case["expect"]["files"]["app.log"], json!("610a62620a630a"));
        assert_eq!(case["expect"]["files"]["app.log.2"], json!("6f6c640a"));
        // CPython wrote the last line into a file that was short of the one before.
        assert_eq!(case["expect"]["errors"], json!(["IsADirectoryError", "IsADirectoryError"]));
    }

    #[test]
    fn what_is_raised_is_expected_as_the_last_report() {
        let mut case = object(json!({
            "kind": "file",
            "expect": {"files": {}, "errors": ["TypeError"], "raised": "FileNotFoundError"},
        }));
        let shared = Object::new();
        assert!(raises_from_emit(&Case::new(&case, &shared)));
        expect_a_report_for_what_is_raised(&mut case);
        let expect = json!({"files": {}, "errors": ["TypeError", "FileNotFoundError"]});
        assert_eq!(case["expect"], expect);
        assert_eq!(case["stop_after_errors"], json!(2));
    }
}
