//! How long loggers live: CPython's `MemoryTest`.

use handlers_core::{Level, debug};
use handlers_tests::support::TestTree;

// MemoryTest.test_persistent_loggers; CORE-134.
#[test]
fn a_logger_that_nobody_holds_keeps_its_settings() {
    let tree = TestTree::new();
    tree.root().set_level(Level::INFO);
    let foo = tree.logger("foo");
    foo.set_level(Level::DEBUG);
    debug!(tree.root(), "1");
    debug!(foo, "2");
    assert_eq!(tree.lines(), ["foo -> DEBUG: 2"]);

    drop(foo);
    debug!(tree.logger("foo"), "3");
    assert_eq!(tree.lines(), ["foo -> DEBUG: 2", "foo -> DEBUG: 3"]);
}
