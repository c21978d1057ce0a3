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
    if name.chars().all(is_allowed) {
        return payload.value(name, value);
    }
    let name: String = name.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
    payload.value(&name, value)
}

fn is_allowed(character: char) -> bool {
    // Servers are written in Java, whose `\w` is ASCII.
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}
