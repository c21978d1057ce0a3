//! Time as text: `strftime` as the GNU C library does it in the C locale.

use std::fmt::Write;

use super::BrokenDown;
use crate::error::{Error, ErrorKind, Result};

/// Appends `time` to `out` in the way that `format` says: Python's `time.strftime` (CORE-108).
///
/// All of glibc's directives are known, with its flags `_`, `-`, `0`, `^` and `#`, its widths
/// and the modifiers `E` and `O`. A directive that is unknown is text, and so is anything else.
///
/// As in CPython, the text may have as many characters as fit into a buffer, which is at least 256
/// times as long as `format` and never shorter than 1,024. Of a longer text nothing is appended.
///
/// # Errors
///
/// [`ErrorKind::Value`] if there is a NUL in `format`, [`ErrorKind::Overflow`] for a year that is
/// greater than 2147483647. Nothing is appended.
///
/// # Differences from Python
///
/// `%s` writes the seconds that `time` was made of, in every zone. In Python it is wrong unless
/// the time was made by `localtime`.
///
/// # Examples
///
/// ```
/// use handlers_core::{TimeZone, strftime};
///
/// let kathmandu = TimeZone::named("Asia/Kathmandu")?;
/// let mut text = String::new();
/// strftime("%A, %-d. %b %Y, %T %z", &kathmandu.to_broken_down(0)?, &mut text)?;
/// assert_eq!(text, "Thursday, 1. Jan 1970, 05:30:00 +0530");
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub fn strftime(format: &str, time: &BrokenDown<'_>, out: &mut String) -> Result<()> {
    if time.year > i64::from(i32::MAX) {
        return Err(Error::new(ErrorKind::Overflow, "signed integer is greater than maximum"));
    }
    if format.contains('\0') {
        return Err(Error::new(ErrorKind::Value, "embedded null character"));
    }
    let start = out.len();
    let mut writer = Writer { time, out, room: room_for(format) };
    if writer.text_of(format).is_none() {
        out.truncate(start);
    }
    Ok(())
}

/// The most characters that come out of `format`.
///
/// CPython calls the C function with a buffer of 1,024 characters, then twice as many, and takes
/// the result for empty if 256 times the format's length was not enough. One is for the NUL.
fn room_for(format: &str) -> usize {
    format.chars().count().saturating_mul(256).next_power_of_two().max(1024) - 1
}

/// Writes until there is no room: then its methods return `None`.
struct Writer<'a, 'z> {
    time: &'a BrokenDown<'z>,
    out: &'a mut String,
    room: usize,
}

impl Writer<'_, '_> {
    fn text_of(&mut self, format: &str) -> Option<()> {
        let mut rest = format;
        while let Some(percent) = rest.find('%') {
            self.literal(&rest[..percent])?;
            let (directive, after) = Directive::parse(&rest[percent..]);
            self.directive(&directive)?;
            rest = after;
        }
        self.literal(rest)
    }

    fn directive(&mut self, directive: &Directive<'_>) -> Option<()> {
        if directive.is_unknown() {
            return self.text(directive, directive.source, directive.case());
        }
        match directive.letter {
            'c' | 'D' | 'F' | 'R' | 'r' | 'T' | 'X' | 'x' => self.combination(directive),
            'A' | 'a' | 'B' | 'b' | 'h' | 'n' | 'P' | 'p' | 't' | 'Z' | '%' => self.word(directive),
            's' => self.text(directive, &self.time.unix_seconds.to_string(), Case::Kept),
            'z' => self.offset(directive),
            _ => self.number(directive),
        }
    }

    /// Directives that stand for several others.
    fn combination(&mut self, directive: &Directive<'_>) -> Option<()> {
        let start = self.out.len();
        self.text_of(match directive.letter {
            'c' => "%a %b %e %H:%M:%S %Y",
            'F' => "%Y-%m-%d",
            'R' => "%H:%M",
            'r' => "%I:%M:%S %p",
            'T' | 'X' => "%H:%M:%S",
            _ => "%m/%d/%y",
        })?;
        // All of it is ASCII: bytes are characters.
        let missing = directive.width.saturating_sub(self.out.len() - start);
        self.take_room(missing)?;
        self.out.insert_str(start, &directive.fill().to_string().repeat(missing));
        if directive.upper {
            self.out[start..].make_ascii_uppercase();
        }
        Some(())
    }

    fn word(&mut self, directive: &Directive<'_>) -> Option<()> {
        let time = self.time;
        let noon = if time.hour < 12 { "AM" } else { "PM" };
        let (word, changed) = match directive.letter {
            'A' => (name(&WEEKDAYS, time.weekday), Case::Upper),
            'a' => (&name(&WEEKDAYS, time.weekday)[..3], Case::Upper),
            'B' => (name(&MONTHS, time.month - 1), Case::Upper),
            'b' | 'h' => (&name(&MONTHS, time.month - 1)[..3], Case::Upper),
            'P' | 'p' => (noon, Case::Lower),
            'Z' => (time.abbreviation(), Case::Lower),
            'n' => ("\n", Case::Kept),
            't' => ("\t", Case::Kept),
            _ => ("%", Case::Kept),
        };
        let case = match directive.letter {
            'P' => Case::Lower,
            _ if directive.change_case => changed,
            _ => directive.case(),
        };
        self.text(directive, word, case)
    }

    /// `%z`, in which the width counts twice: for the sign and for the number.
    fn offset(&mut self, directive: &Directive<'_>) -> Option<()> {
        let offset = self.time.utc_offset;
        let minutes = i64::from(offset.unsigned_abs() / 60);
        self.text(directive, if offset < 0 { "-" } else { "+" }, Case::Kept)?;
        self.integer(directive, minutes / 60 * 100 + minutes % 60, 4, '0')
    }

    fn number(&mut self, directive: &Directive<'_>) -> Option<()> {
        let time = self.time;
        let hour_of_12 = (i64::from(time.hour) + 11) % 12 + 1;
        let since_sunday = (i64::from(time.weekday) + 1) % 7;
        let (number, digits, fill) = match directive.letter {
            'C' => (time.year.div_euclid(100), 1, '0'),
            'd' => (time.day.into(), 2, '0'),
            'e' => (time.day.into(), 2, '_'),
            'G' => (iso_week(time).0, 1, '0'),
            'g' => (iso_week(time).0.rem_euclid(100), 2, '0'),
            'H' => (time.hour.into(), 2, '0'),
            'I' => (hour_of_12, 2, '0'),
            'j' => (time.yearday.into(), 3, '0'),
            'k' => (time.hour.into(), 2, '_'),
            'l' => (hour_of_12, 2, '_'),
            'M' => (time.minute.into(), 2, '0'),
            'm' => (time.month.into(), 2, '0'),
            'S' => (time.second.into(), 2, '0'),
            'U' => ((i64::from(time.yearday) + 6 - since_sunday) / 7, 2, '0'),
            'u' => (i64::from(time.weekday) + 1, 1, '0'),
            'V' => (iso_week(time).1, 2, '0'),
            'W' => (i64::from(time.yearday + 6 - i16::from(time.weekday)) / 7, 2, '0'),
            'w' => (since_sunday, 1, '0'),
            'y' => (time.year.rem_euclid(100), 2, '0'),
            _ => (time.year, 1, '0'),
        };
        self.integer(directive, number, digits, fill)
    }

    fn literal(&mut self, text: &str) -> Option<()> {
        self.take_room(text.chars().count())?;
        self.out.push_str(text);
        Some(())
    }

    fn text(&mut self, directive: &Directive<'_>, text: &str, case: Case) -> Option<()> {
        let length = text.chars().count();
        let missing = directive.width.saturating_sub(length);
        self.take_room(length.saturating_add(missing))?;
        self.out.extend(std::iter::repeat_n(directive.fill(), missing));
        match case {
            Case::Kept => self.out.push_str(text),
            Case::Lower => self.out.extend(text.chars().map(|c| c.to_ascii_lowercase())),
            Case::Upper => self.out.extend(text.chars().map(upper)),
        }
        Some(())
    }

    /// Writes at least `digits` characters and at least the width: zeros between sign and number,
    /// or spaces before both.
    fn integer(
        &mut self,
        directive: &Directive<'_>,
        number: i64,
        digits: usize,
        fill: char,
    ) -> Option<()> {
        let fill = directive.flag.unwrap_or(fill);
        let digits = if fill == '-' { 0 } else { digits };
        let magnitude = number.unsigned_abs();
        let length = magnitude.checked_ilog10().map_or(1, |log| log as usize + 1);
        let length = length + usize::from(number < 0);
        let missing = directive.width.max(digits).saturating_sub(length);
        self.take_room(length.saturating_add(missing))?;
        let sign = if number < 0 { "-" } else { "" };
        if fill == '0' {
            self.out.push_str(sign);
            self.out.extend(std::iter::repeat_n('0', missing));
        } else {
            self.out.extend(std::iter::repeat_n(' ', missing));
            self.out.push_str(sign);
        }
        let _ = write!(self.out, "{magnitude}");
        Some(())
    }

    fn take_room(&mut self, length: usize) -> Option<()> {
        self.room = self.room.checked_sub(length)?;
        Some(())
    }
}

/// What follows a percent sign.
struct Directive<'f> {
    /// All of it, for the case that it means nothing.
    source: &'f str,
    /// `_`, `-` or `0`: the last of them counts.
    flag: Option<char>,
    /// `^`.
    upper: bool,
    /// `#`: the other case, whichever that is.
    change_case: bool,
    width: usize,
    /// `E` or `O`.
    modifier: Option<char>,
    /// The directive, or NUL if the format ends before it.
    letter: char,
}

impl<'f> Directive<'f> {
    /// Splits `format` after the directive that it starts with.
    fn parse(format: &'f str) -> (Self, &'f str) {
        let mut chars = format[1..].chars();
        let mut next = || chars.next().unwrap_or('\0');
        let mut letter = next();
        let (mut flag, mut upper, mut change_case) = (None, false, false);
        loop {
            match letter {
                '_' | '-' | '0' => flag = Some(letter),
                '^' => upper = true,
                '#' => change_case = true,
                _ => break,
            }
            letter = next();
        }
        let mut width = 0_usize;
        while let Some(digit) = letter.to_digit(10) {
            width = width.saturating_mul(10).saturating_add(digit as usize);
            letter = next();
        }
        let modifier = matches!(letter, 'E' | 'O').then_some(letter);
        if modifier.is_some() {
            letter = next();
        }
        let (source, rest) = format.split_at(format.len() - chars.as_str().len());
        (Self { source, flag, upper, change_case, width, modifier, letter }, rest)
    }

    fn is_unknown(&self) -> bool {
        match self.modifier {
            Some('E') => !"CcnPpRrsTtuXxYyZz%".contains(self.letter),
            Some(_) => !"BbCdeGgHhIjklMmnPpRrSsTtUuVWwyZz%".contains(self.letter),
            None => !"AaBbCcDdeFGgHhIjklMmnPpRrSsTtUuVWwXxYyZz%".contains(self.letter),
        }
    }

    /// What words and unknown directives are filled up with.
    fn fill(&self) -> char {
        if self.flag == Some('0') { '0' } else { ' ' }
    }

    fn case(&self) -> Case {
        if self.upper { Case::Upper } else { Case::Kept }
    }
}

#[derive(Clone, Copy)]
enum Case {
    Kept,
    Lower,
    Upper,
}

/// The capital of a letter if it is one letter, as for C's `towupper`.
fn upper(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

/// The year and the week of ISO 8601: a week belongs to the year that has its Thursday.
fn iso_week(time: &BrokenDown<'_>) -> (i64, i64) {
    let week = (i64::from(time.yearday) - i64::from(time.weekday) + 9) / 7;
    if week == 0 {
        return (time.year - 1, weeks_of(time.year - 1));
    }
    if week > weeks_of(time.year) { (time.year + 1, 1) } else { (time.year, week) }
}

/// A year has 53 weeks if its first or its last day is a Thursday.
fn weeks_of(year: i64) -> i64 {
    // From Sunday, 0.
    let last_weekday = |year: i64| {
        (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7)
    };
    if last_weekday(year) == 4 || last_weekday(year - 1) == 3 { 53 } else { 52 }
}

fn name(names: &[&'static str], index: i8) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("???")
}

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeZone;

    fn text(format: &str, zone: &str, seconds: i64) -> String {
        let zone = TimeZone::named(zone).unwrap();
        let mut text = "> ".to_owned();
        strftime(format, &zone.to_broken_down(seconds).unwrap(), &mut text).unwrap();
        text.split_off(2)
    }

    /// CPython 3.13 for 1711846799, the last second of a winter.
    const PARIS: [(&str, &str); 16] = [
        ("%a %A %b %B %h %p %P", "Sun Sunday Mar March Mar AM am"),
        ("%C %y %Y %g %G", "20 24 2024 24 2024"),
        ("%d %e %j %m %H %I %k %l %M %S", "31 31 091 03 01 01  1  1 59 59"),
        ("%u %w %U %W %V", "7 0 13 13 13"),
        ("%c|%D|%F|%R|%r", "Sun Mar 31 01:59:59 2024|03/31/24|2024-03-31|01:59|01:59:59 AM"),
        ("%T|%X|%x|%n|%t|%%", "01:59:59|01:59:59|03/31/24|\n|\t|%"),
        ("%s %z %Z", "1711846799 +0100 CET"),
        ("%-H|%_H|%5H|%_5H|%-5H|%05a|%5a", "1| 1|00001|    1|    1|00Sun|  Sun"),
        (
            "%^a|%#a|%#p|%#Z|%^#p|%^P|%^c|%#c",
            "SUN|SUN|am|cet|am|am|SUN MAR 31 01:59:59 2024|Sun Mar 31 01:59:59 2024",
        ),
        ("%EY %Ey %EC %Od %OB %Op", "2024 24 20 31 March AM"),
        ("%Q|%5Q|%Ed|%OY|%:z|%+|%f", "%Q|  %5Q|%Ed|%OY|%:z|%+|%f"),
        ("%^é|%5é|%é", "%^É|  %5é|%é"),
        ("%6z|%_6z|%-z|%06z", "     +000100|     +   100|+100|00000+000100"),
        ("%", "%"),
        ("%5", "   %5"),
        ("年%Y月%m", "年2024月03"),
    ];

    #[test]
    fn each_directive_gives_what_glibc_gives() {
        for (format, expected) in PARIS {
            assert_eq!(text(format, "Europe/Paris", 1_711_846_799), expected, "{format}");
        }
    }

    #[test]
    fn years_that_have_not_four_digits_are_not_filled_up() {
        let format = "%Y|%C|%y|%G|%F|%5Y|%_5Y|%s";
        let first = "-1|-1|99|-1|-1-12-31|-0001|   -1|-62167219201";
        assert_eq!(text(format, "UTC", -62_167_219_201), first);
        let last = "10000|100|00|9999|10000-01-01|10000|10000|253402300800";
        assert_eq!(text(format, "UTC", 253_402_300_800), last);
    }

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        // 1 January of 2010, 2016, 2018, 2021 and 31 December of 2018, 2020.
        for (seconds, expected) in [
            (1_262_304_000, "2009-53"),
            (1_451_606_400, "2015-53"),
            (1_514_764_800, "2018-01"),
            (1_609_459_200, "2020-53"),
            (1_546_214_400, "2019-01"),
            (1_609_372_800, "2020-53"),
        ] {
            assert_eq!(text("%G-%V", "UTC", seconds), expected);
        }
    }

    #[test]
    fn what_does_not_fit_into_cpythons_buffer_is_no_text_at_all() {
        assert_eq!(text("%1023d", "UTC", 0).len(), 1023);
        assert_eq!(text("%2047d", "UTC", 0).len(), 2047);
        for bomb in ["%2048d", "%900000000d", "%99999999999999999999999c", "x%9999Q", "%9999F"] {
            assert_eq!(text(bomb, "UTC", 0), "", "{bomb}");
        }
    }

    #[test]
    fn formats_and_years_that_c_cannot_take_are_errors() {
        let utc = TimeZone::utc();
        let mut out = String::new();
        let error = strftime("a\0b", &utc.to_broken_down(0).unwrap(), &mut out).unwrap_err();
        assert_eq!(
            (error.python_name(), &*error.to_string()),
            ("ValueError", "embedded null character")
        );
        let time = utc.to_broken_down(67_767_976_233_532_800).unwrap();
        let error = strftime("a\0b", &time, &mut out).unwrap_err();
        assert_eq!(error.python_name(), "OverflowError");
        assert_eq!(error.to_string(), "signed integer is greater than maximum");
        assert_eq!(out, "");
    }
}
