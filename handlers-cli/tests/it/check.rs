//! `handlers check`.

use std::fs;

use crate::support::{Dir, Outcome, outcome, sample};

/// Checks a configuration in which `‸` stands in front of the mistake, and gives what was said
/// about that place.
#[track_caller]
fn mistake(marked: &str) -> (Outcome, String) {
    let (before, after) = marked.split_once('‸').expect("the mistake is marked");
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let dir = Dir::with_config(&format!("{before}{after}"));
    let outcome = dir.run(&["check", "logging.yaml"]);
    outcome.assert_status(1);
    assert_eq!(outcome.stderr, "");
    assert_eq!(dir.names(), ["logging.yaml"], "a check touches nothing");
    let start = format!("logging.yaml:{line}:{column}: error: ");
    let found = outcome.stdout.split("logging.yaml:").find_map(|said| {
        let said = format!("logging.yaml:{said}");
        said.strip_prefix(&start).map(str::to_owned)
    });
    let found = found.unwrap_or_else(|| panic!("nothing at {start:?}:\n{}", outcome.stdout));
    (outcome, found)
}

#[test]
fn a_good_configuration_is_called_good() {
    let dir = Dir::new();
    let outcome = dir.run(&["check", &sample("logging.yaml").display().to_string()]);
    assert_eq!(outcome.assert_success().stdout, "ok: 4 handlers, 2 loggers, 0 warnings\n");
    assert_eq!(dir.names(), [""; 0], "a check touches nothing");
}

#[test]
fn a_warning_is_no_error() {
    let dir = Dir::with_config("{version: 1, formatters: {unused: {}}}");
    let outcome = dir.run(&["check", "logging.yaml"]);
    let said = &outcome.assert_success().stdout;
    assert!(said.starts_with("logging.yaml:1:27: warning: formatters.unused: "), "{said}");
    assert!(said.ends_with("\nok: 0 handlers, 1 logger, 1 warning\n"), "{said}");
}

#[test]
fn each_mistake_is_named_with_its_place_and_a_remedy() {
    for (marked, path, words) in MISTAKES {
        let (outcome, said) = mistake(marked);
        assert!(said.starts_with(path), "{path} is not in\n{}", outcome.stdout);
        assert!(said.contains(words), "{words} is not in\n{}", outcome.stdout);
        assert!(!said.contains('\u{1b}'));
        let last = outcome.stdout.lines().last().unwrap();
        assert!(last.starts_with("1 error, "), "{}", outcome.stdout);
    }
}

#[test]
fn a_text_that_is_not_well_formed_is_said_with_its_place() {
    for marked in ["version: 1\nroot: {level: INFO‸", "version: 1\n‸\troot: {}\n", "a: 1\nb: ‸]\n"]
    {
        let (outcome, _) = mistake(marked);
        assert_eq!(outcome.stdout.lines().last(), Some("1 error, 0 warnings"));
    }
}

#[test]
fn an_empty_file_is_an_error() {
    for text in ["", "\n", "# nothing\n"] {
        let dir = Dir::with_config(text);
        let outcome = dir.run(&["check", "logging.yaml"]);
        outcome.assert_status(1);
        assert!(outcome.stdout.starts_with("logging.yaml:"), "{}", outcome.stdout);
        assert!(outcome.stdout.contains(" error: "), "{}", outcome.stdout);
    }
}

#[test]
fn a_configuration_in_another_encoding_is_refused_with_its_place() {
    let dir = Dir::new();
    dir.write("logging.yaml", b"version: 1\n# gr\xfc\xdf\n");
    let outcome = dir.run(&["check", "logging.yaml"]);
    outcome.assert_status(1);
    assert!(outcome.stdout.starts_with("logging.yaml:2:5: error: "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("UTF-8"), "{}", outcome.stdout);
}

#[test]
fn a_file_that_cannot_be_read_is_said() {
    let dir = Dir::new();
    fs::create_dir(dir.path().join("directory")).unwrap();
    for (name, cause) in [("missing.yaml", "No such file"), ("directory", "Is a directory")] {
        for command in [&["check"][..], &["check", "--format", "json"], &["tree"], &["run", "-c"]] {
            let outcome = dir.run(&[command, &[name]].concat());
            outcome.assert_status(1);
            assert_eq!(outcome.stdout, "");
            let expected =
                format!("handlers: error: cannot read the configuration {name}\n  because: ");
            assert!(outcome.stderr.starts_with(&expected), "{}", outcome.stderr);
            if cfg!(unix) {
                assert!(outcome.stderr.contains(cause), "{}", outcome.stderr);
            }
        }
    }
}

#[test]
fn a_configuration_may_come_from_standard_input() {
    let dir = Dir::new();
    let good = outcome(dir.handlers(&["check", "-"]), b"{\"version\": 1}");
    assert_eq!(good.assert_success().stdout, "ok: 0 handlers, 1 logger, 0 warnings\n");
    let bad = outcome(dir.handlers(&["check", "-"]), b"version: 1\nroot: {level: debug}\n");
    assert!(bad.assert_status(1).stdout.starts_with("<stdin>:2:15: error: root.level: "));
    let drawn = outcome(dir.handlers(&["tree", "-"]), b"version: 1\n");
    assert_eq!(drawn.assert_success().stdout, "root  WARNING\n");
}

#[test]
fn colour_comes_only_where_it_is_wanted() {
    let dir = Dir::with_config("version: 1\nroot: {level: debug}\n");
    assert!(!dir.run(&["check", "logging.yaml"]).stdout.contains('\u{1b}'));
    let mut command = dir.handlers(&["check", "logging.yaml"]);
    command.env("CLICOLOR_FORCE", "1");
    assert!(outcome(command, b"").stdout.contains("\u{1b}[31merror"));
}

/// A mistake, marked; the keys that lead to it; what is to be said of it.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("version: 1\nroot:\n  level: ‸debug\n", "root.level: ", "`DEBUG`"),
    ("version: 1\nroot:\n  level: ‸LOUD\n", "root.level: ", "`DEBUG`"),
    ("version: ‸2\n", "version: ", "1"),
    ("version: 1\nroot:\n  handlers: [‸file]\n", "root.handlers", "no handler"),
    (
        "version: 1\nhandlers:\n  h:\n    class: ‸logging.StreamHandlr\nroot: {handlers: [h]}\n",
        "handlers.h.class: ",
        "did you mean `logging.StreamHandler`?",
    ),
    (
        "version: 1\nhandlers:\n  ‸h: {level: INFO}\nroot: {handlers: [h]}\n",
        "handlers.h: ",
        "`class` is missing",
    ),
    (
        "version: 1\nhandlers:\n  ‸h: {class: logging.FileHandler}\nroot: {handlers: [h]}\n",
        "handlers.h: ",
        "needs `filename`",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.FileHandler, filename: a, ‸mod: w}\n",
        "handlers.h.mod: ",
        "did you mean `mode`?",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.StreamHandler, ‸formater: f}\n",
        "handlers.h.formater: ",
        "did you mean `formatter`?",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.StreamHandler, ‸Level: INFO}\n",
        "handlers.h.Level: ",
        "did you mean `level`?",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.StreamHandler, ‸filter: [f]}\n",
        "handlers.h.filter: ",
        "did you mean `filters`?",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.NullHandler, formatter: ‸brief}\n\
         formatters: {brief1: {}}\n",
        "handlers.h.formatter: ",
        "did you mean `brief1`?",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.NullHandler, filters: [‸x]}\n",
        "handlers.h.filters",
        "filter",
    ),
    (
        "version: 1\nhandlers:\n  h: {class: logging.handlers.MemoryHandler, capacity: 1, \
         target: ‸x}\nroot: {handlers: [h]}\n",
        "handlers.h.target",
        "x",
    ),
    ("version: 1\nformatters:\n  f: {format: ‸'%(message'}\n", "formatters.f", "format"),
    ("version: 1\nloggers: ‸[a]\n", "loggers: ", "mapping"),
    ("version: 1\nroot: ‸\"\\e[31m\"\n", "root: ", "mapping"),
];

mod json {
    use super::*;
    use serde_json::{Value, json};

    /// Checks the configuration in the directory and gives the document that comes out.
    #[track_caller]
    fn document(dir: &Dir, config: &str, status: i32) -> Value {
        let outcome = dir.run(&["check", "--format", "json", config]);
        outcome.assert_status(status);
        assert_eq!(outcome.stderr, "");
        serde_json::from_str(&outcome.stdout).expect("the output is JSON")
    }

    #[test]
    fn the_document_has_the_tree() {
        let config = sample("logging.yaml").display().to_string();
        let document = document(&Dir::new(), &config, 0);
        assert_eq!(document["config"], config);
        assert_eq!(document["ok"], true);
        assert_eq!(document["problems"], json!([]));
        let tree = &document["tree"];
        assert_eq!(tree["incremental"], false);
        assert_eq!(tree["disable_existing_loggers"], false);
        assert_eq!(
            tree["formatters"]["short"],
            json!({
                "class": "logging.Formatter",
                "format": "%(levelname)-8s %(message)s",
                "datefmt": null,
                "style": "%",
            })
        );
        let filter = json!({ "class": "logging.Filter", "logger": "service" });
        assert_eq!(tree["filters"], json!({ "service_only": filter }));
        assert_eq!(
            tree["handlers"]["file"],
            json!({
                "class": "logging.handlers.RotatingFileHandler",
                "level": null,
                "formatter": "full",
                "filters": ["service_only"],
                "targets": [],
                "arguments": {
                    "filename": "service.log",
                    "maxBytes": 1_048_576,
                    "backupCount": 200,
                    "encoding": "utf-8",
                },
            })
        );
        assert_eq!(tree["handlers"]["errors"]["targets"], json!(["error_file"]));
        assert_eq!(
            tree["loggers"]["service"],
            json!({
                "level": "DEBUG",
                "effective_level": "DEBUG",
                "propagate": false,
                "handlers": ["console", "file", "errors"],
                "filters": [],
            })
        );
        assert_eq!(tree["root"]["handlers"], json!(["console"]));
    }

    #[test]
    fn problems_have_their_places() {
        let dir = Dir::with_config("version: 1\nroot: {level: debug}\nfilters: {f: {}}\n");
        let document = document(&dir, "logging.yaml", 1);
        assert_eq!(document["ok"], false);
        let problems = document["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 2, "{document:#}");
        let [error, warning] = [&problems[0], &problems[1]];
        assert_eq!((&error["line"], &error["column"]), (&json!(2), &json!(15)));
        assert_eq!((&warning["line"], &warning["column"]), (&json!(3), &json!(11)));
        assert_eq!(
            (&error["severity"], &warning["severity"]),
            (&json!("error"), &json!("warning"))
        );
        assert_eq!((&error["path"], &warning["path"]), (&json!("root.level"), &json!("filters.f")));
        assert_eq!(error["help"], "did you mean `DEBUG`?");
        assert!(error["message"].as_str().is_some_and(|message| message.contains("debug")));
        assert_eq!(document["tree"]["root"]["level"], "debug");
    }

    #[test]
    fn a_text_that_is_not_well_formed_still_gives_a_document() {
        let dir = Dir::with_config("version: 1\nroot: ]\n");
        let document = document(&dir, "logging.yaml", 1);
        assert_eq!((&document["ok"], &document["tree"]), (&json!(false), &Value::Null));
        let problems = document["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1);
        assert_eq!((&problems[0]["line"], &problems[0]["column"]), (&json!(2), &json!(7)));
    }

    #[test]
    fn values_that_json_does_not_know_are_text() {
        let config = "{version: 1, handlers: {h: {class: logging.NullHandler, a: .inf, \
                      b: 123456789012345678901234567890, c: \"\\e[1m\", 7: [~, yes]}}}";
        let dir = Dir::with_config(config);
        let document = document(&dir, "logging.yaml", 1);
        let arguments = &document["tree"]["handlers"]["h"]["arguments"];
        assert_eq!(arguments["a"], "inf");
        assert_eq!(arguments["b"], "123456789012345678901234567890");
        assert_eq!(arguments["c"], "\u{1b}[1m");
        assert_eq!(arguments["7"], json!([null, true]));
    }
}
