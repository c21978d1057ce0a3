//! Records as lines: CPython's `FormatterTest`.

use std::sync::Arc;

use handlers_core::{
    Clock, ErrorKind, Formatter, Handler, ManualClock, PatternFormatter, Record, Style, TimeText,
    TimeZone, Timestamp, Value, info, start_time,
};
use handlers_tests::support::{ListHandler, TestTree};

/// The record of these tests, with attributes of its own behind.
fn record<const N: usize>(more: [(&str, Value<'static>); N]) -> Record<'static> {
    let args = Value::Tuple(vec![Value::from(2), Value::from("placeholders")]);
    let attributes = [
        ("name", Value::from("formatter.test")),
        ("level", Value::from(10)),
        ("pathname", Value::from("path/to/dummy.ext")),
        ("lineno", Value::from(42)),
        ("exc_info", Value::None),
        ("func", Value::None),
        ("msg", Value::from("Message with %d %s")),
        ("args", args),
    ];
    let attributes = attributes.into_iter().chain(more);
    Record::from_attributes(attributes.map(|(name, value)| (name.to_owned(), value)))
}

fn formatter(style: Style, format: &str) -> PatternFormatter {
    let built = PatternFormatter::builder().style(style).format(format).build();
    built.unwrap_or_else(|error| panic!("{format}: {error}"))
}

fn format(formatter: &PatternFormatter, record: &Record<'_>) -> String {
    let mut line = String::new();
    formatter.format(record, &mut line).unwrap_or_else(|error| panic!("{formatter:?}: {error}"));
    line
}

/// What a formatter says of a record that lacks the field `random` (CORE-98).
fn missing_field(style: Style, with_random: &str) -> String {
    let formatter = formatter(style, with_random);
    let error = formatter.format(&record([]), &mut String::new()).expect_err("a field is missing");
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!formatter.uses_time());
    error.to_string()
}

/// Why a format is not valid: always Python's `ValueError`.
fn refusal(style: Style, format: &str) -> String {
    let built = PatternFormatter::builder().style(style).format(format).build();
    let error = built.expect_err("the format is not valid");
    assert_eq!(error.kind(), ErrorKind::Value, "{format}");
    error.to_string()
}

// FormatterTest.test_percent; CORE-89, CORE-91, CORE-98, CORE-101.
#[test]
fn percent_style_takes_fields_in_parentheses() {
    let line = format(&formatter(Style::Percent, "${%(message)s}"), &record([]));
    assert_eq!(line, "${Message with 2 placeholders}");
    let message = missing_field(Style::Percent, "%(random)s");
    assert_eq!(message, "Formatting field not found in record: 'random'");
    for with_time in ["%(asctime)s", "%(asctime)-15s", "%(asctime)#15s"] {
        assert!(formatter(Style::Percent, with_time).uses_time(), "{with_time}");
    }
}

// FormatterTest.test_braces; CORE-89, CORE-92, CORE-98, CORE-101.
#[test]
fn brace_style_takes_fields_in_braces() {
    let line = format(&formatter(Style::Brace, "$%{message}%$"), &record([]));
    assert_eq!(line, "$%Message with 2 placeholders%$");
    let message = missing_field(Style::Brace, "{random}");
    assert_eq!(message, "Formatting field not found in record: 'random'");
    assert!(!formatter(Style::Brace, "{message}").uses_time());
    for with_time in ["{asctime}", "{asctime!s:15}", "{asctime:15}"] {
        assert!(formatter(Style::Brace, with_time).uses_time(), "{with_time}");
    }
}

// FormatterTest.test_dollars; CORE-89, CORE-94, CORE-98, CORE-101.
#[test]
fn dollar_style_takes_fields_behind_a_dollar() {
    let lines = [
        ("${message}", "Message with 2 placeholders"),
        ("$message", "Message with 2 placeholders"),
        ("$$%${message}%$$", "$%Message with 2 placeholders%$"),
    ];
    for (pattern, line) in lines {
        assert_eq!(format(&formatter(Style::Dollar, pattern), &record([])), line);
    }
    let message = missing_field(Style::Dollar, "${random}");
    assert_eq!(message, "Formatting field not found in record: 'random'");
    assert!(!formatter(Style::Dollar, "${message}").uses_time());
    for with_time in ["${asctime}", "$asctime", "${asctime}--"] {
        assert!(formatter(Style::Dollar, with_time).uses_time(), "{with_time}");
    }
}

// FormatterTest.test_format_validate; CORE-91 to CORE-94.
#[test]
fn valid_formats_are_kept_as_they_are() {
    let percent = [
        "%(levelname)-15s - %(message) 5s - %(process)03d - %(module) - %(asctime)*.3s",
        "%(asctime)*s - %(asctime)*.3s - %(process)-34.33o",
        "%(process)#+027.23X",
        "%(foo)#.*g",
    ];
    let brace = [
        "$%{message}%$ - {asctime!a:15} - {customfield['key']}",
        "{process:.2f} - {custom.f:.4f}",
        "{customfield!s:#<30}",
        "{message!r}",
        "{message!s}",
        "{message!a}",
        "{process!r:4.2}",
        "{process!s:<#30,.12f}- {custom:=+#30,.1d} - {module:^30}",
        "{process!s:{w},.{p}}",
        "{foo:12.{p}}",
        "{foo:{w}.6}",
        "{foo[0].bar[1].baz}",
        "{foo[k1].bar[k2].baz}",
        "{12[k1].bar[k2].baz}",
    ];
    let dollar = ["${asctime} - $message", "$bar $$", "$bar $$$$"];

    let of = |style, formats: &[&'static str]| -> Vec<_> {
        formats.iter().map(|format| (style, *format)).collect()
    };
    let all = [of(Style::Percent, &percent), of(Style::Brace, &brace), of(Style::Dollar, &dollar)];
    for (style, format) in all.concat() {
        assert_eq!(formatter(style, format).format_string(), format);
    }
}

// FormatterTest.test_format_validate; CORE-91. The texts are those of CPython 3.13.0.
#[test]
fn percent_formats_need_one_conversion_that_is_whole() {
    let invalid = [
        "%(asctime)Z",
        "%(asctime)b",
        "%(asctime)*",
        "%(asctime)*3s",
        "%(asctime)_",
        "{asctime}",
        "${message}",
        "%(foo)#12.3*f",
        "%(foo)0*.8*f",
    ];
    for format in invalid {
        let expected = format!("Invalid format '{format}' for '%' style");
        assert_eq!(refusal(Style::Percent, format), expected);
    }
}

// FormatterTest.test_format_validate; CORE-92, CORE-93. The texts are those of CPython 3.13.0.
#[test]
fn brace_formats_are_parsed_whole() {
    let invalid = [
        ("{name-thing}", "invalid field name/expression: 'name-thing'"),
        ("%(asctime)s", "no fields"),
        ("{asctime!Z:15}", "invalid conversion: 'Z'"),
        ("{asctime!s:#30,15f}", "bad specifier: '#30,15f'"),
        ("{asctime!aa:15}", "expected ':' after conversion specifier"),
        ("{process:.2ff}", "bad specifier: '.2ff'"),
        ("{process:.2Z}", "bad specifier: '.2Z'"),
        ("{process!s:<##30,12g}", "bad specifier: '<##30,12g'"),
        ("{process!s:<#30#,12g}", "bad specifier: '<#30#,12g'"),
        ("{process!s:{{w}},{{p}}}", "bad specifier: '{{w}},{{p}}'"),
        ("{process", "expected '}' before end of string"),
        ("process}", "Single '}' encountered in format string"),
        ("{{foo!r:4.2}", "Single '}' encountered in format string"),
        ("{{foo!r:4.2}}", "no fields"),
        ("{foo/bar}", "invalid field name/expression: 'foo/bar'"),
        ("{foo:{{w}}.{{p}}}}", "bad specifier: '{{w}}.{{p}}'"),
        ("{foo!X:{{w}}.{{p}}}", "invalid conversion: 'X'"),
        ("{foo!a:random}", "bad specifier: 'random'"),
        ("{foo!a:ran{dom}", "unmatched '{' in format spec"),
        ("{foo!a:ran{d}om}", "bad specifier: 'ran{d}om'"),
        ("{foo.!a:d}", "invalid field name/expression: 'foo.'"),
    ];
    for (format, reason) in invalid {
        assert_eq!(refusal(Style::Brace, format), format!("invalid format: {reason}"), "{format}");
    }
}

// FormatterTest.test_format_validate; CORE-94. The texts are those of CPython 3.13.0.
#[test]
fn dollar_formats_need_a_field_and_no_bare_dollar() {
    let invalid = [
        ("$bar $$$", "bare '$' not allowed"),
        ("bar $", "bare '$' not allowed"),
        ("foo $.", "bare '$' not allowed"),
        ("${asctime", "bare '$' not allowed"),
        ("{asctime}", "no fields"),
        ("%(asctime)s", "no fields"),
        ("foo", "no fields"),
    ];
    for (format, reason) in invalid {
        assert_eq!(refusal(Style::Dollar, format), format!("invalid format: {reason}"), "{format}");
    }
}

// FormatterTest.test_defaults_parameter; CORE-98, CORE-99.
#[test]
fn a_default_stands_in_for_a_field_that_the_record_lacks() {
    let styles = [
        (Style::Percent, "%(custom)s %(message)s"),
        (Style::Brace, "{custom} {message}"),
        (Style::Dollar, "$custom $message"),
    ];
    let custom = || record([("custom", Value::from(1234))]);
    for (style, pattern) in styles {
        let builder = || PatternFormatter::builder().style(style).format(pattern);
        let with_default =
            builder().defaults([("custom", Value::from("Default"))]).build().unwrap();
        assert_eq!(format(&with_default, &record([])), "Default Message with 2 placeholders");
        assert_eq!(format(&with_default, &custom()), "1234 Message with 2 placeholders");

        let without = builder().build().unwrap();
        let error = without.format(&record([]), &mut String::new()).expect_err("no such field");
        assert_eq!(error.kind(), ErrorKind::Value);

        let other = builder().defaults([("Non-existing", Value::from("Default"))]).build().unwrap();
        assert_eq!(format(&other, &custom()), "1234 Message with 2 placeholders");
    }
}

// FormatterTest.test_invalid_style; CORE-88.
#[test]
fn there_are_three_styles() {
    let error = "x".parse::<Style>().expect_err("no style");
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(error.to_string(), "Style must be one of: %,{,$");
}

// FormatterTest.test_time; CORE-103, CORE-104. 735379380 is 1993-04-21 08:03:00 UTC.
#[test]
fn the_time_has_milliseconds_unless_it_has_a_format_of_its_own() {
    let created = [("created", Value::from(735_379_380.0)), ("msecs", Value::from(123))];
    let record = record(created);
    let utc = || {
        let pattern = PatternFormatter::builder().format("%(asctime)s %(message)s");
        pattern.time(TimeText::new().zone(TimeZone::utc()))
    };
    let line = format(&utc().build().unwrap(), &record);
    assert_eq!(line, "1993-04-21 08:03:00,123 Message with 2 placeholders");
    let line = format(&utc().date_format("%Y:%d").build().unwrap(), &record);
    assert_eq!(line, "1993:21 Message with 2 placeholders");
}

// FormatterTest.test_default_msec_format_none; CORE-105, CORE-106.
#[test]
fn milliseconds_can_be_left_out() {
    let record = record([("created", Value::from(735_379_380.0)), ("msecs", Value::from(123))]);
    let time = TimeText::new()
        .zone(TimeZone::utc())
        .default_time_format("%d/%m/%Y %H:%M:%S")
        .default_msec_format(None);
    let formatter = PatternFormatter::builder().format("%(asctime)s").time(time).build().unwrap();
    assert_eq!(format(&formatter, &record), "21/04/1993 08:03:00");
}

// FormatterTest.test_issue_89047, gh-89047; CORE-23, CORE-25.
#[test]
fn milliseconds_of_four_digits_are_never_shown() {
    let handler = Arc::new(ListHandler::new());
    let formatter = PatternFormatter::builder()
        .style(Style::Brace)
        .format("{asctime}.{msecs:03.0f} {message}")
        .date_format("%Y-%m-%d %H:%M:%S")
        .time(TimeText::new().zone(TimeZone::utc()));
    handler.base().set_formatter(Some(Arc::new(formatter.build().unwrap())));
    let tree = TestTree::new();
    tree.root().add_handler(Arc::clone(&handler) as Arc<dyn Handler>);
    let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
    tree.manager().set_clock(Some(Arc::new(clock.clone())));

    // A second in steps of 0.4 ms, and its last microseconds one by one.
    let steps = (0..2500).map(|step| step * 400_000);
    let nanos: Vec<u32> = steps.chain((0..1000).map(|step| 999_000_000 + step * 999)).collect();
    for nanos in &nanos {
        clock.set(Timestamp::from_nanos(1_677_902_297_000_000_000 + i128::from(*nanos)));
        info!(tree.root(), "Message");
    }
    let expected = nanos.iter().map(|nanos| {
        let millis = nanos / 1_000_000;
        format!("2023-03-04 03:58:17.{millis:03} Message")
    });
    assert_eq!(handler.lines(), expected.collect::<Vec<_>>());
}

// FormatterTest.test_msecs_has_no_floating_point_precision_loss, gh-102402; CORE-22 to CORE-24.
// `created` is what CPython 3.13.0 gives.
#[test]
fn milliseconds_are_cut_off_and_never_rounded() {
    let times = [
        (1_677_902_297_100_000_000, 1_677_902_297.1, 100.0),
        (1_677_903_920_999_998_503, 1_677_903_920.999_998_6, 999.0),
        (1_677_903_920_000_998_503, 1_677_903_920.000_998_5, 0.0),
        (1_677_903_920_999_999_900, 1_677_903_921.0, 0.0),
    ];
    let tree = TestTree::new();
    for (nanos, created, msecs) in times {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Timestamp::from_nanos(nanos)));
        tree.manager().set_clock(Some(clock));
        info!(tree.root(), "test");
        let records = tree.handler().records();
        let record = records.last().expect("a record was logged");
        let bits = [record.created().created(), record.msecs()].map(f64::to_bits);
        assert_eq!(bits, [created, msecs].map(f64::to_bits), "{nanos}");
        let fraction = created - created.floor();
        assert!((fraction - msecs / 1e3).abs() <= 1e-3, "{nanos}");
    }
}

// FormatterTest.test_relativeCreated_has_higher_precision, gh-102402; CORE-26. The milliseconds
// are what CPython 3.13.0 gives.
#[test]
fn the_time_since_the_start_is_exact_to_the_nanosecond() {
    let offsets = [
        (200, 0.0002),
        (500, 0.0005),
        (12_354, 0.012_354),
        (99_999, 0.099_999),
        (1_677_903_456_999_123_456, 1_677_903_456_999.123_5),
    ];
    for (nanos, milliseconds) in offsets {
        let created = Timestamp::from_nanos(start_time().as_nanos() + nanos);
        let record = Record::builder().created(created).build();
        assert_eq!(record.relative_created().to_bits(), f64::to_bits(milliseconds), "{nanos}");
    }
}
