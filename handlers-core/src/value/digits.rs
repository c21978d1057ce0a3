//! The digits of integers, written and read.

use std::borrow::Cow;
use std::fmt::Write as _;

use num_bigint::BigUint;

use crate::error::{Error, ErrorKind, Result};
use crate::value::Value;

/// How the digits of an integer are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Radix {
    Binary,
    Octal,
    Decimal,
    LowerHex,
    UpperHex,
}

/// Takes what Python's `int` takes for decimal digits, and leaves what Rust parses: the sign and
/// the digits.
///
/// # Errors
///
/// [`ErrorKind::Value`] for anything else, and for more than 4,300 digits.
pub(super) fn check(text: &str) -> Result<Cow<'_, str>> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    let mut parts = digits.split('_');
    if !parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(invalid_literal(text));
    }
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    if count > MAX_DIGITS {
        let message = format!(
            "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has \
             {count} digits; use sys.set_int_max_str_digits() to increase the limit"
        );
        return Err(Error::new(ErrorKind::Value, message));
    }
    if digits.contains('_') {
        return Ok(Cow::Owned(trimmed.replace('_', "")));
    }
    Ok(Cow::Borrowed(trimmed))
}

/// Appends the digits of `number`.
pub(super) fn write_small(number: u64, radix: Radix, out: &mut String) {
    // Writing to a `String` does not fail.
    let _ = match radix {
        Radix::Binary => write!(out, "{number:b}"),
        Radix::Octal => write!(out, "{number:o}"),
        Radix::Decimal => write!(out, "{number}"),
        Radix::LowerHex => write!(out, "{number:x}"),
        Radix::UpperHex => write!(out, "{number:X}"),
    };
}

/// Appends the digits of `number`.
///
/// # Errors
///
/// [`ErrorKind::Value`] for more than 4,300 decimal digits, after which nothing was appended.
pub(super) fn write_big(number: &BigUint, radix: Radix, out: &mut String) -> Result<()> {
    // The other radices are powers of two, which take linear time.
    if radix == Radix::Decimal && number.bits() > MAX_DIGITS_BITS {
        return Err(too_many_digits());
    }
    let digits = match radix {
        Radix::Binary => number.to_str_radix(2),
        Radix::Octal => number.to_str_radix(8),
        Radix::Decimal => number.to_str_radix(10),
        Radix::LowerHex => number.to_str_radix(16),
        Radix::UpperHex => number.to_str_radix(16).to_ascii_uppercase(),
    };
    if radix == Radix::Decimal && digits.len() > MAX_DIGITS {
        return Err(too_many_digits());
    }
    out.push_str(&digits);
    Ok(())
}

/// What Python says instead of writing an integer of more than 4,300 decimal digits.
pub(crate) fn too_many_digits() -> Error {
    let message = format!(
        "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion; \
         use sys.set_int_max_str_digits() to increase the limit"
    );
    Error::new(ErrorKind::Value, message)
}

#[cold]
pub(super) fn invalid_literal(text: &str) -> Error {
    let literal: String = Value::from(text).repr().chars().take(200).collect();
    Error::new(ErrorKind::Value, format!("invalid literal for int() with base 10: {literal}"))
}

/// `sys.int_info.default_max_str_digits`.
const MAX_DIGITS: usize = 4300;

/// The bits of the largest number of that many digits.
const MAX_DIGITS_BITS: u64 = 14_285;
