//! Levels of one's own, and filters on loggers and handlers: CPython's
//! `CustomLevelsAndFiltersTest`.

use std::sync::{Arc, Mutex};

use handlers_core::{Filter, Handler, Level, Logger, Record, Value, add_level_name, info, log};
use handlers_tests::support::{ListHandler, TestTree};

const SILENT: Level = Level::new(120);
const TACITURN: Level = Level::new(119);
const TERSE: Level = Level::new(118);
const EFFUSIVE: Level = Level::new(117);
const SOCIABLE: Level = Level::new(116);
const VERBOSE: Level = Level::new(115);
const TALKATIVE: Level = Level::new(114);
const GARRULOUS: Level = Level::new(113);
const CHATTERBOX: Level = Level::new(112);
const BORING: Level = Level::new(111);

const LEVELS: [(Level, &str); 10] = [
    (BORING, "Boring"),
    (CHATTERBOX, "Chatterbox"),
    (GARRULOUS, "Garrulous"),
    (TALKATIVE, "Talkative"),
    (VERBOSE, "Verbose"),
    (SOCIABLE, "Sociable"),
    (EFFUSIVE, "Effusive"),
    (TERSE, "Terse"),
    (TACITURN, "Taciturn"),
    (SILENT, "Silent"),
];

/// A tree of loggers in a process where the levels have their names (CORE-8).
fn tree_with_levels() -> TestTree {
    for (level, name) in LEVELS {
        add_level_name(level, name);
    }
    TestTree::new()
}

/// Logs once at each level, with numbers that begin at `first`.
fn log_at_all_levels(logger: &Logger, first: usize) {
    for (number, (level, _)) in LEVELS.into_iter().enumerate() {
        log!(level, logger, "{}", first + number);
    }
}

/// The lines that come of [`log_at_all_levels`] at the levels that pass.
fn lines(first: usize, passes: impl Fn(Level) -> bool) -> Vec<String> {
    let numbered = LEVELS.into_iter().enumerate().filter(|(_, (level, _))| passes(*level));
    numbered.map(|(number, (_, name))| format!("root -> {name}: {}", first + number)).collect()
}

/// A copy of `record` with another message.
fn with_message(record: &Record<'_>, message: &str) -> Record<'static> {
    Record::builder().name(record.name()).level(record.level()).message(message).build()
}

// CustomLevelsAndFiltersTest.test_handler_filter_replaces_record; CORE-62, CORE-63, CORE-68.
#[test]
fn the_replacement_of_a_handlers_filter_is_seen_by_that_handler_alone() {
    let tree = TestTree::new();
    let (parent, child) = (tree.logger("parent"), tree.logger("parent.child"));
    let (above, below) = (Arc::new(ListHandler::new()), Arc::new(ListHandler::new()));
    below.base().add_filter(Arc::new(|record: &Record<'_>| with_message(record, "new message!")));
    parent.add_handler(Arc::clone(&above) as Arc<dyn Handler>);
    child.add_handler(Arc::clone(&below) as Arc<dyn Handler>);

    info!(child, "original message");
    assert_eq!(below.lines(), ["new message!"]);
    assert_eq!(above.lines(), ["original message"]);
}

// CustomLevelsAndFiltersTest.test_logging_filter_replaces_record; CORE-62, CORE-151.
#[test]
fn the_replacement_of_a_loggers_filter_is_what_the_next_filter_and_the_handlers_see() {
    let tree = TestTree::new();
    let logger = tree.logger("logger");
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    for _ in 0..2 {
        let seen = Arc::clone(&seen);
        logger.add_filter(Arc::new(move |record: &Record<'_>| {
            let message = record.message().unwrap().into_owned();
            let replacement = with_message(record, &format!("{message}, replaced"));
            seen.lock().unwrap().push(message);
            replacement
        }));
    }

    info!(logger, "msg");
    assert_eq!(*seen.lock().unwrap(), ["msg", "msg, replaced"]);
    assert_eq!(tree.lines(), ["logger -> INFO: msg, replaced, replaced"]);
}

// CustomLevelsAndFiltersTest.test_logger_filter; CORE-8, CORE-141.
#[test]
fn a_logger_drops_what_is_below_its_level() {
    let tree = tree_with_levels();
    tree.root().set_level(VERBOSE);
    log_at_all_levels(&tree.root(), 1);
    assert_eq!(tree.lines(), lines(1, |level| level.number() >= 115));
}

// CustomLevelsAndFiltersTest.test_handler_filter; CORE-69, CORE-153.
#[test]
fn a_handler_drops_what_is_below_its_level() {
    let tree = tree_with_levels();
    tree.handler().base().set_level(SOCIABLE);
    log_at_all_levels(&tree.root(), 1);
    assert_eq!(tree.lines(), lines(1, |level| level.number() >= 116));
}

// CustomLevelsAndFiltersTest.test_specific_filters; CORE-61, CORE-68.
#[test]
fn a_record_has_to_pass_the_filters_of_the_logger_and_of_the_handler() {
    let tree = tree_with_levels();
    let not_garrulous = |level: Level| level.number() != 113;
    let neither_sociable_nor_taciturn = |level: Level| ![116, 119].contains(&level.number());
    tree.handler()
        .base()
        .add_filter(Arc::new(move |record: &Record<'_>| not_garrulous(record.level())));
    log_at_all_levels(&tree.root(), 1);
    let first_lines = lines(1, not_garrulous);
    assert_eq!(tree.lines(), first_lines);

    let specific: Arc<dyn Filter> =
        Arc::new(move |record: &Record<'_>| neither_sociable_nor_taciturn(record.level()));
    tree.root().add_filter(Arc::clone(&specific));
    log_at_all_levels(&tree.root(), 11);
    let passes_both = |level| not_garrulous(level) && neither_sociable_nor_taciturn(level);
    assert_eq!(tree.lines(), [first_lines, lines(11, passes_both)].concat());
}

// CustomLevelsAndFiltersTest.setUp; CORE-8.
#[test]
fn the_name_of_a_level_leads_to_its_number_and_back() {
    let _tree = tree_with_levels();
    for (level, name) in LEVELS {
        assert_eq!(level.to_string(), name);
        assert_eq!(Level::from_value(&Value::from(name)).unwrap(), level);
    }
}
