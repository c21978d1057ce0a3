//! From the bytes of a file to its tree.

use std::borrow::Cow;
use std::path::Path;

use handlers_core::{Error, ErrorKind, Result};

use super::fault::{Fault, Parsed};
use super::limits::MAX_INPUT;
use super::position::Locator;
use super::{Node, Position, json, yaml};

/// The languages that [`read`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JSON as Python's `json` module reads it.
    Json,
    /// YAML 1.1 as `PyYAML`'s `safe_load` reads it.
    Yaml,
}

impl Format {
    /// The format that a file name promises: `.json`, `.yaml` or `.yml`, in any case.
    pub fn from_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        if extension.eq_ignore_ascii_case("json") {
            Some(Self::Json)
        } else if ["yaml", "yml"].iter().any(|yaml| extension.eq_ignore_ascii_case(yaml)) {
            Some(Self::Yaml)
        } else {
            None
        }
    }
}

/// Reads one document.
///
/// The text is UTF-8, or UTF-16 with a byte order mark. Without a `format`, a text that opens with
/// `{` or `[` is tried as JSON first; all else, and what is not JSON, is YAML.
///
/// # Errors
///
/// [`ErrorKind::Value`] with a text that begins with the place, as in `line 3 column 7: …`: the
/// text is not well formed, or names a YAML tag that `safe_load` refuses, or is too large: more
/// than 16 MiB, 128 levels of nesting or a million values, counting what aliases repeat.
///
/// # Examples
///
/// ```
/// use handlers_config::document::{Format, read};
///
/// // YAML 1.1 has more words for true and false than JSON.
/// let node = read(b"propagate: no", Some(Format::Yaml))?;
/// assert_eq!(node.get("propagate").and_then(|value| value.as_bool()), Some(false));
///
/// let error = read(b"{\"version\": }", Some(Format::Json)).unwrap_err();
/// assert_eq!(error.to_string(), "line 1 column 13: expected a value, found '}'");
/// # Ok::<(), handlers_core::Error>(())
/// ```
///
/// # Differences from Python
///
/// - Escapes of half a surrogate pair (`"\ud800"`) are errors: no text here can hold one.
/// - A YAML timestamp is the text that was written, not a `datetime`.
/// - A YAML `!!set` is a list of its keys.
/// - An alias to a list or mapping from within itself is an error.
pub fn read(input: &[u8], format: Option<Format>) -> Result<Node> {
    if input.len() > MAX_INPUT {
        let message = format!("the document has more than {MAX_INPUT} bytes");
        return Err(Error::new(ErrorKind::Value, message));
    }
    let text = decode(input)?;
    let node = match format {
        Some(Format::Json) => json::read(&text),
        Some(Format::Yaml) => yaml::read(&text),
        None => read_either(&text),
    };
    Ok(node?)
}

fn read_either(text: &str) -> Parsed<Node> {
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::read(text);
    }
    json::read(text).or_else(|json| {
        // The language that understood more of the text was the one that was meant.
        yaml::read(text).map_err(|yaml| if yaml.position > json.position { yaml } else { json })
    })
}

/// `PyYAML` and `json.loads` both take bytes in UTF-16, which is what redirected output is in some
/// Windows shells.
fn decode(input: &[u8]) -> Parsed<Cow<'_, str>> {
    match input {
        [0xff, 0xfe, units @ ..] => decode_utf16(units, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, units @ ..] => decode_utf16(units, u16::from_be_bytes).map(Cow::Owned),
        [0xef, 0xbb, 0xbf, text @ ..] | text => decode_utf8(text).map(Cow::Borrowed),
    }
}

fn decode_utf8(input: &[u8]) -> Parsed<&str> {
    str::from_utf8(input).map_err(|error| {
        let (valid, rest) = input.split_at(error.valid_up_to());
        let byte = rest.first().copied().unwrap_or_default();
        let message = format!("the byte 0x{byte:02x} is not UTF-8");
        Fault::new(end_of(&String::from_utf8_lossy(valid)), message)
    })
}

fn decode_utf16(input: &[u8], unit: fn([u8; 2]) -> u16) -> Parsed<String> {
    let (pairs, rest) = input.as_chunks();
    let mut text = String::with_capacity(input.len());
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        let character = character
            .map_err(|_| Fault::new(end_of(&text), "half a surrogate pair is not UTF-16"))?;
        text.push(character);
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(Fault::new(end_of(&text), "an odd number of bytes is not UTF-16"))
    }
}

fn end_of(text: &str) -> Position {
    Locator::new(text).locate(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(input: &[u8], format: Option<Format>) -> String {
        read(input, format).unwrap_err().to_string()
    }

    #[test]
    fn the_extension_tells_the_format() {
        let format = |name: &str| Format::from_path(Path::new(name));
        assert_eq!(format("logging.JSON"), Some(Format::Json));
        assert_eq!(format("a.b/logging.yml"), Some(Format::Yaml));
        assert_eq!(format("logging.yaml"), Some(Format::Yaml));
        assert_eq!(format("logging.conf"), None);
        assert_eq!(format("yaml"), None);
    }

    #[test]
    fn what_opens_like_json_may_still_be_yaml() {
        let float = read(b"{\"a\": 1e3}", None).unwrap();
        assert_eq!(float.get("a").unwrap().kind(), "a float");
        let text = read(b"{a: 1e3}", None).unwrap();
        assert_eq!(text.get("a").unwrap().kind(), "text");
    }

    #[test]
    fn of_two_errors_the_later_one_is_told() {
        assert_eq!(
            message(b"{\"a\": 1,\n \"b\": 2]", None),
            "line 2 column 8: expected ',' or '}', found ']'"
        );
        assert_eq!(message(b"{a: 1,\n b: ]", None), "line 2 column 5: expected a value, found ']'");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        for input in [&b"\xef\xbb\xbf[1]"[..], b"\xff\xfe[\x001\0]\0", b"\xfe\xff\0[\x001\0]"] {
            for format in [Format::Json, Format::Yaml] {
                let node = read(input, Some(format)).unwrap();
                assert_eq!(node.at(&["0"]).unwrap().position(), Position { line: 1, column: 2 });
            }
        }
    }

    #[test]
    fn text_in_another_encoding_is_refused_with_its_place() {
        let message = |input| message(input, Some(Format::Yaml));
        assert_eq!(message(b"a: \xc3\xbc\nb: \xfc"), "line 2 column 4: the byte 0xfc is not UTF-8");
        assert_eq!(
            message(b"\xff\xfea\0\0\xd8"),
            "line 1 column 2: half a surrogate pair is not UTF-16"
        );
        assert_eq!(message(b"\xff\xfea"), "line 1 column 1: an odd number of bytes is not UTF-16");
    }

    #[test]
    fn a_document_is_never_larger_than_16_mib() {
        let input = vec![b' '; MAX_INPUT + 1];
        assert_eq!(message(&input, None), "the document has more than 16777216 bytes");
        assert!(read(&input[1..], None).unwrap().is_null());
    }

    /// Changes samples at random, a fixed random, and reads what comes of it.
    #[test]
    fn no_input_leads_to_a_panic() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for _ in 0..20_000 {
            let mut text = SAMPLES[random.below(SAMPLES.len())].as_bytes().to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(text.len() + 1);
                let piece = PIECES[random.below(PIECES.len())].as_bytes();
                let end = (at + random.below(5)).min(text.len());
                text.splice(at..end, piece.iter().copied());
            }
            for format in [None, Some(Format::Json), Some(Format::Yaml)] {
                if let Ok(node) = read(&text, format) {
                    assert_eq!(node.clone(), node);
                    drop(node.to_value());
                }
            }
        }
    }

    /// Reading, copying and dropping all recurse. Threads have 2 MiB unless they ask for less.
    #[test]
    fn the_deepest_document_fits_a_small_stack() {
        let documents = [
            format!("{}{}", "[".repeat(128), "]".repeat(128)),
            format!("{}{}", "{a: ".repeat(128), "}".repeat(128)),
            format!("{}1{}", "{\"a\":".repeat(128), "}".repeat(128)),
            "- ".repeat(128),
            (0..128).map(|level| " ".repeat(level) + "a:\n").collect(),
            (0..127).fold("&a0 [x]".to_owned(), |text, _| format!("[{text}]")),
        ];
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let reader = thread.spawn(move || {
            for document in documents {
                let node = read(document.as_bytes(), None).unwrap();
                assert_eq!(node.clone(), node);
                drop(node.to_value());
            }
        });
        reader.unwrap().join().unwrap();
    }

    const SAMPLES: &[&str] = &[
        "version: 1\nhandlers:\n  a: &a\n    class: x.Y\n    level: !!str 10\n  b: {<<: *a, k: \"v\\n\"}\n",
        "root: {level: INFO, handlers: [a, 'b']}\nformatters:\n  f:\n    format: >-\n      %(x)s\n      y\n",
        "{\"a\": [1, -2.5e3, true, null], \"b\": {\"c\": \"\\u00e9\"}}",
        "%YAML 1.1\n%TAG !e! tag:yaml.org,2002:\n---\n- ? a\n  : !e!int '7'\n- |+2\n    z\n...\n",
    ];

    const PIECES: &[&str] = &[
        "", " ", "\n", "\n  ", "\t", "\r", "- ", "? ", ": ", ":", ",", "[", "]", "{", "}", "#",
        "&a ", "*a", "!", "!!int ", "!<", "%", "|", ">", "'", "\"", "\\", "\\u", "---", "...",
        "<<: *a", "=", "é", "\u{85}", "\u{2028}", "\u{feff}", "\0", "😀", "0x", "1:60", "@",
    ];

    /// xorshift64.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % bound as u64).unwrap()
        }
    }
}
