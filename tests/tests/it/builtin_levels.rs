//! The levels that have names from the start, and how loggers inherit them: CPython's
//! `BuiltinLevelsTest`. That a name can be taken away is in the test program `process`.

use handlers_core::{
    Level, LoggerAdapter, Logging, Value, critical, debug, error, get_level_name, info, warning,
};
use handlers_tests::support::TestTree;

// BuiltinLevelsTest.test_flat; CORE-1, CORE-141, CORE-152, CORE-184.
#[test]
fn a_logger_makes_the_records_of_its_level_and_above() {
    let tree = TestTree::new();
    let err = tree.logger("ERR");
    err.set_level(Level::ERROR);
    let inf = LoggerAdapter::new(tree.logger("INF"), [] as [(&str, Value<'_>); 0]).unwrap();
    inf.logger().set_level(Level::INFO);
    let deb = tree.logger("DEB");
    deb.set_level(Level::DEBUG);

    critical!(err, "1");
    error!(err, "2");
    critical!(inf, "3");
    error!(inf, "4");
    warning!(inf, "5");
    info!(inf, "6");
    critical!(deb, "7");
    error!(deb, "8");
    warning!(deb, "9");
    info!(deb, "10");
    debug!(deb, "11");

    warning!(err, "not logged");
    info!(err, "not logged");
    debug!(err, "not logged");
    debug!(inf, "not logged");

    let expected = [
        "ERR -> CRITICAL: 1",
        "ERR -> ERROR: 2",
        "INF -> CRITICAL: 3",
        "INF -> ERROR: 4",
        "INF -> WARNING: 5",
        "INF -> INFO: 6",
        "DEB -> CRITICAL: 7",
        "DEB -> ERROR: 8",
        "DEB -> WARNING: 9",
        "DEB -> INFO: 10",
        "DEB -> DEBUG: 11",
    ];
    assert_eq!(tree.lines(), expected);
}

// BuiltinLevelsTest.test_nested_explicit; CORE-140, CORE-152.
#[test]
fn a_level_of_its_own_comes_before_the_parents() {
    let tree = TestTree::new();
    tree.logger("INF").set_level(Level::INFO);
    let err = tree.logger("INF.ERR");
    err.set_level(Level::ERROR);

    critical!(err, "1");
    error!(err, "2");
    warning!(err, "not logged");
    info!(err, "not logged");
    debug!(err, "not logged");

    assert_eq!(tree.lines(), ["INF.ERR -> CRITICAL: 1", "INF.ERR -> ERROR: 2"]);
}

// BuiltinLevelsTest.test_nested_inherited; CORE-136, CORE-140.
#[test]
fn a_logger_without_a_level_has_that_of_the_nearest_ancestor_with_one() {
    let tree = TestTree::new();
    tree.logger("INF").set_level(Level::INFO);
    tree.logger("INF.ERR").set_level(Level::ERROR);
    let inf_undef = tree.logger("INF.UNDEF");
    let inf_err_undef = tree.logger("INF.ERR.UNDEF");

    critical!(inf_undef, "1");
    error!(inf_undef, "2");
    warning!(inf_undef, "3");
    info!(inf_undef, "4");
    critical!(inf_err_undef, "5");
    error!(inf_err_undef, "6");

    debug!(inf_undef, "not logged");
    warning!(inf_err_undef, "not logged");
    info!(inf_err_undef, "not logged");
    debug!(inf_err_undef, "not logged");

    let expected = [
        "INF.UNDEF -> CRITICAL: 1",
        "INF.UNDEF -> ERROR: 2",
        "INF.UNDEF -> WARNING: 3",
        "INF.UNDEF -> INFO: 4",
        "INF.ERR.UNDEF -> CRITICAL: 5",
        "INF.ERR.UNDEF -> ERROR: 6",
    ];
    assert_eq!(tree.lines(), expected);
}

// BuiltinLevelsTest.test_nested_with_virtual_parent; CORE-137, CORE-140.
#[test]
fn levels_are_inherited_through_names_that_came_after_their_descendants() {
    let tree = TestTree::new();
    let inf = tree.logger("INF");
    let grandchild = tree.logger("INF.BADPARENT.UNDEF");
    let child = tree.logger("INF.BADPARENT");
    inf.set_level(Level::INFO);

    critical!(grandchild, "1");
    info!(grandchild, "2");
    critical!(child, "3");
    info!(child, "4");
    debug!(grandchild, "not logged");
    debug!(child, "not logged");

    let expected = [
        "INF.BADPARENT.UNDEF -> CRITICAL: 1",
        "INF.BADPARENT.UNDEF -> INFO: 2",
        "INF.BADPARENT -> CRITICAL: 3",
        "INF.BADPARENT -> INFO: 4",
    ];
    assert_eq!(tree.lines(), expected);
}

// BuiltinLevelsTest.test_regression_22386, bpo-22386; CORE-4, CORE-5.
#[test]
fn a_name_gives_its_number_and_a_number_its_name() {
    assert_eq!(get_level_name(&Value::from("INFO")), Value::from(20));
    assert_eq!(get_level_name(&Value::from(20)), Value::from("INFO"));
}

// BuiltinLevelsTest.test_issue27935, bpo-27935; CORE-5.
#[test]
fn fatal_is_another_name_of_critical() {
    assert_eq!(get_level_name(&Value::from("FATAL")), Value::from(50));
    assert_eq!(Level::by_name("FATAL"), Some(Level::CRITICAL));
}
