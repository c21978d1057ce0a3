//! The time of a record, as the headers of the RFCs have it.

use handlers_core::{TimeZone, Timestamp};

/// Appends RFC 5424's TIMESTAMP: local time with microseconds and the offset from UTC.
///
/// A time that the form has no place for is the NILVALUE.
pub(super) fn push_rfc5424(created: Timestamp, zone: &TimeZone, out: &mut String) {
    let (seconds, microseconds) = split(created);
    let Ok(time) = zone.to_broken_down(seconds) else { return out.push('-') };
    if time.utc_offset % 60 != 0 || time.utc_offset.abs() >= DAY {
        // Local mean time, of more than a hundred years ago: the form has no seconds in offsets.
        return push_rfc5424(created, &TimeZone::utc(), out);
    }
    let Some(year) = u32::try_from(time.year).ok().filter(|year| *year <= 9999) else {
        return out.push('-');
    };
    push_digits(year, 4, out);
    let [month, day, hour, minute, second] =
        [time.month, time.day, time.hour, time.minute, time.second]
            .map(|n| n.unsigned_abs().into());
    for (separator, number) in
        ["-", "-", "T", ":", ":"].into_iter().zip([month, day, hour, minute, second])
    {
        out.push_str(separator);
        push_digits(number, 2, out);
    }
    out.push('.');
    push_digits(microseconds, 6, out);
    let minutes = time.utc_offset.unsigned_abs() / 60;
    if minutes == 0 {
        return out.push('Z');
    }
    out.push(if time.utc_offset < 0 { '-' } else { '+' });
    push_digits(minutes / 60, 2, out);
    out.push(':');
    push_digits(minutes % 60, 2, out);
}

/// Appends RFC 3164's TIMESTAMP: local time without the year.
pub(super) fn push_rfc3164(created: Timestamp, zone: &TimeZone, out: &mut String) {
    let (seconds, _) = split(created);
    // The epoch serves for a time beyond the calendar, since there is no form for "none".
    let time = zone.to_broken_down(seconds).or_else(|_| zone.to_broken_down(0));
    let Ok(time) = time else { return out.push_str("Jan  1 00:00:00") };
    let month = usize::from(time.month.unsigned_abs()).saturating_sub(1);
    out.push_str(MONTHS.get(month).unwrap_or(&"Jan"));
    out.push(' ');
    if time.day < 10 {
        out.push(' ');
    }
    push_digits(time.day.unsigned_abs().into(), if time.day < 10 { 1 } else { 2 }, out);
    for (separator, number) in
        [" ", ":", ":"].into_iter().zip([time.hour, time.minute, time.second])
    {
        out.push_str(separator);
        push_digits(number.unsigned_abs().into(), 2, out);
    }
}

/// Seconds and the microseconds within the second. What is nearest to the time, and not what is just
/// before it: a double that came from Python is mostly some nanoseconds short of what it stands for.
fn split(created: Timestamp) -> (i64, u32) {
    let microseconds = (created.as_nanos() + 500).div_euclid(1000);
    let seconds = microseconds.div_euclid(1_000_000);
    let rest = microseconds.rem_euclid(1_000_000);
    // A timestamp has 64 bits of seconds; the last of all may be rounded up.
    (i64::try_from(seconds).unwrap_or(i64::MAX), u32::try_from(rest).unwrap_or_default())
}

/// Appends the last `count` digits of a number.
fn push_digits(number: u32, count: u32, out: &mut String) {
    for place in (0..count).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        out.extend(char::from_digit(digit, 10));
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds.
const DAY: i32 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc5424(seconds: f64, zone: &str) -> String {
        let zone = TimeZone::named(zone).expect("the zone is known");
        let mut out = String::new();
        push_rfc5424(Timestamp::from_seconds(seconds), &zone, &mut out);
        out
    }

    fn rfc3164(seconds: f64, zone: &str) -> String {
        let zone = TimeZone::named(zone).expect("the zone is known");
        let mut out = String::new();
        push_rfc3164(Timestamp::from_seconds(seconds), &zone, &mut out);
        out
    }

    // RFC 5424, section 6.2.3.1, the examples 1 to 4, and CPython's `datetime.isoformat`.
    #[test]
    fn the_offset_is_that_of_the_moment() {
        assert_eq!(rfc5424(482_196_050.52, "UTC"), "1985-04-12T23:20:50.520000Z");
        assert_eq!(rfc5424(482_196_050.52, "America/New_York"), "1985-04-12T18:20:50.520000-05:00");
        assert_eq!(rfc5424(1_711_846_799.5, "Europe/Paris"), "2024-03-31T01:59:59.500000+01:00");
        assert_eq!(rfc5424(1_711_846_800.0, "Europe/Paris"), "2024-03-31T03:00:00.000000+02:00");
        assert_eq!(rfc5424(0.0, "Asia/Kolkata"), "1970-01-01T05:30:00.000000+05:30");
    }

    #[test]
    fn microseconds_are_rounded_to_the_nearest_before_the_epoch_too() {
        assert_eq!(rfc5424(-0.25, "UTC"), "1969-12-31T23:59:59.750000Z");
        let text = |nanos| {
            let mut out = String::new();
            push_rfc5424(Timestamp::from_nanos(nanos), &TimeZone::utc(), &mut out);
            out
        };
        assert_eq!(text(1_999_999_400), "1970-01-01T00:00:01.999999Z");
        assert_eq!(text(1_999_999_600), "1970-01-01T00:00:02.000000Z");
    }

    #[test]
    fn a_time_without_a_form_is_nil_or_in_utc() {
        for seconds in [f64::INFINITY, f64::NEG_INFINITY, 253_402_300_800.0, -62_167_219_201.0] {
            assert_eq!(rfc5424(seconds, "UTC"), "-", "{seconds}");
        }
        // Paris was 9 minutes and 21 seconds ahead.
        assert_eq!(rfc5424(-3_000_000_000.0, "Europe/Paris"), "1874-12-07T18:40:00.000000Z");
    }

    // RFC 3164, section 4.1.2: a day below 10 is padded with a space.
    #[test]
    fn the_old_form_has_neither_year_nor_zone() {
        assert_eq!(rfc3164(1_711_846_799.5, "UTC"), "Mar 31 00:59:59");
        assert_eq!(rfc3164(1_712_275_200.0, "UTC"), "Apr  5 00:00:00");
        assert_eq!(rfc3164(f64::INFINITY, "UTC"), "Jan  1 00:00:00");
    }
}
