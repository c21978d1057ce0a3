//! One value as one conversion wants it.

use std::borrow::Cow;

use crate::error::Result;
use crate::printf::error;
use crate::printf::parser::{Flags, Kind};
use crate::value::{Form, Integer, Radix, Value, float};

/// A conversion with its width and its precision known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    pub(super) flags: Flags,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Spec {
    /// A width from an argument, to the left if it is negative (CORE-53).
    pub(super) fn set_width(&mut self, width: i64) {
        if width < 0 {
            self.flags = self.flags.with(Flags::LEFT);
        }
        self.width = Some(usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX));
    }

    /// A precision from an argument, zero if it is negative.
    pub(super) fn set_precision(&mut self, precision: i64) {
        self.precision = Some(usize::try_from(precision.max(0)).unwrap_or(usize::MAX));
    }

    /// What is left of `padding` after this conversion.
    pub(super) fn charge(self, kind: Kind, padding: usize) -> Result<usize> {
        let width = self.width.unwrap_or_default();
        let left = padding.checked_sub(width).ok_or_else(|| error::overflow("width too large"))?;
        // Text becomes shorter by its precision, a number longer.
        let precision = match kind {
            Kind::Char | Kind::Text(_) => 0,
            _ => self.precision.unwrap_or_default(),
        };
        left.checked_sub(precision).ok_or_else(|| error::overflow("precision too large"))
    }

    /// Appends `value`.
    pub(super) fn write(self, kind: Kind, value: &Value<'_>, out: &mut String) -> Result<()> {
        match kind {
            Kind::Text(form) => self.write_text(form, value, out),
            Kind::Integer(letter, radix) => self.write_integer(letter, radix, value, out),
            Kind::Fixed { upper } => self.write_float(float::format_fixed, upper, value, out),
            Kind::Exponent { upper } => self.write_float(float::format_exponent, upper, value, out),
            Kind::General { upper } => self.write_float(float::format_general, upper, value, out),
            Kind::Char => self.write_char(value, out),
            Kind::Incomplete => Err(error::value("incomplete format")),
            Kind::Unsupported(letter, index) => Err(error::unsupported(letter, index)),
        }
    }

    /// CORE-50.
    fn write_text(self, form: Form, value: &Value<'_>, out: &mut String) -> Result<()> {
        let start = out.len();
        match value {
            Value::Str(text) if form == Form::Str => out.push_str(self.shorten(text)),
            value => {
                value.try_write(form, out)?;
                let length = self.shorten(&out[start..]).len();
                out.truncate(start + length);
            }
        }
        self.pad_text(start, out);
        Ok(())
    }

    /// CORE-51.
    fn write_char(self, value: &Value<'_>, out: &mut String) -> Result<()> {
        let start = out.len();
        match value {
            Value::Str(text) if text.chars().nth(1).is_none() && !text.is_empty() => {
                out.push_str(text);
            }
            Value::Bool(_) | Value::Int(_) => {
                let code = value.as_i64().and_then(|code| u32::try_from(code).ok());
                let code = code.filter(|code| *code <= u32::from(char::MAX));
                let code = code.ok_or_else(|| error::overflow("%c arg not in range(0x110000)"))?;
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return Err(error::r#type("%c requires int or char")),
        }
        self.pad_text(start, out);
        Ok(())
    }

    /// CORE-46 to CORE-48.
    fn write_integer(
        self,
        letter: char,
        radix: Radix,
        value: &Value<'_>,
        out: &mut String,
    ) -> Result<()> {
        let integer = match (value.as_integer(), value) {
            (Some(integer), _) => integer,
            (None, Value::Float(number)) if radix == Radix::Decimal => {
                Cow::Owned(Integer::from_f64(*number)?)
            }
            _ => {
                let wanted = if radix == Radix::Decimal { "a real number" } else { "an integer" };
                return Err(error::not_a_number(letter, wanted, value));
            }
        };
        let prefix = match radix {
            _ if !self.flags.has(Flags::ALTERNATE) => "",
            Radix::LowerHex => "0x",
            Radix::UpperHex => "0X",
            Radix::Octal => "0o",
            Radix::Binary | Radix::Decimal => "",
        };
        let start = out.len();
        self.push_sign(integer.is_negative(), out);
        out.push_str(prefix);
        let digits = out.len();
        integer.write_magnitude(radix, out)?;
        let missing = self.precision.unwrap_or_default().saturating_sub(out.len() - digits);
        insert(digits, '0', missing, out);
        self.pad_number(start, digits, out);
        Ok(())
    }

    /// CORE-49.
    fn write_float(
        self,
        format: fn(f64, usize, bool, &mut String),
        upper: bool,
        value: &Value<'_>,
        out: &mut String,
    ) -> Result<()> {
        let number = match (value.as_f64(), value) {
            (Some(number), _) => number,
            (None, Value::Int(_)) => {
                return Err(error::overflow("int too large to convert to float"));
            }
            _ => return Err(error::not_a_float(value)),
        };
        let start = out.len();
        self.push_sign(number.is_sign_negative() && !number.is_nan(), out);
        let digits = out.len();
        let alternate = self.flags.has(Flags::ALTERNATE);
        format(number.abs(), self.precision.unwrap_or(6), alternate, out);
        if upper {
            out[digits..].make_ascii_uppercase();
        }
        self.pad_number(start, digits, out);
        Ok(())
    }

    fn push_sign(self, negative: bool, out: &mut String) {
        if negative {
            out.push('-');
        } else if self.flags.has(Flags::SIGN) {
            out.push('+');
        } else if self.flags.has(Flags::BLANK) {
            out.push(' ');
        }
    }

    /// The first characters of `text`, as many as the precision says.
    fn shorten(self, text: &str) -> &str {
        let Some(precision) = self.precision else { return text };
        let end = text.char_indices().nth(precision).map_or(text.len(), |(index, _)| index);
        &text[..end]
    }

    /// Pads the text that begins at `start`. Zeros are for numbers only (CORE-45).
    fn pad_text(self, start: usize, out: &mut String) {
        let Some(width) = self.width else { return };
        let missing = width.saturating_sub(out[start..].chars().count());
        let at = if self.flags.has(Flags::LEFT) { out.len() } else { start };
        insert(at, ' ', missing, out);
    }

    /// Pads the number that begins at `start` and, after sign and prefix, at `digits`.
    fn pad_number(self, start: usize, digits: usize, out: &mut String) {
        let Some(width) = self.width else { return };
        let missing = width.saturating_sub(out.len() - start);
        if self.flags.has(Flags::LEFT) {
            insert(out.len(), ' ', missing, out);
        } else if self.flags.has(Flags::ZERO) {
            insert(digits, '0', missing, out);
        } else {
            insert(start, ' ', missing, out);
        }
    }
}

/// Puts `count` times `fill` in front of what is at `at`.
fn insert(at: usize, fill: char, count: usize, out: &mut String) {
    if at == out.len() {
        out.extend(std::iter::repeat_n(fill, count));
    } else {
        // As long as padding mostly is, without an allocation.
        let run = if fill == '0' { ZEROS } else { SPACES };
        match run.get(..count) {
            Some(run) => out.insert_str(at, run),
            None => out.insert_str(at, &run[..1].repeat(count)),
        }
    }
}

const SPACES: &str = "                                                                ";
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[cfg(test)]
mod tests {
    use crate::printf::merge;
    use crate::value::{Integer, Value};

    fn written<const N: usize>(format: &str, args: [Value<'_>; N]) -> String {
        let mut out = String::new();
        match merge(format, &Value::Tuple(args.into()), &mut out) {
            Ok(()) => out,
            Err(error) => format!("{}: {error}", error.python_name()),
        }
    }

    // CORE-50.
    #[test]
    fn text_is_cut_and_padded_by_characters() {
        let args = || ["é"; 5].map(Value::from);
        assert_eq!(written("%s|%5s|%-5s|%.2s|%5.1s|", args()), "é|    é|é    |é|    é|");
        assert_eq!(
            written("%r %a %10r|", ["é'", "é", "x"].map(Value::from)),
            r#""é'" '\xe9'        'x'|"#
        );
        assert_eq!(
            written("%.3r|%-8s|", [Value::List(vec![1.into()]), Value::None]),
            "[1]|None    |"
        );
        assert_eq!(written("%100s", ["x".into()]), format!("{:>100}", "x"));
    }

    // CORE-45.
    #[test]
    fn flags_overrule_each_other() {
        let args = ["a".into(), (-7).into(), 7.into(), 7.into(), 7.into()];
        assert_eq!(written("%05s|%-05d|%+d|% d|%+ d", args), "    a|-7   |+7| 7|+7");
    }

    // CORE-46, CORE-47.
    #[test]
    fn integers_lose_no_digit_and_floats_their_fraction() {
        let args = [true.into(), 3.9.into(), (-3.9).into(), 1e22.into()];
        assert_eq!(written("%d %i %u %ld", args), "1 3 -3 10000000000000000000000");
        let args = [5.into(), 5.into(), (-5).into(), 5.into()];
        assert_eq!(written("%.3d|%+.3d|%08.3d|%5.3d|", args), "005|+005|-0000005|  005|");
        assert_eq!(written("%d", [u64::MAX.into()]), "18446744073709551615");
        assert_eq!(
            written("%d", [f64::INFINITY.into()]),
            "OverflowError: cannot convert float infinity to integer"
        );
        assert_eq!(
            written("%i", ["x".into()]),
            "TypeError: %i format: a real number is required, not str"
        );
    }

    // CORE-48.
    #[test]
    fn other_bases_have_their_prefix_in_front_of_the_zeros() {
        let args = [255.into(), 255.into(), 8.into(), 255.into(), 255.into(), 255.into()];
        assert_eq!(
            written("%#x %#X %#o %#.5x %#010x %-#8x|", args),
            "0xff 0XFF 0o10 0x000ff 0x000000ff 0xff    |"
        );
        assert_eq!(written("%x", [(-255).into()]), "-ff");
        assert_eq!(
            written("%x", [1.5.into()]),
            "TypeError: %x format: an integer is required, not float"
        );
    }

    // CORE-49.
    #[test]
    fn floats_take_sign_width_and_precision() {
        let args = [31.4159; 4].map(Value::from);
        assert_eq!(written("%6.2f|%-10.2e|%08.3f|%+.1f", args), " 31.42|3.14e+01  |0031.416|+31.4");
        let args = [1e-10.into(), 1.5.into(), f64::INFINITY.into(), 2.0.into(), f64::NAN.into()];
        assert_eq!(written("%G|%E|%F|%#.0f|%+f", args), "1E-10|1.500000E+00|INF|2.|+nan");
        assert_eq!(written("%05f", [f64::NEG_INFINITY.into()]), "-0inf");
        assert_eq!(written("%f", [Value::None]), "TypeError: must be real number, not NoneType");
        let large: Integer = format!("1{}", "0".repeat(400)).parse().unwrap();
        assert_eq!(
            written("%f", [large.into()]),
            "OverflowError: int too large to convert to float"
        );
    }

    // CORE-51.
    #[test]
    fn a_character_is_a_code_point_or_text_of_one() {
        let args = ["x".into(), 0x1f600.into(), "é".into(), 65.into(), "z".into()];
        assert_eq!(written("%c%c%3c|%-3c|%.0c", args), "x😀  é|A  |z");
        assert_eq!(written("%c", [0xd800.into()]), "\u{fffd}");
        for wrong in [Value::from("ZZ"), "".into(), 1.5.into(), Value::None] {
            assert_eq!(written("%c", [wrong]), "TypeError: %c requires int or char");
        }
        for wrong in [Value::from(-1), 0x11_0000.into(), u64::MAX.into()] {
            assert_eq!(written("%c", [wrong]), "OverflowError: %c arg not in range(0x110000)");
        }
    }

    #[test]
    fn an_integer_too_large_for_python_is_not_merged() {
        let large = Value::Int(Integer::from_signed_bytes_le(&[1; 2000]));
        for format in ["%d", "%s", "%r"] {
            assert!(written(format, [large.clone()]).starts_with("ValueError: Exceeds the limit"));
        }
        assert_eq!(written("%x", [large]).len(), 3999);
    }
}
