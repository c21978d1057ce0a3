//! What all handlers have in common: CPython's `HandlerTest`.
//!
//! `test_post_fork_child_no_deadlock` has no counterpart: a Rust program that has threads cannot
//! fork and go on, so there are no locks to set free in the child. Nor has the part of `test_name`
//! about the method that every handler must bring with it: without `emit` it does not compile.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use handlers_core::{
    Handler, NullHandler, Record, StderrHandler, get_handler_by_name, register_handler,
};
use handlers_file::{FileHandler, OpenMode, RotatingFileHandler, StreamHandler};
use handlers_tests::support::{CapturedError, ListHandler};
use handlers_tests::test_dir;

// HandlerTest.test_name; CORE-67, CORE-73, CORE-75.
#[test]
fn a_handler_is_found_by_the_last_name_it_was_given() {
    let handler: Arc<dyn Handler> = Arc::new(ListHandler::new());
    assert_eq!(handler.base().name(), None);
    register_handler(&handler);
    handler.base().set_name(Some("generic"));
    assert_eq!(handler.base().name().as_deref(), Some("generic"));
    handler.base().set_name(Some("anothergeneric"));
    assert_eq!(handler.base().name().as_deref(), Some("anothergeneric"));

    assert!(get_handler_by_name("generic").is_none());
    let found = get_handler_by_name("anothergeneric").expect("the handler lives");
    assert_eq!(found.base().id(), handler.base().id());
}

// HandlerTest.test_name; CORE-76.
#[test]
fn a_closed_handler_is_not_found_and_can_be_closed_again() {
    let handler: Arc<dyn Handler> = Arc::new(ListHandler::new());
    handler.base().set_name(Some("closed twice"));
    register_handler(&handler);
    handler.close().unwrap();
    assert!(handler.base().is_closed());
    assert!(get_handler_by_name("closed twice").is_none());
    handler.close().unwrap();
}

// HandlerTest.test_builtin_handlers; FILE-7, FILE-13, CORE-86.
#[test]
fn a_delayed_file_is_opened_by_the_first_record_whether_it_exists_or_not() {
    let record = Record::builder().message("Test").build();
    for existing in [true, false] {
        let dir = test_dir!();
        let path = dir.join("app.log");
        let before = if existing { "before\n" } else { "" };
        if existing {
            dir.write("app.log", before);
        }
        let handlers: [Box<dyn Handler>; 2] = [
            Box::new(FileHandler::builder(&path).delay(true).build().unwrap()),
            Box::new(RotatingFileHandler::builder(&path).delay(true).build().unwrap()),
        ];
        assert_eq!(dir.has("app.log"), existing);
        for handler in &handlers {
            assert!(handler.handle(&record));
        }
        assert_eq!(dir.read("app.log"), format!("{before}Test\nTest\n"));
        for handler in &handlers {
            handler.close().unwrap();
        }
    }
}

// HandlerTest.test_builtin_handlers; CORE-86, CORE-87, CORE-122, CORE-126.
#[test]
fn every_handler_can_be_made_used_and_closed() {
    let captured = CapturedError::new();
    let null = NullHandler::new();
    let stderr = StderrHandler::new();
    let stream = StreamHandler::new(Vec::new());
    let record = Record::builder().message("Test").build();
    // Python's NullHandler says nothing of the record, the others that it passed.
    let passed = [&null as &dyn Handler, &stderr, &stream].map(|handler| handler.handle(&record));
    assert_eq!(passed, [false, true, true]);
    for handler in [&null as &dyn Handler, &stderr, &stream] {
        handler.close().unwrap();
    }
    assert_eq!(captured.text(), "Test\n");
    assert_eq!(stream.into_inner(), b"Test\n");
}

// HandlerTest.test_pathlike_objects and, by its older name, test_path_objects; FILE-1.
#[test]
fn a_path_may_be_of_any_type_that_names_a_file() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    let text = path.to_str().unwrap();
    let truncating = |builder: handlers_file::FileHandlerBuilder| builder.mode(OpenMode::TRUNCATE);
    let open: [Box<dyn Fn() -> PathBuf>; 5] = [
        Box::new(|| truncating(FileHandler::builder(text)).build().unwrap().path().to_owned()),
        Box::new(|| FileHandler::new(String::from(text)).unwrap().path().to_owned()),
        Box::new(|| FileHandler::new(OsString::from(text)).unwrap().path().to_owned()),
        Box::new(|| FileHandler::new(path.as_path()).unwrap().path().to_owned()),
        Box::new(|| RotatingFileHandler::builder(&path).build().unwrap().path().to_owned()),
    ];
    for open in open {
        assert_eq!(open(), path);
        assert!(path.exists());
        fs::remove_file(&path).unwrap();
    }
}

// HandlerTest.test_pathlike_objects; FILE-1. `/d/./e/../app.log` is `/d/app.log` to Python too.
#[test]
fn the_path_of_a_handler_is_absolute_and_collapsed() {
    let dir = test_dir!();
    let winding = dir.path().join(".").join("no-such-directory").join("..").join("app.log");
    let handler = FileHandler::builder(winding).delay(true).build().unwrap();
    assert_eq!(handler.path(), dir.join("app.log"));

    let relative = FileHandler::builder("app.log").delay(true).build().unwrap();
    assert_eq!(relative.path(), std::env::current_dir().unwrap().join("app.log"));
}
