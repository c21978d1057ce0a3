//! The fields of a header: printable ASCII of a limited length.

use std::env;
use std::path::Path;

use handlers_core::{Fields, Record, Value};

/// A field of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeaderField {
    /// The same in each message.
    Text(String),
    /// What the record has under this name.
    Attribute(String),
}

impl HeaderField {
    /// Appends the value of the field for a record; `-` if there is none.
    pub(super) fn write(&self, record: &Record<'_>, limit: usize, out: &mut String) {
        match self {
            Self::Text(text) => push(text, limit, out),
            Self::Attribute(name) => match Fields::get(record, name) {
                None | Some(Value::None) => out.push('-'),
                Some(value) => push_value(&value, limit, out),
            },
        }
    }
}

/// Appends the text of a value as a field. It is made in its place: most are as they should be.
fn push_value(value: &Value<'_>, limit: usize, out: &mut String) {
    let start = out.len();
    value.write_str(out);
    let text = &out[start..];
    if text.is_empty() || text.len() > limit || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let text = out.split_off(start);
        push(&text, limit, out);
    }
}

/// Appends `text` as a field: what is not printable ASCII becomes `_`, what is too long is cut off,
/// and what is empty is RFC 5424's NILVALUE.
pub(super) fn push(text: &str, limit: usize, out: &mut String) {
    push_with(text, limit, |character| character.is_ascii_graphic(), out);
    if text.is_empty() {
        out.push('-');
    }
}

/// Appends at most `limit` characters of `text`, `_` in place of those that are not allowed.
pub(super) fn push_with(text: &str, limit: usize, allows: impl Fn(char) -> bool, out: &mut String) {
    out.extend(text.chars().take(limit).map(|c| if allows(c) { c } else { '_' }));
}

/// The name of this machine; empty if it has none.
#[cfg(unix)]
pub(super) fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The name of this machine; empty if it has none.
#[cfg(not(unix))]
pub(super) fn host_name() -> String {
    env::var("COMPUTERNAME").unwrap_or_default()
}

/// The name that this program was called by; empty if it has none.
pub(super) fn program_name() -> String {
    let path = env::args_os().next().unwrap_or_default();
    Path::new(&path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str, limit: usize) -> String {
        let mut out = String::new();
        push(text, limit, &mut out);
        out
    }

    #[test]
    fn a_field_is_printable_ascii_without_spaces_and_not_too_long() {
        assert_eq!(field("a b\nc\u{e4}~", 48), "a_b_c_~");
        assert_eq!(field("abcdef", 3), "abc");
        assert_eq!(field("", 3), "-");
    }

    #[test]
    fn a_field_of_a_record_is_its_text_or_nil() {
        let record = Record::builder().name("app db").field("n", 7).expect("free").build();
        let write = |name: &str| {
            let mut out = String::new();
            HeaderField::Attribute(name.to_owned()).write(&record, 32, &mut out);
            out
        };
        let fields = ["name", "n", "taskName", "nothing"].map(write);
        assert_eq!(fields, ["app_db", "7", "-", "-"]);
    }
}
