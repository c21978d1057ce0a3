//! One handler in one go: CPython's `BasicConfigTest`, and what 3.15 added about formatters. What the
//! macros without a logger do is in the test program `process`.
//!
//! Settings that are unknown or have no value do not compile, which leaves nothing of
//! `test_incompatible` about them.

use std::any::Any;
use std::sync::{Arc, Mutex};

use handlers_core::{
    BasicConfig, Error, ErrorKind, Formatter, Handler, Level, Manager, ManualClock,
    PatternFormatter, Record, StderrHandler, Style, Timestamp, debug, error, info, warning,
};
use handlers_file::encoding::EncodeErrors;
use handlers_file::{FileHandler, FileHandlerBuilder, OpenMode, StreamHandler};
use handlers_tests::support::{CapturedError, Dir, ListHandler, SharedBuffer};
use handlers_tests::test_dir;

/// Configures a tree of its own.
fn configured(config: BasicConfig) -> Manager {
    let manager = Manager::new();
    config.apply_to(&manager).expect("the settings are valid");
    manager
}

fn only_handler(manager: &Manager) -> Arc<dyn Handler> {
    let mut handlers = manager.root().handlers();
    assert_eq!(handlers.len(), 1, "{handlers:?}");
    handlers.remove(0)
}

/// A configuration for a handler that is there already.
fn for_stream(handler: &Arc<dyn Handler>) -> BasicConfig {
    let handler = Arc::clone(handler);
    BasicConfig::new().stream(move || Ok(handler))
}

/// The format of a handler's formatter.
fn format_of(handler: &dyn Handler) -> String {
    handler.base().formatter().expect("a formatter was set").label()
}

// BasicConfigTest.test_no_kwargs; CORE-171.
#[test]
fn without_settings_lines_go_to_standard_error() {
    let manager = configured(BasicConfig::new());
    let handler = only_handler(&manager);
    assert!((&*handler as &dyn Any).is::<StderrHandler>());
    assert_eq!(format_of(&*handler), "%(levelname)s:%(name)s:%(message)s");
    assert_eq!(manager.root().level(), Level::WARNING);

    let captured = CapturedError::new();
    warning!(manager.get_logger("app"), "disk {}", "full");
    info!(manager.get_logger("app"), "not logged");
    assert_eq!(captured.text(), "WARNING:app:disk full\n");
}

// BasicConfigTest.test_no_kwargs; CORE-169.
#[test]
fn a_root_that_has_a_handler_is_left_alone() {
    let manager = Manager::new();
    let handler: Arc<dyn Handler> = Arc::new(ListHandler::new());
    manager.root().add_handler(Arc::clone(&handler));
    let invalid = BasicConfig::new().level(Level::DEBUG).format("no field");
    invalid.apply_to(&manager).unwrap();
    assert_eq!(only_handler(&manager).base().id(), handler.base().id());
    assert!(handler.base().formatter().is_none());
    assert_eq!(manager.root().level(), Level::WARNING);
}

/// The line of an error in a style, with the format that goes with it.
fn line_in_style(style: Style) -> Vec<String> {
    let list = Arc::new(ListHandler::new());
    let handler: Arc<dyn Handler> = Arc::clone(&list) as _;
    let manager = configured(for_stream(&handler).style(style));
    error!(manager.root(), "Log an error");
    list.lines()
}

// BasicConfigTest.test_strformatstyle; CORE-171.
#[test]
fn the_default_format_exists_in_brace_style() {
    assert_eq!(line_in_style(Style::Brace), ["ERROR:root:Log an error"]);
}

// BasicConfigTest.test_stringtemplatestyle; CORE-171.
#[test]
fn the_default_format_exists_in_dollar_style() {
    assert_eq!(line_in_style(Style::Dollar), ["ERROR:root:Log an error"]);
}

/// Configures a tree of its own with a file handler.
fn with_file(
    dir: &Dir,
    build: impl FnOnce(FileHandlerBuilder) -> FileHandlerBuilder + 'static,
) -> Manager {
    let builder = build(FileHandler::builder(dir.join("test.log")));
    let open = move || Ok(Arc::new(builder.build()?) as Arc<dyn Handler>);
    configured(BasicConfig::new().format("%(message)s").level(Level::DEBUG).file(open))
}

/// Looks at the one handler of the root, which is one for files.
fn file_handler<R>(manager: &Manager, look: impl FnOnce(&FileHandler) -> R) -> R {
    let handler = only_handler(manager);
    look((&*handler as &dyn Any).downcast_ref().expect("the handler is for files"))
}

// BasicConfigTest.test_filename; CORE-172.
#[test]
fn lines_go_to_the_file_of_the_handler_that_was_opened() {
    let dir = test_dir!();
    let manager = with_file(&dir, |builder| builder);
    let expected = FileHandler::new(dir.join("test.log")).unwrap();
    file_handler(&manager, |handler| {
        assert_eq!(handler.path(), expected.path());
        assert_eq!(handler.mode(), &OpenMode::APPEND);
    });
    debug!(manager.root(), "line");
    assert_eq!(dir.read("test.log"), "line\n");
}

// BasicConfigTest.test_filemode; CORE-172, FILE-3.
#[test]
fn the_file_is_opened_in_the_mode_that_was_chosen() {
    let dir = test_dir!();
    dir.write("test.log", "of yesterday\n");
    let manager = with_file(&dir, |builder| builder.mode("wb".parse().unwrap()));
    file_handler(&manager, |handler| {
        assert_eq!(handler.mode().as_str(), "wb");
        assert_eq!(handler.encoding(), None);
    });
    assert_eq!(dir.read("test.log"), "");
}

// BasicConfigTest.test_filename; CORE-173. What is not wanted is not opened.
#[test]
fn a_file_is_not_opened_by_a_configuration_that_does_nothing() {
    let dir = test_dir!();
    let manager = Manager::new();
    manager.root().add_handler(Arc::new(ListHandler::new()));
    let path = dir.join("test.log");
    let config = BasicConfig::new().file(move || Ok(Arc::new(FileHandler::new(&path)?) as _));
    config.apply_to(&manager).unwrap();
    assert!(!dir.has("test.log"));
}

// BasicConfigTest.test_stream; CORE-171.
#[test]
fn lines_go_to_the_stream_of_the_handler_that_was_made() {
    let stream = SharedBuffer::new();
    let handler: Arc<dyn Handler> = Arc::new(StreamHandler::new(stream.clone()));
    let manager = configured(for_stream(&handler));
    assert_eq!(only_handler(&manager).base().id(), handler.base().id());
    warning!(manager.root(), "line");
    assert_eq!(stream.text(), "WARNING:root:line\n");
}

// BasicConfigTest.test_format; CORE-103, CORE-171. Without a date format there are milliseconds.
#[test]
fn the_format_can_be_set() {
    let list = Arc::new(ListHandler::new());
    let handler: Arc<dyn Handler> = Arc::clone(&list) as _;
    let manager = configured(for_stream(&handler).format("%(asctime)s - %(message)s"));
    assert_eq!(format_of(&*handler), "%(asctime)s - %(message)s");

    let clock = ManualClock::new(Timestamp::from_nanos(735_379_380_123_000_000));
    manager.set_clock(Some(Arc::new(clock)));
    warning!(manager.root(), "message");
    assert!(list.lines()[0].ends_with(":00,123 - message"), "{:?}", list.lines());
}

// BasicConfigTest.test_datefmt; CORE-104, CORE-171.
#[test]
fn the_date_format_can_be_set() {
    let list = Arc::new(ListHandler::new());
    let handler: Arc<dyn Handler> = Arc::clone(&list) as _;
    let config = for_stream(&handler).format("%(asctime)s - %(message)s").date_format("bar");
    warning!(configured(config).root(), "message");
    assert_eq!(list.lines(), ["bar - message"]);
}

// BasicConfigTest.test_style; CORE-178.
#[test]
fn the_style_can_be_set() {
    let manager = configured(BasicConfig::new().style(Style::Dollar));
    assert_eq!(format_of(&*only_handler(&manager)), "${levelname}:${name}:${message}");
}

// BasicConfigTest.test_level; CORE-169, CORE-176.
#[test]
fn the_level_is_set_by_the_first_configuration_alone() {
    let manager = configured(BasicConfig::new().level(Level::new(57)));
    assert_eq!(manager.root().level(), Level::new(57));
    BasicConfig::new().level(Level::new(58)).apply_to(&manager).unwrap();
    assert_eq!(manager.root().level(), Level::new(57));
}

/// Why a configuration is refused; nothing is configured by it.
fn refusal(config: BasicConfig) -> String {
    let manager = Manager::new();
    let error = config.apply_to(&manager).expect_err("the settings exclude each other");
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(manager.root().handlers().is_empty());
    error.to_string()
}

fn never_opened() -> handlers_core::Result<Arc<dyn Handler>> {
    unreachable!("the configuration is refused before anything is opened")
}

// BasicConfigTest.test_incompatible; CORE-173, CORE-174.
#[test]
fn stream_file_and_handlers_exclude_each_other() {
    let handlers = || [Arc::new(StderrHandler::new()) as Arc<dyn Handler>];
    let config = BasicConfig::new;
    assert_eq!(
        refusal(config().file(never_opened).stream(never_opened)),
        "'stream' and 'filename' should not be specified together"
    );
    let with_handlers = "'stream' or 'filename' should not be specified together with 'handlers'";
    assert_eq!(refusal(config().file(never_opened).handlers(handlers())), with_handlers);
    assert_eq!(refusal(config().stream(never_opened).handlers(handlers())), with_handlers);
}

// CORE-179, which is of 3.15.
#[test]
fn a_formatter_excludes_what_it_would_be_made_of() {
    let config = || BasicConfig::new().formatter(PatternFormatter::new("%(message)s").unwrap());
    let message = |key| format!("'{key}' should not be specified together with 'formatter'");
    assert_eq!(refusal(config().format("%(name)s")), message("format"));
    assert_eq!(refusal(config().date_format("%Y")), message("datefmt"));
    assert_eq!(refusal(config().style(Style::Dollar)), message("style"));
}

// CORE-179, which is of 3.15.
#[test]
fn a_formatter_can_be_set_as_a_whole() {
    let shout = |record: &Record<'_>, out: &mut String| {
        out.push_str(&record.message()?.to_uppercase());
        Ok(())
    };
    let captured = CapturedError::new();
    warning!(configured(BasicConfig::new().formatter(shout)).root(), "help");
    assert_eq!(captured.text(), "HELP\n");
}

// BasicConfigTest.test_handlers; CORE-175.
#[test]
fn handlers_without_a_formatter_get_the_same_one() {
    let handlers: [Arc<dyn Handler>; 3] = [
        Arc::new(StderrHandler::new()),
        Arc::new(StreamHandler::stdout()),
        Arc::new(StderrHandler::new()),
    ];
    let own: Arc<dyn Formatter> = Arc::new(PatternFormatter::new("%(message)s").unwrap());
    handlers[2].base().set_formatter(Some(Arc::clone(&own)));
    let manager = configured(BasicConfig::new().handlers(handlers.clone()));

    let ids = |handlers: &[Arc<dyn Handler>]| -> Vec<u64> {
        handlers.iter().map(|handler| handler.base().id()).collect()
    };
    assert_eq!(ids(&manager.root().handlers()), ids(&handlers));
    let [first, second, third] = handlers.map(|handler| handler.base().formatter().unwrap());
    assert!(Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&third, &own));
}

// BasicConfigTest.test_force; CORE-170.
#[test]
fn force_closes_and_replaces_the_handlers_that_are_there() {
    let streams = [SharedBuffer::new(), SharedBuffer::new()];
    let handlers = streams.clone().map(|stream| Arc::new(StreamHandler::new(stream)) as _);
    let [old, new]: [Arc<dyn Handler>; 2] = handlers;
    let manager = Manager::new();
    let log_thrice = || {
        warning!(manager.root(), "warn");
        info!(manager.root(), "info");
        debug!(manager.root(), "debug");
    };
    let config = BasicConfig::new().level(Level::WARNING).handlers([Arc::clone(&old)]);
    config.apply_to(&manager).unwrap();
    log_thrice();
    let config = BasicConfig::new().level(Level::INFO).handlers([Arc::clone(&new)]).force(true);
    config.apply_to(&manager).unwrap();
    log_thrice();

    assert_eq!(only_handler(&manager).base().id(), new.base().id());
    assert!(old.base().is_closed());
    assert_eq!(streams[0].text(), "WARNING:root:warn\n");
    assert_eq!(streams[1].text(), "WARNING:root:warn\nINFO:root:info\n");
}

const BRIDGE: &str = "The Øresund Bridge joins Copenhagen to Malmö";

// BasicConfigTest.test_encoding; CORE-172.
#[test]
fn a_file_has_the_encoding_that_was_chosen() {
    let dir = test_dir!();
    let manager = with_file(&dir, |builder| builder.encoding_name("utf-8"));
    file_handler(&manager, |handler| {
        assert_eq!(handler.encoding().unwrap().name(), "utf-8");
    });
    debug!(manager.root(), "{}", BRIDGE);
    assert_eq!(dir.read("test.log"), format!("{BRIDGE}\n"));
}

// BasicConfigTest.test_encoding_errors; CORE-172, FILE-5.
#[test]
fn characters_that_the_encoding_lacks_can_be_left_out() {
    let dir = test_dir!();
    let manager =
        with_file(&dir, |builder| builder.encoding_name("ascii").errors(EncodeErrors::Ignore));
    file_handler(&manager, |handler| {
        assert_eq!(handler.encoding().unwrap().name(), "ascii");
    });
    debug!(manager.root(), "{}", BRIDGE);
    assert_eq!(dir.read("test.log"), "The resund Bridge joins Copenhagen to Malm\n");
}

// BasicConfigTest.test_encoding_errors_default; CORE-172, FILE-5. In Python this is the default of
// basicConfig; here the one who opens the file chooses it.
#[test]
fn characters_that_the_encoding_lacks_can_be_written_as_numbers() {
    let dir = test_dir!();
    let manager = with_file(&dir, |builder| {
        builder.encoding_name("ascii").errors("backslashreplace".parse().unwrap())
    });
    file_handler(&manager, |handler| {
        assert_eq!(handler.errors().name(), "backslashreplace");
    });
    debug!(manager.root(), "😂: ☃️: {}", BRIDGE);
    let numbers = r"\U0001f602: \u2603\ufe0f: The \xd8resund Bridge joins Copenhagen to Malm\xf6";
    assert_eq!(dir.read("test.log"), format!("{numbers}\n"));
}

// BasicConfigTest.test_encoding_errors_none; CORE-172, FILE-4.
#[test]
fn a_record_that_the_encoding_cannot_take_is_an_error() {
    let dir = test_dir!();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let hook = {
        let told = Arc::clone(&told);
        move |_: &Record<'_>, error: &Error| told.lock().unwrap().push(error.to_string())
    };
    let manager = with_file(&dir, |builder| builder.encoding_name("ascii").error_hook(hook));
    file_handler(&manager, |handler| assert_eq!(handler.errors(), EncodeErrors::Strict));
    debug!(manager.root(), "{}", BRIDGE);
    let error =
        r"'ascii' codec can't encode character '\xd8' in position 4: ordinal not in range(128)";
    assert_eq!(*told.lock().unwrap(), [error]);
    assert_eq!(dir.read("test.log"), "");
}
