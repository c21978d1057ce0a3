//! The fields of a JSON object, without reading what is in them.

/// Calls `take` with the name and the value of each field, both as they stand in the text. None if
/// the text is no object.
pub(super) fn for_each<'t>(json: &'t str, mut take: impl FnMut(&'t str, &'t str)) -> Option<()> {
    let mut rest = json.trim_start().strip_prefix('{')?.trim_start();
    while !rest.starts_with('}') {
        let name = &rest[..text_length(rest)?];
        rest = rest[name.len()..].trim_start().strip_prefix(':')?.trim_start();
        let value = &rest[..value_length(rest)?];
        rest = rest[value.len()..].trim_start();
        take(&name[1..name.len() - 1], value);
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return rest.starts_with('}').then_some(()),
        }
    }
    Some(())
}

/// How much of what is in the quotes of a text is its first `count` characters.
pub(super) fn prefix(text: &str, count: usize) -> &str {
    let mut rest = text;
    for _ in 0..count {
        let Some(first) = rest.chars().next() else { break };
        let length = if first == '\\' { escape_length(rest) } else { first.len_utf8() };
        rest = rest.get(length..).unwrap_or_default();
    }
    &text[..text.len() - rest.len()]
}

/// How many characters are in the quotes of a text.
pub(super) fn length(text: &str) -> usize {
    let (mut rest, mut count) = (text, 0);
    while !rest.is_empty() {
        rest = &rest[prefix(rest, 1).len()..];
        count += 1;
    }
    count
}

/// Two escapes that are a pair of surrogates are one character.
fn escape_length(text: &str) -> usize {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let second = text.get(6..).and_then(unit);
    match (unit(text), second) {
        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
        (Some(_), _) => 6,
        (None, _) => 2,
    }
}

/// How long a text is, with its quotes.
fn text_length(json: &str) -> Option<usize> {
    let mut escaped = false;
    let inner = json.strip_prefix('"')?;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}

fn value_length(json: &str) -> Option<usize> {
    let (mut at, mut depth) = (0_usize, 0_usize);
    loop {
        match json.as_bytes().get(at)? {
            b'"' => {
                at += text_length(&json[at..])?;
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth > 0 => depth -= 1,
            b',' | b'}' if depth == 0 => break,
            _ => {}
        }
        at += 1;
    }
    let value = json[..at].trim_end().len();
    (value > 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Vec<(&str, &str)>> {
        let mut fields = Vec::new();
        for_each(json, |name, value| fields.push((name, value)))?;
        Some(fields)
    }

    #[test]
    fn fields_are_found_whatever_is_in_them() {
        let json = r#" { "a" : "x\"},\\", "b":[1,{"c":"]"}] ,"d": -1.5e3 , "e":{}} "#;
        let expected =
            [("a", r#""x\"},\\""#), ("b", r#"[1,{"c":"]"}]"#), ("d", "-1.5e3"), ("e", "{}")];
        assert_eq!(read(json).unwrap(), expected);
        assert_eq!(read("{}").unwrap(), []);
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for text in ["", "x", "{", r#"{"a""#, r#"{"a":"#, r#"{"a":1"#, r#"{"a":"é"#, "{1:2}", "[]"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn escapes_are_characters() {
        let text = r"a\n\u00e9\ud83d\ude00é\\b";
        assert_eq!(length(text), 7);
        assert_eq!(prefix(text, 3), r"a\n\u00e9");
        assert_eq!(prefix(text, 4), r"a\n\u00e9\ud83d\ude00");
        assert_eq!(prefix(text, 6), r"a\n\u00e9\ud83d\ude00é\\");
        assert_eq!(prefix(text, 99), text);
        assert_eq!(prefix(r"\ud83d\ud83d", 1), r"\ud83d");
        assert_eq!((prefix("\\", 1), prefix("\\é", 1)), ("\\", "\\é"));
    }
}
