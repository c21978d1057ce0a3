//! The grammar of `cfg://` and `ext://`: pure functions over text.

/// What a text refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference<'a> {
    /// `cfg://handlers.file.level`: another place of the configuration.
    Cfg(&'a str),
    /// `ext://sys.stdout`: a dotted name.
    Ext(&'a str),
}

impl<'a> Reference<'a> {
    /// Reads a reference; none if the text is itself (CONF-74).
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (prefix, rest) = text.split_once("://")?;
        // The `$` of Python's pattern lets one line end pass, its `.` none.
        let rest = rest.strip_suffix('\n').unwrap_or(rest);
        match prefix {
            _ if rest.contains('\n') => None,
            "cfg" => Some(Self::Cfg(rest)),
            "ext" => Some(Self::Ext(rest)),
            _ => None,
        }
    }
}

/// One step of a `cfg://` path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// `.word`, or the word at the beginning.
    Key(&'a str),
    /// `[text]`: digits are a number first (CONF-77).
    Index(&'a str),
}

/// The steps of a `cfg://` path, read one by one: a step that leads nowhere is an error before a
/// later one that is badly written.
#[derive(Debug)]
pub(crate) struct Steps<'a> {
    rest: &'a str,
}

impl<'a> Steps<'a> {
    /// Reads the word that a path begins with, and the steps behind it; none if there is no word.
    pub(crate) fn parse(path: &'a str) -> Option<(&'a str, Self)> {
        let (word, rest) = word(path.trim_start_matches(is_space))?;
        Some((word, Self { rest }))
    }

    /// The next step; none at the end.
    ///
    /// # Errors
    ///
    /// What is left is no step.
    pub(crate) fn next_step(&mut self) -> Result<Option<Step<'a>>, &'a str> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (step, rest) = key(self.rest).or_else(|| index(self.rest)).ok_or(self.rest)?;
        self.rest = rest;
        Ok(Some(step))
    }
}

fn key(text: &str) -> Option<(Step<'_>, &str)> {
    let (word, rest) = word(text.strip_prefix('.')?.trim_start_matches(is_space))?;
    Some((Step::Key(word), rest))
}

fn index(text: &str) -> Option<(Step<'_>, &str)> {
    let (inside, rest) = text.strip_prefix('[')?.split_once(']')?;
    if inside.contains('[') {
        return None;
    }
    Some((Step::Index(inside), rest.trim_start_matches(is_space)))
}

/// `(\w+)\s*`.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (!word.is_empty()).then(|| (word, rest.trim_start_matches(is_space)))
}

/// Python's `\s` has the four separators of ASCII besides.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &str) -> Result<Vec<Step<'_>>, Option<&str>> {
        let (word, mut rest) = Steps::parse(path).ok_or(None)?;
        let mut steps = vec![Step::Key(word)];
        while let Some(step) = rest.next_step().map_err(Some)? {
            steps.push(step);
        }
        Ok(steps)
    }

    #[test]
    fn only_two_prefixes_are_known() {
        assert_eq!(Reference::parse("ext://sys.stdout"), Some(Reference::Ext("sys.stdout")));
        assert_eq!(Reference::parse("cfg://"), Some(Reference::Cfg("")));
        assert_eq!(Reference::parse("cfg://a://b"), Some(Reference::Cfg("a://b")));
        for text in ["xyz://a", "CFG://a", "a cfg://b", "cfg:/a", "cfg://a\nb", ""] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
        assert_eq!(Reference::parse("cfg://a\n"), Some(Reference::Cfg("a")));
    }

    // From CPython 3.13.
    #[test]
    fn a_path_is_words_and_indices_with_spaces_behind_them() {
        use Step::{Index, Key};
        assert_eq!(steps(" a .b [0] . c_1"), Ok(vec![Key("a"), Key("b"), Index("0"), Key("c_1")]));
        assert_eq!(steps("a[]"), Ok(vec![Key("a"), Index("")]));
        assert_eq!(steps("a[ x y.z ]"), Ok(vec![Key("a"), Index(" x y.z ")]));
        assert_eq!(steps("é.0"), Ok(vec![Key("é"), Key("0")]));
        assert_eq!(steps(""), Err(None));
        assert_eq!(steps("!"), Err(None));
        assert_eq!(steps("a!"), Err(Some("!")));
        assert_eq!(steps("a.b-c"), Err(Some("-c")));
        assert_eq!(steps("a[0"), Err(Some("[0")));
        assert_eq!(steps("a[[0]]"), Err(Some("[[0]]")));
        assert_eq!(steps("a."), Err(Some(".")));
    }
}
