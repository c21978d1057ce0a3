//! The handlers that can be asked for.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use handlers_core::{
    Clock, Handler, ManualClock, NullHandler, PatternFormatter, Result, StderrHandler, SystemClock,
    Timestamp,
};
use handlers_file::rolling::Compression;
use handlers_file::{
    FileHandler, OpenMode, RotatingFileHandler, StreamHandler, TimedRotatingFileHandler,
    WatchedFileHandler,
};
use handlers_net::{Backlog, SocketHandler};

use crate::options::Options;

/// A handler, and what waits until its backups are compressed.
pub(crate) struct Made {
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) settle: Box<dyn Fn()>,
}

impl Made {
    fn new(handler: impl Handler + 'static) -> Self {
        Self { handler: Arc::new(handler), settle: Box::new(|| ()) }
    }
}

/// Makes the handler of that name; `clock` is for those that look at the time.
pub(crate) fn make(options: &Options, clock: &ManualClock) -> Result<Made, String> {
    let made = match options.handler.as_str() {
        "file" => file(options),
        "watched" => watched(options),
        "rotating" => rotating(options),
        "timed" => timed(options, clock),
        "null" => Ok(Made::new(NullHandler::new())),
        "spooled" => spooled(options),
        "standard-error" => Ok(Made::new(StderrHandler::new())),
        "stderr" => Ok(Made::new(StreamHandler::stderr())),
        "stdout" => Ok(Made::new(StreamHandler::stdout())),
        name => return Err(format!("there is no handler {name}")),
    };
    made.map_err(|error| error.to_string())
}

/// Tells the builder of a rotating handler what all of them can be told, and makes the handler.
macro_rules! rolling {
    ($builder:expr, $options:expr) => {{
        let builder = $builder.backup_count($options.backup).delay($options.delay);
        let builder = builder.buffered($options.buffered).watch($options.watch);
        let builder = builder.shared($options.shared);
        match $options.compress.as_deref() {
            Some("zstd") => builder.compress(Compression::zstd()),
            Some(_) => builder.compress(Compression::gzip()),
            None => builder,
        }
        .build()
        .map(|handler| {
            let handler = Arc::new(handler);
            let waiting = Arc::clone(&handler);
            let settle = Box::new(move || {
                waiting.wait_until_compressed(Duration::MAX);
            });
            Made { handler, settle }
        })
    }};
}

fn file(options: &Options) -> Result<Made> {
    let mode: OpenMode = options.mode.parse()?;
    let builder = FileHandler::builder(&options.path).mode(mode).delay(options.delay);
    let builder = builder.formatter(PatternFormatter::new(&options.format)?);
    builder.buffered(options.buffered).watch(options.watch).build().map(Made::new)
}

fn watched(options: &Options) -> Result<Made> {
    let builder = WatchedFileHandler::builder(&options.path).delay(options.delay);
    builder.buffered(options.buffered).build().map(Made::new)
}

fn rotating(options: &Options) -> Result<Made> {
    let max_bytes = options.max.unwrap_or(2000);
    let builder = RotatingFileHandler::builder(&options.path).max_bytes(max_bytes);
    rolling!(builder, options)
}

fn timed(options: &Options, clock: &ManualClock) -> Result<Made> {
    let builder = TimedRotatingFileHandler::builder(&options.path);
    let builder = builder.max_bytes(options.max.unwrap_or(0));
    let builder = builder.when_name(&options.when).interval(options.interval);
    let builder = match options.clock.as_deref() {
        Some("records") => builder.clock(clock.clone()),
        Some(_) => builder.clock(LibraryClock),
        None => builder.clock(SystemClock),
    };
    rolling!(builder, options)
}

/// The clock as C's library shows it: what is loaded before that can set it.
#[derive(Debug)]
struct LibraryClock;

impl Clock for LibraryClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

/// The path is that of the spool.
fn spooled(options: &Options) -> Result<Made> {
    let builder = SocketHandler::builder("127.0.0.1", options.port);
    builder.backlog(Backlog::spool(&options.path, 1 << 30)).build().map(Made::new)
}
