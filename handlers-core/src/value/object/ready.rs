//! Objects that a Rust program may have at hand: numbers, sets, identifiers.

use super::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Integer, Value};

impl Object {
    /// A `decimal.Decimal`, given by the text that Python's `str` gives of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if `Decimal` would not read the text.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let price = Value::from(Object::decimal("12.50")?);
    /// assert_eq!((price.to_string(), price.repr()), ("12.50".into(), "Decimal('12.50')".into()));
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn decimal(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if !is_decimal(&text) {
            let message = format!("no decimal number: {}", Value::from(text).repr());
            return Err(Error::new(ErrorKind::Value, message));
        }
        let (mantissa, _) = text.split_once(['e', 'E']).unwrap_or((&text, ""));
        let is_zero = mantissa.trim_start_matches(['+', '-']).bytes().all(|b| b"0.".contains(&b));
        let repr = format!("Decimal('{text}')");
        let object = Self::new("decimal", "Decimal").argument(text.clone()).shown_as(text, repr);
        Ok(if is_zero { object.falsy() } else { object })
    }

    /// A `set`, in the order in which Python would go through it.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// assert_eq!(Value::from(Object::set([1.into(), 2.into()])).to_string(), "{1, 2}");
    /// assert_eq!(Value::from(Object::set([])).to_string(), "set()");
    /// ```
    pub fn set(items: impl IntoIterator<Item = Value<'static>>) -> Self {
        Self::of_items("set", items.into_iter().collect(), |items| match items {
            "[]" => "set()".to_owned(),
            items => braces(items),
        })
    }

    /// A `frozenset`, in the order in which Python would go through it.
    pub fn frozenset(items: impl IntoIterator<Item = Value<'static>>) -> Self {
        Self::of_items("frozenset", items.into_iter().collect(), |items| match items {
            "[]" => "frozenset()".to_owned(),
            items => format!("frozenset({})", braces(items)),
        })
    }

    /// A `uuid.UUID`, given by its 128 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let id = Value::from(Object::uuid(0x1234));
    /// assert_eq!(id.repr(), "UUID('00000000-0000-0000-0000-000000001234')");
    /// ```
    pub fn uuid(bits: u128) -> Self {
        let digits = format!("{bits:032x}");
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        let text = parts.join("-");
        let repr = format!("UUID('{text}')");
        let int = Value::Int(Integer::from(bits));
        Self::instance("uuid", "UUID", [("int", int)]).shown_as(text, repr)
    }

    fn of_items(
        class: &'static str,
        items: Vec<Value<'static>>,
        show: impl FnOnce(&str) -> String,
    ) -> Self {
        let is_empty = items.is_empty();
        let items = Value::List(items);
        let shown = show(&items.repr());
        let object = Self::new("builtins", class).argument(items).shown_as(shown.clone(), shown);
        if is_empty { object.falsy() } else { object }
    }
}

/// The text of a list as that of a set.
fn braces(items: &str) -> String {
    let inner = items.strip_prefix('[').and_then(|items| items.strip_suffix(']'));
    format!("{{{}}}", inner.unwrap_or(items))
}

/// Whether Python's `Decimal` reads the text, which has nothing but ASCII: a number with or without
/// an exponent, an infinity, or not a number with or without a payload.
fn is_decimal(text: &str) -> bool {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    if matches!(&*lower, "inf" | "infinity") {
        return true;
    }
    if let Some(payload) = lower.strip_prefix("snan").or_else(|| lower.strip_prefix("nan")) {
        return all_digits(payload);
    }
    let (mantissa, exponent) = match lower.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (&*lower, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_exponent = exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    has_exponent && whole.len() + fraction.len() > 0 && all_digits(whole) && all_digits(fraction)
}
