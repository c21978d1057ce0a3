//! The names of additional fields.

use handlers_core::{Result, Value};

use super::payload::Payload;

/// Adds an additional field under a name that a server takes: what GELF does not allow in a name
/// becomes `_` (GELF-6), and a field that it refuses, `_id`, is left out (GELF-7).
///
/// # Errors
///
/// The payload refuses the value.
pub(super) fn add(payload: &mut Payload<'_>, name: &str, value: &Value<'_>) -> Result<()> {
    if name == "_id" {
        return Ok(());
    }
    if name.bytes().all(is_allowed) {
        return payload.value_with_plain_name(name, value);
    }
    let is_other = |character: char| !u8::try_from(character).is_ok_and(is_allowed);
    payload.value_with_plain_name(&name.replace(is_other, "_"), value)
}

fn is_allowed(byte: u8) -> bool {
    // Servers are written in Java, whose `\w` is ASCII.
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}
