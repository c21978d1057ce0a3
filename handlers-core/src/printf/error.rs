//! CPython's complaints about formats, to the letter (CORE-40).

use crate::error::{Error, ErrorKind};
use crate::value::Value;

#[cold]
pub(super) fn r#type(message: &'static str) -> Error {
    Error::new(ErrorKind::Type, message)
}

#[cold]
pub(super) fn value(message: &'static str) -> Error {
    Error::new(ErrorKind::Value, message)
}

#[cold]
pub(super) fn overflow(message: &'static str) -> Error {
    Error::new(ErrorKind::Overflow, message)
}

#[cold]
pub(super) fn key(name: &str) -> Error {
    Error::new(ErrorKind::Key, Value::from(name).repr())
}

#[cold]
pub(super) fn not_an_index(index: &str) -> Error {
    let message = format!("{index} indices must be integers or slices, not str");
    Error::new(ErrorKind::Type, message)
}

#[cold]
pub(super) fn too_large_for(c_type: &str) -> Error {
    let message = format!("Python int too large to convert to C {c_type}");
    Error::new(ErrorKind::Overflow, message)
}

#[cold]
pub(super) fn not_a_number(letter: char, wanted: &str, value: &Value<'_>) -> Error {
    let found = value.type_name();
    let message = format!("%{letter} format: {wanted} is required, not {found}");
    Error::new(ErrorKind::Type, message)
}

#[cold]
pub(super) fn not_a_float(value: &Value<'_>) -> Error {
    let message = format!("must be real number, not {}", value.type_name());
    Error::new(ErrorKind::Type, message)
}

#[cold]
pub(super) fn unsupported(letter: char, index: usize) -> Error {
    let shown = if ('\x1f'..='~').contains(&letter) { letter } else { '?' };
    let code = u32::from(letter);
    let message = format!("unsupported format character '{shown}' (0x{code:x}) at index {index}");
    Error::new(ErrorKind::Value, message)
}
