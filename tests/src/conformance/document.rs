//! Vector files as JSON, made readable for a reader that holds neither lone surrogates nor large
//! integers.

use std::mem;

use serde_json::Value as Json;

use super::case::Object;

/// A file: its cases, in lists that have names, and all that is not a list of cases.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) shared: Object,
    pub(super) lists: Vec<(String, Vec<Json>)>,
}

impl Document {
    /// Reads a file. A list at the top is called [`CASES`]; in an object at the top every list of
    /// objects is a list of cases.
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        let mut shared = Object::new();
        let mut lists = Vec::new();
        match serde_json::from_str(&readable(text))? {
            Json::Array(cases) => lists.push((CASES.to_owned(), cases)),
            Json::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Json::Array(cases) if cases.iter().all(Json::is_object) => {
                            lists.push((name, cases));
                        }
                        other => {
                            shared.insert(name, other);
                        }
                    }
                }
            }
            single => lists.push((CASES.to_owned(), vec![single])),
        }
        Ok(Self { shared, lists })
    }
}

/// The name of a list that has none.
pub(super) const CASES: &str = "cases";

/// Whether there was a lone surrogate in any text of `value`, which Rust's strings cannot hold.
pub(super) fn has_lone_surrogate(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains(LONE_SURROGATE),
        Json::Array(items) => items.iter().any(has_lone_surrogate),
        Json::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains(LONE_SURROGATE) || has_lone_surrogate(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// What stands for a lone surrogate: a code point that is no character and never will be.
const LONE_SURROGATE: char = '\u{fdd0}';

/// Rewrites the text of a file: lone surrogates become [`LONE_SURROGATE`], and integers that may
/// not fit in 64 bits become texts.
fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut number = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() || "+-.eE".contains(c) {
            number.push(c);
            rest = &rest[1..];
            continue;
        }
        push_number(&mem::take(&mut number), &mut out);
        let taken = if c == '"' { push_text(rest, &mut out) } else { c.len_utf8() };
        if c != '"' {
            out.push(c);
        }
        rest = &rest[taken..];
    }
    push_number(&number, &mut out);
    out
}

fn push_number(number: &str, out: &mut String) {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_large = digits.len() > SAFE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let quote = if is_large { "\"" } else { "" };
    out.extend([quote, number, quote]);
}

/// Copies the JSON text that `rest` begins with; says how long it was.
fn push_text(rest: &str, out: &mut String) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    let mut copied = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                break;
            }
            b'\\' => match (escaped(rest, at), escaped(rest, at + 6)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
                (Some(0xd800..=0xdfff), _) => {
                    out.push_str(&rest[copied..at]);
                    out.push(LONE_SURROGATE);
                    at += 6;
                    copied = at;
                }
                _ => at += 2,
            },
            _ => at += 1,
        }
    }
    // A text that is cut off after a backslash is the reader's to complain about.
    at = at.min(bytes.len());
    while !rest.is_char_boundary(at) {
        at += 1;
    }
    out.push_str(&rest[copied..at]);
    at
}

/// The code unit of the escape `\uXXXX` at a place.
fn escaped(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u32::from_str_radix(digits, 16).ok()
}

/// As many digits always fit in 64 bits.
const SAFE_DIGITS: usize = 18;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pairs_of_surrogates_are_characters_and_single_ones_are_marked() {
        let document =
            Document::parse(r#"["\ud83d\ude00", "a\ud800b", "\udcff", "\\ud800", "\""]"#)
                .expect("the text is JSON");
        let (_, cases) = &document.lists[0];
        assert_eq!(cases[0], json!("😀"));
        assert_eq!(cases[3], json!("\\ud800"));
        assert_eq!(cases[4], json!("\""));
        let lone: Vec<bool> = cases.iter().map(has_lone_surrogate).collect();
        assert_eq!(lone, [false, true, true, false, false]);
    }

    #[test]
    fn large_integers_keep_their_digits() {
        let document =
            Document::parse(r#"[253402300799999999999, -1, 1.5, "12345678901234567890"]"#)
                .expect("the text is JSON");
        let expected = json!(["253402300799999999999", -1, 1.5, "12345678901234567890"]);
        assert_eq!(json!(document.lists[0].1), expected);
    }

    #[test]
    fn a_text_that_is_cut_off_is_an_error() {
        for text in ["[\"a", "[\"\\", "[\"\\ud800", "[\"é\\", "[12"] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_objects_lists_of_objects_are_its_cases() {
        let text =
            r#"{"record": {"a": 1}, "pairs": [["a", 1]], "first": [{}, {}], "second": [{}]}"#;
        let document = Document::parse(text).expect("the text is JSON");
        let lengths: Vec<_> =
            document.lists.iter().map(|(name, cases)| (name.as_str(), cases.len())).collect();
        assert_eq!(lengths, [("first", 2), ("second", 1)]);
        assert!(document.shared.contains_key("record") && document.shared.contains_key("pairs"));
    }
}
