//! Handlers of files: what they are made of, and what is wrong with them.

use std::path::{Path, PathBuf};

use handlers_file::{RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler};

use super::*;

/// A fresh directory, named after the test that asks for it.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Self {
        let test = std::thread::current().name().expect("tests have names").replace("::", ".");
        let path = std::env::temp_dir().join(format!("{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the directory can be listed");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.flatten().map(name).collect();
        names.sort_unstable();
        names
    }

    /// A configuration with one handler, in which `%` stands for the directory.
    fn config(&self, handler: &str) -> String {
        let handler = handler.replace('%', &self.0.display().to_string());
        format!("{{version: 1, handlers: {{h: {{{handler}}}}}, root: {{handlers: [h]}}}}")
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
#[cfg(unix)]
fn a_watched_file_is_followed() {
    let (_alone, dir, manager) = (alone(), Dir::new(), Manager::new());
    let text = "class: logging.handlers.WatchedFileHandler, filename: %/a.log, mode: w,
                encoding: latin-1, delay: true, errors: replace";
    let configured = apply(&dir.config(text), &manager);
    let watched: &WatchedFileHandler = handler(&configured);
    assert_eq!((watched.mode().as_str(), watched.delay()), ("w", true));
    assert_eq!(watched.errors().name(), "replace");
    log(&manager, "€");
    fs::rename(dir.path("a.log"), dir.path("b.log")).unwrap();
    log(&manager, "ü");
    assert_eq!(dir.text("b.log"), "?\n");
    assert_eq!(fs::read(dir.path("a.log")).unwrap(), b"\xfc\n");
}

#[test]
fn a_timed_rotation_has_pythons_arguments() {
    let (_alone, dir, manager) = (alone(), Dir::new(), Manager::new());
    let text = "class: logging.handlers.TimedRotatingFileHandler, filename: %/a.log, when: w6,
                interval: 2.0, backupCount: -1, encoding: ascii, delay: 1, utc: 'no', atTime: null,
                errors: ignore, .: {terminator: x}";
    let configured = apply(&dir.config(text), &manager);
    let timed: &TimedRotatingFileHandler = handler(&configured);
    assert_eq!((timed.when().name(), timed.interval()), ("W6", 2 * 7 * 86_400));
    assert_eq!((timed.backup_count(), timed.delay(), timed.utc()), (0, true, true));
    assert_eq!((timed.errors().name(), timed.at_time()), ("ignore", None));
    log(&manager, "ä");
    assert_eq!(dir.text("a.log"), "x");
}

// CPython 3.13. Of errors that are about Python's types only the kind is kept.
#[test]
fn a_timed_rotation_that_python_refuses_is_refused() {
    let (_alone, dir) = (alone(), Dir::new());
    let cases = [
        ("when: fortnight", "ValueError", "Invalid rollover interval specified: FORTNIGHT"),
        (
            "when: W",
            "ValueError",
            "You must specify a day for weekly rollover from 0 to 6 (0 is Monday): W",
        ),
        ("when: w7", "ValueError", "Invalid day specified for weekly rollover: W7"),
        ("when: 5", "AttributeError", "`when` must be text, not an integer"),
        ("when: null", "AttributeError", "`when` must be text, not null"),
        ("interval: '2'", "TypeError", "`interval` must be an integer, not text"),
        ("interval: null", "TypeError", "`interval` must be an integer, not null"),
        (
            "when: midnight, atTime: 02:30",
            "AttributeError",
            "`atTime` must be a datetime.time, which neither YAML nor JSON has",
        ),
    ];
    for (arguments, kind, message) in cases {
        let class = "class: logging.handlers.TimedRotatingFileHandler, filename: %/a.log";
        let text = dir.config(&format!("{class}, {arguments}"));
        let error = config(&text).apply_to(&Manager::new()).unwrap_err();
        assert_eq!(chain(&error), ["Unable to configure handler 'h'", message]);
        let cause = error.source().unwrap().downcast_ref::<Error>().unwrap();
        assert_eq!(cause.python_name(), kind, "{arguments}");
        let key = arguments.rsplit(", ").next().unwrap().split(':').next().unwrap();
        let [problem] = &problems(&text)[..] else { panic!("{arguments}") };
        assert!(problem.starts_with(&format!("handlers.h.{key}: ")), "{problem}");
    }
}

#[test]
fn what_has_no_effect_on_a_rotation_is_told() {
    let dir = Dir::new();
    let warnings = |text: &str| problems(&dir.config(text));
    let timed = "class: logging.handlers.TimedRotatingFileHandler, filename: %/a.log";
    assert_eq!(
        warnings(&format!("{timed}, when: d, atTime: '02:30', .: {{suffix: '%Y'}}")),
        [
            "handlers.h...suffix: the attribute `suffix` has no effect",
            "handlers.h.atTime: `atTime` has no effect with `when: D`",
        ]
    );
    let sized = "class: logging.handlers.RotatingFileHandler, filename: %/a.log";
    assert_eq!(
        warnings(&format!("{sized}, maxBytes: 1000")),
        ["handlers.h.maxBytes: without `backupCount` the file is never put aside and grows on"]
    );
    assert_eq!(warnings(&format!("{sized}, backupCount: 5")), [""; 0]);
}

#[test]
fn a_concurrent_rotation_shares_its_file() {
    let (_alone, dir, manager) = (alone(), Dir::new(), Manager::new());
    let both = format!(
        "version: 1
handlers:
  a: {{class: concurrent_log_handler.ConcurrentRotatingFileHandler, filename: {0}, maxBytes: 20,
      backupCount: 9, encoding: ascii, terminator: \"!\\n\"}}
  b: {{class: logging.handlers.ConcurrentRotatingFileHandler, filename: {0}, maxBytes: 20,
      backupCount: 9, encoding: ascii, terminator: \"!\\n\"}}
root: {{handlers: [a, b]}}
",
        dir.path("app.log").display()
    );
    let configured = apply(&both, &manager);
    assert_eq!(dir.names(), [".__app.lock"], "the first record opens the file");
    log(&manager, "nine let€ters");
    assert_eq!(dir.text("app.log.1"), "nine letters!\n");
    assert_eq!(dir.text("app.log"), "nine letters!\n");
    drop(configured);
}

#[test]
fn a_concurrent_rotation_takes_the_arguments_of_its_package() {
    let (_alone, dir, manager) = (alone(), Dir::new(), Manager::new());
    let common = "use_gzip: true, owner: null, umask: 0022, newline: '', terminator: null,
                  unicode_error_policy: strict, lock_file_directory: '', keep_file_open: true";
    let text = format!(
        "class: cloghandler.ConcurrentRotatingFileHandler, filename: %/a.log, mode: a,
         maxBytes: 10000, backupCount: 2, encoding: ascii, debug: false, delay: true, {common}"
    );
    let configured = apply(&dir.config(&text), &manager);
    let sized: &RotatingFileHandler = handler(&configured);
    assert_eq!((sized.max_bytes(), sized.backup_count()), (10_000, 2));
    assert_eq!((sized.errors().name(), sized.delay()), ("strict", true));
    log(&manager, "a");
    assert_permissions(&dir.path("a.log"), 0o644);
    assert!(configured.roll_over().is_empty());
    assert!(sized.wait_until_compressed(Duration::from_secs(60)));
    assert!(dir.names().contains(&"a.log.1.gz".to_owned()), "{:?}", dir.names());

    let text = format!(
        "class: concurrent_log_handler.ConcurrentTimedRotatingFileHandler, filename: %/b.log,
         when: midnight, interval: 1, backupCount: 2, encoding: utf-8, delay: true, utc: true,
         atTime: null, errors: null, maxBytes: 10000, mode: a, chmod: 0660, {common}"
    );
    let configured = apply(&dir.config(&text), &manager);
    let timed: &TimedRotatingFileHandler = handler(&configured);
    assert_eq!((timed.when().name(), timed.max_bytes()), ("MIDNIGHT", 10_000));
    assert_eq!((timed.backup_count(), timed.utc()), (2, true));
    log(&manager, "b");
    assert_permissions(&dir.path("b.log"), 0o660);
}

#[cfg(unix)]
#[track_caller]
fn assert_permissions(path: &Path, expected: u32) {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(path).map(|file| file.permissions().mode() & 0o7777);
    assert_eq!(found.ok(), Some(expected));
}

#[cfg(not(unix))]
fn assert_permissions(_: &Path, _: u32) {}

#[test]
fn nothing_that_a_concurrent_rotation_is_told_is_ignored_in_silence() {
    let dir = Dir::new();
    let told = |class: &str, arguments: &str| {
        let text = format!("class: concurrent_log_handler.{class}, filename: %/a.log, {arguments}");
        problems(&dir.config(&text))
    };
    let sized = "ConcurrentRotatingFileHandler";
    assert_eq!(
        told(
            sized,
            "mode: w, maxBytes: 10, debug: true, delay: false, unicode_error_policy: xmlcharrefreplace,
             keep_file_open: false"
        ),
        [
            "handlers.h.mode: a file that others write too is appended to",
            "handlers.h.maxBytes: without `backupCount` Python empties the full file; here it grows on",
            "handlers.h.debug: `debug` has no effect here",
            "handlers.h.delay: the file is opened by the first record, as it is in Python",
            "handlers.h.unicode_error_policy: this is none of `ignore`, `replace` and `strict`; \
             `ignore` is in force",
            "handlers.h.keep_file_open: the file is kept open here",
        ]
    );
    assert_eq!(
        told("ConcurrentTimedRotatingFileHandler", "mode: q, atTime: '1', errors: strict, zzz: 1"),
        [
            "handlers.h.mode: a file that others write too is appended to",
            "handlers.h.atTime: `atTime` has no effect with `when: H`",
            "handlers.h.errors: `unicode_error_policy` is in force, as it is in Python",
            "handlers.h.zzz: ConcurrentTimedRotatingFileHandler does not take `zzz` (use one of \
             `filename`, `when`, `interval`, `backupCount`, `encoding`, `delay`, `utc`, `atTime`, …)",
        ]
    );
}

#[test]
fn what_a_concurrent_rotation_cannot_do_is_an_error() {
    let dir = Dir::new();
    let class = "class: concurrent_log_handler.ConcurrentRotatingFileHandler, filename: %/a.log";
    let told = |arguments: &str| problems(&dir.config(&format!("{class}, {arguments}")));
    let missing = dir.path("missing");
    assert_eq!(
        told("filename: %/missing/a.log"),
        [
            "handlers.h.filename: `filename` is here twice, and the last one counts \
             (the first one is on line 1)",
            &format!("handlers.h.filename: there is no directory `{}`", missing.display()),
        ]
    );
    for (arguments, message) in [
        (
            "owner: [root, root]",
            "owner: `owner` cannot be honoured: a file belongs to the user that the program runs as",
        ),
        (
            "lock_file_directory: /tmp",
            "lock_file_directory: `lock_file_directory` cannot be honoured: the lock file stands \
             beside the log file",
        ),
        ("newline: \"\\r\\n\"", "newline: line ends are not translated here; use `terminator`"),
        ("newline: x", "newline: illegal newline value: 'x'"),
        ("mode: ab", "mode: a file of lines cannot be opened in a binary mode"),
        ("mode: q", "mode: invalid mode: 'q'"),
        (
            "chmod: '0640'",
            "chmod: `chmod` must be an integer, such as 0640 in YAML or 416 in JSON, not text",
        ),
        ("chmod: 4096", "chmod: `chmod` must be from 0 to 0o7777, not 4096"),
        ("umask: -1", "umask: `umask` must be from 0 to 0o777, not -1"),
    ] {
        assert_eq!(told(arguments), [format!("handlers.h.{message}")]);
    }
}

#[test]
fn two_handlers_that_lose_each_others_records_are_told() {
    let dir = Dir::new();
    let told = |one: &str, other: &str| {
        let text = "
version: 1
handlers:
  a: {class: ONE, filename: DIR/a.log}
  b: {class: OTHER, filename: DIR/./x/../a.log}
  c: {class: logging.FileHandler, filename: DIR/c.log}
root: {handlers: [a, b, c]}
";
        fs::create_dir_all(dir.path("x")).unwrap();
        let text = text.replace("ONE", one).replace("OTHER", other);
        problems(&text.replace("DIR", &dir.0.display().to_string()))
    };
    let sized = "logging.handlers.RotatingFileHandler, maxBytes: 1000, backupCount: 1";
    let timed = "logging.handlers.TimedRotatingFileHandler";
    let shared = "concurrent_log_handler.ConcurrentRotatingFileHandler";
    let plain = "logging.FileHandler";
    let watched = "logging.handlers.WatchedFileHandler";
    let clash = "handlers.b.filename: `handlers.a` writes this file too; when one puts it aside, \
                 records of the other are lost (let one handler have the file, or make all of them \
                 concurrent_log_handler.ConcurrentRotatingFileHandler)";
    for (one, other) in [(sized, sized), (sized, timed), (plain, timed), (shared, plain)] {
        assert_eq!(told(one, other), [clash], "{one} {other}");
        assert_eq!(told(other, one), [clash], "{other} {one}");
    }
    let unused = "logging.handlers.RotatingFileHandler";
    for (one, other) in [(plain, plain), (shared, shared), (watched, timed), (plain, unused)] {
        assert_eq!(told(one, other), [""; 0], "{one} {other}");
        assert_eq!(told(other, one), [""; 0], "{other} {one}");
    }
}

#[test]
fn a_rollover_on_demand_spares_what_has_no_backup() {
    let (_alone, dir, manager) = (alone(), Dir::new(), Manager::new());
    let text = "class: logging.handlers.RotatingFileHandler, filename: %/a.log, mode: w";
    let configured = apply(&dir.config(text), &manager);
    log(&manager, "first");
    assert!(configured.roll_over().is_empty());
    log(&manager, "second");
    assert_eq!((dir.names(), dir.text("a.log")), (vec!["a.log".into()], "first\nsecond\n".into()));
}
