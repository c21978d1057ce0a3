//! The syntax of formats (CORE-43).

use crate::value::{Form, Radix};

/// Reads a format piece by piece.
#[derive(Debug)]
pub(super) struct Parser<'t> {
    text: &'t str,
    position: usize,
}

/// A piece of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment<S> {
    /// Text that comes out as it is.
    Literal(S),
    /// A place for a value.
    Conversion(Conversion<S>),
}

/// A place for a value, from its `%` to its type letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conversion<S> {
    pub(crate) key: Key<S>,
    pub(crate) flags: Flags,
    pub(crate) width: Count,
    pub(crate) precision: Count,
    pub(crate) kind: Kind,
}

/// The name of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<S> {
    /// The next argument is taken instead.
    Absent,
    Name(S),
    /// The text ended before the parenthesis that closes the name.
    Unclosed,
}

/// The flags `#0- +` that were given, in whatever order (CORE-45).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags(u8);

/// A width or a precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Absent,
    /// A `*`: the next argument.
    Argument,
    Fixed(usize),
    TooBig,
}

/// What the type letter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Char,
    /// `e` or `E`.
    Exponent {
        upper: bool,
    },
    /// `f` or `F`.
    Fixed {
        upper: bool,
    },
    /// `g` or `G`.
    General {
        upper: bool,
    },
    /// The text ended before the letter.
    Incomplete,
    /// The letter, for error messages, and the digits.
    Integer(char, Radix),
    Text(Form),
    /// The letter, and its index in characters.
    Unsupported(char, usize),
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, position: 0 }
    }

    fn conversion(&mut self) -> Conversion<&'t str> {
        let key = if self.eat(b'(') { self.key() } else { Key::Absent };
        let mut flags = Flags::default();
        while let Some(flag) = self.peek().and_then(Flags::named) {
            flags.0 |= flag.0;
            self.position += 1;
        }
        let width = self.count(MAX_WIDTH);
        let precision = match self.eat(b'.').then(|| self.count(MAX_PRECISION)) {
            None => Count::Absent,
            Some(Count::Absent) => Count::Fixed(0),
            Some(count) => count,
        };
        if matches!(self.peek(), Some(b'h' | b'l' | b'L')) {
            self.position += 1;
        }
        Conversion { key, flags, width, precision, kind: self.kind() }
    }

    /// Reads up to the parenthesis that closes the one just read (CORE-44).
    fn key(&mut self) -> Key<&'t str> {
        let rest = &self.text[self.position..];
        let mut depth = 1_usize;
        for (index, byte) in rest.bytes().enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.position += index + 1;
                return Key::Name(&rest[..index]);
            }
        }
        self.position = self.text.len();
        Key::Unclosed
    }

    fn count(&mut self, highest: usize) -> Count {
        if self.eat(b'*') {
            return Count::Argument;
        }
        let mut count = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let digit = usize::from(digit - b'0');
            let number: usize = count.unwrap_or_default();
            if number > (highest - digit) / 10 {
                return Count::TooBig;
            }
            count = Some(number * 10 + digit);
            self.position += 1;
        }
        count.map_or(Count::Absent, Count::Fixed)
    }

    fn kind(&mut self) -> Kind {
        let Some(letter) = self.text[self.position..].chars().next() else {
            return Kind::Incomplete;
        };
        let start = self.position;
        self.position += letter.len_utf8();
        match letter {
            'a' => Kind::Text(Form::Ascii),
            'c' => Kind::Char,
            'd' | 'i' | 'u' => Kind::Integer(letter, Radix::Decimal),
            'e' | 'E' => Kind::Exponent { upper: letter == 'E' },
            'f' | 'F' => Kind::Fixed { upper: letter == 'F' },
            'g' | 'G' => Kind::General { upper: letter == 'G' },
            'o' => Kind::Integer(letter, Radix::Octal),
            'r' => Kind::Text(Form::Repr),
            's' => Kind::Text(Form::Str),
            'x' => Kind::Integer(letter, Radix::LowerHex),
            'X' => Kind::Integer(letter, Radix::UpperHex),
            _ => {
                // What is behind a mistake is never reached.
                self.position = self.text.len();
                Kind::Unsupported(letter, self.text[..start].chars().count())
            }
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }
}

impl<'t> Iterator for Parser<'t> {
    type Item = Segment<&'t str>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.position..];
        if rest.is_empty() {
            return None;
        }
        let length = rest.find('%').unwrap_or(rest.len());
        // CORE-52: of two signs, the first belongs to the text and the second is left out.
        if rest[length..].starts_with("%%") {
            self.position += length + 2;
            return Some(Segment::Literal(&rest[..=length]));
        }
        if length > 0 {
            self.position += length;
            return Some(Segment::Literal(&rest[..length]));
        }
        self.position += 1;
        Some(Segment::Conversion(self.conversion()))
    }
}

impl<S> Conversion<S> {
    /// The name of the field whose plain text is wanted, as in `%(name)s`.
    pub(crate) fn plain_name(&self) -> Option<&S> {
        match (&self.key, self.kind, self.width, self.precision) {
            (Key::Name(name), Kind::Text(Form::Str), Count::Absent, Count::Absent) => Some(name),
            _ => None,
        }
    }

    pub(super) fn is_separable(&self) -> bool {
        let takes_more = self.width == Count::Argument || self.precision == Count::Argument;
        !matches!(self.key, Key::Absent) && !takes_more
    }
}

impl<S> Segment<S> {
    /// The same segment with its text turned into something else.
    pub(super) fn map<T>(self, turn: impl Fn(S) -> T) -> Segment<T> {
        match self {
            Self::Literal(text) => Segment::Literal(turn(text)),
            Self::Conversion(Conversion { key, flags, width, precision, kind }) => {
                let key = match key {
                    Key::Absent => Key::Absent,
                    Key::Name(name) => Key::Name(turn(name)),
                    Key::Unclosed => Key::Unclosed,
                };
                Segment::Conversion(Conversion { key, flags, width, precision, kind })
            }
        }
    }
}

impl Flags {
    pub(super) const ALTERNATE: Self = Self(1);
    pub(super) const ZERO: Self = Self(2);
    pub(super) const LEFT: Self = Self(4);
    pub(super) const BLANK: Self = Self(8);
    pub(super) const SIGN: Self = Self(16);

    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn with(self, flag: Self) -> Self {
        Self(self.0 | flag.0)
    }

    fn named(byte: u8) -> Option<Self> {
        Some(match byte {
            b'#' => Self::ALTERNATE,
            b'0' => Self::ZERO,
            b'-' => Self::LEFT,
            b' ' => Self::BLANK,
            b'+' => Self::SIGN,
            _ => return None,
        })
    }
}

/// C's `SSIZE_MAX`.
const MAX_WIDTH: usize = isize::MAX.unsigned_abs();

/// C's `INT_MAX`.
const MAX_PRECISION: usize = i32::MAX.unsigned_abs() as usize;

#[cfg(test)]
mod tests {
    use super::*;

    fn only(format: &str) -> Conversion<&str> {
        match Parser::new(format).collect::<Vec<_>>().as_slice() {
            [Segment::Conversion(conversion)] => *conversion,
            other => panic!("{format} gave {other:?}"),
        }
    }

    // CORE-52.
    #[test]
    fn two_signs_are_one_and_belong_to_the_text_in_front() {
        let segments: Vec<_> = Parser::new("100%% sure%%%d").collect();
        let [first, second, Segment::Conversion(_)] = segments.as_slice() else {
            panic!("{segments:?}");
        };
        assert_eq!((first, second), (&Segment::Literal("100%"), &Segment::Literal(" sure%")));
        assert_eq!(only("%5%").kind, Kind::Unsupported('%', 2));
    }

    // CORE-43.
    #[test]
    fn a_conversion_has_its_parts_in_order() {
        let conversion = only("%(a)+-#0 +12.34lx");
        assert_eq!(conversion.key, Key::Name("a"));
        assert_eq!(conversion.flags, Flags(31));
        assert_eq!((conversion.width, conversion.precision), (Count::Fixed(12), Count::Fixed(34)));
        assert_eq!(conversion.kind, Kind::Integer('x', Radix::LowerHex));
        assert_eq!(only("%.s").precision, Count::Fixed(0));
        assert_eq!(only("%*.*d").precision, Count::Argument);
        assert_eq!(only("%ll").kind, Kind::Unsupported('l', 2));
    }

    // CORE-44.
    #[test]
    fn parentheses_nest_in_names() {
        assert_eq!(only("%(a(b)c)s").key, Key::Name("a(b)c"));
        assert_eq!(only("%()s").key, Key::Name(""));
        assert_eq!(only("%((a)s").key, Key::Unclosed);
    }

    #[test]
    fn a_conversion_may_lack_its_letter() {
        for format in ["%", "%-", "%5", "%5.", "%*", "%.*", "%(a)", "%h"] {
            assert_eq!(only(format).kind, Kind::Incomplete);
        }
    }

    #[test]
    fn a_format_ends_at_its_first_mistake() {
        for format in ["%z%d", "%99999999999999999999s%d", "%(a%d"] {
            only(format);
        }
    }

    #[test]
    fn the_plain_text_of_a_field_is_told_from_the_rest() {
        assert_eq!(only("%(a)s").plain_name(), Some(&"a"));
        assert_eq!(only("%(a)-0s").plain_name(), Some(&"a"));
        for format in ["%s", "%(a)5s", "%(a).5s", "%(a)r", "%(a)d", "%(a)"] {
            assert_eq!(only(format).plain_name(), None);
        }
    }
}
