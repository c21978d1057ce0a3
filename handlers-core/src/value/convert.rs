//! What values are made from, and what they are taken for.

use std::borrow::Cow;
use std::sync::Arc;

use crate::value::{Integer, Value};

impl<'a> Value<'a> {
    /// The value with everything copied that it borrowed.
    pub fn into_owned(self) -> Value<'static> {
        let all = |items: Vec<Value<'a>>| items.into_iter().map(Value::into_owned).collect();
        match self {
            Self::None => Value::None,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Float(value) => Value::Float(value),
            Self::Str(text) => Value::Str(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Tuple(items) => Value::Tuple(all(items)),
            Self::List(items) => Value::List(all(items)),
            Self::Dict(entries) => {
                let owned = |(key, value): (Self, Self)| (key.into_owned(), value.into_owned());
                Value::Dict(entries.into_iter().map(owned).collect())
            }
            Self::Object(object) => Value::Object(object),
        }
    }

    /// The same value, borrowing its text and bytes. Only containers allocate.
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Self::None => Value::None,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(value.clone()),
            Self::Float(value) => Value::Float(*value),
            Self::Str(text) => Value::Str(Cow::Borrowed(text)),
            Self::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
            Self::Tuple(items) => Value::Tuple(items.iter().map(Value::borrowed).collect()),
            Self::List(items) => Value::List(items.iter().map(Value::borrowed).collect()),
            Self::Dict(entries) => Value::Dict(
                entries.iter().map(|(key, value)| (key.borrowed(), value.borrowed())).collect(),
            ),
            Self::Object(object) => Value::Object(Arc::clone(object)),
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is an integer of 64 bits or a boolean, which Python counts as one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Int(value) => value.to_i64(),
            _ => None,
        }
    }

    /// The number as a double, if this is a number that a double can come near.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => value.to_f64(),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether Python takes the value for true: not `None`, not zero, not empty.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => value.to_i64() != Some(0),
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Tuple(items) | Self::List(items) => !items.is_empty(),
            Self::Dict(entries) => !entries.is_empty(),
            Self::Object(object) => object.is_truthy(),
        }
    }

    /// The name of the Python type, as it stands in messages of a `TypeError`.
    pub fn type_name(&self) -> &str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::Tuple(_) => "tuple",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
            Self::Object(object) => object.type_name(),
        }
    }

    /// Whether Python's `==` holds: numbers are compared across types, dictionaries without
    /// regard to order.
    ///
    /// Rust's `==` tells the types apart.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::Value;
    ///
    /// assert!(Value::from(1).equals(&Value::from(1.0)));
    /// assert!(Value::from(true).equals(&Value::from(1)));
    /// assert_ne!(Value::from(1), Value::from(1.0));
    /// ```
    #[expect(clippy::float_cmp, reason = "Python's comparison is exact")]
    pub fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Str(left), Value::Str(right)) => left == right,
            (Self::Bytes(left), Value::Bytes(right)) => left == right,
            (Self::None, Value::None) => true,
            (Self::Tuple(left), Value::Tuple(right)) | (Self::List(left), Value::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.equals(r))
            }
            (Self::Dict(left), Value::Dict(right)) => {
                let finds = |key: &Value<'_>, value: &Value<'_>| {
                    right.iter().any(|(k, v)| k.equals(key) && v.equals(value))
                };
                left.len() == right.len() && left.iter().all(|(key, value)| finds(key, value))
            }
            (Self::Object(left), Value::Object(right)) => Arc::ptr_eq(left, right) || left == right,
            (Self::Float(left), Value::Float(right)) => left == right,
            (Self::Float(left), right) => is_exactly(*left, right),
            (left, Value::Float(right)) => is_exactly(*right, left),
            _ => match (self.as_integer(), other.as_integer()) {
                (Some(left), Some(right)) => left == right,
                _ => false,
            },
        }
    }

    /// The number, if this is an integer or a boolean.
    pub(crate) fn as_integer(&self) -> Option<Cow<'_, Integer>> {
        match self {
            Self::Bool(value) => Some(Cow::Owned(Integer::from(u8::from(*value)))),
            Self::Int(value) => Some(Cow::Borrowed(value)),
            _ => None,
        }
    }
}

/// Python compares the exact values: 2^53 + 1 is not equal to the double nearest to it.
fn is_exactly(float: f64, other: &Value<'_>) -> bool {
    let Some(integer) = other.as_integer() else { return false };
    float.fract() == 0.0 && Integer::from_f64(float).is_ok_and(|whole| whole == *integer)
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Integer> for Value<'_> {
    fn from(value: Integer) -> Self {
        Self::Int(value)
    }
}

macro_rules! from_integer {
    ($($native:ty),*) => {$(
        impl From<$native> for Value<'_> {
            fn from(value: $native) -> Self {
                Self::Int(Integer::from(value))
            }
        }
    )*};
}

from_integer!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

/// Python has doubles only: `0.1_f32` prints as 0.10000000149011612.
impl From<f32> for Value<'_> {
    fn from(value: f32) -> Self {
        Self::Float(f64::from(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Str(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Str(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Str(Cow::Owned(value))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::Str(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(value))
    }
}

/// Nothing is Python's `None`.
impl<T: Into<Self>> From<Option<T>> for Value<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// A list; for a tuple, name the variant.
impl From<Vec<Self>> for Value<'_> {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict(entries: &[(&'static str, i32)]) -> Value<'static> {
        Value::Dict(entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
    }

    #[test]
    fn numbers_are_compared_by_exact_value() {
        let large = Value::from((1_i64 << 53) + 1);
        assert!(!large.equals(&Value::from(9_007_199_254_740_992.0)));
        assert!(Value::from(1e22).equals(&Value::from(10_i128.pow(22))));
        assert!(Value::from(false).equals(&Value::from(-0.0)));
        assert!(!Value::from(f64::NAN).equals(&Value::from(f64::NAN)));
        assert!(!Value::from(f64::INFINITY).equals(&Value::from(1)));
        assert!(!Value::from("1").equals(&Value::from(1)));
        assert!(!Value::from(1.5).equals(&Value::from("1.5")));
    }

    #[test]
    fn containers_are_equal_if_what_they_hold_is() {
        assert!(dict(&[("a", 1), ("b", 2)]).equals(&dict(&[("b", 2), ("a", 1)])));
        assert!(!dict(&[("a", 1)]).equals(&dict(&[("a", 2)])));
        let list = Value::List(vec![1.into(), true.into()]);
        assert!(list.equals(&Value::List(vec![1.0.into(), 1.into()])));
        assert!(!list.equals(&Value::Tuple(vec![1.into(), 1.into()])));
    }

    #[test]
    fn zero_and_what_is_empty_count_as_false() {
        let falsy = [
            Value::None,
            false.into(),
            0.into(),
            (-0.0).into(),
            "".into(),
            b"".into(),
            Value::Tuple(vec![]),
            Value::List(vec![]),
            dict(&[]),
        ];
        assert!(falsy.iter().all(|value| !value.is_truthy()));
        let truthy = [f64::NAN.into(), "0".into(), Value::from(1_u128 << 70), dict(&[("", 0)])];
        assert!(truthy.iter().all(Value::is_truthy));
    }

    #[test]
    fn an_owned_value_equals_the_one_it_was_borrowed_from() {
        let text = String::from("text");
        let items = vec![Value::from(&text), Value::from(b"\0"), Value::None, Value::from(1.5)];
        let value = Value::Dict(vec![(Value::Tuple(items.clone()), Value::List(items))]);
        assert_eq!(value.borrowed(), value);
        assert_eq!(value.clone().into_owned(), value);
    }
}
