//! What a configuration does, and what it says of mistakes.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{ErrorKind, Handler, Level, Record, get_handler_by_name, shutdown};
use parking_lot::{Mutex, MutexGuard};

use super::*;
use crate::problem::Severity;

mod files;
mod net;
mod queue;

/// Applying closes all handlers of the process: such tests run one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock()
}

fn config(text: &str) -> Config {
    Config::parse(text, None).expect("the document is well formed")
}

fn chain(error: &Error) -> Vec<String> {
    let mut chain = Vec::new();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        chain.push(error.to_string());
        cause = error.source();
    }
    chain
}

/// `path: message (help)` of each problem.
fn problems(text: &str) -> Vec<String> {
    let shown = |problem: &Problem| {
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}: {}{help}", problem.path, problem.message)
    };
    config(text).check().iter().map(shown).collect()
}

fn log(manager: &Manager, message: &'static str) {
    let record = Record::builder().level(Level::ERROR).message(message).build();
    manager.root().handle(&record);
}

/// Applies a configuration that a check has nothing against.
#[track_caller]
fn apply(text: &str, manager: &Manager) -> Configured {
    assert_eq!(problems(text), [""; 0]);
    config(text).apply_to(manager).expect("there is nothing against it")
}

/// The handler `h` as what it is.
#[track_caller]
fn handler<H: Handler>(configured: &Configured) -> &H {
    let handler: &Arc<dyn Handler> = configured.handler("h").expect("there is one");
    let any: &dyn std::any::Any = &**handler;
    any.downcast_ref().expect("it is of that class")
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Config::read("no/such/logging.yaml").unwrap_err();
    assert_eq!(error.to_string(), "read the configuration no/such/logging.yaml");
    assert_eq!(error.python_name(), "FileNotFoundError");
}

#[test]
fn a_file_that_is_not_well_formed_is_named_with_the_place() {
    let path = std::env::temp_dir().join(format!("not-well-formed-{}.json", std::process::id()));
    fs::write(&path, "{\"version\": 1").unwrap();
    let error = Config::read(&path).unwrap_err();
    fs::remove_file(&path).unwrap();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(
        chain(&error),
        [
            format!("read the configuration {}", path.display()),
            "line 1 column 14: expected ',' or '}', found the end of the document".to_owned(),
        ]
    );
}

// CONF-5: the keys of a mapping are used up by the first object that is made of it.
#[test]
fn a_mapping_serves_one_handler() {
    let _alone = alone();
    let text = "
version: 1
template: {class: logging.NullHandler, level: ERROR}
handlers: {a: 'cfg://template', b: 'cfg://template'}
";
    let error = config(text).apply_to(&Manager::new()).unwrap_err();
    assert_eq!(
        chain(&error),
        ["Unable to configure handler 'b'", "'NoneType' object has no attribute 'split'"]
    );
}

// CONF-76, CONF-81: what a reference sees is what is there by now.
#[test]
fn a_reference_to_a_handler_is_the_handler() {
    use crate::registry::{Parameters, Prepared};
    let _alone = alone();
    let registry = Registry::standard().handler(
        "app.Twice",
        Parameters::new().required("first"),
        |arguments| {
            let first = arguments.handler("first")?;
            Ok(Prepared::handler(move || {
                assert_eq!(first.and_then(|first| first.base().name()).as_deref(), Some("a"));
                Ok(handlers_core::NullHandler::new())
            }))
        },
    );
    let text = "
version: 1
handlers:
  a: {class: logging.NullHandler}
  b: {(): app.Twice, first: 'cfg://handlers.a'}
";
    let config = config(text).registry(registry);
    assert!(config.check().iter().all(|problem| problem.severity == Severity::Warning));
    assert!(config.apply_to(&Manager::new()).is_ok());
}

// The configuration fails; what was there before goes on, closed, as in CPython. What it still
// takes is at least accounted for.
#[test]
fn records_after_a_failed_configuration_are_accounted_for() {
    let _alone = alone();
    let manager = Manager::new();
    let target: Arc<dyn Handler> = Arc::new(handlers_core::NullHandler::new());
    let memory = handlers_queue::MemoryHandler::builder(100)
        .target(Arc::clone(&target))
        .flush_level(Level::CRITICAL)
        .name("old")
        .build();
    manager.root().add_handler(Arc::new(memory));
    log(&manager, "before");

    let failed = config("{version: 1, handlers: {h: {class: nope.X}}, root: {handlers: [h]}}");
    assert!(failed.check().iter().any(|problem| problem.severity == Severity::Error));
    assert!(failed.apply_to(&manager).is_err());
    assert_eq!(target.base().counters().emitted, 0, "a null handler handles nothing");
    assert!(get_handler_by_name("old").is_none());
    assert_eq!(manager.root().handlers().len(), 1);

    for _ in 0..50 {
        log(&manager, "after");
    }
    let report = shutdown(Duration::from_secs(10));
    let left = report.handlers.iter().find(|handler| handler.handler == "old").unwrap().left;
    assert_eq!(left, 50);
}

#[test]
fn a_check_touches_nothing() {
    let path = std::env::temp_dir().join(format!("untouched-{}.log", std::process::id()));
    let text = format!(
        "{{version: 1, handlers: {{h: {{class: logging.FileHandler, filename: '{}'}}}},
               root: {{level: DEBUG, handlers: [h]}}, loggers: {{untouched: {{}}}}}}",
        path.display()
    );
    let config = config(&text);
    assert_eq!(config.check(), []);
    assert_eq!(config.outline().loggers.len(), 1);
    assert!(!path.exists());
    assert!(get_handler_by_name("h").is_none());
    let known = Manager::global().entries();
    assert!(!known.iter().any(|entry| format!("{entry:?}").contains("untouched")));
}

#[test]
fn a_check_finds_everything_at_once() {
    let text = "
version: 1
formatters:
  f: {format: '%(message)s', styl: '{'}
  g: {format: 'no field'}
filters:
  x: {(): app.Filter}
handlers:
  a: {class: logging.StreamHandler, level: info, formatter: ff, filters: [x, y], straem: null}
  b: {class: logging.FileHandler, mode: q, encodng: utf-8}
  c: {class: handlers.RotatingFileHandler, filename: c.log}
  d: {class: logging.handlers.SMTPHandler}
  e: {level: 5}
loggers:
  app: {level: 'LOUD', handlers: [a, b, c, z], propagate: 'no'}
root: {handlers: a, filters: x}
";
    assert_eq!(
        problems(text),
        [
            "formatters.f: nothing uses the formatter",
            "formatters.f.styl: `styl` is not read here (did you mean `style`?)",
            "formatters.g: nothing uses the formatter",
            "formatters.g.format: invalid format 'no field' for '%' style",
            "filters.x.(): nothing is known by the name `app.Filter` \
                 (a program that has `app.Filter` can add it to the registry)",
            "handlers.a.level: no level is called 'info' (did you mean `INFO`?)",
            "handlers.a.formatter: no formatter is called 'ff' (did you mean `f`?)",
            "handlers.a.filters: no filter is called 'y' (there is only `x`)",
            "handlers.a.straem: StreamHandler does not take `straem` (did you mean `stream`?)",
            "handlers.b: FileHandler needs `filename`",
            "handlers.b.encodng: FileHandler does not take `encodng` \
                 (did you mean `encoding`?)",
            "handlers.c.class: nothing is known by the name `handlers.RotatingFileHandler` \
                 (did you mean `logging.handlers.RotatingFileHandler`?)",
            "handlers.d: nothing uses the handler",
            "handlers.d.class: logging.handlers.SMTPHandler is not there yet in this version",
            "handlers.e: `class` is missing \
                 (name a class, such as `logging.StreamHandler`)",
            "handlers.e: nothing uses the handler",
            "loggers.app.level: no level is called 'LOUD' \
                 (use one of `NOTSET`, `DEBUG`, `INFO`, `WARN`, `WARNING`, `ERROR`, `CRITICAL`, \
                 `FATAL`)",
            "loggers.app.handlers: no handler is called 'z' (use one of `a`, `b`, `c`, `d`, `e`)",
            "loggers.app.propagate: \"no\" is text, and any text is true \
                 (write `false`, without quotes)",
        ]
    );
}

/// Changes samples at random, a fixed random. What a check finds nothing against can be applied,
/// and the other way round.
#[test]
fn no_document_leads_to_a_panic() {
    let _alone = alone();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut applied = 0;
    for _ in 0..4_000 {
        let mut text = SAMPLES[random.below(SAMPLES.len())].to_owned();
        for _ in 0..=random.below(3) {
            let words: Vec<(usize, &str)> = text.match_indices(is_word).collect();
            let (at, _) = words[random.below(words.len())];
            let end = text[at..].find(|c| !is_word(c)).map_or(text.len(), |end| at + end);
            text.replace_range(at..end, WORDS[random.below(WORDS.len())]);
        }
        let Ok(config) = Config::parse(&text, None) else { continue };
        drop(config.outline());
        let problems = config.check();
        let wrong = problems.iter().any(|problem| problem.severity == Severity::Error);
        let failed = config.apply_to(&Manager::new()).err();
        assert_eq!(wrong, failed.is_some(), "{text}\n{problems:#?}\n{failed:?}");
        applied += usize::from(!wrong);
    }
    assert!(applied > 100, "{applied}");
}

/// The deepest document, and the longest way of references.
#[test]
fn no_document_needs_a_large_stack() {
    let chain: String =
        (0..99).fold(String::new(), |text, link| format!("{text}a{link}: 'cfg://a{}'\n", link + 1));
    let documents = [
        format!("{}{}", "[".repeat(128), "]".repeat(128)),
        format!("{{version: 1, handlers: {}1{}}}", "{a: ".repeat(126), "}".repeat(126)),
        format!("version: 1\nroot: {{level: 'cfg://a0'}}\n{chain}a99: INFO\n"),
    ];
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let reader = thread.spawn(move || {
        for document in documents {
            let config = config(&document);
            let _ = config.check();
            drop(config.outline());
        }
    });
    reader.unwrap().join().unwrap();
}

#[test]
fn references_that_never_end_are_an_error() {
    let text = "{version: 1, a: 'cfg://b', b: 'cfg://a', root: {level: 'cfg://a'}}";
    assert_eq!(problems(text), ["root.level: the reference never comes to an end"]);
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_.:/%()'$-".contains(c)
}

const SAMPLES: &[&str] = &[
        "{version: 1, disable_existing_loggers: false,
          formatters: {f: {format: '%(message)s', style: '%', datefmt: '%H', validate: true},
                       g: {(): logging.Formatter, fmt: '%(name)s', .: {default_msec_format: null}}},
          filters: {x: {name: a.b}, y: {(): logging.Filter, name: c}},
          handlers: {h: {class: logging.NullHandler, level: INFO, formatter: f, filters: [x, y]},
                     i: {class: logging.handlers.MemoryHandler, capacity: 10, target: h,
                         flushLevel: ERROR, flushOnClose: false},
                     j: {class: logging.handlers.BufferingHandler, capacity: 3}},
          loggers: {a: {level: DEBUG, handlers: [h, i], propagate: no}, a.b: {filters: [x]}},
          root: {level: WARNING, handlers: [i, j]}}",
        "{version: 1, my: {level: ERROR, list: [a, {b: [x, INFO]}], out: 'ext://sys.stdout'},
          handlers: {h: {class: logging.StreamHandler, stream: 'cfg://my.out', level: 'cfg://my.level',
                         .: {terminator: x}},
                     i: {(): logging.StreamHandler, stream: 'ext://sys.stderr'}},
          loggers: {a: {level: 'cfg://my.list[1].b[1]', handlers: [h]}, root: {handlers: [i]}},
          root: {}}",
    ];

const WORDS: &[&str] = &[
    "",
    "1",
    "0",
    "null",
    "true",
    "[]",
    "{}",
    "[a]",
    "{a: 1}",
    "'no'",
    "-1",
    "1.5",
    "x",
    "h",
    "i",
    "f",
    "version",
    "handlers",
    "level",
    "class",
    "()",
    ".",
    "formatter",
    "target",
    "stream",
    "strm",
    "'cfg://my'",
    "'cfg://handlers.h'",
    "'cfg://my.list[0]'",
    "'cfg://loop'",
    "'ext://'",
    "'ext://logging.INFO'",
    "'ext://sys.stdout'",
    "'ext://logging.NullHandler'",
    "logging.Nope",
    "logging.NullHandler",
    "logging.Formatter",
    "logging.handlers.MemoryHandler",
    "'%(x'",
    "INFO",
    "'a b'",
    "!!binary aGk=",
    "1e999",
    "99999999999999999999",
    "&a [1]",
    "incremental",
];

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a bound that fits")
    }
}
