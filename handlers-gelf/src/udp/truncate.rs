//! What is left of a message that is too long.

use handlers_core::{Error, ErrorKind, Result, with_line_buffer};

use super::chunking::{Chunking, MOST};
use super::fields;
use crate::compression::Compression;

/// Appends a message of no more than 128 chunks that says what `message` was: its version, host,
/// time and facility, the level `ERROR`, as much of its text as there is room for, and
/// `_chunk_overflow` (GELF-58).
///
/// # Errors
///
/// There is not even room for that, or `message` is no JSON object.
pub(super) fn write(
    message: &str,
    chunking: Chunking,
    compression: Compression,
    out: &mut Vec<u8>,
) -> Result<()> {
    let original = Original::read(message)
        .ok_or_else(|| Error::new(ErrorKind::Value, "shorten a message that is no JSON object"))?;
    let (start, size) = (out.len(), chunking.size.get());
    let mark = if chunking.at_size { "true" } else { "1" };
    let attempt = |text: &str, out: &mut Vec<u8>| {
        out.truncate(start);
        with_line_buffer(|json| {
            original.write(text, mark, json);
            compression.write(json.as_bytes(), out)
        })?;
        Ok(chunking.count(out.len() - start))
    };
    let free = attempt("", out)?.map(|count| usize::from(MOST - count));
    let Some(free) = free else {
        out.truncate(start);
        return Err(Error::new(ErrorKind::Value, "a message of more than 128 chunks, and no text"));
    };
    let length = fields::length(original.text);
    let mut kept = length.min(size.saturating_mul(free));
    for _ in 0..=free {
        if attempt(fields::prefix(original.text, kept), out)?.is_some() {
            return Ok(());
        }
        kept = kept.saturating_sub(size);
    }
    attempt("", out).map(drop)
}

/// The fields that are kept, as they stand in the JSON of the message.
#[derive(Debug, Default)]
struct Original<'m> {
    version: Option<&'m str>,
    host: Option<&'m str>,
    timestamp: Option<&'m str>,
    facility: Option<&'m str>,
    /// What is in the quotes of `short_message`.
    text: &'m str,
}

impl<'m> Original<'m> {
    fn read(message: &'m str) -> Option<Self> {
        let mut original = Self::default();
        fields::for_each(message, |name, value| match name {
            "version" => original.version = Some(value),
            "host" => original.host = Some(value),
            "timestamp" => original.timestamp = Some(value),
            "facility" => original.facility = Some(value),
            "short_message" => original.text = unquoted(value),
            _ => {}
        })?;
        Some(original)
    }

    fn write(&self, text: &str, mark: &str, out: &mut String) {
        let kept = |name: &str, value: Option<&str>, out: &mut String| {
            if let Some(value) = value {
                out.extend([name, "\":", value, ",\""]);
            }
        };
        out.push_str("{\"");
        kept("version", self.version, out);
        kept("host", self.host, out);
        out.extend(["short_message\":\"", text, "\",\""]);
        kept("timestamp", self.timestamp, out);
        out.push_str("level\":3,\"");
        kept("facility", self.facility, out);
        out.extend(["_chunk_overflow\":", mark, "}"]);
    }
}

/// What is in the quotes of a text; nothing if it is none.
fn unquoted(json: &str) -> &str {
    json.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn shortened(message: &str, size: usize, at_size: bool) -> Result<String> {
        let chunking = Chunking { size: NonZeroUsize::new(size).unwrap(), at_size };
        let mut out = b"before".to_vec();
        let written = write(message, chunking, Compression::None, &mut out);
        let text = String::from_utf8(out.split_off(b"before".len())).unwrap();
        written.map(|()| text)
    }

    #[test]
    fn as_much_of_the_text_is_kept_as_there_is_room_for() {
        let text = "\\u00e9".repeat(500);
        let message = format!(
            r#"{{"version": "1.1", "host": "h", "short_message": "{text}", "_x": 1, "timestamp": 1.5}}"#
        );
        let kept = shortened(&message, 4, false).unwrap();
        assert!(
            kept.starts_with(r#"{"version":"1.1","host":"h","short_message":"\u00e9"#),
            "{kept}"
        );
        assert!(
            kept.ends_with(r#"\u00e9","timestamp":1.5,"level":3,"_chunk_overflow":1}"#),
            "{kept}"
        );
        assert!((480..=512).contains(&kept.len()), "{}", kept.len());
    }

    #[test]
    fn a_quote_at_the_end_of_the_text_stays_escaped() {
        let message = r#"{"short_message":"say \"x\""}"#;
        let expected = r#"{"short_message":"say \"x\"","level":3,"_chunk_overflow":true}"#;
        assert_eq!(shortened(message, 100, true).unwrap(), expected);
    }

    #[test]
    fn without_room_for_the_rest_there_is_an_error_and_nothing_else() {
        let host = "h".repeat(200);
        for message in [&*format!(r#"{{"host":"{host}","short_message":"x"}}"#), "no JSON"] {
            assert_eq!(shortened(message, 1, false).unwrap_err().kind(), ErrorKind::Value);
        }
    }
}
