//! One JSON object, put together field by field.

use std::cell::Cell;
use std::mem;
use std::ops::Range;

use handlers_core::{Error, Result, Value, with_line_buffer, write_json_text};

use super::json::Style;

/// Writes the fields of a GELF message to the end of a string.
///
/// A field that is given twice keeps its first place and has its last value, as in the dictionaries
/// of Python that the messages are made of there.
#[derive(Debug)]
pub(super) struct Payload<'a> {
    out: &'a mut String,
    start: usize,
    /// What stands before the first field.
    opening: &'static str,
    style: Style,
    index: Index,
    /// Fields that cannot be sent, and why.
    refused: Vec<(String, Error)>,
}

/// Where the fields are.
#[derive(Debug, Default)]
struct Index {
    /// The names of the fields, one behind the other, as they are before JSON escapes them.
    names: String,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: Range<usize>,
    /// The field in the output, without the separator before it.
    text: Range<usize>,
    /// How much of `text` stands before the value.
    head: usize,
}

thread_local! {
    static INDEX: Cell<Index> = Cell::default();
}

impl<'a> Payload<'a> {
    /// Begins an object at the end of `out`.
    pub(super) fn new(out: &'a mut String, style: Style) -> Self {
        Self::opened_by("{", out, style)
    }

    /// Goes on with the object at the end of `out`, which has fields that are none of this payload's.
    pub(super) fn behind_others(out: &'a mut String, style: Style) -> Self {
        Self::opened_by(style.comma, out, style)
    }

    fn opened_by(opening: &'static str, out: &'a mut String, style: Style) -> Self {
        let start = out.len();
        let index = INDEX.try_with(Cell::take).unwrap_or_default();
        Self { out, start, opening, style, index, refused: Vec::new() }
    }

    /// Adds a field that is text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.field(name, write_json_text, |_, out| {
            write_json_text(text, out);
            Ok(())
        })
        .unwrap_or_default();
    }

    /// Adds a field.
    ///
    /// # Errors
    ///
    /// The style refuses the value. Nothing of the field is left.
    pub(super) fn value(&mut self, name: &str, value: &Value<'_>) -> Result<()> {
        self.field(name, write_json_text, |style, out| style.write(value, out))
    }

    /// Adds a field in whose name nothing needs an escape, such as those that servers take.
    ///
    /// # Errors
    ///
    /// The style refuses the value. Nothing of the field is left.
    pub(super) fn value_with_plain_name(&mut self, name: &str, value: &Value<'_>) -> Result<()> {
        let write_name = |name: &str, out: &mut String| {
            out.push('"');
            out.push_str(name);
            out.push('"');
        };
        self.field(name, write_name, |style, out| style.write(value, out))
    }

    /// Adds a field. One that the style refuses is an error in the end, unless it is taken out
    /// before.
    ///
    /// # Errors
    ///
    /// None now.
    pub(super) fn value_or_refuse(&mut self, name: &str, value: &Value<'_>) -> Result<()> {
        if let Err(error) = self.value(name, value) {
            self.value(name, &Value::None)?;
            self.refused.push((name.to_owned(), error));
        }
        Ok(())
    }

    /// Takes out every field for whose name `keeps` says no, in the order of the fields.
    pub(super) fn retain(&mut self, mut keeps: impl FnMut(&str) -> bool) {
        let Index { names, fields } = &mut self.index;
        let before = fields.len();
        fields.retain(|field| keeps(&names[field.name.clone()]));
        if fields.len() < before {
            self.write_again();
        }
    }

    /// Takes out a field, if it is there.
    pub(super) fn remove(&mut self, name: &str) {
        if self.position(name).is_some() {
            self.retain(|known| known != name);
        }
    }

    /// Ends the object.
    ///
    /// # Errors
    ///
    /// A field was refused and is still there.
    pub(super) fn finish(mut self) -> Result<()> {
        let refused = mem::take(&mut self.refused);
        if let Some((_, error)) =
            refused.into_iter().find(|(name, _)| self.position(name).is_some())
        {
            return Err(error);
        }
        let is_empty = self.index.fields.is_empty() && self.opening == "{";
        self.out.push_str(if is_empty { "{}" } else { "}" });
        Ok(())
    }

    fn field(
        &mut self,
        name: &str,
        write_name: impl FnOnce(&str, &mut String),
        write: impl FnOnce(Style, &mut String) -> Result<()>,
    ) -> Result<()> {
        let begin = self.out.len();
        let is_first = self.index.fields.is_empty();
        self.out.push_str(if is_first { self.opening } else { self.style.comma });
        let start = self.out.len();
        write_name(name, self.out);
        self.out.push_str(self.style.colon);
        let value = self.out.len();
        if let Err(error) = write(self.style, self.out) {
            self.out.truncate(begin);
            return Err(error);
        }
        if let Some(at) = self.position(name) {
            self.replace(at, value);
            return Ok(());
        }
        let Index { names, fields } = &mut self.index;
        let name_start = names.len();
        names.push_str(name);
        let (name, text) = (name_start..names.len(), start..self.out.len());
        fields.push(Field { name, text, head: value - start });
        Ok(())
    }

    fn position(&self, name: &str) -> Option<usize> {
        let Index { names, fields } = &self.index;
        // Bytes, since a range of a string is looked at for where its characters begin.
        let (names, name) = (names.as_bytes(), name.as_bytes());
        fields.iter().position(|field| names[field.name.clone()] == *name)
    }

    /// Writes the fields that are left, one behind the other.
    fn write_again(&mut self) {
        with_line_buffer(|written| {
            written.push_str(&self.out[self.start..]);
            self.out.truncate(self.start);
            let mut separator = self.opening;
            for field in &mut self.index.fields {
                self.out.push_str(separator);
                separator = self.style.comma;
                let begin = self.out.len();
                let Range { start, end } = field.text;
                self.out.push_str(&written[start - self.start..end - self.start]);
                field.text = begin..self.out.len();
            }
        });
    }

    /// Puts the value at the end of the output in the place of that of an earlier field.
    #[cold]
    fn replace(&mut self, at: usize, value_start: usize) {
        with_line_buffer(|value| {
            value.push_str(&self.out[value_start..]);
            let fields = &mut self.index.fields;
            let end = fields.last().map_or(self.start, |last| last.text.end);
            self.out.truncate(end);
            let field = &mut fields[at];
            let old = field.text.start + field.head..field.text.end;
            let (shrinks, grows) = (old.len(), value.len());
            self.out.replace_range(old, value);
            field.text.end = field.text.end - shrinks + grows;
            for later in &mut fields[at + 1..] {
                later.text.start = later.text.start - shrinks + grows;
                later.text.end = later.text.end - shrinks + grows;
            }
        });
    }
}

impl Drop for Payload<'_> {
    /// The index is kept for the next message of the thread.
    fn drop(&mut self) {
        let mut index = mem::take(&mut self.index);
        index.names.clear();
        index.fields.clear();
        // A thread that is ending has no place for it any more.
        let _ = INDEX.try_with(|kept| kept.set(index));
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::Foreign;
    use super::*;

    fn written(fields: &[(&str, &str)], remove: &str) -> String {
        let mut out = String::from("before");
        let mut payload = Payload::new(&mut out, Style::compact(Foreign::Text));
        for (name, value) in fields {
            payload.text(name, value);
        }
        payload.remove(remove);
        payload.finish().unwrap();
        out.split_off("before".len())
    }

    #[test]
    fn a_field_that_comes_twice_keeps_its_place() {
        let fields = [("a", "1"), ("b", "2"), ("a", "long"), ("b", ""), ("c", "3")];
        assert_eq!(written(&fields, ""), r#"{"a":"long","b":"","c":"3"}"#);
        assert_eq!(written(&fields, "b"), r#"{"a":"long","c":"3"}"#);
        assert_eq!(written(&fields, "a"), r#"{"b":"","c":"3"}"#);
    }

    #[test]
    fn an_object_may_be_empty() {
        assert_eq!(written(&[], "a"), "{}");
        assert_eq!(written(&[("a", "1")], "a"), "{}");
    }

    #[test]
    fn a_field_that_is_refused_is_an_error_while_it_is_there() {
        for (removed, is_ok) in [("bad", true), ("other", false)] {
            let mut out = String::new();
            let mut payload = Payload::new(&mut out, Style::spaced(Foreign::Refuse));
            payload.text("good", "1");
            payload.value_or_refuse("bad", &b"\0".into()).unwrap();
            payload.remove(removed);
            assert_eq!(payload.finish().is_ok(), is_ok);
        }
    }
}
