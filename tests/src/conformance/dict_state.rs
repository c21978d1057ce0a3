//! A tree of loggers with its handlers, as the vectors of `dictConfig` show it.

use std::any::Any;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{
    Filter, Formatter, Handler, Level, Logger, Manager, NullHandler, PatternFormatter, Record,
    Style, TreeEntry, Value, get_handler_by_name, handler_names,
};
use handlers_file::encoding::Encoding;
use handlers_file::{
    FileHandler, RotatingFileHandler, StandardStream, StreamHandler, TimedRotatingFileHandler,
    WatchedFileHandler,
};
use handlers_net::syslog::Address;
use handlers_net::{DatagramHandler, SocketHandler, SysLogHandler};
use handlers_queue::{BufferingHandler, MemoryHandler, QueueHandler, RecordQueue};
use serde_json::{Value as Json, json};

use super::case::{Object, Skip};
use super::values;

/// What is to be shown, and what is expected of it.
pub(super) struct State<'a> {
    pub(super) manager: &'a Manager,
    /// Where the files are.
    pub(super) directory: &'a Path,
    pub(super) expected: Option<&'a Json>,
}

impl State<'_> {
    pub(super) fn seen(&self) -> Result<Object, Skip> {
        let mut loggers = Object::new();
        let mut placeholders = Vec::new();
        let mut handlers = self.manager.root().handlers();
        for entry in self.manager.entries() {
            match entry {
                TreeEntry::Logger(found) => {
                    handlers.extend(found.handlers());
                    loggers.insert(found.name().to_owned(), logger(&found));
                }
                TreeEntry::Placeholder(name) => placeholders.push(name),
                _ => return Err(Skip::new("a new kind of entry")),
            }
        }
        placeholders.sort();
        let names = handler_names();
        handlers.extend(names.iter().filter_map(|name| get_handler_by_name(name)));
        let mut seen = Object::new();
        for handler in handlers {
            let name = name(&handler);
            if !seen.contains_key(&name) {
                seen.insert(name, self.handler(&handler)?);
            }
        }
        let state = json!({
            "root": logger(&self.manager.root()),
            "loggers": loggers,
            "placeholders": placeholders,
            "handlers": seen,
            "registered_names": names,
        });
        state.as_object().cloned().ok_or_else(|| Skip::new("no state"))
    }

    fn handler(&self, handler: &Arc<dyn Handler>) -> Result<Json, Skip> {
        let expected = self.expected.and_then(|state| state.get("handlers")?.get(name(handler)));
        let mut seen = json!({
            "level": handler.base().level().number(),
            "formatter": formatter(handler, expected.and_then(|handler| handler.get("formatter"))),
            "filters": filters(&handler.base().filters()),
        });
        let class = match self.file_handler(&mut seen, handler)? {
            Some(class) => class,
            None => match net_handler(&mut seen, &**handler, expected) {
                Some(class) => class,
                None => other_handler(&mut seen, &**handler)?,
            },
        };
        seen["class"] = json!(class);
        Ok(seen)
    }

    /// The class of a handler that writes a file, once that is shown.
    fn file_handler(
        &self,
        seen: &mut Json,
        handler: &Arc<dyn Handler>,
    ) -> Result<Option<&'static str>, Skip> {
        let any: &dyn Any = &**handler;
        if let Some(file) = any.downcast_ref::<FileHandler>() {
            let about = (file.mode().as_str(), file.encoding(), file.delay());
            self.file(seen, handler, file.path(), about)?;
            return Ok(Some("FileHandler"));
        }
        if let Some(file) = any.downcast_ref::<WatchedFileHandler>() {
            let about = (file.mode().as_str(), file.encoding(), file.delay());
            self.file(seen, handler, file.path(), about)?;
            return Ok(Some("WatchedFileHandler"));
        }
        if let Some(file) = any.downcast_ref::<RotatingFileHandler>() {
            seen["maxBytes"] = json!(file.max_bytes());
            seen["backupCount"] = json!(file.backup_count());
            let about = (file.mode().as_str(), file.encoding(), file.delay());
            self.file(seen, handler, file.path(), about)?;
            return Ok(Some("RotatingFileHandler"));
        }
        if let Some(file) = any.downcast_ref::<TimedRotatingFileHandler>() {
            seen["backupCount"] = json!(file.backup_count());
            seen["when"] = json!(file.when().name());
            seen["interval"] = json!(file.interval());
            seen["utc"] = json!(file.utc());
            // FILE-54: it has no other mode.
            self.file(seen, handler, file.path(), ("a", file.encoding(), file.delay()))?;
            return Ok(Some("TimedRotatingFileHandler"));
        }
        Ok(None)
    }

    /// What ends a line of a file shows in the file.
    fn file(
        &self,
        seen: &mut Json,
        handler: &Arc<dyn Handler>,
        path: &Path,
        (mode, encoding, delay): (&str, Option<&Encoding>, bool),
    ) -> Result<(), Skip> {
        seen["mode"] = json!(mode);
        seen["encoding"] = json!(encoding.map(Encoding::name));
        seen["delay"] = json!(delay);
        let relative = path.strip_prefix(self.directory).unwrap_or(path);
        seen["file"] = json!(relative.display().to_string());
        let formatter = handler.base().formatter();
        handler.base().set_formatter(None);
        let before = fs::metadata(path).map_or(0, |about| about.len());
        let done = handler.emit(&Record::builder().message("line").build());
        handler.base().set_formatter(formatter);
        done.map_err(|error| Skip::new(error.to_string()))?;
        let written = fs::read(path).map_err(|error| Skip::new(error.to_string()))?;
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        // A file that was put aside begins anew.
        let last = written.get(before..).filter(|last| !last.is_empty()).unwrap_or(&written);
        let last = String::from_utf8_lossy(last).into_owned();
        seen["terminator"] = json!(last.strip_prefix("line").unwrap_or(&last));
        Ok(())
    }
}

/// The class of a handler with a peer, once that is shown.
fn net_handler(
    seen: &mut Json,
    handler: &dyn Handler,
    expected: Option<&Json>,
) -> Option<&'static str> {
    let any: &dyn Any = handler;
    if let Some(socket) = any.downcast_ref::<SocketHandler>() {
        peer(seen, socket.peer());
        return Some("SocketHandler");
    }
    if let Some(datagram) = any.downcast_ref::<DatagramHandler>() {
        peer(seen, datagram.peer());
        return Some("DatagramHandler");
    }
    let syslog = any.downcast_ref::<SysLogHandler>()?;
    // Python keeps what it was given, a name or a number.
    let is_name = expected.is_some_and(|expected| expected["facility"].is_string());
    let facility = syslog.facility();
    seen["facility"] = if is_name { json!(facility.to_string()) } else { json!(facility.number()) };
    seen["address"] = match syslog.address() {
        Address::Host(host, port) => json!([host, port]),
        other => json!(other.to_string()),
    };
    seen["ident"] = json!(syslog.ident());
    seen["append_nul"] = json!(syslog.append_nul());
    Some("SysLogHandler")
}

/// Shows `tcp localhost:9020` or `unix /tmp/log`.
fn peer(seen: &mut Json, peer: &str) {
    let (kind, place) = peer.split_once(' ').unwrap_or(("", peer));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if kind != "unix" => (host, port.parse::<u16>().ok()),
        _ => (place, None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    seen["host"] = json!(host);
    seen["port"] = json!(port);
    seen["address"] = if port.is_some() { json!([host, port]) } else { json!(host) };
}

/// The class of a handler that writes no file and has no peer.
fn other_handler(seen: &mut Json, handler: &dyn Handler) -> Result<&'static str, Skip> {
    let any: &dyn Any = handler;
    if any.is::<NullHandler>() {
        return Ok("NullHandler");
    }
    if let Some(stream) = any.downcast_ref::<StreamHandler<StandardStream>>() {
        seen["terminator"] = json!(stream.terminator());
        let is_stdout = format!("{stream:?}").contains("<stdout>");
        seen["stream"] = json!(if is_stdout { "stdout" } else { "stderr" });
        return Ok("StreamHandler");
    }
    if let Some(memory) = any.downcast_ref::<MemoryHandler>() {
        seen["capacity"] = json!(memory.capacity());
        seen["flushLevel"] = json!(memory.flush_level().number());
        seen["flushOnClose"] = json!(memory.flush_on_close());
        if let Some(target) = memory.target() {
            seen["target"] = json!(name(&target));
        }
        return Ok("MemoryHandler");
    }
    if let Some(buffering) = any.downcast_ref::<BufferingHandler>() {
        seen["capacity"] = json!(buffering.capacity());
        return Ok("BufferingHandler");
    }
    if let Some(queue) = any.downcast_ref::<QueueHandler<Arc<dyn RecordQueue>>>() {
        seen["listener"] = listener(queue)?;
        return Ok("QueueHandler");
    }
    Err(Skip::new("a handler of an unknown class"))
}

/// The listener of a handler. That it has the handler's queue shows when it takes a record from it.
fn listener(handler: &QueueHandler<Arc<dyn RecordQueue>>) -> Result<Json, Skip> {
    let Some(listener) = handler.listener() else { return Ok(Json::Null) };
    let names: Vec<String> = listener.handlers().iter().map(name).collect();
    let started = listener.is_running();
    handler.handle(&Record::builder().message("line").build());
    // Others may have put some before.
    let queued = handler.queue().len();
    let guard = listener.start().map_err(|error| Skip::new(error.to_string()))?;
    let report = guard.stop(Duration::from_secs(60));
    Ok(json!({
        "class": "QueueListener",
        "handlers": names,
        "respect_handler_level": listener.respect_handler_level(),
        "started": started,
        "same_queue": queued > 0 && report.handled == queued as u64 && handler.queue().is_empty(),
    }))
}

fn name(handler: &Arc<dyn Handler>) -> String {
    handler.base().name().map(|name| name.to_string()).unwrap_or_default()
}

fn logger(logger: &Logger) -> Json {
    let handlers: Vec<String> = logger.handlers().iter().map(name).collect();
    json!({
        "level": logger.level().number(),
        "effective": logger.effective_level().number(),
        "propagate": logger.propagate(),
        "disabled": logger.disabled(),
        "handlers": handlers,
        "filters": filters(&logger.filters()),
    })
}

fn filters(filters: &[Arc<dyn Filter>]) -> Vec<String> {
    filters.iter().map(|filter| format!("Filter:{}", filter.label())).collect()
}

/// A formatter tells its format and nothing else. One that writes what the expected one writes is
/// taken for it.
fn formatter(handler: &Arc<dyn Handler>, expected: Option<&Json>) -> Json {
    let Some(formatter) = handler.base().formatter() else { return Json::Null };
    let label = formatter.label();
    let Some(expected) = expected.filter(|expected| expected["fmt"] == json!(label)) else {
        return json!(label);
    };
    let same = samples().iter().all(|record| {
        let wanted = wanted(expected).map(|wanted| written(&wanted, record));
        wanted.is_ok_and(|wanted| wanted == written(&*formatter, record))
    });
    if same { expected.clone() } else { json!({ "fmt": label, "writes": "something else" }) }
}

fn wanted(expected: &Json) -> Result<PatternFormatter, Skip> {
    let style = match expected["style"].as_str() {
        Some("PercentStyle") => Style::Percent,
        Some("StrFormatStyle") => Style::Brace,
        Some("StringTemplateStyle") => Style::Dollar,
        _ => return Err(Skip::new("an unknown style")),
    };
    let format = expected["fmt"].as_str().unwrap_or_default();
    let mut builder = PatternFormatter::builder().format(format).style(style).validate(false);
    if let Some(format) = expected["datefmt"].as_str() {
        builder = builder.date_format(format);
    }
    if let Some(defaults) = expected["defaults"].as_object() {
        let mut values: Vec<(String, Value<'static>)> = Vec::new();
        for (name, value) in defaults {
            values.push((name.clone(), values::plain(value)?));
        }
        builder = builder.defaults(values);
    }
    builder.build().map_err(|error| Skip::new(error.to_string()))
}

fn samples() -> [Record<'static>; 2] {
    let record = |level, message: &'static str| {
        Record::builder().name("app.db").level(level).message(message).build()
    };
    [record(Level::INFO, "ready"), record(Level::new(15), "two\nlines")]
}

fn written(formatter: &dyn Formatter, record: &Record<'_>) -> String {
    let mut text = String::new();
    match formatter.format(record, &mut text) {
        Ok(()) => text,
        Err(error) => format!("{error:?}"),
    }
}
