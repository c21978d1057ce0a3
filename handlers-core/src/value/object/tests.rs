use super::*;
use crate::formatter::Formatter as _;
use crate::printf;
use crate::{Fields, PatternFormatter, Record, Style, Timestamp};

fn texts(object: Object) -> (String, String) {
    let value = Value::from(object);
    (value.to_string(), value.repr())
}

fn merged(format: &str, object: &Object) -> String {
    let mut out = String::new();
    let args = Value::Tuple(vec![Value::from(object.clone())]);
    match printf::merge(format, &args, &mut out) {
        Ok(()) => out,
        Err(error) => format!("{}: {error}", error.python_name()),
    }
}

// What CPython 3.13 prints.
#[test]
fn objects_of_the_standard_library_have_pythons_texts() {
    let ok = |object: crate::Result<Object>| texts(object.unwrap());
    for ((text, repr), expected_text, expected_repr) in [
        (ok(Object::date(1, 2, 3)), "0001-02-03", "datetime.date(1, 2, 3)"),
        (ok(Object::time((0, 0, 0, 0), None)), "00:00:00", "datetime.time(0, 0)"),
        (ok(Object::time((1, 2, 0, 7), None)), "01:02:00.000007", "datetime.time(1, 2, 0, 7)"),
        (
            ok(Object::time((1, 2, 3, 0), Some(-5400))),
            "01:02:03-01:30",
            "datetime.time(1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(days=-1, \
             seconds=81000)))",
        ),
        (
            ok(Object::datetime((2024, 2, 29), (0, 0, 0, 0), Some(0))),
            "2024-02-29 00:00:00+00:00",
            "datetime.datetime(2024, 2, 29, 0, 0, tzinfo=datetime.timezone.utc)",
        ),
        (ok(Object::timedelta(0, 0, 0)), "0:00:00", "datetime.timedelta(0)"),
        (
            ok(Object::timedelta(2, 90_000, -1)),
            "3 days, 0:59:59.999999",
            "datetime.timedelta(days=3, seconds=3599, microseconds=999999)",
        ),
        (
            ok(Object::timezone(3661)),
            "UTC+01:01:01",
            "datetime.timezone(datetime.timedelta(seconds=3661))",
        ),
        (ok(Object::timezone(0)), "UTC", "datetime.timezone.utc"),
        (ok(Object::decimal("-0.0E+5")), "-0.0E+5", "Decimal('-0.0E+5')"),
        (
            texts(Object::frozenset(["a".into(), Value::Tuple(vec![1.into()])])),
            "frozenset({'a', (1,)})",
            "frozenset({'a', (1,)})",
        ),
        (texts(Object::frozenset([])), "frozenset()", "frozenset()"),
        (texts(Object::global("builtins", "int")), "<class 'int'>", "<class 'int'>"),
    ] {
        assert_eq!((&*text, &*repr), (expected_text, expected_repr));
    }
}

#[test]
fn what_python_would_not_make_is_refused() {
    for wrong in [
        Object::date(0, 1, 1),
        Object::date(2023, 2, 29),
        Object::date(2024, 13, 1),
        Object::date(1900, 2, 29),
        Object::time((24, 0, 0, 0), None),
        Object::time((0, 0, 60, 0), None),
        Object::time((0, 0, 0, 1_000_000), None),
        Object::timezone(86_400),
        Object::datetime((2024, 1, 1), (0, 0, 0, 0), Some(i32::MIN)),
        Object::decimal(""),
        Object::decimal("1e"),
        Object::decimal("."),
        Object::decimal("1_0'); import os"),
        Object::instant(Timestamp::from_seconds(1e18), 0),
        Object::instant(Timestamp::from_seconds(-1e18), i32::MAX),
    ] {
        assert_eq!(wrong.unwrap_err().kind(), crate::ErrorKind::Value);
    }
    let too_long = Object::timedelta(i64::MAX, i64::MAX, i64::MAX).unwrap_err();
    assert_eq!(too_long.kind(), crate::ErrorKind::Overflow);
    for decimal in ["1", ".5", "5.", "+1.5E-7", "-Infinity", "nan", "sNaN12", "1e999999"] {
        assert!(Object::decimal(decimal).is_ok(), "{decimal}");
    }
}

// The expected dates are CPython's: `datetime.fromtimestamp(seconds, timezone.utc)`.
#[test]
fn points_in_time_are_those_of_the_calendar() {
    for (seconds, text) in [
        (-62_135_596_800.0, "0001-01-01 00:00:00+00:00"),
        (-1.0, "1969-12-31 23:59:59+00:00"),
        (951_782_400.0, "2000-02-29 00:00:00+00:00"),
        (1_709_251_199.25, "2024-02-29 23:59:59.250000+00:00"),
        (253_402_300_799.0, "9999-12-31 23:59:59+00:00"),
    ] {
        let when = Object::instant(Timestamp::from_seconds(seconds), 0).unwrap();
        assert_eq!(texts(when).0, text);
    }
}

#[test]
fn an_object_is_formatted_as_text_and_not_as_a_number() {
    let span = Object::timedelta(1, 0, 0).unwrap();
    assert_eq!(
        merged("%s|%12s|%.5s", &span).split('|').next(),
        Some("TypeError: not enough arguments for format string")
    );
    assert_eq!(merged("%15s|", &span), " 1 day, 0:00:00|");
    assert_eq!(merged("%r", &span), "datetime.timedelta(days=1)");
    assert_eq!(
        merged("%d", &span),
        "TypeError: %d format: a real number is required, not datetime.timedelta"
    );
    assert_eq!(merged("%f", &span), "TypeError: must be real number, not datetime.timedelta");
    assert_eq!(merged("%c", &span), "TypeError: %c requires int or char");
    let point = Object::instance("m", "Outer.Point", [("x", Value::from(1))]);
    let accent = point.clone().shown_as("é", "<é>");
    assert_eq!(merged("%a", &accent), r"<\xe9>");
    assert_eq!(merged("%x", &point), "TypeError: %x format: an integer is required, not Point");
}

#[test]
fn a_format_specification_is_an_error_in_the_words_of_cpython() {
    let format = |pattern: &str, object: Object| {
        let formatter = PatternFormatter::builder().style(Style::Brace).format(pattern);
        let record = Record::builder().field("v", object).unwrap().build();
        let mut out = String::new();
        let written = formatter.build().unwrap().format(&record, &mut out);
        written.map_or_else(|error| format!("{}: {error}", error.python_name()), |()| out)
    };
    assert_eq!(format("{v}|{v!r}", Object::set([])), "set()|set()");
    assert_eq!(
        format("{v:>5}", Object::uuid(7)),
        "TypeError: unsupported format string passed to UUID.__format__"
    );
    assert_eq!(
        format("{v:>5}", Object::timedelta(1, 0, 0).unwrap()),
        "TypeError: unsupported format string passed to datetime.timedelta.__format__"
    );
    assert_eq!(
        format("{v.x}", Object::uuid(7)),
        "AttributeError: 'UUID' object has no attribute 'x'"
    );
    assert_eq!(format("{v[0]}", Object::uuid(7)), "TypeError: 'UUID' object is not subscriptable");
}

#[test]
fn what_is_empty_or_nothing_counts_as_false() {
    let falsy = [
        Object::set([]),
        Object::frozenset([]),
        Object::decimal("-0.00E+3").unwrap(),
        Object::timedelta(0, 0, 0).unwrap(),
        Object::new("builtins", "range").argument(0).falsy(),
    ];
    assert!(falsy.into_iter().all(|object| !Value::from(object).is_truthy()));
    let truthy = [
        Object::set([0.into()]),
        Object::decimal("NaN").unwrap(),
        Object::decimal("0.01").unwrap(),
        Object::time((0, 0, 0, 0), None).unwrap(),
        Object::opaque("m", "Lock", "<unlocked Lock>"),
    ];
    assert!(truthy.into_iter().all(|object| Value::from(object).is_truthy()));
}

#[test]
fn objects_are_equal_if_their_recipes_are() {
    let value = |object: Object| Value::from(object);
    let third = Object::new("fractions", "Fraction").argument(1).argument(3);
    assert!(value(third.clone()).equals(&value(third.clone().shown_as("1/3", "a third"))));
    assert!(!value(third.clone()).equals(&value(Object::new("fractions", "Fraction").argument(1))));
    assert!(!value(third).equals(&Value::from(1)));
    let opaque = |repr: &str| value(Object::opaque("m", "C", repr));
    assert!(opaque("<a>").equals(&opaque("<a>")) && !opaque("<a>").equals(&opaque("<b>")));
}

#[test]
fn an_object_without_a_text_shows_the_call_that_makes_it() {
    let inner = Object::new("m", "Outer.Inner").argument("x");
    let object = Object::new("m", "Make").argument(Value::List(vec![inner.into()])).argument(1);
    let value = Value::from(object);
    assert_eq!(value.repr(), "Make([Inner('x')], 1)");
    assert_eq!(value.type_name(), "Make");
    let nested =
        (0..100_000).fold(Object::new("m", "N"), |inner, _| Object::new("m", "N").argument(inner));
    let nested = Value::from(nested);
    assert_eq!(nested.repr().len(), 3 * 100_001);
    // Dropping is a danger: see the documentation of `Value`.
    std::mem::forget(nested);
}

#[test]
fn a_dictionary_of_another_class_is_a_mapping_for_a_message() {
    let ordered =
        Object::new("collections", "OrderedDict").dict_items([("user".into(), "ann".into())]);
    let record = Record::builder().template("%(user)s came", [ordered.into()]).build();
    assert_eq!(record.message().unwrap(), "ann came");
    assert!(Fields::get(&record, "args").is_some_and(|args| matches!(args, Value::Object(_))));
}

#[test]
fn an_instance_has_its_attributes_for_state() {
    let point = Object::instance("m", "Point", [("x", Value::from(1))]);
    let construction = point.construction().expect("it is constructed");
    assert_eq!(
        construction.callable.recipe(),
        Object::global("copyreg", "_reconstructor").recipe()
    );
    assert_eq!(construction.arguments.len(), 3);
    assert_eq!(construction.state, Some(Value::Dict(vec![("x".into(), 1.into())])));
    assert_eq!((&*point.class_of().module, &*point.class_of().name), ("m", "Point"));
    assert!(
        Object::instance::<&str>("m", "P", []).construction().expect("so is it").state.is_none()
    );
}
