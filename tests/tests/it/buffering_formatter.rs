//! Several records as one text: CPython's `BufferingFormatterTest`.

use handlers_core::{BufferingFormatter, PatternFormatter, Record};

fn format(formatter: &BufferingFormatter, records: &[Record<'_>]) -> String {
    let mut text = String::new();
    formatter.format(records, &mut text).expect("the records have nothing to merge");
    text
}

fn records() -> [Record<'static>; 2] {
    ["one", "two"].map(|message| Record::builder().message(message).build())
}

fn counting() -> BufferingFormatter {
    BufferingFormatter::new()
        .header(|records: &[Record<'_>]| format!("[({})", records.len()))
        .footer(|records: &[Record<'_>]| format!("({})]", records.len()))
}

// BufferingFormatterTest.test_default; CORE-116, CORE-117.
#[test]
fn records_stand_one_behind_the_other() {
    let formatter = BufferingFormatter::new();
    assert_eq!(format(&formatter, &[]), "");
    assert_eq!(format(&formatter, &records()), "onetwo");
}

// BufferingFormatterTest.test_custom; CORE-116, CORE-117.
#[test]
fn a_batch_may_have_a_header_and_a_footer() {
    assert_eq!(format(&counting(), &records()), "[(2)onetwo(2)]");
    let lines = counting().line_formatter(PatternFormatter::new("<%(message)s>").unwrap());
    assert_eq!(format(&lines, &records()), "[(2)<one><two>(2)]");
    assert_eq!(format(&lines, &[]), "");
}
