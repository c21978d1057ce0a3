//! `handlers tree`.

use crate::support::{Dir, outcome, sample};

fn sample_tree(dir: &Dir, colour: bool) -> String {
    let mut command = dir.handlers(&["tree", &sample("logging.yaml").display().to_string()]);
    if colour {
        command.env("CLICOLOR_FORCE", "1");
    }
    outcome(command, b"").assert_success().stdout.clone()
}

#[test]
fn the_sample_is_drawn_as_it_is() {
    let dir = Dir::new();
    let expected = r#"root  WARNING
├─ → console  logging.StreamHandler  WARNING  stream=ext://sys.stdout
│  └─ formatter short  "%(levelname)-8s %(message)s"
└─ service  DEBUG  does not propagate
   ├─ → console  logging.StreamHandler  WARNING  stream=ext://sys.stdout
   │  └─ formatter short  "%(levelname)-8s %(message)s"
   ├─ → file  logging.handlers.RotatingFileHandler  filename=service.log maxBytes=1048576 backupCount=200 encoding=utf-8
   │  ├─ formatter full  "%(asctime)s %(levelname)-8s %(name)s: %(message)s"  "%Y-%m-%d %H:%M:%S"
   │  └─ filter service_only  records of "service"
   └─ → errors  logging.handlers.MemoryHandler  ERROR  capacity=100 flushLevel=CRITICAL
      └─ → error_file  logging.FileHandler  ERROR  filename=errors.log delay=True
         └─ formatter full  "%(asctime)s %(levelname)-8s %(name)s: %(message)s"  "%Y-%m-%d %H:%M:%S"
"#;
    assert_eq!(sample_tree(&dir, false), expected);
    assert_eq!(dir.names(), [""; 0], "looking touches nothing");
}

#[test]
fn colour_comes_only_where_it_is_wanted() {
    let dir = Dir::new();
    let plain = sample_tree(&dir, false);
    assert!(!plain.contains('\u{1b}'));
    let coloured = sample_tree(&dir, true);
    assert!(coloured.contains("\u{1b}[1mservice"), "{coloured}");
    let mut stripped = String::new();
    for (place, part) in coloured.split("\u{1b}[").enumerate() {
        stripped.push_str(if place == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn a_tree_with_errors_is_drawn_and_they_are_said() {
    let dir = Dir::with_config("{version: 1, root: {level: debug, handlers: [file]}}");
    let outcome = dir.run(&["tree", "logging.yaml"]);
    outcome.assert_status(1);
    assert_eq!(outcome.stdout, "root  debug\n└─ → file  not configured\n");
    assert!(
        outcome.stderr.contains("logging.yaml:1:28: error: root.level: "),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("did you mean `DEBUG`?"), "{}", outcome.stderr);
}

#[test]
fn loggers_between_two_others_are_drawn_without_a_level() {
    let config = "{version: 1, loggers: {a.b.c: {level: INFO}, a.b.d: {}, a: {filters: [all]}}, \
                  filters: {all: {}}}";
    let dir = Dir::with_config(config);
    let expected = "\
root  WARNING
└─ a  (WARNING)
   ├─ filter all  every record
   └─ b
      ├─ c  INFO
      └─ d  (WARNING)
";
    assert_eq!(dir.run(&["tree", "logging.yaml"]).assert_success().stdout, expected);
}

#[test]
fn names_give_no_orders_to_the_terminal() {
    let dir = Dir::with_config("{version: 1, loggers: {\"a\\e[31m\\nb\": {level: INFO}}}");
    let mut command = dir.handlers(&["tree", "logging.yaml"]);
    command.env("CLICOLOR_FORCE", "1");
    let shown = outcome(command, b"").stdout;
    assert!(shown.contains("a\\u{1b}[31m\\nb"), "{shown:?}");
    assert!(!shown.contains("\u{1b}[31m"), "{shown:?}");
}

#[test]
fn handlers_that_are_each_others_targets_are_drawn_to_an_end() {
    let config = "{version: 1, handlers: {\
                  a: {class: logging.handlers.MemoryHandler, capacity: 1, target: b}, \
                  b: {class: logging.handlers.MemoryHandler, capacity: 1, target: a}}, \
                  root: {handlers: [a]}}";
    let dir = Dir::with_config(config);
    let outcome = dir.run(&["tree", "logging.yaml"]);
    assert!((3..30).contains(&outcome.stdout.lines().count()), "{}", outcome.stdout);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let dir = Dir::new();
    for command in ["tree", "check"] {
        let mut command = dir.handlers(&[command, &sample("logging.yaml").display().to_string()]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer);
        outcome(command, b"").assert_success();
    }
}
