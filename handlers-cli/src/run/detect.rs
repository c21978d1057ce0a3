//! Finding the level that a line of text carries.

use handlers_core::Level;

/// The level that a line says it has, by one of the customs of the field:
///
/// - a whole word in capitals among the first words: `2026-11-21 10:00:00 - app - ERROR - …`,
///   `CRITICAL: …`, and any name that was added;
/// - a word in brackets, in any case: `[error] …`, `<warn> …`;
/// - a field: `level=error`, `severity=warning`, `"level":"info"`.
pub(super) fn level(line: &str) -> Option<Level> {
    let head = head(line);
    field(head).or_else(|| word(head))
}

/// Only the beginning counts: further on a word is part of the message.
fn head(line: &str) -> &str {
    let end = line.char_indices().nth(HEAD).map_or(line.len(), |(end, _)| end);
    &line[..end]
}

fn field(head: &str) -> Option<Level> {
    let lower = head.to_ascii_lowercase();
    FIELDS.iter().find_map(|name| {
        lower.match_indices(name).find_map(|(start, _)| {
            let (before, after) = (&lower[..start], &lower[start + name.len()..]);
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                return None;
            }
            let value = after.trim_start_matches(['"', '\'', ' ']).strip_prefix(['=', ':'])?;
            let value = value.trim_start_matches(['"', '\'', ' ']);
            let end = value.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(value.len());
            by_any_name(&value[..end])
        })
    })
}

fn word(head: &str) -> Option<Level> {
    let mut end = 0;
    head.split(|c: char| !(c.is_alphanumeric() || c == '_')).find_map(|word| {
        let start = end;
        end = start
            + word.len()
            + head[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            return None;
        }
        let is_bracketed = head[..start].ends_with(['[', '<', '('])
            && head[start + word.len()..].starts_with([']', '>', ')']);
        by_name(word).or_else(|| if is_bracketed { by_any_name(word) } else { None })
    })
}

/// Names in any case, with the short forms of other systems.
fn by_any_name(name: &str) -> Option<Level> {
    let upper = name.to_ascii_uppercase();
    by_name(&upper).or_else(|| {
        Some(match upper.as_str() {
            "TRACE" => Level::DEBUG,
            "NOTICE" => Level::INFO,
            "ERR" => Level::ERROR,
            "CRIT" | "ALERT" | "EMERG" | "PANIC" => Level::CRITICAL,
            _ => return None,
        })
    })
}

/// `NOTSET` is no level that a line could have: nobody would see it.
fn by_name(name: &str) -> Option<Level> {
    Level::by_name(name).filter(|level| *level != Level::NOTSET)
}

const FIELDS: [&str; 3] = ["level", "severity", "lvl"];

/// How many characters of a line are looked at.
const HEAD: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_found_where_loggers_put_them() {
        let cases = [
            ("INFO GET / 200", Level::INFO),
            ("CRITICAL: out of memory", Level::CRITICAL),
            ("2026-11-21 10:00:00,123 - app.db - WARNING - slow", Level::WARNING),
            ("2026/11/21 10:00:00 [error] 7#7: *1 open() failed", Level::ERROR),
            ("ts=1 level=warn msg=\"slow\"", Level::WARNING),
            ("{\"severity\": \"Error\", \"message\": \"x\"}", Level::ERROR),
            ("größer [crit] x", Level::CRITICAL),
            ("FATAL x", Level::CRITICAL),
            ("loglevel=3 level=error", Level::ERROR),
            ("the level was high, level: info", Level::INFO),
        ];
        for (line, expected) in cases {
            assert_eq!(level(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn words_of_the_message_are_no_levels() {
        let lines = [
            "",
            "an error occurred",
            "INFORMATION",
            "the level was high",
            "loglevel=error",
            "NOTSET",
        ];
        for line in lines {
            assert_eq!(level(line), None, "{line}");
        }
        assert_eq!(level(&format!("{} ERROR", "x ".repeat(100))), None);
    }
}
