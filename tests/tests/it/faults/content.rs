//! Records that cannot be what they want to be.

use std::path::Path;

use handlers_core::{Handler, PatternFormatter, Record, Style, Timestamp, Value};
use handlers_file::FileHandler;
use handlers_file::encoding::EncodeErrors;
use handlers_tests::support::{Dir, ListHandler};
use handlers_tests::test_dir;

use super::count_reports;

// What CPython 3.13's FileHandler writes.
#[test]
fn a_text_that_an_encoding_cannot_hold_leaves_nothing_of_itself_behind() {
    let cases: &[(&str, u64, &[u8])] = &[
        ("ascii", 2, b"good\nlast\n"),
        ("cp037", 2, b"\x87\x96\x96\x84\x25\x93\x81\xa2\xa3\x25"),
        ("hz", 1, b"good\n~{HU1>~}\nlast\n"),
        ("iso2022_jp", 1, b"good\n\x1b$BF|K\\\x1b(B\nlast\n"),
        ("latin-1", 2, b"good\nlast\n"),
        ("shift_jis", 1, b"good\n\x93\xfa\x96\x7b\nlast\n"),
    ];
    for (encoding, failed, expected) in cases {
        let dir = test_dir!();
        let builder = FileHandler::builder(dir.join("app.log")).encoding_name(encoding);
        let handler = builder.build().expect("Python knows the encoding");
        let reports = count_reports(&handler);
        for message in ["good", "日本 é 日本 😀 end", "日本", "last"] {
            assert!(handler.handle(&Record::builder().message(message).build()));
        }
        assert_eq!(dir.read_bytes("app.log"), *expected, "{encoding}");
        assert_eq!(reports.count(), *failed, "{encoding}");
        assert_eq!(handler.base().counters().failed, *failed, "{encoding}");
    }
}

#[test]
fn a_text_need_not_be_lost_to_its_encoding() {
    let dir = test_dir!();
    let builder = FileHandler::builder(dir.join("app.log")).encoding_name("ascii");
    let builder = builder.errors(EncodeErrors::BackslashReplace);
    let handler = builder.build().expect("the file can be opened");
    handler.handle(&Record::builder().message("日本 é 😀").build());
    assert_eq!(dir.read("app.log"), "\\u65e5\\u672c \\xe9 \\U0001f600\n");
}

#[test]
fn arguments_that_do_not_fit_cost_their_record_and_no_other() {
    let wrong: [(&str, &[Value<'static>]); 6] = [
        ("%d", &[Value::Str("text".into())]),
        ("%s %s", &[Value::Bool(true)]),
        ("%s", &[Value::Bool(true), Value::Bool(false)]),
        ("%(name)s", &[Value::Bool(true)]),
        ("%q", &[Value::Bool(true)]),
        ("%", &[Value::Bool(true)]),
    ];
    let handler = ListHandler::new();
    let reports = count_reports(&handler);
    for (template, arguments) in wrong {
        let arguments = arguments.to_vec();
        let record = Record::builder().template(template, arguments).build();
        assert!(handler.handle(&record), "{template}: errors do not reach the caller");
    }
    handler.handle(&Record::builder().template("%s", [Value::Str("right".into())]).build());
    assert_eq!((reports.count(), handler.lines()), (6, vec!["right".to_owned()]));
}

// From nine characters CPython makes 900 megabytes.
#[test]
fn a_width_in_a_message_asks_for_little_memory() {
    let handler = ListHandler::new();
    let reports = count_reports(&handler);
    let bombs =
        ["%900000000s", "%.900000000d", "%099999999999999999999d", "%-900000000s", "%.900000000f"];
    for bomb in bombs {
        let record = Record::builder().template(bomb, [Value::from(1)]).build();
        assert!(handler.handle(&record), "{bomb}: errors do not reach the caller");
    }
    let written: usize = handler.lines().iter().map(String::len).sum();
    assert!(written <= 1 << 20, "{written} bytes");
    assert_eq!(reports.count() + handler.lines().len() as u64, 5);
}

#[test]
fn a_width_in_a_format_asks_for_little_memory() {
    let formats = [
        ("%(message)900000000s", Style::Percent),
        ("{message:>900000000}", Style::Brace),
        ("{lineno:0900000000d}", Style::Brace),
        ("{created:.900000000f}", Style::Brace),
    ];
    for (format, style) in formats {
        // One that is refused at once asks for none.
        let Ok(formatter) = PatternFormatter::builder().format(format).style(style).build() else {
            continue;
        };
        let handler = ListHandler::new();
        count_reports(&handler);
        handler.base().set_formatter(Some(std::sync::Arc::new(formatter)));
        assert!(handler.handle(&Record::builder().message("short").build()), "{format}");
        let written: usize = handler.lines().iter().map(String::len).sum();
        assert!(written <= 1 << 20, "{format}: {written} bytes");
    }
}

// Of these CPython loses those that no calendar holds.
#[test]
fn a_time_that_no_calendar_holds_harms_nobody() {
    let seconds = [
        0.0,
        -0.0,
        -1.0,
        0.9999,
        2_147_483_648.0,
        4_294_967_296.5,
        253_402_300_799.999_9,
        253_402_300_800.0,
        -62_135_596_801.0,
        1e20,
        -1e18,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    let nanoseconds = [i128::MIN, -1, 0, 999_999_999, i64::MAX.into(), i128::MAX];
    let times = seconds.map(Timestamp::from_seconds).into_iter();
    let times: Vec<Timestamp> = times.chain(nanoseconds.map(Timestamp::from_nanos)).collect();
    let dir = test_dir!();
    let handler = file_with_time(&dir.join("app.log"));
    let reports = count_reports(&handler);
    for time in &times {
        let record = Record::builder().message("there").created(*time).build();
        assert!(handler.handle(&record), "{time:?}: errors do not reach the caller");
    }
    let lines = lines(&dir);
    assert_eq!(lines.len() as u64 + reports.count(), times.len() as u64);
    assert!(lines.iter().all(|line| line.ends_with(" there")), "{lines:?}");
    assert!(lines.len() >= 9, "ordinary times are written: {lines:?}");
}

fn file_with_time(path: &Path) -> FileHandler {
    let format = "%(asctime)s %(created)f %(msecs)d %(relativeCreated)d %(message)s";
    let formatter = PatternFormatter::new(format).expect("the format is valid");
    let builder = FileHandler::builder(path).formatter(formatter);
    builder.build().expect("the file can be opened")
}

fn lines(dir: &Dir) -> Vec<String> {
    dir.read("app.log").lines().map(str::to_owned).collect()
}
