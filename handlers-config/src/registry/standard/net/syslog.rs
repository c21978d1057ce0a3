//! `SysLogHandler`.

use handlers_core::{Error, ErrorKind, Handler, Result, Value};
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Address, Facility, LevelNames, Severity, SocketType};

use super::settings::{flag_attribute, port, seconds};
use crate::argument::{Argument, kind_of};
use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    // Python has `timeout` since 3.14.
    let names = ["address", "facility", "socktype", "timeout"];
    let parameters = names.into_iter().fold(Parameters::new(), Parameters::optional);
    constants(registry).handler(CLASS, parameters, syslog_handler)
}

/// NET-46.
fn syslog_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let append_nul = flag_attribute(arguments, "append_nul").unwrap_or(true);
    let ident = ident(arguments)?;
    let priorities = priorities(arguments)?;
    let facility = facility(arguments)?;
    let address = address(arguments)?;
    let socket_type = socket_type(arguments)?;
    let timeout = seconds(arguments, "timeout")?;
    Ok(Prepared::handler(move || {
        let mut builder = SysLogHandler::builder(address)
            .facility(facility)
            .ident(ident)
            .append_nul(append_nul)
            .priority_map(priorities);
        if let Some(socket_type) = socket_type {
            builder = builder.socket_type(socket_type);
        }
        if let Some(timeout) = timeout {
            builder = builder.timeout(timeout);
        }
        builder.build()
    }))
}

/// NET-47. What is no text is unpacked, with Python's errors.
fn address(arguments: &mut Arguments) -> Result<Address> {
    let pair = match arguments.value("address")? {
        None => return Ok(Address::default()),
        Some(Value::Str(path)) => return Ok(Address::from(&*path)),
        Some(Value::List(pair) | Value::Tuple(pair)) => pair,
        Some(value @ (Value::Dict(_) | Value::Bytes(_))) => {
            return Err(arguments.wrong("address", "a path, or a host and a port", &value.into()));
        }
        Some(other) => {
            let text = format!("cannot unpack non-iterable {} object", other.type_name());
            return Err(arguments.refuse("address", ErrorKind::Type, text));
        }
    };
    let count = pair.len();
    let Ok([host, port]) = <[Value<'static>; 2]>::try_from(pair) else {
        let text = if count < 2 {
            format!("not enough values to unpack (expected 2, got {count})")
        } else {
            "too many values to unpack (expected 2)".to_owned()
        };
        return Err(arguments.refuse("address", ErrorKind::Value, text));
    };
    host_and_port(arguments, &host, port)
}

fn host_and_port(
    arguments: &mut Arguments,
    host: &Value<'static>,
    number: Value<'static>,
) -> Result<Address> {
    let Some(host) = host.as_str() else {
        let text = format!("the host in `address` must be text, not {}", kind_of(host));
        return Err(arguments.refuse("address", ErrorKind::Type, text));
    };
    if let Some(port) = port(arguments, "address", number)? {
        return Ok(Address::from((host, port)));
    }
    let text = "the port in `address` must be a number, not null";
    Err(arguments.refuse("address", ErrorKind::Type, text))
}

/// NET-43, NET-45: a name, or any number.
fn facility(arguments: &mut Arguments) -> Result<Facility> {
    match arguments.take("facility") {
        None => Ok(Facility::default()),
        Some(Argument::Value(Value::Str(name))) => {
            name.parse().map_err(|error| arguments.blame("facility", error))
        }
        Some(other) => {
            let number = match &other {
                Argument::Value(value) => value.as_i64(),
                _ => None,
            };
            match number.and_then(|number| i32::try_from(number).ok()) {
                Some(number) => Ok(Facility::new(number)),
                None => Err(arguments.wrong("facility", "the name or number of one", &other)),
            }
        }
    }
}

/// `None` means that datagrams are tried first (NET-49).
fn socket_type(arguments: &mut Arguments) -> Result<Option<SocketType>> {
    let found = match arguments.take("socktype") {
        None | Some(Argument::Value(Value::None)) => return Ok(None),
        Some(found) => found,
    };
    let number = match &found {
        Argument::Value(Value::Str(_)) => None,
        Argument::Value(value) => value.as_i64(),
        _ => None,
    };
    match number {
        Some(SOCK_STREAM) => Ok(Some(SocketType::Stream)),
        Some(SOCK_DGRAM) => Ok(Some(SocketType::Datagram)),
        Some(_) => {
            let text = "`socktype` must be `ext://socket.SOCK_DGRAM` or `ext://socket.SOCK_STREAM`";
            Err(arguments.refuse("socktype", ErrorKind::Io, text))
        }
        None => {
            let expected = "a socket type such as `ext://socket.SOCK_STREAM`";
            Err(arguments.wrong("socktype", expected, &found))
        }
    }
}

/// NET-56: what is not true is no ident.
fn ident(arguments: &mut Arguments) -> Result<String> {
    match arguments.attribute("ident") {
        Some(Value::Str(ident)) => Ok(ident.into_owned()),
        Some(other) if other.is_truthy() => Err(wrong_attribute(arguments, "ident", &other)),
        _ => Ok(String::new()),
    }
}

/// Python's `priority_map`: from the names of levels to those of priorities (NET-44).
fn priorities(arguments: &mut Arguments) -> Result<LevelNames> {
    let entries = match arguments.attribute("priority_map") {
        None => return Ok(LevelNames::default()),
        Some(Value::Dict(entries)) => entries,
        Some(other) => return Err(wrong_attribute(arguments, "priority_map", &other)),
    };
    let mut names = LevelNames::empty();
    for (level, priority) in entries {
        // No level has a name that is not text.
        let Value::Str(level) = level else { continue };
        let severity = severity(&priority).map_err(|error| arguments.blame(".", error))?;
        names = names.with(level, severity);
    }
    Ok(names)
}

fn severity(priority: &Value<'_>) -> Result<Severity> {
    if let Some(name) = priority.as_str() {
        return name.parse();
    }
    let text = format!("a priority in `priority_map` must be text, not {}", kind_of(priority));
    Err(Error::new(ErrorKind::Type, text))
}

fn wrong_attribute(arguments: &mut Arguments, name: &str, found: &Value<'_>) -> Error {
    let expected = if name == "ident" { "text" } else { "a mapping" };
    let message = format!("`{name}` must be {expected}, not {}", kind_of(found));
    arguments.refuse(".", ErrorKind::Type, message)
}

/// What `ext://` may name: the socket types, and what the class has of facilities and priorities.
fn constants(registry: Registry) -> Registry {
    let registry = registry
        .constant("socket.SOCK_STREAM", SOCK_STREAM)
        .constant("socket.SOCK_DGRAM", SOCK_DGRAM);
    let facilities = Facility::names().fold(registry, |registry, (name, facility)| {
        let name = if facility == Facility::SOLCRON { "solcron" } else { name };
        let name = format!("{CLASS}.LOG_{}", name.to_ascii_uppercase());
        registry.constant(&name, i64::from(facility.number()))
    });
    PRIORITIES.into_iter().zip(0_i64..).fold(facilities, |registry, (name, number)| {
        registry.constant(&format!("{CLASS}.LOG_{name}"), number)
    })
}

const CLASS: &str = "logging.handlers.SysLogHandler";

/// NET-40.
const PRIORITIES: [&str; 8] =
    ["EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"];

/// The numbers that most systems have for the types of sockets. They go no further than this file.
const SOCK_STREAM: i64 = 1;
const SOCK_DGRAM: i64 = 2;
