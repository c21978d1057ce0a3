//! Floats as text: the forms that `str`, `%` and `str.format` share.
//!
//! Every function appends to `out`, a minus sign included, and writes infinities and NaN in
//! lower case. Rounding is that of the exact binary value, half to even (CORE-49). As many decimals
//! are written as a precision asks for: who takes it from a format has to bound it.

use std::fmt::{self, Write as _};

/// Appends `value` as `repr` does: the fewest digits that read back as the same number, with an
/// exponent below 1e-4 and from 1e16 on (CORE-55).
pub(crate) fn repr(value: f64, out: &mut String) {
    format_repr(value, false, out);
}

/// Like [`repr`]; `alternate` keeps a point in front of an exponent (`1.e+16`).
pub(crate) fn format_repr(value: f64, alternate: bool, out: &mut String) {
    if write_large_fraction(value, out) || special(value, out) {
        return;
    }
    let start = out.len();
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        push(out, format_args!("{value:?}"));
        return prefer_even(value, start, out);
    }
    push(out, format_args!("{value:e}"));
    prefer_even(value, start, out);
    let exponent = take_exponent(start, out);
    if alternate && !out[start..].contains('.') {
        out.push('.');
    }
    push_exponent(exponent, out);
}

/// Appends `value` as `%.{precision}f` does; `alternate` keeps a point after which nothing comes.
pub(crate) fn format_fixed(value: f64, precision: usize, alternate: bool, out: &mut String) {
    if special(value, out) {
        return;
    }
    // Whole numbers, such as `msecs`, are what `core::fmt` takes the longest for.
    if value.fract() == 0.0 && value.abs() < TWO_TO_53 {
        push(out, format_args!("{value:?}"));
        out.truncate(out.len() - ".0".len());
        push_fraction(0, precision, alternate, out);
    } else {
        let exact = precision.min(EXACT_DIGITS);
        push(out, format_args!("{value:.exact$}"));
        push_fraction(exact, precision, alternate, out);
    }
}

/// Appends `value` as `%.{precision}e` does; `alternate` keeps a point after which nothing comes.
pub(crate) fn format_exponent(value: f64, precision: usize, alternate: bool, out: &mut String) {
    if special(value, out) {
        return;
    }
    let exact = precision.min(EXACT_DIGITS);
    let start = out.len();
    push(out, format_args!("{value:.exact$e}"));
    let exponent = take_exponent(start, out);
    push_fraction(exact, precision, alternate, out);
    push_exponent(exponent, out);
}

/// Appends `value` as `%.{precision}g` does; `alternate` keeps the trailing zeros.
pub(crate) fn format_general(value: f64, precision: usize, alternate: bool, out: &mut String) {
    let precision = precision.max(1);
    shortest(value, precision, precision, alternate, out);
}

/// Appends `value` as `format(value, '.{precision}')` does: like `g`, but a whole number keeps
/// one decimal, which counts as a digit when the exponent form is chosen (CORE-119).
pub(crate) fn format_plain(value: f64, precision: usize, alternate: bool, out: &mut String) {
    let precision = precision.max(1);
    let start = out.len();
    shortest(value, precision, precision - 1, alternate, out);
    let text = &out.as_bytes()[start..];
    if text.ends_with(b".") {
        out.push('0');
    } else if text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') {
        out.push_str(".0");
    }
}

/// `precision` significant digits; the exponent form starts where more than `longest` digits
/// would stand in front of the point.
fn shortest(value: f64, precision: usize, longest: usize, alternate: bool, out: &mut String) {
    if special(value, out) {
        return;
    }
    let start = out.len();
    let exact = precision.min(EXACT_DIGITS);
    push(out, format_args!("{value:.*e}", exact - 1));
    let exponent = take_exponent(start, out);
    let digits = start + usize::from(value.is_sign_negative());
    if exact > 1 {
        out.remove(digits + 1);
    }
    if alternate {
        push_zeros(precision - exact, out);
    } else {
        let kept = out[digits + 1..].trim_end_matches('0').len();
        out.truncate(digits + 1 + kept);
    }
    if exponent < -4 || usize::try_from(exponent).is_ok_and(|exponent| exponent >= longest) {
        place_point(digits, 1, alternate, out);
        push_exponent(exponent, out);
    } else if let Ok(exponent) = usize::try_from(exponent) {
        place_point(digits, exponent + 1, alternate, out);
    } else {
        let zeros = usize::try_from(-exponent).unwrap_or_default();
        out.insert_str(digits, &"0.000"[..=zeros]);
    }
}

/// Puts the point after `whole` of the digits that start at `digits`, of which there may be fewer.
fn place_point(digits: usize, whole: usize, alternate: bool, out: &mut String) {
    let point = digits + whole;
    push_zeros(point.saturating_sub(out.len()), out);
    if alternate || point < out.len() {
        out.insert(point, '.');
    }
}

/// Appends the zeros that are missing of `precision` decimals, and the point if need be.
fn push_fraction(decimals: usize, precision: usize, alternate: bool, out: &mut String) {
    if decimals == 0 && (precision > 0 || alternate) {
        out.push('.');
    }
    push_zeros(precision - decimals, out);
}

/// Appends a number from 2^22 up to 2^52 that is no power of two, and says whether `value` is one.
///
/// The times of records are such numbers. Of their bits 30 at most stand behind the point, which
/// integers do justice to, in a fifth of the time that `core::fmt` takes for numbers of any size.
fn write_large_fraction(value: f64, out: &mut String) -> bool {
    let bits = value.to_bits();
    let behind = WITHOUT_FRACTION.saturating_sub(bits >> MANTISSA_BITS);
    if !(1..=30).contains(&behind) || bits.trailing_zeros() >= MANTISSA_BITS {
        return false;
    }
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1) | 1 << MANTISSA_BITS;
    let (whole, fraction) = (mantissa >> behind, mantissa & ((1 << behind) - 1));
    let mut power = 1;
    for places in 1..=10 {
        power *= 10;
        let scaled = fraction * power;
        let decimals = round_half_even(scaled, behind);
        // Half way to the next double it would read back as that.
        if 2 * (decimals << behind).abs_diff(scaled) < power {
            push(out, format_args!("{}", whole * power + decimals));
            out.insert(out.len() - places, '.');
            return true;
        }
    }
    false
}

/// `scaled / 2^bits`, rounded.
fn round_half_even(scaled: u64, bits: u64) -> u64 {
    let (floor, rest, half) = (scaled >> bits, scaled & ((1 << bits) - 1), 1 << (bits - 1));
    floor + u64::from(rest > half || rest == half && floor % 2 == 1)
}

/// Of two shortest texts that are equally near to `value`, `core::fmt` takes the greater and
/// Python the one with the even last digit: 2^50 + 0.25 is 1125899906842624.2.
fn prefer_even(value: f64, start: usize, out: &mut String) {
    let text = &out[start..];
    // Texts of fewer digits are too far apart for two of them to read back as the same number.
    if text.len() < 16 {
        return;
    }
    let mantissa = mantissa(text);
    let significant = mantissa.trim_start_matches(['-', '0', '.']);
    let count = significant.bytes().filter(u8::is_ascii_digit).count();
    let end = start + mantissa.len();
    let Some(odd @ (b'1' | b'3' | b'5' | b'7' | b'9')) = mantissa.bytes().last() else { return };
    if count < 16 || last_of_rounded(value, count, out) != Some(odd - 1) {
        return;
    }
    set_digit(end - 1, odd - 1, out);
    // What is below half way may be too far off where the doubles get denser.
    if out[start..].parse() != Ok(value) {
        set_digit(end - 1, odd, out);
    }
}

/// The last of `count` significant digits, half rounded to even. `out` lends its room.
fn last_of_rounded(value: f64, count: usize, out: &mut String) -> Option<u8> {
    let start = out.len();
    push(out, format_args!("{value:.*e}", count - 1));
    let last = mantissa(&out[start..]).bytes().last();
    out.truncate(start);
    last
}

/// What stands in front of the exponent, if there is one.
fn mantissa(text: &str) -> &str {
    text.split_once('e').map_or(text, |(mantissa, _)| mantissa)
}

fn set_digit(at: usize, digit: u8, out: &mut String) {
    out.replace_range(at..=at, char::from(digit).encode_utf8(&mut [0; 4]));
}

/// Appends `value` if it is infinite or not a number, which never shows a sign.
fn special(value: f64, out: &mut String) -> bool {
    if value.is_finite() {
        return false;
    }
    out.push_str(match value {
        f64::INFINITY => "inf",
        f64::NEG_INFINITY => "-inf",
        _ => "nan",
    });
    true
}

/// Cuts off the `e…` that Rust put behind the text from `start` on, and returns it as a number.
fn take_exponent(start: usize, out: &mut String) -> i32 {
    let Some(mark) = out[start..].rfind('e') else { return 0 };
    let exponent = out[start + mark + 1..].parse().unwrap_or_default();
    out.truncate(start + mark);
    exponent
}

/// C's exponent: a sign always, and two digits at least.
fn push_exponent(exponent: i32, out: &mut String) {
    push(out, format_args!("e{exponent:+03}"));
}

fn push_zeros(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n('0', count));
}

fn push(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a `String` does not fail.
    let _ = out.write_fmt(text);
}

/// More digits than any double has: the smallest ends after 1,074 decimals, and none has more than
/// 767 significant ones. What is asked for beyond them is zeros. (`core::fmt` takes no precision
/// over 65,535.)
const EXACT_DIGITS: usize = 1100;

/// So many bits of a double are its mantissa, without the first one.
const MANTISSA_BITS: u32 = 52;

/// With this exponent, as a double holds it, no bit of the mantissa stands behind the point.
const WITHOUT_FRACTION: u64 = 1075;

/// Below this, the fewest digits of a whole number are all its digits.
const TWO_TO_53: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        // What is in front is left alone.
        let mut out = String::from("-1.5e");
        write(&mut out);
        out.split_off(5)
    }

    fn fixed(value: f64, precision: usize) -> String {
        written(|out| format_fixed(value, precision, false, out))
    }

    fn exponent(value: f64, precision: usize) -> String {
        written(|out| format_exponent(value, precision, false, out))
    }

    fn general(value: f64, precision: usize) -> String {
        written(|out| format_general(value, precision, false, out))
    }

    fn plain(value: f64, precision: usize) -> String {
        written(|out| format_plain(value, precision, false, out))
    }

    // CORE-49.
    #[test]
    fn a_tie_goes_to_the_even_digit_of_the_exact_value() {
        assert_eq!(["0", "2", "2"], [0.5, 1.5, 2.5].map(|value| fixed(value, 0)));
        assert_eq!((fixed(2.675, 2), fixed(-0.125, 2)), ("2.67".into(), "-0.12".into()));
        assert_eq!((exponent(2.5, 0), general(0.00025, 1)), ("2e+00".into(), "0.0003".into()));
    }

    #[test]
    fn every_digit_that_is_asked_for_is_written() {
        assert_eq!(fixed(0.1, 20), "0.10000000000000000555");
        assert_eq!(fixed(1e22, 2), "10000000000000000000000.00");
        assert_eq!(fixed(f64::MAX, 0).len(), 309);
        let tiny = fixed(5e-324, 2000);
        assert_eq!(tiny.trim_end_matches('0').len(), 2 + 1074);
        assert_eq!(tiny.len(), 2 + 2000);
        assert_eq!(exponent(1.5, 2000), format!("1.5{}e+00", "0".repeat(1999)));
        let exact = "0.1000000000000000055511151231257827021181583404541015625";
        assert_eq!(general(0.1, 2000), exact);
    }

    #[test]
    fn g_chooses_the_form_by_the_exponent() {
        assert_eq!(general(123_456_789.125, 6), "1.23457e+08");
        assert_eq!(general(100_000.0, 6), "100000");
        assert_eq!(general(1e6, 6), "1e+06");
        assert_eq!(general(999_999.5, 6), "1e+06");
        assert_eq!(general(0.0001, 6), "0.0001");
        assert_eq!(general(0.000_012_34, 6), "1.234e-05");
        assert_eq!(general(-0.0, 6), "-0");
        assert_eq!(general(1.0, 0), "1");
    }

    #[test]
    fn the_alternate_form_keeps_point_and_zeros() {
        assert_eq!(written(|out| format_fixed(3.0, 0, true, out)), "3.");
        assert_eq!(written(|out| format_exponent(3.0, 0, true, out)), "3.e+00");
        assert_eq!(written(|out| format_general(3.0, 6, true, out)), "3.00000");
        assert_eq!(written(|out| format_general(3.0, 1, true, out)), "3.");
        assert_eq!(written(|out| format_general(0.0001, 2, true, out)), "0.00010");
        assert_eq!(written(|out| format_repr(1e16, true, out)), "1.e+16");
    }

    // What CPython gives.
    #[test]
    fn the_times_of_records_have_the_fewest_digits_that_read_back() {
        for text in [
            "1763742346.1234567",
            "1763742346.9999998",
            "1763742346.5",
            "1763742347.0",
            "4194303.9999999995",
            "4194304.0",
            "4194304.000000001",
            "8388607.999999999",
            "2147483648.0",
            "2147483648.0000005",
            "4503599627370495.5",
            "4503599627370496.0",
        ] {
            let value: f64 = text.parse().unwrap();
            assert_eq!(written(|out| repr(value, out)), text);
            assert_eq!(written(|out| repr(-value, out)), format!("-{text}"));
        }
    }

    // CORE-55.
    #[test]
    fn of_two_shortest_texts_the_even_one_is_taken() {
        let text = |value| written(|out| repr(value, out));
        assert_eq!(text(2_f64.powi(50) + 0.25), "1125899906842624.2");
        assert_eq!(text(-2_f64.powi(50) - 0.75), "-1125899906842624.8");
        assert_eq!(text(2_f64.powi(-44)), "5.684341886080802e-14");
        assert_eq!(text(2_f64.powi(-24)), "5.960464477539063e-08");
        assert_eq!(text(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(text(9_007_199_254_740_993.0), "9007199254740992.0");
    }

    // CORE-119.
    #[test]
    fn without_a_type_a_whole_number_keeps_one_decimal() {
        assert_eq!(plain(12.0, 5), "12.0");
        assert_eq!(plain(-12.0, 2), "-1.2e+01");
        assert_eq!(plain(1e6, 7), "1e+06");
        assert_eq!(plain(0.5, 3), "0.5");
        assert_eq!(plain(0.0, 1), "0e+00");
    }

    // CORE-49.
    #[test]
    fn what_is_not_finite_has_a_name_and_nan_no_sign() {
        for (value, name) in [(f64::INFINITY, "inf"), (-f64::INFINITY, "-inf"), (-f64::NAN, "nan")]
        {
            assert_eq!(fixed(value, 2), name);
            assert_eq!(exponent(value, 2), name);
            assert_eq!(general(value, 2), name);
            assert_eq!(plain(value, 2), name);
            assert_eq!(written(|out| repr(value, out)), name);
        }
    }
}
