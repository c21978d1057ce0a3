//! The types of nodes, as written or as seen from the text.

/// The type of a node. The names are those of the tags `tag:yaml.org,2002:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tag {
    Binary,
    Bool,
    Float,
    Int,
    Map,
    /// `<<`, which draws another mapping's entries into this one.
    Merge,
    Null,
    Omap,
    Pairs,
    Seq,
    Set,
    Str,
    Timestamp,
    /// `=`, the value of a mapping that stands for a single value.
    Value,
    /// One that `safe_load` does not know.
    Other(String),
}

impl Tag {
    /// The type that a tag written in full names.
    pub(super) fn from_name(name: &str) -> Self {
        match name.strip_prefix(STANDARD_PREFIX) {
            Some("binary") => Self::Binary,
            Some("bool") => Self::Bool,
            Some("float") => Self::Float,
            Some("int") => Self::Int,
            Some("map") => Self::Map,
            Some("merge") => Self::Merge,
            Some("null") => Self::Null,
            Some("omap") => Self::Omap,
            Some("pairs") => Self::Pairs,
            Some("seq") => Self::Seq,
            Some("set") => Self::Set,
            Some("str") => Self::Str,
            Some("timestamp") => Self::Timestamp,
            Some("value") => Self::Value,
            _ => Self::Other(name.to_owned()),
        }
    }

    /// The type of a text that has neither quotes nor a tag.
    ///
    /// These are the regular expressions of `PyYAML`'s resolver, which know `yes` but not `y`, and
    /// no float with an exponent but without a dot and a sign. Timestamps are left out, since they
    /// stay text here.
    pub(super) fn of_plain(text: &str) -> Self {
        // The expressions end in `$`, which also matches in front of a last newline. Only a quoted
        // text with the tag `!` can have one.
        match text.strip_suffix('\n').unwrap_or(text) {
            "" if text.is_empty() => Self::Null,
            "~" | "null" | "Null" | "NULL" => Self::Null,
            "<<" => Self::Merge,
            "=" => Self::Value,
            word if BOOLEANS.contains(&word) => Self::Bool,
            number if is_float(number) => Self::Float,
            number if is_int(number) => Self::Int,
            _ => Self::Str,
        }
    }
}

/// What `!!` stands for.
pub(super) const STANDARD_PREFIX: &str = "tag:yaml.org,2002:";

const BOOLEANS: [&str; 18] = [
    "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on",
    "On", "ON", "off", "Off", "OFF",
];

fn is_float(text: &str) -> bool {
    let unsigned = strip_sign(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (whole, rest) = span(unsigned, is_digit_or_underscore);
    if whole.is_empty() {
        // Without a digit in front of the dot there is no sign, and one must be behind it.
        let fraction = text.strip_prefix('.').unwrap_or_default();
        let (digits, exponent) = span(fraction, is_digit_or_underscore);
        return starts_with_digit(digits) && is_exponent(exponent);
    }
    if !starts_with_digit(whole) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        return is_exponent(span(fraction, is_digit_or_underscore).1);
    }
    let behind = strip_sixties(rest);
    behind.len() < rest.len()
        && behind.strip_prefix('.').is_some_and(|fraction| all(fraction, is_digit_or_underscore))
}

/// Nothing, or an `e` with a sign and digits.
fn is_exponent(text: &str) -> bool {
    let Some(exponent) = text.strip_prefix(['e', 'E']) else { return text.is_empty() };
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or_default();
    !digits.is_empty() && all(digits, |byte| byte.is_ascii_digit())
}

fn is_int(text: &str) -> bool {
    let unsigned = strip_sign(text);
    if unsigned == "0" {
        return true;
    }
    if let Some(digits) = unsigned.strip_prefix("0b") {
        return !digits.is_empty() && all(digits, |byte| matches!(byte, b'0' | b'1' | b'_'));
    }
    if let Some(digits) = unsigned.strip_prefix("0x") {
        return !digits.is_empty() && all(digits, |byte| byte.is_ascii_hexdigit() || byte == b'_');
    }
    if let Some(digits) = unsigned.strip_prefix('0') {
        return !digits.is_empty() && all(digits, |byte| matches!(byte, b'0'..=b'7' | b'_'));
    }
    let (whole, rest) = span(unsigned, is_digit_or_underscore);
    starts_with_digit(whole) && strip_sixties(rest).is_empty()
}

/// Cuts off the parts of a number in base 60: each a colon and a number below 60.
fn strip_sixties(mut text: &str) -> &str {
    while let Some(part) = text.strip_prefix(':') {
        let (digits, rest) = span(part, |byte| byte.is_ascii_digit());
        if !matches!(digits.as_bytes(), [_] | [b'0'..=b'5', _]) {
            break;
        }
        text = rest;
    }
    text
}

fn strip_sign(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

fn is_digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn all(text: &str, accept: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(accept)
}

/// Cuts a text behind the ASCII characters at its beginning that fulfil `accept`.
fn span(text: &str, accept: impl Fn(u8) -> bool) -> (&str, &str) {
    let length = text.bytes().take_while(|&byte| accept(byte)).count();
    text.split_at_checked(length).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tag: &Tag, texts: &[&str]) {
        for text in texts {
            assert_eq!(Tag::of_plain(text), *tag, "{text:?}");
        }
    }

    // What PyYAML 6.0.3 resolves each text to.
    #[test]
    fn plain_text_has_the_type_that_pyyaml_gives_it() {
        check(&Tag::Null, &["", "~", "null", "Null", "NULL"]);
        check(&Tag::Bool, &["yes", "No", "ON", "off", "TRUE", "False"]);
        check(&Tag::Int, &["0", "-0", "0644", "0x_1f", "-0b1_0", "1_000", "190:20:30", "+12"]);
        check(&Tag::Float, &["1.", "1.5e+3", ".5", "-.inf", ".NaN", "190:20:30.15", "1_0.0_1"]);
        check(&Tag::Merge, &["<<"]);
        check(&Tag::Value, &["="]);
        let texts =
            ["y", "N", "nULL", "yEs", "1e3", "1.5e3", "-.5", "+.nan", "0o17", "089", "1:60"];
        check(&Tag::Str, &texts);
        let texts =
            ["0:30", "_1", "._1", "0x", "+", "-", ".", "1:", "+.5", "\n", "2001-12-14", "٣"];
        check(&Tag::Str, &texts);
    }

    #[test]
    fn a_last_newline_does_not_count() {
        check(&Tag::Int, &["12\n"]);
        check(&Tag::Str, &["12\n\n"]);
    }
}
