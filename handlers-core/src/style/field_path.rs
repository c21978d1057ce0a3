//! The attributes and items that a replacement field of `str.format` reaches through.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::style::unicode::decimal_digit;
use crate::value::Value;

/// The part of a field name from its first `.` or `[` on, such as `.real` or `[0][key]`.
#[derive(Debug, Default)]
pub(super) struct FieldPath(Vec<Step>);

#[derive(Debug)]
enum Step {
    Attribute(Box<str>),
    /// What is wrong with the rest of the path, to be told once it is reached.
    Fail(Error),
    Index(Value<'static>),
    Key(Value<'static>),
}

impl FieldPath {
    pub(super) fn parse(text: &str) -> Self {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let step = Step::parse(&mut rest).unwrap_or_else(|error| {
                rest = "";
                Step::Fail(error)
            });
            steps.push(step);
        }
        Self(steps)
    }

    /// Follows the path from `root`.
    ///
    /// # Errors
    ///
    /// What Python raises: [`ErrorKind::Key`], [`ErrorKind::Index`], [`ErrorKind::Type`] or
    /// [`ErrorKind::Attribute`] where there is nothing, [`ErrorKind::Value`] for a malformed path.
    pub(super) fn follow<'v, 'a>(&self, root: Cow<'v, Value<'a>>) -> Result<Cow<'v, Value<'a>>> {
        self.0.iter().try_fold(root, |value, step| match value {
            Cow::Borrowed(value) => step.take(value),
            Cow::Owned(value) => Ok(Cow::Owned(step.take(&value)?.into_owned())),
        })
    }
}

impl Step {
    fn parse(rest: &mut &str) -> Result<Self> {
        if let Some(text) = rest.strip_prefix('.') {
            let (name, after) = text.split_at(text.find(['.', '[']).unwrap_or(text.len()));
            *rest = after;
            return if name.is_empty() { Err(empty()) } else { Ok(Self::Attribute(name.into())) };
        }
        let Some(text) = rest.strip_prefix('[') else {
            let message = "Only '.' or '[' may follow ']' in format field specifier";
            return Err(Error::new(ErrorKind::Value, message));
        };
        let Some((key, after)) = text.split_once(']') else {
            return Err(Error::new(ErrorKind::Value, "Missing ']' in format string"));
        };
        *rest = after;
        if key.is_empty() {
            return Err(empty());
        }
        let index = whole_number(key)?;
        Ok(index.map_or_else(
            || Self::Key(Value::from(key).into_owned()),
            |index| Self::Index(Value::from(index)),
        ))
    }

    fn take<'v, 'a>(&self, value: &'v Value<'a>) -> Result<Cow<'v, Value<'a>>> {
        match self {
            Self::Attribute(name) => attribute(value, name).map(Cow::Owned),
            Self::Fail(error) => Err(error.clone()),
            Self::Index(index) => item_at(value, index),
            Self::Key(key) => item_named(value, key),
        }
    }
}

/// Reads a number of digits of any script; `None` if that is not what `text` is.
///
/// # Errors
///
/// [`ErrorKind::Value`] for a number that a machine word of CPython cannot hold.
pub(super) fn whole_number(text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut number = 0_i64;
    for c in text.chars() {
        let Some(digit) = decimal_digit(c) else { return Ok(None) };
        let next = number.checked_mul(10).and_then(|tens| tens.checked_add(i64::from(digit)));
        number = next.ok_or_else(too_many_digits)?;
    }
    Ok(Some(number))
}

/// What CPython says of a number that its machine word cannot hold.
#[cold]
pub(super) fn too_many_digits() -> Error {
    Error::new(ErrorKind::Value, "Too many decimal digits in format string")
}

/// What Python raises for a key that a mapping lacks: its message is the key's `repr`.
#[cold]
pub(super) fn missing_key(key: &Value<'_>) -> Error {
    Error::new(ErrorKind::Key, key.repr())
}

#[cold]
fn empty() -> Error {
    Error::new(ErrorKind::Value, "Empty attribute in format string")
}

/// Only numbers have attributes that are values.
fn attribute<'a>(value: &Value<'a>, name: &str) -> Result<Value<'a>> {
    match (value, name) {
        (Value::Int(number), "real" | "numerator") => Ok(Value::Int(number.clone())),
        (Value::Bool(truth), "real" | "numerator") => Ok(Value::from(u8::from(*truth))),
        (Value::Int(_) | Value::Bool(_), "imag") => Ok(Value::from(0)),
        (Value::Int(_) | Value::Bool(_), "denominator") => Ok(Value::from(1)),
        (Value::Float(number), "real") => Ok(Value::Float(*number)),
        (Value::Float(_), "imag") => Ok(Value::Float(0.0)),
        _ => {
            let message = format!("'{}' object has no attribute '{name}'", value.type_name());
            Err(Error::new(ErrorKind::Attribute, message))
        }
    }
}

/// `value[5]`.
fn item_at<'v, 'a>(value: &'v Value<'a>, index: &Value<'_>) -> Result<Cow<'v, Value<'a>>> {
    let place = index.as_i64().and_then(|index| usize::try_from(index).ok()).unwrap_or(usize::MAX);
    let (item, message) = match value {
        Value::Dict(entries) => return entry(entries, index),
        Value::List(items) => (items.get(place).map(Cow::Borrowed), "list index out of range"),
        Value::Tuple(items) => (items.get(place).map(Cow::Borrowed), "tuple index out of range"),
        Value::Str(text) => {
            let character = text.chars().nth(place).map(String::from);
            (character.map(|text| Cow::Owned(text.into())), "string index out of range")
        }
        Value::Bytes(bytes) => {
            let byte = bytes.get(place).map(|byte| Cow::Owned(Value::from(*byte)));
            (byte, "index out of range")
        }
        _ => return Err(not_subscriptable(value)),
    };
    item.ok_or_else(|| Error::new(ErrorKind::Index, message))
}

/// `value['name']`.
fn item_named<'v, 'a>(value: &'v Value<'a>, name: &Value<'_>) -> Result<Cow<'v, Value<'a>>> {
    let message = match value {
        Value::Dict(entries) => return entry(entries, name),
        Value::List(_) => "list indices must be integers or slices, not str",
        Value::Tuple(_) => "tuple indices must be integers or slices, not str",
        Value::Str(_) => "string indices must be integers, not 'str'",
        Value::Bytes(_) => "byte indices must be integers or slices, not str",
        _ => return Err(not_subscriptable(value)),
    };
    Err(Error::new(ErrorKind::Type, message))
}

fn entry<'v, 'a>(
    entries: &'v [(Value<'a>, Value<'a>)],
    wanted: &Value<'_>,
) -> Result<Cow<'v, Value<'a>>> {
    // What was inserted last holds.
    let found = entries.iter().rev().find(|(key, _)| key.equals(wanted));
    found.map(|(_, value)| Cow::Borrowed(value)).ok_or_else(|| missing_key(wanted))
}

#[cold]
fn not_subscriptable(value: &Value<'_>) -> Error {
    let message = format!("'{}' object is not subscriptable", value.type_name());
    Error::new(ErrorKind::Type, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(path: &str, root: &Value<'_>) -> Result<String, (ErrorKind, String)> {
        let found = FieldPath::parse(path).follow(Cow::Borrowed(root));
        found.map(|value| value.repr()).map_err(|error| (error.kind(), error.to_string()))
    }

    fn sample() -> Value<'static> {
        let inner = Value::Tuple(vec!["héé".into(), b"ab".into(), Value::None, true.into()]);
        Value::Dict(vec![("k".into(), Value::List(vec![inner])), (1.0.into(), 1.5.into())])
    }

    #[test]
    fn paths_lead_through_containers_to_characters_and_bytes() {
        for (path, expected) in [
            ("[k][0][0][١]", "'é'"),
            ("[k][0][0][0][0]", "'h'"),
            ("[k][0][1][1]", "98"),
            ("[1].real", "1.5"),
            ("[1].imag.imag", "0.0"),
            ("[k][0][3].numerator.denominator", "1"),
        ] {
            assert_eq!(reach(path, &sample()), Ok(expected.to_owned()), "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_the_error_of_the_container() {
        for (path, kind, message) in [
            ("[x]", ErrorKind::Key, "'x'"),
            ("[7]", ErrorKind::Key, "7"),
            ("[k][1]", ErrorKind::Index, "list index out of range"),
            ("[k][0][9]", ErrorKind::Index, "tuple index out of range"),
            ("[k][0][0][3]", ErrorKind::Index, "string index out of range"),
            ("[k][0][1][2]", ErrorKind::Index, "index out of range"),
            ("[k][-1]", ErrorKind::Type, "list indices must be integers or slices, not str"),
            ("[k][0][0][x]", ErrorKind::Type, "string indices must be integers, not 'str'"),
            ("[k][0][2][0]", ErrorKind::Type, "'NoneType' object is not subscriptable"),
            ("[k].x", ErrorKind::Attribute, "'list' object has no attribute 'x'"),
        ] {
            assert_eq!(reach(path, &sample()), Err((kind, message.to_owned())), "{path}");
        }
    }

    #[test]
    fn a_malformed_path_is_reported_when_it_is_reached() {
        for (path, message) in [
            ("[1].", "Empty attribute in format string"),
            ("[]", "Empty attribute in format string"),
            ("[1]x", "Only '.' or '[' may follow ']' in format field specifier"),
            ("[9223372036854775808]", "Too many decimal digits in format string"),
        ] {
            let expected = Err((ErrorKind::Value, message.to_owned()));
            assert_eq!(reach(path, &sample()), expected, "{path}");
        }
        assert_eq!(reach("[x].", &sample()), Err((ErrorKind::Key, "'x'".to_owned())));
    }
}
