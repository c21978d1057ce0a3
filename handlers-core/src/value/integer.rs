//! Integers without an upper bound.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};

use crate::error::{Error, ErrorKind, Result};
use crate::value::digits::{self, Radix};

/// An integer of any size, as Python's are.
///
/// What fits in 64 bits, signed or unsigned, is held in place; a larger one is shared between its
/// clones.
///
/// # Differences from Python
///
/// Python refuses to print an integer of more than 4,300 decimal digits, as that takes time
/// quadratic in its length. [`Display`](fmt::Display) cannot refuse, and gives such a number in
/// hexadecimal, with `0x` in front. Merging it into a message is the error that it is in Python.
///
/// # Examples
///
/// ```
/// use handlers_core::Integer;
///
/// let large: Integer = "123456789012345678901234567890".parse()?;
/// assert_eq!(large.to_string(), "123456789012345678901234567890");
/// assert_eq!(large.to_i64(), None);
/// assert!(large > Integer::from(u128::from(u64::MAX)));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Integer(Repr);

/// Each number has one representation, the first that can hold it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    Unsigned(u64),
    Big(Arc<BigInt>),
}

impl Integer {
    /// Reads two's complement, least significant byte first: Python's
    /// `int.from_bytes(bytes, 'little', signed=True)`. No bytes are zero.
    pub fn from_signed_bytes_le(bytes: &[u8]) -> Self {
        Self::from_big(BigInt::from_signed_bytes_le(bytes))
    }

    /// The shortest two's complement, least significant byte first; one byte for zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::Integer;
    ///
    /// assert_eq!(Integer::from(255).to_signed_bytes_le(), [0xff, 0x00]);
    /// assert_eq!(Integer::from_signed_bytes_le(&[0x00, 0xff]), Integer::from(-256));
    /// ```
    pub fn to_signed_bytes_le(&self) -> Vec<u8> {
        self.to_big().to_signed_bytes_le()
    }

    /// The number, if 64 bits hold it.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(number) => Some(*number),
            Repr::Unsigned(_) | Repr::Big(_) => None,
        }
    }

    /// The nearest double, the even one of two that are as near; `None` beyond the largest.
    #[expect(clippy::cast_precision_loss, reason = "rounding to the nearest double is the point")]
    pub fn to_f64(&self) -> Option<f64> {
        match &self.0 {
            Repr::Small(number) => Some(*number as f64),
            Repr::Unsigned(number) => Some(*number as f64),
            Repr::Big(number) => big_to_f64(number),
        }
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(number) => *number < 0,
            Repr::Unsigned(_) => false,
            Repr::Big(number) => number.sign() == Sign::Minus,
        }
    }

    /// The integer part of `number`: Python's `int(number)`.
    pub(crate) fn from_f64(number: f64) -> Result<Self> {
        if number.is_nan() {
            return Err(Error::new(ErrorKind::Value, "cannot convert float NaN to integer"));
        }
        if number.is_infinite() {
            let message = "cannot convert float infinity to integer";
            return Err(Error::new(ErrorKind::Overflow, message));
        }
        let whole = number.trunc();
        if (-TWO_TO_63..TWO_TO_63).contains(&whole) {
            #[expect(clippy::cast_possible_truncation, reason = "just compared with the bounds")]
            return Ok(Self::from(whole as i64));
        }
        // From 2^63 on the last bit of the mantissa is worth 2^11 at least.
        let bits = whole.to_bits();
        let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
        let shift = (bits >> 52 & 0x7ff) - 1075;
        let magnitude = BigInt::from(mantissa) << shift;
        Ok(Self::from_big(if whole < 0.0 { -magnitude } else { magnitude }))
    }

    /// Appends the digits of the absolute value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] for more than 4,300 decimal digits, after which nothing was appended.
    pub(crate) fn write_magnitude(&self, radix: Radix, out: &mut String) -> Result<()> {
        let small = match &self.0 {
            Repr::Small(number) => number.unsigned_abs(),
            Repr::Unsigned(number) => *number,
            Repr::Big(number) => return digits::write_big(number.magnitude(), radix, out),
        };
        digits::write_small(small, radix, out);
        Ok(())
    }

    /// Appends what `Display` gives, and says whether it is decimal.
    pub(crate) fn write_str(&self, out: &mut String) -> bool {
        if self.is_negative() {
            out.push('-');
        }
        if self.write_magnitude(Radix::Decimal, out).is_ok() {
            return true;
        }
        out.push_str("0x");
        // Only decimal digits are ever refused.
        let _ = self.write_magnitude(Radix::LowerHex, out);
        false
    }

    /// Which of four ranges, in ascending order, the number is in.
    fn range(&self) -> u8 {
        match &self.0 {
            Repr::Big(number) if number.sign() == Sign::Minus => 0,
            Repr::Small(_) => 1,
            Repr::Unsigned(_) => 2,
            Repr::Big(_) => 3,
        }
    }

    fn from_big(number: BigInt) -> Self {
        if let Ok(small) = i64::try_from(&number) {
            return Self(Repr::Small(small));
        }
        if let Ok(unsigned) = u64::try_from(&number) {
            return Self(Repr::Unsigned(unsigned));
        }
        Self(Repr::Big(Arc::new(number)))
    }

    fn to_big(&self) -> BigInt {
        match &self.0 {
            Repr::Small(number) => BigInt::from(*number),
            Repr::Unsigned(number) => BigInt::from(*number),
            Repr::Big(number) => BigInt::clone(number),
        }
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(left), Repr::Small(right)) => left.cmp(right),
            (Repr::Unsigned(left), Repr::Unsigned(right)) => left.cmp(right),
            (Repr::Big(left), Repr::Big(right)) => left.cmp(right),
            _ => self.range().cmp(&other.range()),
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Repr::Small(number) = &self.0 {
            return fmt::Display::fmt(number, f);
        }
        let mut text = String::new();
        self.write_str(&mut text);
        let digits = text.strip_prefix('-');
        f.pad_integral(digits.is_none(), "", digits.unwrap_or(&text))
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads decimal digits as Python's `int` does: with a sign, white space around them and single
/// underscores between them if need be. Only ASCII digits count, and no more than 4,300 of them.
impl FromStr for Integer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = digits::check(text)?;
        if let Ok(small) = digits.parse() {
            return Ok(Self(Repr::Small(small)));
        }
        digits.parse().map(Self::from_big).map_err(|_| digits::invalid_literal(text))
    }
}

impl From<i64> for Integer {
    fn from(number: i64) -> Self {
        Self(Repr::Small(number))
    }
}

impl From<i128> for Integer {
    fn from(number: i128) -> Self {
        match i64::try_from(number) {
            Ok(small) => Self(Repr::Small(small)),
            Err(_) => Self::from_big(BigInt::from(number)),
        }
    }
}

impl From<u64> for Integer {
    fn from(number: u64) -> Self {
        match i64::try_from(number) {
            Ok(small) => Self(Repr::Small(small)),
            Err(_) => Self(Repr::Unsigned(number)),
        }
    }
}

impl From<u128> for Integer {
    fn from(number: u128) -> Self {
        match u64::try_from(number) {
            Ok(unsigned) => Self::from(unsigned),
            Err(_) => Self::from_big(BigInt::from(number)),
        }
    }
}

macro_rules! from_narrow {
    ($($native:ty),*) => {$(
        impl From<$native> for Integer {
            fn from(number: $native) -> Self {
                Self::from(i64::from(number))
            }
        }
    )*};
}

from_narrow!(i8, i16, i32, u8, u16, u32);

impl From<isize> for Integer {
    fn from(number: isize) -> Self {
        Self::from(number as i64)
    }
}

impl From<usize> for Integer {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

#[expect(clippy::cast_precision_loss, reason = "rounding to the nearest double is the point")]
fn big_to_f64(number: &BigInt) -> Option<f64> {
    let magnitude = number.magnitude();
    let shift = magnitude.bits().checked_sub(64)?;
    // `f64::MAX` has 1,024 bits.
    if shift > 1024 - 64 {
        return None;
    }
    let top = u64::try_from(magnitude >> shift).ok()?;
    // What is cut off can only decide a tie, so one bit tells enough of it.
    let cut = magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift);
    let rounded = (top | u64::from(cut)) as f64;
    let nearest = rounded * f64::from_bits((shift + 1023) << 52);
    let signed = if number.sign() == Sign::Minus { -nearest } else { nearest };
    signed.is_finite().then_some(signed)
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(text: &str) -> Integer {
        text.parse().unwrap()
    }

    #[test]
    fn equal_numbers_are_equal_whatever_they_were_made_from() {
        assert_eq!(Integer::from(7_u128), Integer::from(7_i8));
        assert_eq!(integer("18446744073709551615"), Integer::from(u64::MAX));
        assert_eq!(integer("-9223372036854775808"), Integer::from(i64::MIN));
        assert_eq!(integer("18446744073709551616"), Integer::from(1_i128 << 64));
        assert_eq!(Integer::from_f64(1e22).unwrap(), integer("10000000000000000000000"));
    }

    #[test]
    fn numbers_of_every_size_are_ordered() {
        let ascending = [
            integer("-100000000000000000000000000000"),
            integer("-9223372036854775809"),
            Integer::from(i64::MIN),
            Integer::from(-1),
            Integer::from(i64::MAX),
            Integer::from(u64::MAX),
            integer("18446744073709551616"),
            integer("100000000000000000000000000000"),
        ];
        assert!(ascending.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn digits_are_read_as_python_reads_them() {
        assert_eq!(integer(" +1_000\n"), Integer::from(1000));
        assert_eq!(integer("\u{85}-0\u{3000}"), Integer::from(0));
        for text in ["", "-", "_5", "5_", "1__0", "- 5", "\u{1c}5", "0x10", "٣"] {
            let error = text.parse::<Integer>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
            assert!(error.to_string().starts_with("invalid literal for int() with base 10: '"));
        }
    }

    #[test]
    fn more_than_4300_digits_are_neither_read_nor_printed_in_decimal() {
        let most = "9".repeat(4300);
        assert_eq!(integer(&most).to_string(), most);
        let error = "1".repeat(4301).parse::<Integer>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 \
             digits; use sys.set_int_max_str_digits() to increase the limit"
        );
        let mut bytes = vec![0; 2000];
        bytes.push(1);
        let large = Integer::from_signed_bytes_le(&bytes);
        assert!(large.write_magnitude(Radix::Decimal, &mut String::new()).is_err());
        assert_eq!(large.to_string(), format!("0x1{}", "0".repeat(4000)));
    }

    #[test]
    fn a_tie_between_two_doubles_goes_to_the_even_one() {
        let to_f64 = |text| integer(text).to_f64();
        assert_eq!(to_f64("9007199254740993"), Some(9_007_199_254_740_992.0));
        // Half way between 2^65 and the next double, and one more.
        assert_eq!(to_f64("36893488147419107328"), Some(36_893_488_147_419_103_232.0));
        assert_eq!(to_f64("36893488147419107329"), Some(36_893_488_147_419_111_424.0));
        let largest = format!("{:.0}", f64::MAX);
        assert_eq!(to_f64(&largest), Some(f64::MAX));
        assert_eq!(to_f64(&format!("{largest}0")), None);
    }

    #[test]
    fn a_float_loses_its_fraction() {
        assert_eq!(Integer::from_f64(-3.7).unwrap(), Integer::from(-3));
        assert_eq!(Integer::from_f64(1e30).unwrap(), integer("1000000000000000019884624838656"));
        assert_eq!(Integer::from_f64(-TWO_TO_63).unwrap(), Integer::from(i64::MIN));
        assert_eq!(Integer::from_f64(f64::NAN).unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(Integer::from_f64(f64::INFINITY).unwrap_err().kind(), ErrorKind::Overflow);
    }

    #[test]
    fn the_shortest_bytes_come_back_as_the_same_number() {
        for (text, bytes) in [("0", vec![0]), ("-1", vec![0xff]), ("128", vec![0x80, 0])] {
            assert_eq!(integer(text).to_signed_bytes_le(), bytes);
            assert_eq!(Integer::from_signed_bytes_le(&bytes), integer(text));
        }
        assert_eq!(Integer::from_signed_bytes_le(&[]), Integer::from(0));
    }
}
