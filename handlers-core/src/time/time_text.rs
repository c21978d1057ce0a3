//! The time of a record as text: Python's `asctime`.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{TimeZone, Timestamp, strftime};
use crate::error::{Error, ErrorKind, Result};
use crate::printf;
use crate::value::Value;

/// Writes the time of records, by default as `2024-03-31 01:59:59,057` (CORE-103).
///
/// | setting | default | Python |
/// |---|---|---|
/// | [`zone`](Self::zone) | [`TimeZone::local`] | `Formatter.converter` |
/// | [`date_format`](Self::date_format) | none | `datefmt` |
/// | [`default_time_format`](Self::default_time_format) | `%Y-%m-%d %H:%M:%S` | the attribute of that name |
/// | [`default_msec_format`](Self::default_msec_format) | `%s,%03d` | the attribute of that name |
/// | [`system_zone`](Self::system_zone) | [`TimeZone::local`] | the zone of the process |
///
/// Each thread keeps the text of the last second that it wrote, for a few values of this type, so
/// that most records cost a copy of that text and three digits.
///
/// # Differences from Python
///
/// `%s` is correct in every zone, with one exception: in [`TimeZone::utc`] it is what Python makes
/// of `gmtime`, which is wrong unless the zone of the process is UTC.
///
/// # Examples
///
/// ```
/// use handlers_core::{TimeText, TimeZone};
///
/// let time = TimeText::new().zone(TimeZone::utc()).default_msec_format(Some("%s.%03dZ"));
/// let mut text = String::new();
/// time.write(1_711_846_799.057, 57.0, &mut text)?;
/// assert_eq!(text, "2024-03-31 00:59:59.057Z");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TimeText {
    /// Under which the cache knows this value: new with every change.
    id: u64,
    zone: TimeZone,
    system_zone: TimeZone,
    date_format: Option<Box<str>>,
    time_format: Box<str>,
    msec_format: Option<MsecFormat>,
}

impl TimeText {
    /// Makes one with the settings of Python's `Formatter()`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            id: next_id(),
            zone: TimeZone::local(),
            system_zone: TimeZone::local(),
            date_format: None,
            time_format: "%Y-%m-%d %H:%M:%S".into(),
            msec_format: Some(MsecFormat::new("%s,%03d")),
        }
    }

    /// Sets the zone whose clocks and calendar are shown (CORE-107).
    #[must_use]
    pub fn zone(self, zone: TimeZone) -> Self {
        Self { id: next_id(), zone, ..self }
    }

    /// Sets a format for [`strftime`](fn@crate::strftime), which is used alone, without milliseconds
    /// (CORE-104). The empty one is as none.
    #[must_use]
    pub fn date_format(self, format: Option<&str>) -> Self {
        let date_format = format.filter(|format| !format.is_empty()).map(Box::from);
        Self { id: next_id(), date_format, ..self }
    }

    /// Sets the format for [`strftime`](fn@crate::strftime) that is used where no date format is
    /// set (CORE-106).
    #[must_use]
    pub fn default_time_format(self, format: &str) -> Self {
        Self { id: next_id(), time_format: format.into(), ..self }
    }

    /// Sets how the milliseconds are added where no date format is set: a `%` format that is
    /// given the text and `msecs`. `None`, or the empty one, leaves them out (CORE-105).
    #[must_use]
    pub fn default_msec_format(self, format: Option<&str>) -> Self {
        let msec_format = format.filter(|format| !format.is_empty()).map(MsecFormat::new);
        Self { id: next_id(), msec_format, ..self }
    }

    /// Sets what is taken for the zone of the process where a record's time is shown in
    /// [`TimeZone::utc`] with a format that has `%s`. Nothing else depends on it.
    #[must_use]
    pub fn system_zone(self, zone: TimeZone) -> Self {
        Self { id: next_id(), system_zone: zone, ..self }
    }

    /// Appends the text for a record's `created` and `msecs` to `out`.
    ///
    /// The two need not agree: the seconds come from the one, rounded down, the milliseconds from
    /// the other.
    ///
    /// # Errors
    ///
    /// Those of [`strftime`](fn@crate::strftime), of [`TimeZone::to_broken_down`] and of Python's `%`
    /// formatting; [`ErrorKind::Value`] and [`ErrorKind::Overflow`] if `created` is not a number or
    /// is beyond 64 bits. Nothing is appended.
    pub fn write(&self, created: f64, msecs: f64, out: &mut String) -> Result<()> {
        let start = out.len();
        let result = self.append(whole_seconds(created)?, msecs, out);
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    /// Appends the text for the time of a record, as [`write`](Self::write) does for its `created`
    /// and `msecs`.
    pub(crate) fn write_timestamp(&self, time: Timestamp, out: &mut String) -> Result<()> {
        if let Some((second, millis)) = time.plain_parts()
            && self.append_cached(second, millis, out)
        {
            return Ok(());
        }
        self.write(time.created(), time.msecs(), out)
    }

    /// Appends the text of a time that this thread wrote last, and says whether it could.
    fn append_cached(&self, second: i64, millis: u16, out: &mut String) -> bool {
        let cached = CACHE.try_with(|cache| {
            let mut cache = cache.try_borrow_mut().ok()?;
            cache.text(self, second, millis).map(|text| out.push_str(text))
        });
        matches!(cached, Ok(Some(())))
    }

    fn append(&self, second: i64, msecs: f64, out: &mut String) -> Result<()> {
        match self.msec_format() {
            None => self.append_stem(second, out),
            Some(MsecFormat { plain: Some(plain), .. }) if (0.0..1000.0).contains(&msecs) => {
                self.append_stem(second, out)?;
                push_millis(msecs, out);
                out.push_str(&plain.after);
                Ok(())
            }
            Some(MsecFormat { format, .. }) => {
                let mut text = String::new();
                self.render_second(second, &mut text)?;
                let args = Value::Tuple(vec![Value::Str(text.into()), Value::Float(msecs)]);
                printf::merge(format, &args, out)
            }
        }
    }

    fn msec_format(&self) -> Option<&MsecFormat> {
        self.msec_format.as_ref().filter(|_| self.date_format.is_none())
    }

    /// Takes the stem from the thread's cache, unless the thread is ending or at it already.
    fn append_stem(&self, second: i64, out: &mut String) -> Result<()> {
        let cached = CACHE.try_with(|cache| {
            let mut cache = cache.try_borrow_mut().ok()?;
            Some(cache.stem(self, second).map(|stem| out.push_str(stem)))
        });
        match cached {
            Ok(Some(result)) => result,
            _ => self.render_stem(second, out),
        }
    }

    /// Writes all that stays the same during a second: what is before the milliseconds.
    fn render_stem(&self, second: i64, out: &mut String) -> Result<()> {
        let Some(plain) = self.msec_format().and_then(|format| format.plain.as_ref()) else {
            return self.render_second(second, out);
        };
        out.push_str(&plain.before);
        self.render_second(second, out)?;
        out.push_str(&plain.between);
        Ok(())
    }

    fn render_second(&self, second: i64, out: &mut String) -> Result<()> {
        let format = self.date_format.as_ref().unwrap_or(&self.time_format);
        let mut time = self.zone.to_broken_down(second)?;
        if self.zone.is_greenwich() && format.contains('s') {
            // C takes what is shown for the time of the process's zone, and not in summer.
            time.unix_seconds = self.system_zone.to_unix_seconds(second, Some(false)).unwrap_or(-1);
        }
        strftime(format, &time, out)
    }
}

impl Default for TimeText {
    fn default() -> Self {
        Self::new()
    }
}

/// A `%` format for the text of the second and the milliseconds.
#[derive(Debug, Clone)]
struct MsecFormat {
    format: Box<str>,
    plain: Option<PlainFormat>,
}

/// What is around `%s` and `%03d` in a format that has these two, in this order, and no other.
#[derive(Debug, Clone)]
struct PlainFormat {
    before: Box<str>,
    between: Box<str>,
    after: Box<str>,
}

impl MsecFormat {
    fn new(format: &str) -> Self {
        Self { format: format.into(), plain: PlainFormat::parse(format) }
    }
}

impl PlainFormat {
    fn parse(format: &str) -> Option<Self> {
        let (before, rest) = format.split_once("%s")?;
        let (between, after) = rest.split_once("%03d")?;
        let plain = ![before, between, after].iter().any(|text| text.contains('%'));
        plain.then(|| Self { before: before.into(), between: between.into(), after: after.into() })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller has checked the range, and %d truncates"
)]
fn push_millis(msecs: f64, out: &mut String) {
    let millis = msecs as usize;
    out.extend([millis / 100, millis / 10, millis].map(|number| DIGITS[number % 10]));
}

const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// Rounds down to what C's `time_t` can hold (CORE-107).
#[expect(clippy::cast_possible_truncation, reason = "the range is checked, the fraction gone")]
fn whole_seconds(created: f64) -> Result<i64> {
    if created.is_nan() {
        return Err(Error::new(ErrorKind::Value, "Invalid value NaN (not a number)"));
    }
    let seconds = created.floor();
    if !(-TIME_T_LIMIT..TIME_T_LIMIT).contains(&seconds) {
        let message = "timestamp out of range for platform time_t";
        return Err(Error::new(ErrorKind::Overflow, message));
    }
    Ok(seconds as i64)
}

/// 2⁶³.
const TIME_T_LIMIT: f64 = 9_223_372_036_854_775_808.0;

thread_local! {
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache::new()) };
}

/// The last second of each of some values.
struct Cache {
    entries: [Entry; Self::LENGTH],
    /// The entry that the next new value gets.
    next: usize,
}

struct Entry {
    id: u64,
    second: i64,
    stem: String,
    /// The stem with these milliseconds behind it.
    millis: u16,
    text: String,
}

impl Entry {
    const UNUSED: Self =
        Self { id: UNUSED, second: 0, stem: String::new(), millis: 0, text: String::new() };

    fn set_millis(&mut self, plain: Option<&PlainFormat>, millis: u16) {
        self.millis = millis;
        self.text.clear();
        self.text.push_str(&self.stem);
        if let Some(plain) = plain {
            push_millis(millis.into(), &mut self.text);
            self.text.push_str(&plain.after);
        }
    }
}

impl Cache {
    /// As many formatters with a time of their own as a thread is likely to use in turn.
    const LENGTH: usize = 8;

    const fn new() -> Self {
        Self { entries: [const { Entry::UNUSED }; Self::LENGTH], next: 0 }
    }

    /// The whole text of a time, unless the value writes milliseconds in a way of its own or the
    /// time cannot be shown.
    fn text(&mut self, value: &TimeText, second: i64, millis: u16) -> Option<&str> {
        let plain = match value.msec_format() {
            None => None,
            Some(format) => Some(format.plain.as_ref()?),
        };
        let index = self.index_of(value, second).ok()?;
        let entry = &mut self.entries[index];
        if entry.millis != millis || entry.text.is_empty() {
            entry.set_millis(plain, millis);
        }
        Some(&entry.text)
    }

    fn stem(&mut self, value: &TimeText, second: i64) -> Result<&str> {
        let index = self.index_of(value, second)?;
        Ok(&self.entries[index].stem)
    }

    /// The entry of the value, brought to that second.
    fn index_of(&mut self, value: &TimeText, second: i64) -> Result<usize> {
        let known = self.entries.iter().position(|entry| entry.id == value.id);
        let index = known.unwrap_or_else(|| self.take_next());
        let entry = &mut self.entries[index];
        if entry.id != value.id || entry.second != second {
            entry.id = UNUSED;
            entry.stem.clear();
            entry.text.clear();
            value.render_stem(second, &mut entry.stem)?;
            (entry.id, entry.second) = (value.id, second);
        }
        Ok(index)
    }

    fn take_next(&mut self) -> usize {
        let index = self.next;
        self.next = (index + 1) % Self::LENGTH;
        index
    }
}

const UNUSED: u64 = 0;

fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(UNUSED);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc() -> TimeText {
        TimeText::new().zone(TimeZone::utc())
    }

    fn text(time: &TimeText, created: f64, msecs: f64) -> String {
        let mut text = String::new();
        time.write(created, msecs, &mut text).unwrap();
        text
    }

    #[test]
    fn the_default_is_date_time_and_milliseconds() {
        assert_eq!(text(&utc(), 735_379_380.123, 123.0), "1993-04-21 08:03:00,123");
        assert_eq!(text(&utc(), 735_379_380.999, 7.9), "1993-04-21 08:03:00,007");
    }

    #[test]
    fn a_date_format_has_no_milliseconds_and_the_empty_one_is_none() {
        assert_eq!(text(&utc().date_format(Some("%H:%M")), 0.5, 500.0), "00:00");
        assert_eq!(text(&utc().date_format(Some("")), 0.5, 500.0), "1970-01-01 00:00:00,500");
    }

    #[test]
    fn times_before_the_epoch_are_rounded_down() {
        assert_eq!(text(&utc(), -0.25, 750.0), "1969-12-31 23:59:59,750");
        assert_eq!(text(&utc(), -62_135_596_801.0, 0.0), "0-12-31 23:59:59,000");
    }

    #[test]
    fn the_milliseconds_can_be_written_otherwise_or_left_out() {
        // CPython 3.13: created 1711846799.057, UTC.
        for (format, expected) in [
            (None, "00:59:59"),
            (Some(""), "00:59:59"),
            (Some("%s.%03d"), "00:59:59.057"),
            (Some("<%s|%03d>"), "<00:59:59|057>"),
            (Some("%s.%d"), "00:59:59.57"),
            (Some("%s,%06.2f"), "00:59:59,057.00"),
            (Some("%s%%%03d"), "00:59:59%057"),
        ] {
            let time = utc().default_time_format("%H:%M:%S").default_msec_format(format);
            assert_eq!(text(&time, 1_711_846_799.057, 57.0), expected, "{format:?}");
        }
    }

    #[test]
    fn milliseconds_out_of_range_are_written_as_they_are() {
        let time = utc().default_time_format("%S");
        assert_eq!(text(&time, 1.0, 1234.5), "01,1234");
        assert_eq!(text(&time, 1.0, -5.0), "01,-05");
        assert_eq!(text(&time, 1.0, -0.5), "01,000");
    }

    #[test]
    fn errors_are_cpythons_and_leave_the_text_as_it_was() {
        let unused = utc().default_msec_format(Some("<%s>"));
        let swapped = utc().default_msec_format(Some("%03d"));
        for (time, created, msecs, name, message) in [
            (
                &unused,
                0.0,
                0.0,
                "TypeError",
                "not all arguments converted during string formatting",
            ),
            (&swapped, 0.0, 0.0, "TypeError", "%d format: a real number is required, not str"),
            (&utc(), 0.0, f64::NAN, "ValueError", "cannot convert float NaN to integer"),
            (&utc(), f64::NAN, 0.0, "ValueError", "Invalid value NaN (not a number)"),
            (&utc(), 1e19, 0.0, "OverflowError", "timestamp out of range for platform time_t"),
            (
                &utc(),
                f64::NEG_INFINITY,
                0.0,
                "OverflowError",
                "timestamp out of range for platform time_t",
            ),
            (&utc(), 1e17, 0.0, "OSError", "[Errno 75] Value too large for defined data type"),
        ] {
            let mut out = "before".to_owned();
            let error = time.write(created, msecs, &mut out).unwrap_err();
            assert_eq!((error.python_name(), &*error.to_string()), (name, message));
            assert_eq!(out, "before");
        }
    }

    #[test]
    fn the_seconds_of_gmtime_are_read_in_the_zone_of_the_process() {
        let time = utc().date_format(Some("%s"));
        let new_york = TimeZone::named("America/New_York").unwrap();
        assert_eq!(text(&time.clone().system_zone(TimeZone::utc()), 1.0, 0.0), "1");
        // CPython 3.13: in summer too, the offset of the winter is used.
        let time = time.system_zone(new_york);
        assert_eq!(text(&time, 1_711_846_799.5, 500.0), "1711864799");
    }

    #[test]
    fn more_values_than_the_cache_holds_do_not_get_each_others_text() {
        let times: Vec<_> = (0..2 * Cache::LENGTH)
            .map(|number| (number, utc().date_format(Some(&format!("{number}:%S")))))
            .collect();
        for second in [1_u32, 1, 2, 1] {
            for (number, time) in &times {
                let expected = format!("{number}:0{second}");
                assert_eq!(text(time, f64::from(second), 0.0), expected);
            }
        }
    }

    #[test]
    fn a_changed_clone_does_not_get_the_originals_text() {
        let time = utc();
        text(&time, 0.0, 0.0);
        let changed = time.clone().zone(TimeZone::named("Asia/Tokyo").unwrap());
        assert_eq!(text(&changed, 0.0, 0.0), "1970-01-01 09:00:00,000");
        assert_eq!(text(&time, 0.0, 0.0), "1970-01-01 00:00:00,000");
    }

    #[test]
    fn a_failed_second_is_not_kept() {
        let time = utc().date_format(Some("%S"));
        assert_eq!(text(&time, 1.0, 0.0), "01");
        time.write(1e17, 0.0, &mut String::new()).unwrap_err();
        assert_eq!(text(&time, 1.0, 0.0), "01");
    }

    #[test]
    fn a_thread_that_is_ending_can_still_write_the_time() {
        struct WritesAtExit;

        impl Drop for WritesAtExit {
            fn drop(&mut self) {
                assert_eq!(text(&utc(), 0.0, 0.0), "1970-01-01 00:00:00,000");
            }
        }

        thread_local! {
            static FIRST: WritesAtExit = const { WritesAtExit };
            static LAST: WritesAtExit = const { WritesAtExit };
        }

        let thread = std::thread::spawn(|| {
            FIRST.with(|_| ());
            text(&utc(), 0.0, 0.0);
            LAST.with(|_| ());
        });
        thread.join().unwrap();
    }
}
