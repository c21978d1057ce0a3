//! P4: what is dropped is counted. P5: memory is bounded. P11: a message is never a program.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use handlers_core::{
    Handler, Level, Manager, PatternFormatter, Record, Style, Value, enter_handler,
    reentrant_drops, warning,
};
use handlers_file::{FileHandler, OpenMode, RotatingFileHandler};
use handlers_queue::MemoryHandler;
use handlers_tests::support::ListHandler;
use handlers_tests::test_dir;

use crate::faults::count_reports;
use crate::writer::{Writer, numbered};

#[test]
fn p4_a_record_that_a_closed_file_refuses_is_counted() {
    let dir = test_dir!();
    let builder = FileHandler::builder(dir.join("app.log")).mode(OpenMode::TRUNCATE);
    let handler = builder.build().expect("the file can be opened");
    handler.handle(&numbered(0));
    handler.close().expect("the file can be closed");
    for number in 1..11 {
        handler.handle(&numbered(number));
    }
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.dropped, counters.failed), (1, 10, 0));
}

#[test]
fn p4_a_record_that_the_system_refuses_is_counted_and_reported() {
    let handler = FileHandler::new("/dev/full").expect("the device can be opened");
    let reports = count_reports(&handler);
    for number in 0..10 {
        handler.handle(&numbered(number));
    }
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.dropped, counters.failed), (0, 0, 10));
    assert_eq!(reports.count(), 10);
}

#[test]
fn p4_a_record_that_a_full_buffer_lets_go_is_counted() {
    let handler = MemoryHandler::builder(usize::MAX).max_records(10).build();
    for number in 0..25 {
        handler.handle(&numbered(number));
    }
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.dropped, handler.pending()), (10, 15, 10));
}

#[test]
fn p4_a_record_that_is_logged_inside_a_handler_is_counted() {
    let logger = Manager::new().get_logger("inside");
    logger.add_handler(Arc::new(ListHandler::new()));
    let before = reentrant_drops();
    let inside = enter_handler();
    warning!(logger, "goes nowhere");
    drop(inside);
    assert!(reentrant_drops() > before);
}

// 300 megabytes go nowhere.
#[test]
fn p5_a_device_that_takes_nothing_does_not_fill_the_memory() {
    let dir = test_dir!();
    let writer = Writer::new(&dir, "file").path("/dev/full".as_ref()).option("--n", 100_001);
    let mut running = writer.option("--pad", 3000).option("--pause-at", 100_000).start();
    running.wait_for_pause(100_000);
    let status = fs::read_to_string(format!("/proc/{}/status", running.id()));
    let status = status.expect("the process is there");
    running.go_on();
    assert_eq!(running.finish().count("failed"), 100_001);
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    let peak: u32 = peak.expect("the line is there").trim().parse().expect("it is a number");
    assert!(peak < 32 * 1024, "{peak} kilobytes of memory");
}

#[test]
fn p5_a_refused_record_says_that_it_was_refused() {
    let handler = FileHandler::new("/dev/full").expect("the device can be opened");
    let long = Record::builder().message("x".repeat(3 << 20)).build();
    count_reports(&handler);
    for _ in 0..3 {
        assert!(handler.handle(&long), "errors do not reach the caller");
    }
    let error = handler.flush().expect_err("nothing can be written");
    assert_eq!(error.io_kind(), Some(ErrorKind::StorageFull));
}

#[test]
fn p11_a_message_is_written_byte_for_byte() {
    let formats = [
        ("%(name)s %(message)s", Style::Percent),
        ("{name} {message}", Style::Brace),
        ("$name ${message}", Style::Dollar),
    ];
    for (format, style) in formats {
        let dir = test_dir!();
        let formatter = PatternFormatter::builder().format(format).style(style).build();
        let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(1 << 20);
        let builder = builder.formatter(formatter.expect("the format is valid"));
        let handler: Arc<dyn Handler> = Arc::new(builder.build().expect("the file can be opened"));
        let logger = Manager::new().get_logger("log");
        logger.add_handler(handler);
        let mut expected = String::new();
        for message in HARMLESS {
            warning!(logger, "{message}");
            expected.extend(["log ", message, "\n"]);
        }
        // A name is no program either.
        let logger = logger.child("${jndi:x}%(message)s{message}");
        warning!(logger, "child");
        expected += "log.${jndi:x}%(message)s{message} child\n";
        assert_eq!(dir.read("app.log"), expected, "{format}");
    }
}

#[test]
fn p11_an_argument_is_not_looked_at_again() {
    let handler = ListHandler::new();
    let arguments = ["%s %(x)s", "${jndi:ldap://x}"].map(|text| Value::Str(text.into()));
    handler.handle(&Record::builder().template("%s|%s", arguments).build());
    assert_eq!(handler.lines(), ["%s %(x)s|${jndi:ldap://x}"]);
}

#[test]
fn p11_a_field_is_not_looked_at_again() {
    let formatter = PatternFormatter::new("%(user)s %(message)s").expect("the format is valid");
    let handler = ListHandler::new();
    handler.base().set_formatter(Some(Arc::new(formatter)));
    let record = Record::builder().level(Level::INFO).message("%(user)s");
    let record = record.field("user", "%(message)s ${x} {0}").expect("no attribute has this name");
    handler.handle(&record.build());
    assert_eq!(handler.lines(), ["%(message)s ${x} {0} %(user)s"]);
}

const HARMLESS: &[&str] = &[
    "${jndi:ldap://127.0.0.1/a}",
    "${${lower:j}ndi:rmi://x}",
    "{0.__class__}",
    "{message} {name!r:>100}",
    "%(x)s %(message)s %s %d %900000000s",
    "$message ${name} $$",
    "a\tb\u{1b}[31mred\u{0}\r",
];
