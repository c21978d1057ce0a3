//! Text as JSON.

/// Appends `text` as JSON, in quotes, as Python's `json.dumps` writes it.
///
/// All that is not ASCII, and every control character, is escaped: whatever the text holds, there
/// is no line end in what is appended, and no NUL.
///
/// # Examples
///
/// ```
/// let mut out = String::from("name: ");
/// handlers_core::write_json_text("Zo\u{eb}\n", &mut out);
/// assert_eq!(out, r#"name: "Zo\u00eb\n""#);
/// ```
pub fn write_json_text(text: &str, out: &mut String) {
    for_each_piece(text, |piece| out.push_str(piece));
}

/// Hands out what `text` is as JSON, piece by piece.
pub(super) fn for_each_piece(text: &str, mut take: impl FnMut(&str)) {
    take("\"");
    let mut rest = text;
    loop {
        let (plain, other) = rest.split_at(count_plain(rest.as_bytes()));
        take(plain);
        let mut characters = other.chars();
        let Some(character) = characters.next() else { break };
        escape(character, &mut take);
        rest = characters.as_str();
    }
    take("\"");
}

/// How many bytes at the front stand for themselves.
fn count_plain(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    // Bytes behind one that is not plain are looked at too: so the processor takes all at once.
    let are_plain =
        |chunk: &&[u8; CHUNK]| chunk.iter().fold(true, |all, byte| all & is_plain(*byte));
    let whole = CHUNK * chunks.iter().take_while(are_plain).count();
    whole + bytes[whole..].iter().take_while(|byte| is_plain(**byte)).count()
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

fn escape(character: char, take: &mut impl FnMut(&str)) {
    take(match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escape_unit(*unit, take);
            }
            return;
        }
    });
}

fn escape_unit(unit: u16, take: &mut impl FnMut(&str)) {
    take("\\u");
    for shift in [12, 8, 4, 0] {
        let digit = usize::from(unit >> shift & 0xf);
        take(&HEX[digit..=digit]);
    }
}

const HEX: &str = "0123456789abcdef";

/// As many bytes as are looked at together: more would leave the short texts, which most are, to
/// the slow way.
const CHUNK: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let mut out = String::new();
        write_json_text(text, &mut out);
        out
    }

    // What CPython's `json.dumps` gives.
    #[test]
    fn no_text_can_forge_a_line_or_leave_its_quotes() {
        assert_eq!(json(""), r#""""#);
        assert_eq!(json("a\"b\\c/d"), r#""a\"b\\c/d""#);
        assert_eq!(json("\n\r\t\u{8}\u{c}\0\x1b\x7f"), r#""\n\r\t\b\f\u0000\u001b\u007f""#);
        assert_eq!(json("é\u{85}\u{2028}😀"), r#""\u00e9\u0085\u2028\ud83d\ude00""#);
    }

    #[test]
    fn an_escape_is_found_wherever_it_stands() {
        for length in 0..3 * CHUNK {
            for at in 0..=length {
                let (before, after) = ("~".repeat(at), " ".repeat(length - at));
                let expected = format!("\"{before}\\n{after}\"");
                assert_eq!(json(&format!("{before}\n{after}")), expected);
            }
        }
    }
}
