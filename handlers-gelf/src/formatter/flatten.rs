//! Values within values, as fields of one level.

use handlers_core::{Result, Value, with_line_buffer};

/// Calls `take` with each leaf of `value` and the name of its field: `name` for the value itself,
/// `name_key` and `name_0` for what is in mappings and lists (GELF-38, GELF-39). A list of
/// 20 items or more, and what is more than 64 levels deep, is one text.
///
/// # Errors
///
/// Those of `take`.
pub(super) fn leaves(
    name: &str,
    value: &Value<'_>,
    mut take: impl FnMut(&str, &Value<'_>) -> Result<()>,
) -> Result<()> {
    // Most values hold no others, and their fields have the name as it is.
    if !matches!(value, Value::Dict(_) | Value::List(_) | Value::Tuple(_)) {
        return take(name, value);
    }
    with_line_buffer(|path| {
        path.push_str(name);
        walk(path, value, MAX_DEPTH, &mut take)
    })
}

fn walk(
    path: &mut String,
    value: &Value<'_>,
    depth: u32,
    take: &mut impl FnMut(&str, &Value<'_>) -> Result<()>,
) -> Result<()> {
    match value {
        Value::Dict(entries) if depth > 0 => {
            for (key, value) in entries {
                let end = path.len();
                path.push('_');
                key.write_str(path);
                walk(path, value, depth - 1, take)?;
                path.truncate(end);
            }
            Ok(())
        }
        Value::List(items) | Value::Tuple(items) if items.len() < LONG && depth > 0 => {
            for (index, value) in items.iter().enumerate() {
                let end = path.len();
                path.push('_');
                Value::from(index).write_str(path);
                walk(path, value, depth - 1, take)?;
                path.truncate(end);
            }
            Ok(())
        }
        Value::List(_) | Value::Tuple(_) | Value::Dict(_) => take(path, &value.to_string().into()),
        leaf => take(path, leaf),
    }
}

/// A list of so many items is not worth so many fields.
const LONG: usize = 20;

/// Each level is one of the stack.
const MAX_DEPTH: u32 = 64;
