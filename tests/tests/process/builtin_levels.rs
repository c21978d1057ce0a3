//! Names of levels that change: the rest of CPython's `BuiltinLevelsTest`.

use handlers_core::{Level, Record, Value, add_level_name, get_level_name};
use handlers_tests::support::alone;

// BuiltinLevelsTest.test_regression_29220, bpo-29220; CORE-8, CORE-15.
#[test]
fn a_name_may_be_empty() {
    let _alone = alone();
    let before = Record::builder().level(Level::INFO).build();
    add_level_name(Level::INFO, "");
    assert_eq!(get_level_name(&Value::from(20)), Value::from(""));
    assert_eq!(get_level_name(&Value::from("")), Value::from(20));
    assert_eq!(get_level_name(&Value::from(0)), Value::from("NOTSET"));
    assert_eq!(get_level_name(&Value::from("NOTSET")), Value::from(0));

    let after = Record::builder().level(Level::INFO).build();
    assert_eq!((before.level_name(), after.level_name()), ("INFO", ""));
}

// CORE-8: the example of the rule.
#[test]
fn an_older_name_goes_on_leading_to_its_level() {
    let _alone = alone();
    add_level_name(Level::INFO, "INFORMATION");
    assert_eq!(get_level_name(&Value::from(20)), Value::from("INFORMATION"));
    assert_eq!(get_level_name(&Value::from("INFO")), Value::from(20));
    assert_eq!(get_level_name(&Value::from("INFORMATION")), Value::from(20));
}
