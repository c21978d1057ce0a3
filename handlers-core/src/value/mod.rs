//! The values that messages, arguments and fields are made of: Python's, as Rust data.

mod convert;
mod digits;
mod entries;
pub(crate) mod float;
mod integer;
mod object;
mod printable;
mod text;

use std::borrow::Cow;
use std::sync::Arc;

pub(crate) use digits::Radix;
pub(crate) use entries::unique;
pub use integer::Integer;
pub use object::{Construction, Global, Object, Recipe};
pub(crate) use text::Form;

/// A value in a record: what Python code passes as an argument, an `extra` field or an attribute.
///
/// Borrowed where it can be, so that a field of a log call costs no allocation;
/// [`into_owned`](Value::into_owned) makes the copy that a queue keeps.
/// [`Display`](std::fmt::Display) is Python's `str()`; [`repr`](Value::repr) and
/// [`ascii`](Value::ascii) are the functions of those names.
///
/// Printing copes with any depth of containers in containers. What else is done to a value, and be
/// it dropping, recurses as for every tree in Rust, so a reader of foreign data has to bound the
/// depth of the values that it makes.
///
/// # Differences from Python
///
/// Text holds no lone surrogates. Rust's `==` tells the
/// integer 1 from the float 1.0; [`equals`](Value::equals) does not.
///
/// # Examples
///
/// ```
/// use handlers_core::Value;
///
/// let value = Value::List(vec![Value::from(1), Value::from("it's"), Value::None]);
/// assert_eq!(value.to_string(), r#"[1, "it's", None]"#);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Python's `None`.
    #[default]
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of any size.
    Int(Integer),
    /// A double.
    Float(f64),
    /// Text.
    Str(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// A list.
    List(Vec<Self>),
    /// A mapping, in the order in which its entries were inserted.
    Dict(Vec<(Self, Self)>),
    /// Any other object, shared by all copies of the value.
    Object(Arc<Object>),
}
