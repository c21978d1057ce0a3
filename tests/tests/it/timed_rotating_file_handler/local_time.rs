//! Deadlines at local times, in the year 2012 of New York: summer time began at 02:00 on 11 March and
//! ended at 02:00 on 4 November.

use handlers_core::TimeZone;
use handlers_file::rolling::Schedule;

// TimedRotatingFileHandlerTest.test_compute_rollover_MIDNIGHT_local; FILE-76, FILE-81, FILE-82.
#[test]
fn days_have_23_and_25_hours() {
    check(DAYS);
}

// TimedRotatingFileHandlerTest.test_compute_rollover_W6_local; FILE-73, FILE-75, FILE-76, FILE-81, FILE-82.
#[test]
fn weeks_are_an_hour_shorter_and_longer() {
    check(WEEKS);
}

// TimedRotatingFileHandlerTest.test_compute_rollover_MIDNIGHT_local_interval; FILE-74, FILE-76.
#[test]
fn three_days_are_counted_by_the_calendar() {
    check(THREE_DAYS);
}

// TimedRotatingFileHandlerTest.test_compute_rollover_W6_local_interval; FILE-73, FILE-76.
#[test]
fn three_weeks_are_counted_by_the_calendar() {
    check(THREE_WEEKS);
}

/// Reads a table: `when`, interval and time of the day, then times and the deadlines that follow.
fn check(table: &str) {
    let zone = TimeZone::named("EST+05EDT,M3.2.0,M11.1.0").expect("a POSIX rule");
    let mut schedule = None;
    for line in table.lines() {
        match *line.split_whitespace().collect::<Vec<_>>() {
            [when, interval, at] => schedule = Some(self::schedule(when, interval, at, &zone)),
            [now, deadline] => {
                let schedule = schedule.as_ref().expect("a schedule comes first");
                assert_eq!(schedule.next_after(time(now, &zone)), time(deadline, &zone), "{line}");
            }
            _ => assert_eq!(line, ""),
        }
    }
}

fn schedule(when: &str, interval: &str, at: &str, zone: &TimeZone) -> Schedule {
    let schedule = Schedule::new(when.parse().expect("a name")).in_zone(zone.clone());
    let schedule = schedule.every(interval.parse().expect("a number"));
    if at == "-" { schedule } else { schedule.at(at.parse().expect("a time of the day")) }
}

/// Reads a time of the year 2012; a star marks the later of two that clocks show the same.
fn time(text: &str, zone: &TimeZone) -> i64 {
    let (text, is_later) = text.strip_suffix('*').map_or((text, false), |text| (text, true));
    let fields = text.split(['-', 'T', ':']).map(str::parse::<i64>);
    let fields: Result<Vec<_>, _> = fields.collect();
    let [month, day, hour, minute, second] = fields.expect("numbers")[..] else {
        panic!("{text} has not five fields")
    };
    let days = FIRST_DAYS[usize::try_from(month).expect("a month") - 1] + day - 1;
    let shown = START + ((days * 24 + hour) * 60 + minute) * 60 + second;
    let before_the_end = zone.to_unix_seconds(shown, Some(true));
    let after_it = zone.to_unix_seconds(shown, Some(false));
    let (first, last) = (before_the_end.expect("a time"), after_it.expect("a time"));
    let is_shown_at = |time: i64| {
        zone.to_broken_down(time).is_ok_and(|seen| time + i64::from(seen.utc_offset) == shown)
    };
    let times = if is_later { [last, first] } else { [first, last] };
    times.into_iter().find(|time| is_shown_at(*time)).expect("clocks show that time")
}

/// 1 January 2012 in UTC.
const START: i64 = 1_325_376_000;

/// The days of 2012 before each month.
const FIRST_DAYS: [i64; 12] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];

const DAYS: &str = "
    MIDNIGHT 1 -
        03-10T23:59:59 03-11T00:00:00
        03-11T00:00:00 03-12T00:00:00
        03-11T01:00:00 03-12T00:00:00
        11-03T23:59:59 11-04T00:00:00
        11-04T00:00:00 11-05T00:00:00
        11-04T01:00:00 11-05T00:00:00
    MIDNIGHT 1 12:00
        03-10T11:59:59 03-10T12:00:00
        03-10T12:00:00 03-11T12:00:00
        03-10T13:00:00 03-11T12:00:00
        11-03T11:59:59 11-03T12:00:00
        11-03T12:00:00 11-04T12:00:00
        11-03T13:00:00 11-04T12:00:00
    MIDNIGHT 1 02:00
        03-10T01:59:59 03-10T02:00:00
        03-10T02:00:00 03-11T03:00:00
        03-10T03:00:00 03-11T03:00:00
        03-11T01:59:59 03-11T03:00:00
        03-11T03:00:00 03-12T02:00:00
        03-11T04:00:00 03-12T02:00:00
        11-03T01:59:59 11-03T02:00:00
        11-03T02:00:00 11-04T02:00:00
        11-03T03:00:00 11-04T02:00:00
        11-04T01:59:59 11-04T02:00:00
        11-04T01:59:59* 11-04T02:00:00
        11-04T02:00:00 11-05T02:00:00
        11-04T03:00:00 11-05T02:00:00
    MIDNIGHT 1 02:30
        03-10T02:29:59 03-10T02:30:00
        03-10T02:30:00 03-11T03:30:00
        03-10T03:00:00 03-11T03:30:00
        03-11T01:59:59 03-11T03:30:00
        03-11T03:00:00 03-12T02:30:00
        03-11T03:30:00 03-12T02:30:00
        11-03T02:29:59 11-03T02:30:00
        11-03T02:30:00 11-04T02:30:00
        11-03T03:00:00 11-04T02:30:00
    MIDNIGHT 1 01:30
        03-11T01:29:59 03-11T01:30:00
        03-11T01:30:00 03-12T01:30:00
        03-11T01:59:59 03-12T01:30:00
        03-11T03:00:00 03-12T01:30:00
        03-11T03:30:00 03-12T01:30:00
        11-04T01:00:00 11-04T01:30:00
        11-04T01:29:59 11-04T01:30:00
        11-04T01:30:00 11-05T01:30:00
        11-04T01:59:59 11-05T01:30:00
        11-04T01:00:00* 11-04T01:30:00*
        11-04T01:29:59* 11-04T01:30:00*
        11-04T01:30:00* 11-05T01:30:00
        11-04T01:59:59* 11-05T01:30:00
        11-04T02:00:00 11-05T01:30:00
        11-04T02:30:00 11-05T01:30:00
";

const WEEKS: &str = "
    W6 1 -
        03-04T23:59:59 03-05T00:00:00
        03-05T00:00:00 03-12T00:00:00
        03-05T01:00:00 03-12T00:00:00
        10-28T23:59:59 10-29T00:00:00
        10-29T00:00:00 11-05T00:00:00
        10-29T01:00:00 11-05T00:00:00
    W6 1 00:00
        03-10T23:59:59 03-11T00:00:00
        03-11T00:00:00 03-18T00:00:00
        03-11T01:00:00 03-18T00:00:00
        11-03T23:59:59 11-04T00:00:00
        11-04T00:00:00 11-11T00:00:00
        11-04T01:00:00 11-11T00:00:00
    W6 1 12:00
        03-04T11:59:59 03-04T12:00:00
        03-04T12:00:00 03-11T12:00:00
        03-04T13:00:00 03-11T12:00:00
        10-28T11:59:59 10-28T12:00:00
        10-28T12:00:00 11-04T12:00:00
        10-28T13:00:00 11-04T12:00:00
    W6 1 02:00
        03-04T01:59:59 03-04T02:00:00
        03-04T02:00:00 03-11T03:00:00
        03-04T03:00:00 03-11T03:00:00
        03-11T01:59:59 03-11T03:00:00
        03-11T03:00:00 03-18T02:00:00
        03-11T04:00:00 03-18T02:00:00
        10-28T01:59:59 10-28T02:00:00
        10-28T02:00:00 11-04T02:00:00
        10-28T03:00:00 11-04T02:00:00
        11-04T01:59:59 11-04T02:00:00
        11-04T01:59:59* 11-04T02:00:00
        11-04T02:00:00 11-11T02:00:00
        11-04T03:00:00 11-11T02:00:00
    W6 1 02:30
        03-04T02:29:59 03-04T02:30:00
        03-04T02:30:00 03-11T03:30:00
        03-04T03:00:00 03-11T03:30:00
        03-11T01:59:59 03-11T03:30:00
        03-11T03:00:00 03-18T02:30:00
        03-11T03:30:00 03-18T02:30:00
        10-28T02:29:59 10-28T02:30:00
        10-28T02:30:00 11-04T02:30:00
        10-28T03:00:00 11-04T02:30:00
    W6 1 01:30
        03-11T01:29:59 03-11T01:30:00
        03-11T01:30:00 03-18T01:30:00
        03-11T01:59:59 03-18T01:30:00
        03-11T03:00:00 03-18T01:30:00
        03-11T03:30:00 03-18T01:30:00
        11-04T01:00:00 11-04T01:30:00
        11-04T01:29:59 11-04T01:30:00
        11-04T01:30:00 11-11T01:30:00
        11-04T01:59:59 11-11T01:30:00
        11-04T01:00:00* 11-04T01:30:00*
        11-04T01:29:59* 11-04T01:30:00*
        11-04T01:30:00* 11-11T01:30:00
        11-04T01:59:59* 11-11T01:30:00
        11-04T02:00:00 11-11T01:30:00
        11-04T02:30:00 11-11T01:30:00
";

const THREE_DAYS: &str = "
    MIDNIGHT 3 -
        03-08T23:59:59 03-11T00:00:00
        03-09T00:00:00 03-12T00:00:00
        03-09T01:00:00 03-12T00:00:00
        03-10T23:59:59 03-13T00:00:00
        03-11T00:00:00 03-14T00:00:00
        03-11T01:00:00 03-14T00:00:00
        11-01T23:59:59 11-04T00:00:00
        11-02T00:00:00 11-05T00:00:00
        11-02T01:00:00 11-05T00:00:00
        11-03T23:59:59 11-06T00:00:00
        11-04T00:00:00 11-07T00:00:00
        11-04T01:00:00 11-07T00:00:00
    MIDNIGHT 3 12:00
        03-08T11:59:59 03-10T12:00:00
        03-08T12:00:00 03-11T12:00:00
        03-08T13:00:00 03-11T12:00:00
        03-10T11:59:59 03-12T12:00:00
        03-10T12:00:00 03-13T12:00:00
        03-10T13:00:00 03-13T12:00:00
        11-01T11:59:59 11-03T12:00:00
        11-01T12:00:00 11-04T12:00:00
        11-01T13:00:00 11-04T12:00:00
        11-03T11:59:59 11-05T12:00:00
        11-03T12:00:00 11-06T12:00:00
        11-03T13:00:00 11-06T12:00:00
";

const THREE_WEEKS: &str = "
    W6 3 -
        02-19T23:59:59 03-05T00:00:00
        02-20T00:00:00 03-12T00:00:00
        02-20T01:00:00 03-12T00:00:00
        03-04T23:59:59 03-19T00:00:00
        03-05T00:00:00 03-26T00:00:00
        03-05T01:00:00 03-26T00:00:00
        10-14T23:59:59 10-29T00:00:00
        10-15T00:00:00 11-05T00:00:00
        10-15T01:00:00 11-05T00:00:00
        10-28T23:59:59 11-12T00:00:00
        10-29T00:00:00 11-19T00:00:00
        10-29T01:00:00 11-19T00:00:00
    W6 3 00:00
        02-25T23:59:59 03-11T00:00:00
        02-26T00:00:00 03-18T00:00:00
        02-26T01:00:00 03-18T00:00:00
        03-10T23:59:59 03-25T00:00:00
        03-11T00:00:00 04-01T00:00:00
        03-11T01:00:00 04-01T00:00:00
        10-20T23:59:59 11-04T00:00:00
        10-21T00:00:00 11-11T00:00:00
        10-21T01:00:00 11-11T00:00:00
        11-03T23:59:59 11-18T00:00:00
        11-04T00:00:00 11-25T00:00:00
        11-04T01:00:00 11-25T00:00:00
    W6 3 12:00
        02-18T11:59:59 03-04T12:00:00
        02-19T12:00:00 03-11T12:00:00
        02-19T13:00:00 03-11T12:00:00
        03-04T11:59:59 03-18T12:00:00
        03-04T12:00:00 03-25T12:00:00
        03-04T13:00:00 03-25T12:00:00
        10-14T11:59:59 10-28T12:00:00
        10-14T12:00:00 11-04T12:00:00
        10-14T13:00:00 11-04T12:00:00
        10-28T11:59:59 11-11T12:00:00
        10-28T12:00:00 11-18T12:00:00
        10-28T13:00:00 11-18T12:00:00
";
