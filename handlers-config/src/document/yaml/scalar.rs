//! Truth values and numbers, from text that is tagged as one or looks like one.

use handlers_core::Integer;

/// `construct_yaml_bool` of `PyYAML`.
pub(super) fn bool(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" => Some(true),
        "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// `construct_yaml_int` of `PyYAML`.
///
/// In base 60 more than 127 bits are too many.
pub(super) fn int(text: &str) -> Option<Integer> {
    let text = text.replace('_', "");
    let (negative, digits) = split_sign(&text);
    let magnitude = if let Some(binary) = digits.strip_prefix("0b") {
        bits(binary, 2)?
    } else if let Some(hexadecimal) = digits.strip_prefix("0x") {
        bits(hexadecimal, 16)?
    } else if digits.starts_with('0') {
        bits(digits, 8)?
    } else if digits.contains(':') {
        sixties(digits)?
    } else {
        digits.parse().ok()?
    };
    Some(if negative { negate(&magnitude) } else { magnitude })
}

/// `construct_yaml_float` of `PyYAML`.
pub(super) fn float(text: &str) -> Option<f64> {
    let text = text.replace('_', "").to_lowercase();
    let (negative, digits) = split_sign(&text);
    let magnitude = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if digits.contains(':') => {
            let mut number = 0.0;
            let mut base = 1.0_f64;
            for part in digits.rsplit(':') {
                // Python's powers of 60 are integers, and too large to be a float from here on.
                if base.is_infinite() {
                    return None;
                }
                number += plain_float(part)? * base;
                base *= 60.0;
            }
            number
        }
        _ => plain_float(digits)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Python's `float`.
fn plain_float(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

fn sixties(digits: &str) -> Option<Integer> {
    let mut number: i128 = 0;
    for part in digits.split(':') {
        let part = part.parse::<Integer>().ok()?.to_i64()?;
        number = number.checked_mul(60)?.checked_add(i128::from(part))?;
    }
    Some(Integer::from(number))
}

/// Python's `int` for a base that is a power of two: the digits may have a sign, and the prefix of
/// their base, in front of them.
fn bits(text: &str, base: u32) -> Option<Integer> {
    let (negative, digits) = split_sign(text.trim());
    let prefixes = match base {
        2 => ["0b", "0B"],
        8 => ["0o", "0O"],
        _ => ["0x", "0X"],
    };
    let digits = prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(digits);
    if digits.is_empty() {
        return None;
    }
    let width = base.trailing_zeros();
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut buffer = 0;
    let mut filled = 0;
    for digit in digits.chars().rev() {
        buffer |= digit.to_digit(base)? << filled;
        filled += width;
        if filled >= 8 {
            bytes.push(buffer.to_le_bytes()[0]);
            buffer >>= 8;
            filled -= 8;
        }
    }
    // What is left has fewer than eight bits, so a last byte keeps the number from being negative.
    bytes.extend([buffer.to_le_bytes()[0], 0]);
    let magnitude = Integer::from_signed_bytes_le(&bytes);
    Some(if negative { negate(&magnitude) } else { magnitude })
}

/// Two's complement: all bits turned over, plus one.
fn negate(number: &Integer) -> Integer {
    let mut bytes = number.to_signed_bytes_le();
    // Room for the negative of the least number of so many bytes.
    bytes.push(if number.is_negative() { 0xff } else { 0 });
    let mut carry = true;
    for byte in &mut bytes {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
    Integer::from_signed_bytes_le(&bytes)
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: &str) -> Option<String> {
        int(number).map(|number| number.to_string())
    }

    // The answers of PyYAML 6.0.3.
    #[test]
    fn integers_are_read_in_five_bases() {
        assert_eq!(text("0644").as_deref(), Some("420"));
        assert_eq!(text("-0x_Ff").as_deref(), Some("-255"));
        assert_eq!(text("+0b1_01").as_deref(), Some("5"));
        assert_eq!(text("190:20:30").as_deref(), Some("685230"));
        assert_eq!(text("-1_000").as_deref(), Some("-1000"));
        assert_eq!(text("0o17").as_deref(), Some("15"));
        assert_eq!(text("-0x80").as_deref(), Some("-128"));
        let large = "0xffffffffffffffffffffffffffffffffffff";
        assert_eq!(text(large).as_deref(), Some("22300745198530623141535718272648361505980415"));
        assert_eq!(
            text(&format!("-{large}")).as_deref(),
            Some("-22300745198530623141535718272648361505980415")
        );
    }

    #[test]
    fn what_is_no_integer_is_none() {
        for number in ["", "+", "0b", "0b2", "08", "0x", "1:", "1:a", "---5", "1.5", "a"] {
            assert_eq!(text(number), None, "{number:?}");
        }
        assert_eq!(text("--5").as_deref(), Some("5"));
    }

    #[test]
    fn floats_may_stand_in_base_60() {
        assert_eq!(float("190:20:30.15"), Some(685_230.15));
        assert_eq!(float("-.Inf"), Some(f64::NEG_INFINITY));
        assert_eq!(float("1_0.5e+1"), Some(105.0));
        assert_eq!(float("1e3"), Some(1000.0));
        assert!(float(".nan").is_some_and(f64::is_nan));
        assert_eq!(float("1:"), None);
        assert_eq!(float(""), None);
    }
}
