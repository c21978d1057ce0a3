//! Values as text by a format specification: Python's `format(value, spec)`.

use crate::error::{Error, ErrorKind, Result};
use crate::style::format_spec::{Align, FormatSpec, Sign, Spec, refuse, unknown_kind};
use crate::style::number::Number;
use crate::value::{Form, Integer, Radix, Value, float};

impl FormatSpec<'_> {
    /// Appends `value` as the specification wants it; an empty one wants `str()`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] or [`ErrorKind::Type`] if values of the type have no such format
    /// (CORE-120), [`ErrorKind::Overflow`] if the value or the result is too large for it.
    pub(super) fn write(&self, value: &Value<'_>, out: &mut String) -> Result<()> {
        if self.is_empty() {
            return value.try_write(Form::Str, out);
        }
        let type_name = value.type_name();
        match value {
            Value::Str(text) => write_text(text, self.for_type(type_name)?, out),
            Value::Bool(truth) => {
                write_integer(&Integer::from(u8::from(*truth)), self, type_name, out)
            }
            Value::Int(number) => write_integer(number, self, type_name, out),
            Value::Float(number) => {
                let spec = self.for_type(type_name)?;
                write_float(*number, spec.kind_or('\0')?, spec, out)
            }
            _ => {
                let message = format!("unsupported format string passed to {type_name}.__format__");
                Err(Error::new(ErrorKind::Type, message))
            }
        }
    }
}

/// The width of `spec` if a text of `length` is shorter, else `length`.
///
/// # Errors
///
/// [`ErrorKind::Overflow`] over [`MAX_WIDTH`].
pub(super) fn checked_width(spec: &Spec, length: usize) -> Result<usize> {
    let width = spec.width.map_or(0, |width| usize::try_from(width).unwrap_or(usize::MAX));
    if width > length && width > MAX_WIDTH {
        return Err(Error::new(ErrorKind::Overflow, "width too large"));
    }
    Ok(width.max(length))
}

/// Appends `fill` as often as `count` says.
pub(super) fn push_fill(fill: char, count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(fill, count));
}

fn write_text(text: &str, spec: &Spec, out: &mut String) -> Result<()> {
    let kind = spec.kind_or('s')?;
    if kind != 's' {
        return Err(unknown_kind(kind, "str"));
    }
    let forbidden = match spec.sign {
        Some(Sign::Space) => Some("Space not allowed in string format specifier"),
        Some(_) => Some("Sign not allowed in string format specifier"),
        None if spec.unsigned_zero => {
            Some("Negative zero coercion (z) not allowed in string format specifier")
        }
        None if spec.alternate => Some("Alternate form (#) not allowed in string format specifier"),
        None if spec.align_left() == Align::Inside => {
            Some("'=' alignment not allowed in string format specifier")
        }
        None => None,
    };
    if let Some(message) = forbidden {
        return Err(refuse(message));
    }
    write_padded(truncated(text, spec.precision), spec.align_left(), spec, out)
}

/// The first `precision` characters of `text`.
fn truncated(text: &str, precision: Option<u64>) -> &str {
    let longest = precision.and_then(|precision| usize::try_from(precision).ok());
    let cut = longest.and_then(|longest| text.char_indices().nth(longest));
    cut.map_or(text, |(end, _)| &text[..end])
}

fn write_padded(text: &str, align: Align, spec: &Spec, out: &mut String) -> Result<()> {
    if spec.width.is_none() {
        out.push_str(text);
        return Ok(());
    }
    let length = text.chars().count();
    let padding = checked_width(spec, length)? - length;
    let before = match align {
        Align::Center => padding / 2,
        Align::Left => 0,
        Align::Inside | Align::Right => padding,
    };
    push_fill(spec.fill(), before, out);
    out.push_str(text);
    push_fill(spec.fill(), padding - before, out);
    Ok(())
}

fn write_integer(
    number: &Integer,
    spec: &FormatSpec<'_>,
    type_name: &str,
    out: &mut String,
) -> Result<()> {
    let spec = spec.for_type(type_name)?;
    let kind = spec.kind_or('d')?;
    if matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') {
        let message = "int too large to convert to float";
        let number = number.to_f64().ok_or_else(|| Error::new(ErrorKind::Overflow, message))?;
        return write_float(number, kind, spec, out);
    }
    let (radix, prefix, group) = match kind {
        'b' => (Radix::Binary, "0b", 4),
        'o' => (Radix::Octal, "0o", 4),
        'x' => (Radix::LowerHex, "0x", 4),
        'X' => (Radix::UpperHex, "0X", 4),
        'd' | 'n' | 'c' => (Radix::Decimal, "", 3),
        _ => return Err(unknown_kind(kind, type_name)),
    };
    if spec.precision.is_some() {
        return Err(refuse("Precision not allowed in integer format specifier"));
    }
    if spec.unsigned_zero {
        let message = "Negative zero coercion (z) not allowed in integer format specifier";
        return Err(refuse(message));
    }
    if kind == 'c' {
        return write_character(number, spec, out);
    }
    let negative = number.is_negative();
    let prefix = if spec.alternate { prefix } else { "" };
    if Number::is_plain(spec) {
        out.push_str(Number::sign(negative, spec));
        out.push_str(prefix);
        return number.write_magnitude(radix, out);
    }
    let start = out.len();
    number.write_magnitude(radix, out)?;
    let digits = out.len() - start;
    Number { negative, prefix, digits, groups: spec.groups(group) }.lay_out(spec, start, out)
}

/// The character of a code point. One that is no character in Rust, a surrogate, is replaced.
fn write_character(number: &Integer, spec: &Spec, out: &mut String) -> Result<()> {
    if spec.sign.is_some() {
        return Err(refuse("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        let message = "Alternate form (#) not allowed with integer format specifier 'c'";
        return Err(refuse(message));
    }
    let Some(code) = number.to_i64() else {
        let message = "Python int too large to convert to C long";
        return Err(Error::new(ErrorKind::Overflow, message));
    };
    if !(0..=0x0010_ffff).contains(&code) {
        return Err(Error::new(ErrorKind::Overflow, "%c arg not in range(0x110000)"));
    }
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    write_padded(character.encode_utf8(&mut [0; 4]), spec.align_right(), spec, out)
}

fn write_float(number: f64, kind: char, spec: &Spec, out: &mut String) -> Result<()> {
    let start = out.len();
    write_digits(number, kind, spec, out)?;
    let text = &out[start..];
    if spec.unsigned_zero && is_negative_zero(text) {
        out.remove(start);
    }
    let negative = out[start..].starts_with('-');
    if Number::is_plain(spec) && (negative || Number::sign(negative, spec).is_empty()) {
        return Ok(());
    }
    if negative {
        out.remove(start);
    }
    let digits = out[start..].bytes().take_while(u8::is_ascii_digit).count();
    Number { negative, prefix: "", digits, groups: spec.groups(3) }.lay_out(spec, start, out)
}

/// Appends the number with its minus sign, and the `%` if that is the type.
fn write_digits(number: f64, kind: char, spec: &Spec, out: &mut String) -> Result<()> {
    if !matches!(kind, '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') {
        return Err(unknown_kind(kind, "float"));
    }
    let (start, alternate) = (out.len(), spec.alternate);
    let given = float_precision(number, kind, spec)?;
    let precision = given.unwrap_or(6);
    match kind {
        '\0' => match given {
            Some(precision) => float::format_plain(number, precision, alternate, out),
            None => float::format_repr(number, alternate, out),
        },
        'e' | 'E' => float::format_exponent(number, precision, alternate, out),
        'f' | 'F' => float::format_fixed(number, precision, alternate, out),
        '%' => {
            float::format_fixed(number * 100.0, precision, alternate, out);
            out.push('%');
        }
        _ => float::format_general(number, precision, alternate, out),
    }
    if kind.is_ascii_uppercase() {
        out[start..].make_ascii_uppercase();
    }
    Ok(())
}

fn float_precision(number: f64, kind: char, spec: &Spec) -> Result<Option<usize>> {
    let Some(precision) = spec.precision else { return Ok(None) };
    let Ok(precision) = i32::try_from(precision) else { return Err(refuse("precision too big")) };
    let precision = usize::try_from(precision).unwrap_or_default();
    // The general forms leave out the zeros that a precision beyond all digits asks for.
    let zeros = spec.alternate || !matches!(kind, '\0' | 'g' | 'G' | 'n');
    if precision > MAX_WIDTH && zeros && number.is_finite() {
        return Err(Error::new(ErrorKind::Overflow, "precision too large"));
    }
    Ok(Some(precision))
}

/// Whether a zero, or what was rounded to one, has a sign.
fn is_negative_zero(text: &str) -> bool {
    let Some(magnitude) = text.strip_prefix('-') else { return false };
    let mantissa = magnitude.split(['e', 'E']).next().unwrap_or_default();
    magnitude.starts_with('0') && !mantissa.contains(|digit| matches!(digit, '1'..='9'))
}

/// The longest that padding or decimals may make a text: from a handful of characters in a format,
/// Python would make gigabytes, or a `MemoryError`.
const MAX_WIDTH: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn format(value: impl Into<Value<'static>>, spec: &str) -> String {
        let mut out = String::from("|");
        let written = FormatSpec::parse(spec).write(&value.into(), &mut out);
        written.map_or_else(|error| error.to_string(), |()| out.split_off(1))
    }

    // CORE-119: what CPython 3.13 prints.
    #[test]
    fn integers_have_bases_signs_and_groups() {
        assert_eq!(format(1_234_567, ",d"), "1,234,567");
        assert_eq!(format(-255, "#_X"), "-0XFF");
        assert_eq!(format(0xdead_beef_u32, "_b"), "1101_1110_1010_1101_1011_1110_1110_1111");
        assert_eq!(format(1234, "010,"), "00,001,234");
        assert_eq!(format(1234, "012,"), "0,000,001,234");
        assert_eq!(format(-42, "*=+8"), "-*****42");
        assert_eq!(format(42, "^+7n"), "  +42  ");
        assert_eq!(format(8364, "c"), "€");
        assert_eq!(format(65, "04c"), "000A");
        assert_eq!(format(true, ""), "True");
        assert_eq!(format(true, "3"), "  1");
        assert_eq!(format(1_i64 << 52, "_.1f"), "4_503_599_627_370_496.0");
        assert_eq!(format(10_i128.pow(30), ","), "1,000,000,000,000,000,000,000,000,000,000");
    }

    #[test]
    fn floats_have_the_types_of_printf_and_one_of_their_own() {
        assert_eq!(format(123_456.0, ".6"), "1.23456e+05");
        assert_eq!(format(12_345.0, ".6"), "12345.0");
        assert_eq!(format(1e16, "#"), "1.e+16");
        assert_eq!(format(0.256, "%"), "25.600000%");
        assert_eq!(format(1e308, ".0%"), "inf%");
        assert_eq!(format(-0.001, "z.2f"), "0.00");
        assert_eq!(format(-0.001, "+z.1e"), "-1.0e-03");
        assert_eq!(format(-1e308, "z%"), "-inf%");
        assert_eq!(format(f64::NEG_INFINITY, "010,F"), "-000000INF");
        assert_eq!(format(1_234_567.891, "015,.2f"), "0,001,234,567.89");
        assert_eq!(format(2.5, " .0f"), " 2");
        assert_eq!(format(1.5, "n"), "1.5");
    }

    #[test]
    fn text_is_counted_in_characters() {
        assert_eq!(format("日本", "*^6"), "**日本**");
        assert_eq!(format("日本", "😀>3.1s"), "😀😀日");
        assert_eq!(format("ab", "05"), "ab000");
        assert_eq!(format("ab", ".99999999999"), "ab");
    }

    // CORE-120, CORE-121.
    #[test]
    fn what_a_type_does_not_know_is_refused_in_the_words_of_cpython() {
        let unknown = |kind, type_name| {
            format!("Unknown format code '{kind}' for object of type '{type_name}'")
        };
        assert_eq!(format("a", "d"), unknown("d", "str"));
        assert_eq!(format(true, "s"), unknown("s", "bool"));
        assert_eq!(format(1.5, "- "), unknown("\\x20", "float"));
        assert_eq!(format("a", "+"), "Sign not allowed in string format specifier");
        assert_eq!(format("a", " "), "Space not allowed in string format specifier");
        assert_eq!(format("a", "=3"), "'=' alignment not allowed in string format specifier");
        assert_eq!(format(1, ".2"), "Precision not allowed in integer format specifier");
        assert_eq!(format(-1, "c"), "%c arg not in range(0x110000)");
        let none = "unsupported format string passed to NoneType.__format__";
        assert_eq!(format(Value::None, "5"), none);
        assert_eq!(format(Value::List(vec![1.into()]), ""), "[1]");
    }

    #[test]
    fn no_format_makes_gigabytes() {
        assert_eq!(format("a", "9999999999"), "width too large");
        assert_eq!(format(1, "<0999999999,"), "width too large");
        assert_eq!(format(1.5, ".2000000000f"), "precision too large");
        assert_eq!(format(1.5, ".2147483648f"), "precision too big");
        assert_eq!(format(1.5, ".1000000f").len(), 1_000_002);
        assert_eq!(format(1.5, ".2000000000"), "1.5");
    }
}
