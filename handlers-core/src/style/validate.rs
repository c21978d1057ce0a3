//! What a formatter accepts as its format.
//!
//! Python checks formats with regular expressions; these are their matchers by hand. None of the
//! expressions can match after a step back, so that each matcher reads its text once.

use crate::error::{Error, ErrorKind, Result};
use crate::style::Style;
use crate::style::dollar::{Token, Tokens};
use crate::style::markup::{Markups, RawField};
use crate::style::unicode::{decimal_digit, is_word};
use crate::value::Value;

/// Checks that `format` is one of `style`.
///
/// The check is not that of the formatting itself: it refuses some formats that would work and
/// lets others through that fail for every record.
///
/// # Errors
///
/// [`ErrorKind::Value`], with the message of Python's `Formatter` (CORE-91 to CORE-94).
pub(crate) fn validate(style: Style, format: &str) -> Result<()> {
    match style {
        Style::Brace => validate_brace(format),
        Style::Dollar => validate_dollar(format),
        Style::Percent => validate_percent(format),
    }
}

/// One named conversion is enough, whatever stands around it (CORE-91).
fn validate_percent(format: &str) -> Result<()> {
    let mut parentheses = format.match_indices("%(");
    if parentheses.any(|(at, open)| is_conversion(&format[at + open.len()..])) {
        return Ok(());
    }
    let message = format!("Invalid format '{format}' for '%' style");
    Err(Error::new(ErrorKind::Value, message))
}

fn validate_brace(format: &str) -> Result<()> {
    let mut named = false;
    for markup in Markups::new(format) {
        let markup = markup.map_err(because)?;
        if let Some(field) = markup.field {
            check_field(&field).map_err(because)?;
            named |= !field.name.is_empty();
        }
    }
    if named { Ok(()) } else { Err(invalid("no fields")) }
}

fn check_field(field: &RawField<'_>) -> Result<()> {
    let quoted = |text: &str| Value::from(text).repr();
    if !field.name.is_empty() && !is_field_name(field.name) {
        let name = quoted(field.name);
        return Err(value(format!("invalid field name/expression: {name}")));
    }
    if let Some(conversion) = field.conversion
        && !matches!(conversion, 'r' | 's' | 'a')
    {
        let conversion = quoted(conversion.encode_utf8(&mut [0; 4]));
        return Err(value(format!("invalid conversion: {conversion}")));
    }
    if !is_specifier(field.spec) {
        return Err(value(format!("bad specifier: {}", quoted(field.spec))));
    }
    Ok(())
}

fn validate_dollar(format: &str) -> Result<()> {
    let mut named = false;
    for token in Tokens::new(format) {
        match token {
            Token::Field(_) => named = true,
            Token::Invalid(_) => return Err(invalid("bare '$' not allowed")),
            Token::Literal(_) => {}
        }
    }
    if named { Ok(()) } else { Err(invalid("no fields")) }
}

/// CORE-93: what is wrong with a field is the cause of the error that says so.
#[cold]
fn because(cause: Error) -> Error {
    Error::with_source(ErrorKind::Value, format!("invalid format: {cause}"), cause)
}

#[cold]
fn invalid(reason: &str) -> Error {
    value(format!("invalid format: {reason}"))
}

#[cold]
fn value(message: String) -> Error {
    Error::new(ErrorKind::Value, message)
}

/// `\w+\)[#0+ -]*(\*|\d+)?(\.(\*|\d+))?[diouxefgcrsa%]`, of which the end may be anywhere.
fn is_conversion(text: &str) -> bool {
    let mut text = Matcher(text);
    if !(text.take_all(is_word) && text.take(')')) {
        return false;
    }
    text.take_all(|c| "#0+ -".contains(c));
    text.take_star_or_digits();
    if text.take('.') && !text.take_star_or_digits() {
        return false;
    }
    text.take_if(is_conversion_type)
}

/// `(\d+|\w+)(\.\w+|\[[^]]+\])*$`: what matches `\d+` matches `\w+`.
fn is_field_name(text: &str) -> bool {
    let mut text = Matcher(text);
    let mut matches = text.take_all(is_word);
    while matches && !text.is_at_end() {
        matches = if text.take('.') {
            text.take_all(is_word)
        } else {
            text.take('[') && text.take_all(|c| c != ']') && text.take(']')
        };
    }
    matches
}

/// `(.?[<>=^])?[+ -]?#?0?(\d+|{\w+})?[,_]?(\.(\d+|{\w+}))?[bcdefgnosx%]?$`.
fn is_specifier(text: &str) -> bool {
    let mut text = Matcher(text);
    text.take_alignment();
    text.take_if(|c| matches!(c, '+' | ' ' | '-'));
    text.take('#');
    text.take('0');
    text.take_digits_or_field();
    text.take_if(|c| matches!(c, ',' | '_'));
    if text.take('.') && !text.take_digits_or_field() {
        return false;
    }
    text.take_if(is_specifier_type);
    text.is_at_end()
}

/// Without regard to case, which in Unicode is the long s too and the two i's of Turkish.
fn is_conversion_type(c: char) -> bool {
    "diouxefgcrsa%".contains(c.to_ascii_lowercase()) || matches!(c, 'ſ' | 'ı' | 'İ')
}

fn is_specifier_type(c: char) -> bool {
    "bcdefgnosx%".contains(c.to_ascii_lowercase()) || c == 'ſ'
}

/// The text that is still to match.
struct Matcher<'t>(&'t str);

impl Matcher<'_> {
    /// `$`: a newline may be left.
    fn is_at_end(&self) -> bool {
        matches!(self.0, "" | "\n")
    }

    fn take(&mut self, c: char) -> bool {
        self.take_if(|next| next == c)
    }

    fn take_if(&mut self, accepts: impl Fn(char) -> bool) -> bool {
        let mut chars = self.0.chars();
        let accepted = chars.next().is_some_and(accepts);
        if accepted {
            self.0 = chars.as_str();
        }
        accepted
    }

    /// Takes as many as there are, and says whether there were any.
    fn take_all(&mut self, accepts: impl Fn(char) -> bool) -> bool {
        let rest = self.0.trim_start_matches(accepts);
        let any = rest.len() < self.0.len();
        self.0 = rest;
        any
    }

    fn take_digits(&mut self) -> bool {
        self.take_all(|c| decimal_digit(c).is_some())
    }

    fn take_star_or_digits(&mut self) -> bool {
        self.take('*') || self.take_digits()
    }

    /// Takes a number or a field; a brace that begins no field stays, where nothing will match it.
    fn take_digits_or_field(&mut self) -> bool {
        let mut field = Matcher(self.0);
        if field.take('{') && field.take_all(is_word) && field.take('}') {
            self.0 = field.0;
            return true;
        }
        self.take_digits()
    }

    /// Takes an alignment and the fill character that may stand in front, any but a newline.
    fn take_alignment(&mut self) {
        let is_alignment = |c| matches!(c, '<' | '>' | '=' | '^');
        let mut filled = Matcher(self.0);
        if filled.take_if(|c| c != '\n') && filled.take_if(is_alignment) {
            self.0 = filled.0;
        } else {
            self.take_if(is_alignment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(style: Style, format: &str) -> String {
        let error = validate(style, format).expect_err(format);
        assert_eq!(error.kind(), ErrorKind::Value);
        error.to_string()
    }

    #[test]
    fn a_percent_format_needs_one_named_conversion() {
        for format in ["%(message)s", "%(é)#+27.23X", "%(a)%", "%(a)*.*d", "%(m)ss", "%(a)٣ſ %"]
        {
            assert!(validate(Style::Percent, format).is_ok(), "{format}");
        }
        // CORE-115: the length letter of "ld" would do no harm.
        for format in ["", "%s", "%()s", "%(x y)s", "%(a).s", "%(a)b", "%(a)ld"] {
            let message = format!("Invalid format '{format}' for '%' style");
            assert_eq!(refusal(Style::Percent, format), message);
        }
    }

    #[test]
    fn a_brace_format_needs_one_named_field() {
        for format in ["{a}", "{0}", "{}{a}", "{a.b[c d]!r:x<+#010_.{p}F}", "{a:d\n}", "{a:{w}ſ}"]
        {
            assert!(validate(Style::Brace, format).is_ok(), "{format}");
        }
        let no_fields = "invalid format: no fields";
        assert_eq!(refusal(Style::Brace, "plain"), no_fields);
        assert_eq!(refusal(Style::Brace, "{}{:d}"), no_fields);
    }

    #[test]
    fn the_first_fault_of_a_brace_format_is_told() {
        let fault = |format| refusal(Style::Brace, format);
        let name = "invalid format: invalid field name/expression: ";
        assert_eq!(fault("{a b} {"), format!("{name}'a b'"));
        assert_eq!(fault("{a[]}"), format!("{name}'a[]'"));
        assert_eq!(fault("{a!z:q}"), "invalid format: invalid conversion: 'z'");
        assert_eq!(fault("{a:z}"), "invalid format: bad specifier: 'z'");
        assert_eq!(fault("{a:\n<5}"), "invalid format: bad specifier: '\\n<5'");
        assert_eq!(fault("{a:{w}"), "invalid format: unmatched '{' in format spec");
    }

    #[test]
    fn a_dollar_format_needs_one_name() {
        assert!(validate(Style::Dollar, "$$ ${a}").is_ok());
        assert_eq!(refusal(Style::Dollar, "$$"), "invalid format: no fields");
        assert_eq!(refusal(Style::Dollar, "$a $"), "invalid format: bare '$' not allowed");
    }
}
