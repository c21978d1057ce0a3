//! Names of numbers.

use handlers_core::{Error, ErrorKind, Result, Value};

/// What `name` stands for; Python's `KeyError` if it is not in the table.
pub(super) fn find<T: Copy>(names: &[(&str, T)], name: &str) -> Result<T> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        // The text of a `KeyError` is the `repr` of the key.
        Error::new(ErrorKind::Key, Value::from(name).repr())
    })
}
