//! The layout of numbers in `str.format`: sign, prefix, padding and groups of digits.

use crate::error::Result;
use crate::style::format_spec::{Align, Sign, Spec};
use crate::style::format_value::{checked_width, push_fill};

/// A number that is written but for its sign and its layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub(super) negative: bool,
    /// `0x` and the like.
    pub(super) prefix: &'static str,
    /// How many characters are digits in front of a point or an exponent; none are in `inf`.
    pub(super) digits: usize,
    pub(super) groups: Option<Groups>,
}

/// How digits are grouped, from the point to the left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Groups {
    pub(super) size: usize,
    pub(super) separator: char,
}

impl Number {
    /// Whether what is written needs nothing but the sign and the prefix in front of it.
    pub(super) fn is_plain(spec: &Spec) -> bool {
        spec.width.is_none() && spec.grouping.is_none()
    }

    /// The sign to write.
    pub(super) fn sign(negative: bool, spec: &Spec) -> &'static str {
        match spec.sign {
            _ if negative => "-",
            Some(Sign::Plus) => "+",
            Some(Sign::Space) => " ",
            Some(Sign::Minus) | None => "",
        }
    }

    /// Lays out the number of which the ASCII text stands in `out` from `start` on.
    ///
    /// The text is copied behind itself and then cut out, which takes no memory but that of `out`.
    pub(super) fn lay_out(self, spec: &Spec, start: usize, out: &mut String) -> Result<()> {
        let sign = Self::sign(self.negative, spec);
        let end = out.len();
        let point = start + self.digits;
        let fixed = sign.len() + self.prefix.len() + (end - point);
        let width = checked_width(spec, fixed + self.digits)?;
        let (fill, align) = (spec.fill(), spec.align_right());
        let digits = match (fill, align) {
            ('0', Align::Inside) => self.zero_filled(width.saturating_sub(fixed)),
            _ => self.digits,
        };
        let padding = width.saturating_sub(fixed + digits + self.separators(digits));
        let (before, inside, after) = match align {
            Align::Center => (padding / 2, 0, padding - padding / 2),
            Align::Inside => (0, padding, 0),
            Align::Left => (0, 0, padding),
            Align::Right => (padding, 0, 0),
        };
        push_fill(fill, before, out);
        out.push_str(sign);
        out.push_str(self.prefix);
        push_fill(fill, inside, out);
        self.copy_digits(digits, point, out);
        out.extend_from_within(point..end);
        push_fill(fill, after, out);
        out.replace_range(start..end, "");
        Ok(())
    }

    /// How many digits, zeros in front included, take up `room` together with their separators.
    ///
    /// The result may be one column wider, as no number begins with a separator.
    fn zero_filled(self, room: usize) -> usize {
        let filled = match self.groups {
            _ if self.digits == 0 => 0,
            None => room,
            Some(groups) => {
                let (whole, rest) = (room / (groups.size + 1), room % (groups.size + 1));
                whole * groups.size + rest.max(usize::from(whole > 0))
            }
        };
        filled.max(self.digits)
    }

    fn separators(self, digits: usize) -> usize {
        self.groups.map_or(0, |groups| digits.saturating_sub(1) / groups.size)
    }

    /// Appends the digits that stand in front of `point`, zeros and separators among them.
    fn copy_digits(self, digits: usize, point: usize, out: &mut String) {
        let Some(groups) = self.groups else {
            push_fill('0', digits - self.digits, out);
            return out.extend_from_within(point - self.digits..point);
        };
        for behind in (0..digits).rev() {
            let zero = behind >= self.digits;
            let digit = if zero { b'0' } else { out.as_bytes()[point - 1 - behind] };
            out.push(char::from(digit));
            if behind > 0 && behind % groups.size == 0 {
                out.push(groups.separator);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::style::format_spec::FormatSpec;
    use crate::value::Value;

    fn format(value: impl Into<Value<'static>>, spec: &str) -> String {
        let mut out = String::from("|");
        FormatSpec::parse(spec).write(&value.into(), &mut out).expect("a format for the value");
        out.split_off(1)
    }

    // What CPython 3.13 prints.
    #[test]
    fn zeros_are_grouped_and_never_begin_with_a_separator() {
        let widths = [
            "5",
            "05",
            "005",
            "0,005",
            "0,005",
            "00,005",
            "000,005",
            "0,000,005",
            "0,000,005",
            "00,000,005",
        ];
        for (width, expected) in (1..).zip(widths) {
            assert_eq!(format(5, &format!("0{width},")), expected);
        }
        let widths = ["-4d2", "-04d2", "-0_04d2", "-0_04d2", "-00_04d2", "-000_04d2", "-0000_04d2"];
        for (width, expected) in (4..).zip(widths) {
            assert_eq!(format(-1234, &format!("0{width}_x")), expected);
        }
    }

    #[test]
    fn padding_goes_where_the_alignment_says() {
        assert_eq!(format(12_345.5, "<12,"), "12,345.5    ");
        assert_eq!(format(12_345.5, ">12,"), "    12,345.5");
        assert_eq!(format(12_345.5, "^13,"), "  12,345.5   ");
        assert_eq!(format(12_345.5, "=+12,"), "+   12,345.5");
        assert_eq!(format(12_345.5, "0=12,"), "00,012,345.5");
        assert_eq!(format(-255, "*=#10x"), "-0x*****ff");
        assert_eq!(format(f64::INFINITY, "*=+8,"), "+****inf");
    }

    #[test]
    fn what_stands_in_front_of_the_number_is_left_alone() {
        let mut out = String::from("née ");
        FormatSpec::parse("é^7,").write(&Value::from(-1234), &mut out).expect("a number");
        assert_eq!(out, "née -1,234é");
    }
}
