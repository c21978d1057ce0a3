//! Logging asks for no memory once it runs.
//!
//! Every allocation of the process is counted, so there is one test, and it is alone.

use std::fmt;
use std::io;
use std::net::UdpSocket;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use handlers_core::{
    Formatter, Handler, HandlerBase, Level, Logger, Manager, NullHandler, PatternFormatter, Record,
    Result, debug, info, warning,
};
use handlers_file::{FileHandler, RotatingFileHandler, StreamHandler};
use handlers_gelf::{
    GelfFormatter, GelfSchema, GelfUdpHandler, GraypyFormatter, LoggingGelfFormatter,
};
use handlers_net::syslog::{Element, Format, Rfc3164, Rfc5424};
use handlers_net::{Encode, JsonLines, Pickle, Signed, SysLogHandler};
use handlers_tests::counting::Allocations;
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

#[test]
fn a_call_asks_for_no_memory() {
    let dir = test_dir!();
    a_disabled_call_is_not_formatted_and_allocates_nothing(&dir);
    an_enabled_call_allocates_nothing(&dir);
    a_filter_and_a_second_handler_allocate_nothing(&dir);
    threads_that_wait_for_each_other_allocate_nothing(&dir);
    a_frame_allocates_nothing();
    a_syslog_message_allocates_nothing();
    a_gelf_message_allocates_nothing();
}

fn a_disabled_call_is_not_formatted_and_allocates_nothing(dir: &Dir) {
    let logger = logger_with(file(&dir.join("disabled.log")));
    logger.set_level(Level::WARNING);
    let child = logger.child("of.this");
    let shown = Shown::default();
    let evaluated = AtomicU64::new(0);
    let user = || {
        evaluated.fetch_add(1, Ordering::Relaxed);
        "ann"
    };
    assert_none("a disabled call", || {
        info!(logger, "request {shown} served to {}", shown);
        info!(child, user = user(); "request {shown}");
        debug!(child, "a constant");
        logger.log(Level::INFO, &shown);
    });
    logger.set_level(Level::NOTSET);
    logger.manager().disable(Level::WARNING);
    assert_none("a call at a level that is disabled for all", || {
        warning!(child, user = user(); "request {shown}");
    });
    assert_eq!(shown.times(), 0, "what is not logged is not formatted");
    assert_eq!(evaluated.load(Ordering::Relaxed), 0, "nor are its fields evaluated");
    assert_eq!(dir.read("disabled.log"), "");
}

fn an_enabled_call_allocates_nothing(dir: &Dir) {
    let builder = RotatingFileHandler::builder(dir.join("rotating.log")).formatter(formatter());
    let rotating = builder.max_bytes(1 << 40).backup_count(5).build();
    let builder = FileHandler::builder(dir.join("buffered.log")).formatter(formatter());
    let buffered = builder.buffered(8192).build();
    let handlers: [(&str, Arc<dyn Handler>); 6] = [
        ("FileHandler", file(&dir.join("plain.log"))),
        ("RotatingFileHandler", Arc::new(rotating.expect("the file can be opened"))),
        ("FileHandler that buffers", Arc::new(buffered.expect("the file can be opened"))),
        (
            "StreamHandler",
            Arc::new(StreamHandler::builder(io::sink()).formatter(formatter()).build()),
        ),
        ("StreamHandler without a formatter", Arc::new(StreamHandler::new(io::sink()))),
        ("NullHandler", Arc::new(NullHandler::new())),
    ];
    for (name, handler) in handlers {
        let logger = logger_with(handler).child("module");
        assert_none(name, || {
            info!(logger, "request {} served in {:.3} ms for user {}", 12_345, 0.123, "alice");
            info!(logger, status = 200, user = "ann"; "a constant");
            logger.log(Level::ERROR, "a text");
        });
    }
}

fn a_gelf_message_allocates_nothing() {
    let schema = GelfSchema::new().string("user").integer("status");
    let logging_gelf = LoggingGelfFormatter::builder().schema(schema).build();
    let formatters: [(&str, Arc<dyn Formatter>); 3] = [
        ("GelfFormatter", Arc::new(GelfFormatter::new())),
        ("LoggingGelfFormatter", Arc::new(logging_gelf.expect("there is no pattern"))),
        ("GraypyFormatter", Arc::new(GraypyFormatter::builder().build())),
    ];
    for (name, formatter) in formatters {
        let inbox = UdpSocket::bind("127.0.0.1:0").expect("there is a free port");
        let port = inbox.local_addr().expect("it is bound").port();
        let handler = GelfUdpHandler::new("127.0.0.1", port).expect("there is no spool");
        handler.base().set_formatter(Some(formatter));
        let logger = logger_with(Arc::new(handler));
        assert_none(name, || {
            info!(logger, "request {} served in {:.3} ms for user {}", 12_345, 0.123, "alice");
            info!(logger, status = 200, user = "ann"; "a \"constant\"");
        });
    }
}

fn a_filter_and_a_second_handler_allocate_nothing(dir: &Dir) {
    let logger = logger_with(file(&dir.join("first.log")));
    let second = file(&dir.join("second.log"));
    second.base().add_filter(Arc::new(|record: &Record<'_>| record.level() > Level::DEBUG));
    logger.add_handler(second);
    logger.add_filter(Arc::new(|record: &Record<'_>| record.name() != "other"));
    assert_none("a call through filters to two files", || {
        info!(logger, "request {}", 12_345);
        debug!(logger, "request {}", 12_345);
    });
}

fn threads_that_wait_for_each_other_allocate_nothing(dir: &Dir) {
    let logger = logger_with(file(&dir.join("threads.log")));
    let barrier = Barrier::new(THREADS + 1);
    let log = || {
        for number in 0..CALLS {
            info!(logger, "request {number} served in {:.3} ms for user {}", 0.123, "alice");
        }
    };
    let count = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                log();
                barrier.wait();
                barrier.wait();
                log();
                barrier.wait();
            });
        }
        barrier.wait();
        let allocations = Allocations::start();
        barrier.wait();
        barrier.wait();
        allocations.count()
    });
    // A batch may become a little larger than any before.
    assert!(count < 20, "{THREADS} threads: {count} allocations in {} calls", THREADS * CALLS);
}

fn a_frame_allocates_nothing() {
    let encoders: [(&str, Arc<dyn Encode>); 3] = [
        ("a pickle", Arc::new(Pickle::new())),
        ("a line of JSON", Arc::new(JsonLines::new())),
        ("a signed pickle", Arc::new(Signed::new("key", Pickle::new()))),
    ];
    for (name, encoder) in encoders {
        let handler = Encoding { base: HandlerBase::new(), encoder, frame: Mutex::default() };
        let logger = logger_with(Arc::new(handler)).child("module");
        assert_none(name, || {
            info!(logger, "request {} served in {:.3} ms for user {}", 12_345, 0.123, "alice");
            info!(logger, status = 200, user = "ann", path = "/"; "a constant");
        });
    }
}

fn a_syslog_message_allocates_nothing() {
    let daemon = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    let port = daemon.local_addr().expect("it has a port").port();
    let element = Element::new("app@32473").expect("the name is valid").extras();
    let element = element.attribute("lineno").attribute_as("logger", "name");
    let format = Rfc5424::new().msg_id_attribute("status");
    let format = format.element(element).expect("it is the only one");
    let formats: [(&str, Format); 3] = [
        ("syslog as Python sends it", Format::Python),
        ("syslog of RFC 3164", Rfc3164::new().into()),
        ("syslog of RFC 5424", format.into()),
    ];
    for (name, format) in formats {
        let builder = SysLogHandler::builder(("127.0.0.1", port)).format(format);
        let handler = builder.formatter(formatter()).build().expect("the address needs no lookup");
        let logger = logger_with(Arc::new(handler)).child("module");
        assert_none(name, || {
            info!(logger, "request {} served in {:.3} ms for user {}", 12_345, 0.123, "alice");
            info!(logger, status = 200, user = "ann", path = "/"; "a constant");
        });
    }
}

/// Asserts that `call` asks for no memory, once it was called often enough for buffers to grow.
fn assert_none(what: &str, call: impl Fn()) {
    let repeat = || (0..CALLS).for_each(|_| call());
    repeat();
    let allocations = Allocations::start();
    repeat();
    let count = allocations.count();
    assert_eq!(count, 0, "{what}: allocations in {CALLS} rounds");
}

fn logger_with(handler: Arc<dyn Handler>) -> Logger {
    let logger = Manager::new().get_logger("app");
    logger.set_level(Level::DEBUG);
    logger.add_handler(handler);
    logger
}

fn file(path: &Path) -> Arc<dyn Handler> {
    let handler = FileHandler::builder(path).formatter(formatter()).build();
    Arc::new(handler.expect("the file can be opened"))
}

fn formatter() -> PatternFormatter {
    let format = "%(asctime)s - %(name)s - %(levelname)-8s - %(threadName)s %(process)d \
                  %(filename)s:%(lineno)d %(funcName)s - %(message)s";
    PatternFormatter::new(format).expect("the format is valid")
}

/// Makes frames, and sends them nowhere.
struct Encoding {
    base: HandlerBase,
    encoder: Arc<dyn Encode>,
    frame: Mutex<Vec<u8>>,
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoding").finish_non_exhaustive()
    }
}

impl Handler for Encoding {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let mut frame = self.frame.lock().expect("nothing panics");
        frame.clear();
        self.encoder.encode(&self.base, record, &mut frame)
    }
}

/// Counts how often it is formatted.
#[derive(Debug, Default)]
struct Shown(AtomicU64);

impl Shown {
    fn times(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        f.write_str("shown")
    }
}

const THREADS: usize = 4;

const CALLS: usize = 2_000;
