//! Text to bytes, as a text file of Python's writes them.

use std::fmt::{self, Write};
use std::mem;

use handlers_core::{Error, ErrorKind, Result};

use super::charset::Charset;
use super::cjk::iso2022::Shift;
use super::codec::{Codec, Form};
use super::errors::Number;
use super::{EncodeErrors, Encoding};

/// Encodes the texts that are written to one stream, one after the other.
///
/// An encoder knows where in the stream it is: at its start some encodings put a byte-order mark,
/// and some remember from one text to the next which charset is in force. Tell it when the stream
/// changes, with [`start_of_stream`](Self::start_of_stream) or [`resume`](Self::resume).
///
/// # Examples
///
/// ```
/// use handlers_file::encoding::{EncodeErrors, Encoder, Encoding};
///
/// let mut encoder = Encoder::new(&Encoding::by_name("ascii")?, EncodeErrors::BackslashReplace);
/// let mut out = Vec::new();
/// encoder.encode("café\n", &mut out)?;
/// assert_eq!(out, b"caf\\xe9\n");
/// # Ok::<(), handlers_core::Error>(())
/// ```
///
/// # Differences from Python
///
/// After an error the encoder is where it was before the text. CPython's encoders for
/// ISO-2022 and HZ keep what the lost text changed, and so write the next one wrong.
#[derive(Debug, Clone)]
pub struct Encoder {
    codec: &'static Codec,
    errors: EncodeErrors,
    state: State,
}

impl Encoder {
    /// Makes an encoder for the start of a stream.
    pub fn new(encoding: &Encoding, errors: EncodeErrors) -> Self {
        Self { codec: encoding.codec(), errors, state: State::START }
    }

    /// Says that the next text is the first of a stream, one opened at position 0.
    pub fn start_of_stream(&mut self) {
        self.state = State::START;
    }

    /// Says that the next text comes after bytes which are in the stream already: there will be no
    /// byte-order mark.
    pub fn resume(&mut self) {
        self.state = State::RESUMED;
    }

    /// Whether every text comes out as it is, so that its bytes may be written without this
    /// encoder.
    pub fn is_utf8(&self) -> bool {
        self.codec.is_utf8()
    }

    /// Appends the bytes of `text` to `out`.
    ///
    /// # Errors
    ///
    /// Returns an [`ErrorKind::Encode`] error, with the message of CPython's `UnicodeEncodeError`,
    /// if the encoding does not have a character and the error handler lets none stand for it.
    /// Then nothing has been appended.
    pub fn encode(&mut self, text: &str, out: &mut Vec<u8>) -> Result<()> {
        match self.codec.form {
            Form::Unicode(format) => {
                if mem::take(&mut self.state.is_at_start) {
                    format.write_first(text, out);
                } else {
                    format.write(text, out);
                }
                Ok(())
            }
            Form::Charset(charset) => {
                let (state, length) = (self.state, out.len());
                self.encode_charset(charset, text, out).inspect_err(|_| {
                    self.state = state;
                    out.truncate(length);
                })
            }
        }
    }

    fn encode_charset(&mut self, charset: Charset, text: &str, out: &mut Vec<u8>) -> Result<()> {
        let mut writer = CharsetWriter { charset, shift: &mut self.state.shift, out };
        let mut rest = text;
        loop {
            rest = writer.put_ascii(rest);
            let Some(c) = rest.chars().next() else { return Ok(()) };
            if writer.put(c).is_some() {
                rest = &rest[c.len_utf8()..];
                continue;
            }
            let (failed, after) = writer.split_failed(rest);
            if !writer.substitute(failed, self.errors) {
                let start = text[..text.len() - rest.len()].chars().count();
                return Err(cannot_encode(self.codec, charset, failed, start));
            }
            rest = after;
        }
    }
}

/// Where in the stream an encoder is.
#[derive(Debug, Clone, Copy)]
struct State {
    is_at_start: bool,
    shift: Shift,
}

impl State {
    const START: Self = Self { is_at_start: true, shift: Shift::START };
    const RESUMED: Self = Self { is_at_start: false, shift: Shift::RESUMED };
}

struct CharsetWriter<'a> {
    charset: Charset,
    shift: &'a mut Shift,
    out: &'a mut Vec<u8>,
}

impl CharsetWriter<'_> {
    fn put(&mut self, c: char) -> Option<()> {
        self.charset.put(c, self.shift, self.out)
    }

    /// Writes the ASCII characters that `text` starts with, if they stand for themselves, and
    /// returns what is left of it.
    fn put_ascii<'t>(&mut self, text: &'t str) -> &'t str {
        if !self.charset.is_over_ascii() {
            return text;
        }
        let (ascii, rest) =
            text.split_at(encoding_rs::Encoding::ascii_valid_up_to(text.as_bytes()));
        self.out.extend_from_slice(ascii.as_bytes());
        rest
    }

    /// Splits `text`, whose first character has failed, after the characters that fail with it.
    fn split_failed<'t>(&mut self, text: &'t str) -> (&'t str, &'t str) {
        let length = self.out.len();
        let in_runs = self.charset.fails_in_runs();
        let next = text.char_indices().skip(1).find(|&(_, c)| !in_runs || self.put(c).is_some());
        self.out.truncate(length);
        text.split_at(next.map_or(text.len(), |(index, _)| index))
    }

    /// Writes what stands for the characters that have failed; false if nothing may.
    fn substitute(&mut self, failed: &str, errors: EncodeErrors) -> bool {
        failed.chars().all(|c| errors.substitute(c, self).unwrap_or(false))
    }
}

impl Write for CharsetWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.put(c)).ok_or(fmt::Error)
    }
}

/// The error for the characters that have failed, the first of which is the `start`th of its text.
#[cold]
fn cannot_encode(codec: &Codec, charset: Charset, failed: &str, start: usize) -> Error {
    let mut chars = failed.chars();
    let what = match (chars.next(), chars.count()) {
        (Some(c), 0) => format!("character '{}' in position {start}", Number(c)),
        (_, more) => format!("characters in position {start}-{}", start + more),
    };
    let (name, reason) = (codec.error_name(), charset.reason());
    let message = format!("'{name}' codec can't encode {what}: {reason}");
    Error::new(ErrorKind::Encode, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder(encoding: &str, errors: EncodeErrors) -> Encoder {
        Encoder::new(&Encoding::by_name(encoding).unwrap(), errors)
    }

    fn encoded(encoder: &mut Encoder, text: &str) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        encoder.encode(text, &mut out).map_err(|error| error.to_string())?;
        Ok(out)
    }

    fn refusal(encoding: &str, text: &str) -> String {
        encoded(&mut encoder(encoding, EncodeErrors::Strict), text).unwrap_err()
    }

    #[test]
    fn the_error_is_that_of_cpython() {
        for (encoding, text, message) in [
            (
                "ascii",
                "abcé",
                "'ascii' codec can't encode character '\\xe9' in position 3: \
                 ordinal not in range(128)",
            ),
            (
                "us-ascii",
                "日本語x",
                "'ascii' codec can't encode characters in position 0-2: ordinal not in range(128)",
            ),
            (
                "latin1",
                "éa日b本",
                "'latin-1' codec can't encode character '\\u65e5' in position 2: \
                 ordinal not in range(256)",
            ),
            (
                "cp1252",
                "a€ĀĀ\u{81}😀",
                "'charmap' codec can't encode characters in position 2-5: \
                 character maps to <undefined>",
            ),
            (
                "gbk",
                "€€",
                "'gbk' codec can't encode character '\\u20ac' in position 0: \
                 illegal multibyte sequence",
            ),
            (
                "sjis",
                "あ😀",
                "'shift_jis' codec can't encode character '\\U0001f600' in position 1: \
                 illegal multibyte sequence",
            ),
        ] {
            assert_eq!(refusal(encoding, text), message);
        }
    }

    #[test]
    fn every_error_handler_has_its_substitute() {
        for (errors, bytes) in [
            (EncodeErrors::BackslashReplace, "a\\xe9\\u65e5\\U0001f600b"),
            (EncodeErrors::Ignore, "ab"),
            (
                EncodeErrors::NameReplace,
                "a\\N{LATIN SMALL LETTER E WITH ACUTE}\\N{CJK UNIFIED IDEOGRAPH-65E5}\
                 \\N{GRINNING FACE}b",
            ),
            (EncodeErrors::Replace, "a???b"),
            (EncodeErrors::XmlCharRefReplace, "a&#233;&#26085;&#128512;b"),
        ] {
            let out = encoded(&mut encoder("ascii", errors), "aé日😀b").unwrap();
            assert_eq!(out, bytes.as_bytes());
        }
        for errors in
            [EncodeErrors::Strict, EncodeErrors::SurrogateEscape, EncodeErrors::SurrogatePass]
        {
            assert!(encoded(&mut encoder("ascii", errors), "é").is_err());
        }
    }

    #[test]
    fn a_substitute_is_encoded_too() {
        let mut mainframe = encoder("cp037", EncodeErrors::Replace);
        assert_eq!(encoded(&mut mainframe, "a€b").unwrap(), b"\x81\x6f\x82");
        let mut mail = encoder("iso2022_jp", EncodeErrors::XmlCharRefReplace);
        assert_eq!(encoded(&mut mail, "あ€あ").unwrap(), b"\x1b$B$\"\x1b(B&#8364;\x1b$B$\"");
    }

    #[test]
    fn a_mark_is_written_once_and_only_where_the_stream_starts() {
        let mut encoder = encoder("utf-8-sig", EncodeErrors::Strict);
        assert_eq!(encoded(&mut encoder, "").unwrap(), b"\xef\xbb\xbf");
        assert_eq!(encoded(&mut encoder, "a").unwrap(), b"a");
        encoder.start_of_stream();
        assert_eq!(encoded(&mut encoder, "a").unwrap(), b"\xef\xbb\xbfa");
        encoder.resume();
        assert_eq!(encoded(&mut encoder, "a").unwrap(), b"a");
    }

    #[test]
    fn bytes_are_appended_to_what_is_there() {
        let mut out = b"1".to_vec();
        encoder("latin-1", EncodeErrors::Strict).encode("é", &mut out).unwrap();
        assert_eq!(out, b"1\xe9");
    }

    #[test]
    fn a_text_that_fails_leaves_no_trace() {
        let mut encoder = encoder("iso2022_jp", EncodeErrors::Strict);
        let mut out = b"1".to_vec();
        let error = encoder.encode("あ€", &mut out).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert_eq!(out, b"1");
        // CPython writes `$$` here, which reads as two dollar signs.
        assert_eq!(encoded(&mut encoder, "い").unwrap(), b"\x1b$B$$");
    }

    #[test]
    fn only_plain_utf8_may_be_written_without_an_encoder() {
        assert!(encoder("locale", EncodeErrors::Strict).is_utf8());
        assert!(!encoder("utf-8-sig", EncodeErrors::Strict).is_utf8());
        assert!(!encoder("ascii", EncodeErrors::Strict).is_utf8());
    }
}
