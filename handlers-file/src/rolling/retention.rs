//! Which backups of a timed rotation there are, and which of them have had their time: functions
//! of names.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::when::When;

/// Tells the backups of one file from all other names in its directory.
///
/// A backup is called like the file, with a dot and a date behind it that has the shape of the
/// handler's own dates; all others are left alone, but a file that somebody else gave such a name
/// is a backup too (FILE-98, FILE-104 to FILE-106). With a namer a backup is what the namer makes of
/// a date that stands in the name (FILE-99).
///
/// # Examples
///
/// ```
/// use std::path::Path;
///
/// use handlers_file::rolling::{Retention, When};
///
/// let retention = Retention::new(Path::new("/var/log/app.log"), When::Midnight);
/// let names = ["app.log", "app.log.2024-03-02", "app.log.2024-03-01", "app.log.1"];
/// assert_eq!(retention.backups(names), ["app.log.2024-03-01", "app.log.2024-03-02"]);
/// assert_eq!(retention.expired(names, 1), ["app.log.2024-03-01"]);
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Retention<'a> {
    path: &'a Path,
    when: When,
    named_by: Option<&'a dyn Fn(&str) -> PathBuf>,
    numbered: bool,
    compressed: bool,
}

impl<'a> Retention<'a> {
    /// Knows the backups of the file at `path` whose dates are those of `when`.
    pub fn new(path: &'a Path, when: When) -> Self {
        Self { path, when, named_by: None, numbered: false, compressed: false }
    }

    /// Knows backups by what `path_of` makes of their suffix, which begins with a dot. Only the last
    /// part of that path counts (FILE-100).
    pub fn named_by(mut self, path_of: &'a dyn Fn(&str) -> PathBuf) -> Self {
        self.named_by = Some(path_of);
        self
    }

    /// Sets whether a backup may have a number behind its date, as in `app.log.2024-03-01.2`: what
    /// comes of a rotation by size within a period. Backups are then in the order of date and
    /// number.
    pub fn numbered(mut self, numbered: bool) -> Self {
        self.numbered = numbered;
        self
    }

    /// Sets whether a backup may have `.gz` or `.zst` behind its name. Both forms of a backup are one
    /// backup.
    pub fn compressed(mut self, compressed: bool) -> Self {
        self.compressed = compressed;
        self
    }

    /// The backups among `names`, the oldest first.
    pub fn backups<N: AsRef<OsStr>>(&self, names: impl IntoIterator<Item = N>) -> Vec<N> {
        self.in_order(names).into_iter().map(|(_, name)| name).collect()
    }

    /// The backups among `names` that are too many if `backup_count` are kept, the oldest first:
    /// Python's `getFilesToDelete` (FILE-101, FILE-103).
    pub fn expired<N: AsRef<OsStr>>(
        &self,
        names: impl IntoIterator<Item = N>,
        backup_count: u32,
    ) -> Vec<N> {
        let backups = self.in_order(names);
        let kept = usize::try_from(backup_count).unwrap_or(usize::MAX);
        let groups = backups.chunk_by(|(one, _), (other, _)| one == other);
        let groups: Vec<usize> = groups.map(<[_]>::len).collect();
        let expired = groups.len().saturating_sub(kept);
        let expired = groups[..expired].iter().sum();
        backups.into_iter().take(expired).map(|(_, name)| name).collect()
    }

    /// The number that comes after those of all backups with that date; none if there are no such
    /// backups.
    pub(super) fn next_number<N: AsRef<OsStr>>(
        &self,
        names: impl IntoIterator<Item = N>,
        date: &str,
    ) -> Option<u32> {
        let backups = self.in_order(names).into_iter();
        let of_date = backups.filter(|(backup, _)| backup.date == date.as_bytes());
        of_date.map(|(backup, _)| backup.number.saturating_add(1)).max()
    }

    fn in_order<N: AsRef<OsStr>>(&self, names: impl IntoIterator<Item = N>) -> Vec<(Backup, N)> {
        let names = names.into_iter();
        let known = names.filter_map(|name| {
            let backup = self.recognise(name.as_ref().as_encoded_bytes())?;
            Some((backup, name))
        });
        let mut backups: Vec<(Backup, N)> = known.collect();
        backups.sort_by(|(one, _), (other, _)| self.compare(one, other));
        backups
    }

    /// FILE-101, FILE-108: CPython goes by the whole name, also where a namer has put something
    /// before the date.
    fn compare(&self, one: &Backup, other: &Backup) -> Ordering {
        if self.numbered { one.cmp(other) } else { one.name.cmp(&other.name) }
    }

    fn recognise(&self, name: &[u8]) -> Option<Backup> {
        self.recognise_plain(name).or_else(|| {
            let end = COMPRESSED.iter().find_map(|extension| name.strip_suffix(*extension))?;
            if self.compressed { self.recognise_plain(end) } else { None }
        })
    }

    fn recognise_plain(&self, name: &[u8]) -> Option<Backup> {
        let (date, number) = match self.named_by {
            None => self.by_default_name(name)?,
            Some(path_of) => self.by_namer(name, path_of)?,
        };
        Some(Backup { date: date.to_owned(), number, name: name.to_owned() })
    }

    /// FILE-98.
    fn by_default_name<'n>(&self, name: &'n [u8]) -> Option<(&'n [u8], u32)> {
        let base = self.path.file_name()?.as_encoded_bytes();
        let suffix = name.strip_prefix(base)?.strip_prefix(b".")?;
        let date = self.date_at(suffix, 0)?;
        match &suffix[date.len()..] {
            [] => Some((date, 0)),
            [b'.', digits @ ..] if self.numbered => Some((date, number(digits)?)),
            _ => None,
        }
    }

    /// FILE-99. A date may stand anywhere in the name, and there may be several.
    fn by_namer<'n>(
        &self,
        name: &'n [u8],
        path_of: &dyn Fn(&str) -> PathBuf,
    ) -> Option<(&'n [u8], u32)> {
        let is_name = |suffix: &str| last_part(&path_of(suffix)) == name;
        (0..name.len()).find_map(|at| {
            let date = self.date_at(name, at)?;
            let text = std::str::from_utf8(date).ok()?;
            if is_name(&format!(".{text}")) {
                return Some((date, 0));
            }
            let others = [&name[..at], &name[at + date.len()..]];
            let numbers =
                others.iter().flat_map(|other| other.split(|byte| !byte.is_ascii_digit()));
            let mut numbers = numbers.filter(|_| self.numbered).filter_map(number);
            numbers
                .find(|number| is_name(&format!(".{text}.{number}")))
                .map(|number| (date, number))
        })
    }

    /// The date of the right shape that begins at a place, unless it is a part of a longer number
    /// (FILE-66).
    fn date_at<'n>(&self, text: &'n [u8], at: usize) -> Option<&'n [u8]> {
        let shape = shape(self.when);
        let date = text.get(at..at + shape.len())?;
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let fits = |(byte, wanted): (&u8, &u8)| match wanted {
            b'0' => byte.is_ascii_digit(),
            separator => byte == separator,
        };
        let stands_alone = !is_digit(at.checked_sub(1).and_then(|before| text.get(before)))
            && !is_digit(text.get(at + shape.len()));
        (stands_alone && date.iter().zip(shape).all(fits)).then_some(date)
    }
}

impl fmt::Debug for Retention<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retention")
            .field("path", &self.path)
            .field("when", &self.when)
            .field("numbered", &self.numbered)
            .field("compressed", &self.compressed)
            .finish_non_exhaustive()
    }
}

/// A backup without the extension of its compressed form: two forms of one backup are equal.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Backup {
    date: Vec<u8>,
    /// 0 if there is none.
    number: u32,
    name: Vec<u8>,
}

/// How a date looks that `when` makes; `0` stands for any digit.
fn shape(when: When) -> &'static [u8] {
    match when {
        When::Seconds => b"0000-00-00_00-00-00",
        When::Minutes => b"0000-00-00_00-00",
        When::Hours => b"0000-00-00_00",
        When::Days | When::Midnight | When::Weekday(_) => b"0000-00-00",
    }
}

/// The number that the digits are the usual writing of, from 1.
fn number(digits: &[u8]) -> Option<u32> {
    if !digits.first()?.is_ascii_digit() || digits[0] == b'0' {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// What comes after the last separator: Python's `basename`.
fn last_part(path: &Path) -> &[u8] {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    bytes.rsplit(is_separator).next().unwrap_or_default()
}

const COMPRESSED: [&[u8]; 2] = [b".gz", b".zst"];

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "/var/log/app.log";

    fn days() -> Retention<'static> {
        Retention::new(Path::new(BASE), When::Midnight)
    }

    /// Puts the date before the name: `old-SUFFIX-app.log`.
    fn prefix(suffix: &str) -> PathBuf {
        PathBuf::from(format!("/elsewhere/old-{}-app.log", &suffix[1..]))
    }

    // FILE-98, FILE-104 to FILE-106.
    #[test]
    fn a_backup_has_a_date_of_its_own_shape_behind_the_name_and_nothing_else() {
        let names = [
            "app.log",
            "app.log.2016-05-04",
            "app.log.2016-05-02.gz",
            "app.log.2016-05-06_12",
            "app.log.2016-05-041",
            "app.log.12016-05-04",
            "app.log.2016-5-4",
            "app.log.\u{662}\u{660}\u{661}\u{666}-\u{660}\u{665}-\u{660}\u{661}",
            "app.log.2016-05-03",
            "app.log.2016-05-03.1",
            "app.log2016-05-05",
            "xapp.log.2016-05-05",
            "APP.LOG.2016-05-05",
        ];
        assert_eq!(days().backups(names), ["app.log.2016-05-03", "app.log.2016-05-04"]);
        let hours = Retention::new(Path::new(BASE), When::Hours);
        assert_eq!(hours.backups(names), ["app.log.2016-05-06_12"]);
    }

    // FILE-99, FILE-100.
    #[test]
    fn with_a_namer_a_backup_is_what_it_makes_of_a_date_in_the_name() {
        let names = [
            "app.log.2016-05-01",
            "old-2016-05-02-app.log",
            "old-2016-05-01-app.log",
            "new-2016-05-01-app.log",
            "old-2016-05-01-app.log.2016-05-09",
        ];
        let retention = days().named_by(&prefix);
        assert_eq!(retention.backups(names), ["old-2016-05-01-app.log", "old-2016-05-02-app.log"]);
    }

    // CPython 3.13: the second date in the name is the one that the namer was given.
    #[test]
    fn every_date_in_a_name_is_tried() {
        let path_of = |suffix: &str| PathBuf::from(format!("/d/1999-12-31{suffix}"));
        let names = ["1999-12-31.2016-05-01"];
        assert_eq!(days().named_by(&path_of).backups(names), names);
    }

    // FILE-101, FILE-103.
    #[test]
    fn all_but_the_last_have_expired() {
        let names = ["app.log.2016-05-03", "app.log.2016-05-01", "app.log", "app.log.2016-05-02"];
        let expired = |count| days().expired(names, count);
        assert_eq!(expired(4), [""; 0]);
        assert_eq!(expired(3), [""; 0]);
        assert_eq!(expired(2), ["app.log.2016-05-01"]);
        assert_eq!(expired(0), ["app.log.2016-05-01", "app.log.2016-05-02", "app.log.2016-05-03"]);
    }

    #[test]
    fn numbers_are_in_their_order_within_the_date() {
        let names = [
            "app.log.2016-05-02",
            "app.log.2016-05-01.10",
            "app.log.2016-05-01.9",
            "app.log.2016-05-01",
            "app.log.2016-05-01.0",
            "app.log.2016-05-01.09",
            "app.log.2016-05-01.99999999999",
        ];
        let retention = days().numbered(true);
        let in_order = [
            "app.log.2016-05-01",
            "app.log.2016-05-01.9",
            "app.log.2016-05-01.10",
            "app.log.2016-05-02",
        ];
        assert_eq!(retention.backups(names), in_order);
        assert_eq!(retention.expired(names, 1), in_order[..3]);
        assert_eq!(retention.next_number(names, "2016-05-01"), Some(11));
        assert_eq!(retention.next_number(names, "2016-05-02"), Some(1));
        assert_eq!(retention.next_number(names, "2016-05-03"), None);
    }

    #[test]
    fn a_namer_may_put_the_number_anywhere() {
        let names =
            ["old-2016-05-01.12-app.log", "old-2016-05-01-app.log", "old-2016-05-01.012-app.log"];
        let retention = days().numbered(true).named_by(&prefix);
        assert_eq!(retention.backups(names), [names[1], names[0]]);
    }

    #[test]
    fn both_forms_of_a_backup_count_as_one() {
        let names = [
            "app.log.2016-05-01.gz",
            "app.log.2016-05-02",
            "app.log.2016-05-02.gz",
            "app.log.2016-05-03.zst",
            "app.log.2016-05-04.xz",
        ];
        let retention = days().compressed(true);
        assert_eq!(retention.expired(names, 3), [""; 0]);
        assert_eq!(retention.expired(names, 2), names[..1]);
        assert_eq!(retention.expired(names, 1), names[..3]);
        assert_eq!(retention.numbered(true).expired(names, 1), names[..3]);
    }

    #[test]
    fn a_path_that_is_no_file_has_no_backups() {
        let root = Retention::new(Path::new("/"), When::Midnight);
        assert_eq!(root.backups([".2016-05-01", "2016-05-01"]), [""; 0]);
    }
}
