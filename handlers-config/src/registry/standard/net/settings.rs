//! What handlers with a peer are told.

use std::time::Duration;

use handlers_core::{ErrorKind, Result, Value};
use handlers_net::Backoff;

use crate::argument::{Argument, kind_of};
use crate::registry::Arguments;

/// Reads the number of a port; none for Python's `None`. Digits do as well, as in Python's
/// `getaddrinfo`.
pub(in crate::registry::standard) fn port(
    arguments: &mut Arguments,
    name: &str,
    value: Value<'static>,
) -> Result<Option<u16>> {
    let number = match &value {
        Value::None => return Ok(None),
        Value::Str(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Value::Str(_) | Value::Float(_) => None,
        // What is beyond 64 bits is beyond 16.
        Value::Int(number) => Some(number.to_i64().unwrap_or(-1)),
        other => other.as_i64(),
    };
    let Some(number) = number else {
        return Err(arguments.wrong(name, "a port", &value.into()));
    };
    let port = u16::try_from(number).map(Some);
    port.map_err(|_| arguments.refuse(name, ErrorKind::Overflow, "port must be 0-65535."))
}

/// Takes `port`, which must be given and be one.
#[cfg(feature = "gelf")]
pub(in crate::registry::standard) fn required_port(arguments: &mut Arguments) -> Result<u16> {
    let value = arguments.value("port")?.unwrap_or(Value::None);
    match port(arguments, "port", value)? {
        Some(port) => Ok(port),
        None => Err(arguments.wrong("port", "a port", &Value::None.into())),
    }
}

/// Takes `port`, if it is given.
#[cfg(feature = "gelf")]
pub(in crate::registry::standard) fn optional_port(
    arguments: &mut Arguments,
    default: u16,
) -> Result<u16> {
    if arguments.has("port") { required_port(arguments) } else { Ok(default) }
}

/// Takes a time in seconds; none if it is not given, or not true, which Python takes for no timeout
/// (NET-54).
pub(in crate::registry::standard) fn seconds(
    arguments: &mut Arguments,
    name: &str,
) -> Result<Option<Duration>> {
    let Some(argument) = arguments.take(name).filter(Argument::is_true) else { return Ok(None) };
    let number = match &argument {
        Argument::Value(value) => as_f64(value),
        _ => None,
    };
    match number {
        Some(number) if number < 0.0 => {
            Err(arguments.refuse(name, ErrorKind::Value, "Timeout value out of range"))
        }
        Some(number) => Ok(Some(duration(number))),
        None => Err(arguments.wrong(name, "a number of seconds", &argument)),
    }
}

/// Reads `retryStart`, `retryFactor` and `retryMax` (NET-2).
pub(in crate::registry::standard) fn backoff(arguments: &mut Arguments) -> Result<Backoff> {
    let python = Backoff::default();
    let start = number_attribute(arguments, "retryStart")?.map_or_else(|| python.start(), duration);
    let factor = number_attribute(arguments, "retryFactor")?.unwrap_or_else(|| python.factor());
    let max = number_attribute(arguments, "retryMax")?.map_or_else(|| python.max(), duration);
    Ok(Backoff::new(start, factor, max))
}

fn number_attribute(arguments: &mut Arguments, name: &str) -> Result<Option<f64>> {
    let Some(value) = arguments.attribute(name) else { return Ok(None) };
    if let Some(number) = as_f64(&value) {
        return Ok(Some(number));
    }
    let message = format!("`{name}` must be a number, not {}", kind_of(&value));
    Err(arguments.refuse(".", ErrorKind::Type, message))
}

/// An attribute that is true or not, as anything is in Python.
pub(in crate::registry::standard) fn flag_attribute(
    arguments: &mut Arguments,
    name: &str,
) -> Option<bool> {
    arguments.attribute(name).map(|value| value.is_truthy())
}

fn as_f64(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        // The digits of an integer are a float's too, and one that is too large becomes infinite.
        Value::Int(number) => number.to_string().parse().ok(),
        Value::Bool(flag) => Some(f64::from(*flag)),
        _ => None,
    }
}

/// What is negative, or not a number, is no time at all.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}
