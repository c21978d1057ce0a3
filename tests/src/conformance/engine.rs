//! From a directory to a report.

use std::any::Any;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use super::case::{Case, Object, Skip};
use super::deliberate::{self, Instead};
use super::document::{Document, has_lone_surrogate};
use super::registry::{Family, LABELS, family};
use super::report::{FileReport, Outcome, Report, difference};

/// Runs every vector file (`*.json`) of a directory.
///
/// # Errors
///
/// The directory, or a file in it, cannot be read.
pub fn run_directory(directory: &Path) -> io::Result<Report> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let files = paths.iter().map(PathBuf::as_path).map(run_file);
    Ok(Report { files: files.collect::<io::Result<_>>()? })
}

/// Runs one vector file. A file that is not JSON is a failed case.
///
/// # Errors
///
/// The file cannot be read.
pub fn run_file(path: &Path) -> io::Result<FileReport> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(run_text(&name, &fs::read_to_string(path)?))
}

pub(super) fn run_text(name: &str, text: &str) -> FileReport {
    let mut report = FileReport::new(name);
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            report.fail(format!("file: expected JSON, came {error}"));
            return report;
        }
    };
    for (list, cases) in &document.lists {
        let Some(family) = family(name, list) else {
            report.skip(cases.len(), format!("{list}: {} cases of an unknown kind", cases.len()));
            continue;
        };
        for (index, case) in cases.iter().enumerate() {
            let outcome = run_case(family, case, &document.shared);
            report.add(&label(index, case), outcome);
        }
    }
    report
}

/// Cases change what the whole process has: standard error, the handlers that are alive. They run
/// one at a time.
fn run_case(family: &Family, case: &Json, shared: &Object) -> Outcome {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let outcome = catch_unwind(AssertUnwindSafe(|| judge(family, case, shared)));
    match outcome {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(Skip(reason))) => Outcome::Skip(reason),
        Err(panic) => Outcome::Panic(said(&*panic)),
    }
}

fn judge(family: &Family, case: &Json, shared: &Object) -> Result<Outcome, Skip> {
    if has_lone_surrogate(case) {
        return Err(Skip::new("a lone surrogate, which Rust's text does not hold"));
    }
    let given = Case::of(case, shared)?;
    let mut fields = given.fields.clone();
    for difference in deliberate::differences(family.file, &given) {
        match difference.instead {
            Instead::Nothing => return Err(Skip::new(difference.to_string())),
            Instead::Expect(edit) => edit(&mut fields),
        }
    }
    let case = Case::new(&fields, shared);
    case.only(&[&LABELS, family.inputs, family.outputs].concat())?;
    let is_output = |key: &str| family.outputs.contains(&key);
    let expected: Object = fields
        .iter()
        .filter(|(key, _)| is_output(key))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    if expected.is_empty() {
        return Err(Skip::new("no result is given"));
    }
    let actual = (family.run)(&case)?;
    Ok(match difference(&expected, &actual) {
        None => Outcome::Pass,
        Some((expected, actual)) => Outcome::Fail { expected, actual },
    })
}

fn label(index: usize, case: &Json) -> String {
    let given = LABELS.iter().find_map(|label| case.get(label));
    match given {
        Some(Json::String(name)) => format!("#{index} {name}"),
        Some(id) => format!("#{index} {id}"),
        None => format!("#{index}"),
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::families::FAMILIES;
    use super::*;

    fn vectors() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
    }

    fn run(family: &Family, case: &Json, shared: &Object) -> FileReport {
        let mut document = shared.clone();
        document.insert(family.list.to_owned(), json!([case]));
        run_text(family.file, &Json::Object(document).to_string())
    }

    fn counts(report: &FileReport) -> (usize, usize, usize) {
        (report.passed, report.failed, report.skipped)
    }

    /// The first case of a family that passes, and what its file shares.
    fn sample(family: &Family) -> (Object, Json) {
        let path = vectors().join(format!("{}.json", family.file));
        let text = fs::read_to_string(path).expect("every family has a file");
        let document = Document::parse(&text).expect("the file is JSON");
        let lists = document.lists.iter();
        let mut cases = lists.filter(|(list, _)| list == family.list).flat_map(|(_, cases)| cases);
        let passes = |case: &&Json| counts(&run(family, case, &document.shared)) == (1, 0, 0);
        let case = cases.find(passes).expect("a case passes").clone();
        (document.shared, case)
    }

    /// Changes as little as can be: the last leaf of a value.
    fn alter(value: &mut Json) {
        match value {
            Json::Null => *value = json!("altered"),
            Json::Bool(flag) => *flag = !*flag,
            Json::Number(number) => *value = json!(number.as_i64().unwrap_or_default() + 1000),
            Json::String(text) => text.push('?'),
            Json::Array(items) => match items.last_mut() {
                Some(item) => alter(item),
                None => items.push(json!("altered")),
            },
            Json::Object(fields) => match fields.values_mut().next_back() {
                Some(field) => alter(field),
                None => *value = json!("altered"),
            },
        }
    }

    #[test]
    fn a_case_with_an_altered_result_fails_in_every_family() {
        for family in FAMILIES {
            let (shared, case) = sample(family);
            for output in family.outputs.iter().filter(|output| case.get(**output).is_some()) {
                let mut altered = case.clone();
                alter(&mut altered[*output]);
                let report = run(family, &altered, &shared);
                assert_eq!(counts(&report), (0, 1, 0), "{} {output}: {report:?}", family.file);
            }
        }
    }

    #[test]
    fn a_case_with_a_keyword_that_is_not_known_is_skipped_in_every_family() {
        for family in FAMILIES {
            let (shared, mut case) = sample(family);
            case["surprise"] = json!(null);
            let report = run(family, &case, &shared);
            assert_eq!(counts(&report), (0, 0, 1), "{}: {report:?}", family.file);
            assert!(report.skips[0].ends_with("unknown keyword: surprise"), "{report:?}");
        }
    }

    #[test]
    fn a_case_without_a_result_is_skipped() {
        let report = run_text("record_paths", r#"[{"pathname": "/a"}, 5]"#);
        assert_eq!(counts(&report), (0, 0, 2));
    }

    #[test]
    fn a_file_of_an_unknown_kind_is_skipped_with_all_its_cases() {
        let report = run_text("dances", r#"{"steps": [{}, {}], "jumps": [{}], "base": {"a": 1}}"#);
        assert_eq!(counts(&report), (0, 0, 3));
    }

    #[test]
    fn a_file_that_is_not_json_fails() {
        assert_eq!(counts(&run_text("levels", "[")), (0, 1, 0));
    }

    #[test]
    fn a_lone_surrogate_is_skipped() {
        let report =
            run_text("filter_name", r#"[{"filter": "\ud800", "record_name": "", "ok": false}]"#);
        assert_eq!(counts(&report), (0, 0, 1));
    }
}
