//! Errors and stacks in the log: CPython's `ExceptionTest`.
//!
//! Rust's errors have no traceback and no name of a class, so the text is what the error says.

use handlers_core::{Error, ErrorKind, exception};
use handlers_tests::support::TestTree;

// ExceptionTest.test_formatting; CORE-109, CORE-110, CORE-112, CORE-148.
#[test]
fn the_error_and_the_stack_follow_the_message() {
    let tree = TestTree::new();
    let error = Error::new(ErrorKind::Runtime, "deliberate mistake");
    exception!(tree.root(), &error, stack_info = true; "failed");

    let record = tree.handler().only_record();
    assert_eq!(record.exception_text(), Some("deliberate mistake"));
    let stack = record.stack_info().expect("the stack was asked for");
    assert!(stack.starts_with("Stack (most recent call last):\n"), "{stack}");
    let last_call = stack.lines().last().unwrap();
    assert!(last_call.contains("the_error_and_the_stack_follow_the_message"), "{stack}");
    assert!(last_call.contains("exception.rs\", line "), "{stack}");

    let expected = format!("root -> ERROR: failed\ndeliberate mistake\n{stack}");
    assert_eq!(tree.lines(), [expected]);
}

// ExceptionTest.test_formatting; CORE-109, CORE-110. What caused an error comes before it, as in
// the tracebacks of CPython.
#[test]
fn the_causes_of_an_error_come_before_it() {
    let tree = TestTree::new();
    let cause = Error::new(ErrorKind::Runtime, "deliberate mistake");
    exception!(tree.root(), &cause.context("feed the cat"); "failed");
    let expected = "root -> ERROR: failed\n\
                    deliberate mistake\n\n\
                    The above exception was the direct cause of the following exception:\n\n\
                    feed the cat";
    assert_eq!(tree.lines(), [expected]);
}
