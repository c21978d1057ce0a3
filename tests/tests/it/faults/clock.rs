//! Clocks that are set, by somebody or by summer time: rows A7 and A7b.
//!
//! Each course of the time is taken twice: in this process by a clock of the test's, and in another
//! by the system's, of which `libfaketime` says what it shows. CPython loses nothing to a clock; but
//! where the name of a backup is taken it deletes what has it (3.11), or never puts a file aside again
//! (3.13). But for that the files expected here are those that CPython 3.13 makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use handlers_core::{Handler, ManualClock, TimeZone, Timestamp};
use handlers_file::{TimedRotatingFileHandler, TimedRotatingFileHandlerBuilder};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{count_reports, handle};
use crate::writer::{Found, Writer, line};

#[test]
fn a_clock_of_the_programs_that_is_set_costs_no_record() {
    for course in COURSES {
        let dir = test_dir!();
        course.take_in_process(&dir);
        course.assert_files(&dir);
    }
}

#[test]
fn a_clock_of_the_system_that_is_set_costs_no_record() {
    for course in COURSES {
        let dir = test_dir!();
        course.take_with_faketime(&dir);
        course.assert_files(&dir);
    }
}

// Row A7b: CPython 3.11 deletes the thousand old records, 3.13 puts no file aside any more.
#[test]
fn a_backup_whose_name_is_taken_costs_one_report_and_nothing_that_was_there() {
    for by_system in [false, true] {
        let dir = test_dir!();
        let old: String = (1000..2000).map(line).collect();
        dir.write("app.log.2024-03-05", &old);
        if by_system {
            TAKEN.take_with_faketime(&dir);
        } else {
            TAKEN.take_in_process(&dir);
        }
        assert_eq!(dir.read("app.log.2024-03-05"), old);
        fs::remove_file(dir.join("app.log.2024-03-05")).expect("the file can be removed");
        TAKEN.assert_files(&dir);
    }
}

#[test]
fn no_time_is_beyond_a_handler() {
    let extreme = [i128::MIN, i64::MIN.into(), -1, 0, i64::MAX.into(), i128::MAX];
    let seconds = [i64::MIN, -62_135_596_801, 0, 253_402_300_800, 67_768_036_191_676_800, i64::MAX];
    let seconds = seconds.map(|seconds| i128::from(seconds) * 1_000_000_000);
    let times = extreme.into_iter().chain(seconds).chain(extreme).map(Timestamp::from_nanos);
    let times: Vec<Timestamp> = times.collect();
    for when in ["S", "M", "H", "D", "MIDNIGHT", "W0", "W6"] {
        for zone in ["UTC", "America/New_York"] {
            let dir = test_dir!();
            let clock = ManualClock::new(times[0]);
            let builder = builder(&dir.join("app.log"), when, zone).clock(clock.clone());
            let handler = builder.build().expect("nothing is opened");
            count_reports(&handler);
            for (number, time) in (0..).zip(&times) {
                clock.set(*time);
                handle(&handler, number..number + 1);
            }
            assert_eq!(handler.base().counters().emitted, times.len() as u64, "{when}, {zone}");
            let files: Vec<PathBuf> = dir.names().iter().map(|name| dir.join(name)).collect();
            assert_eq!(Found::in_files(&files).len(), times.len(), "{when}, {zone}");
        }
    }
}

/// What a clock shows while 120 records are logged, and the files that they are in then.
struct Course {
    zone: &'static str,
    when: &'static str,
    /// From which record on the clock shows which time, in seconds since the epoch.
    times: &'static [(u32, i64)],
    /// What stands behind `app.log`, the oldest file first, and how many records are in it.
    files: &'static [(&'static str, usize)],
    /// How often a name was taken.
    reports: u64,
}

impl Course {
    fn take_in_process(&self, dir: &Dir) {
        let time = |time: i64| Timestamp::from_nanos(i128::from(time) * 1_000_000_000);
        let clock = ManualClock::new(time(self.times[0].1));
        let builder = builder(&dir.join("app.log"), self.when, self.zone).clock(clock.clone());
        let handler = builder.build().expect("nothing is opened");
        let reports = count_reports(&handler);
        for number in 0..120 {
            if let Some((_, seconds)) = self.times.iter().find(|(first, _)| *first == number) {
                clock.set(time(*seconds));
            }
            handle(&handler, number..number + 1);
        }
        assert_eq!((reports.count(), handler.base().counters().emitted), (self.reports, 120));
    }

    fn take_with_faketime(&self, dir: &Dir) {
        let offset = dir.join("offset");
        let variables = [
            format!("LD_PRELOAD={}", faketime().display()),
            format!("FAKETIME_TIMESTAMP_FILE={}", offset.display()),
            // The file is read each time, and other clocks and the times of files are left alone.
            "FAKETIME_NO_CACHE=1".to_owned(),
            "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
            "NO_FAKE_STAT=1".to_owned(),
            format!("TZ={}", self.zone),
        ];
        let mut wrapper = vec!["env"];
        wrapper.extend(variables.iter().map(String::as_str));
        let writer = Writer::new(dir, "timed").flag("--delay").option("--n", 120).under(&wrapper);
        let writer = writer.option("--when", self.when).option("--backup", 100);
        let writer = writer.option("--clock", "library");
        let pauses = self.times.iter().skip(1);
        let writer = pauses.fold(writer, |writer, (first, _)| writer.option("--pause-at", first));
        show(&offset, self.times[0].1);
        let mut running = writer.start();
        for (first, time) in self.times.iter().skip(1) {
            running.wait_for_pause(*first);
            show(&offset, *time);
            running.go_on();
        }
        let ended = running.finish();
        assert_eq!((ended.count("emitted"), ended.count("failed")), (120, 0));
        let expected = match self.reports {
            0 => serde_json::json!({}),
            reports => serde_json::json!({ "FileExistsError:": reports }),
        };
        assert_eq!(ended.summary()["errors"], expected);
        for name in ["ack", "offset", "summary"] {
            fs::remove_file(dir.join(name)).expect("the file can be removed");
        }
    }

    fn assert_files(&self, dir: &Dir) {
        let path = |suffix: &str| dir.join(format!("app.log{suffix}"));
        let paths: Vec<PathBuf> = self.files.iter().map(|(suffix, _)| path(suffix)).collect();
        Found::in_files(&paths).assert_holds(0..120);
        let mut found: Vec<(String, usize)> = Vec::new();
        for name in dir.names() {
            found.push((name.clone(), Found::in_files(&[dir.join(&name)]).len()));
        }
        let mut expected: Vec<(String, usize)> =
            self.files.iter().map(|(suffix, count)| (format!("app.log{suffix}"), *count)).collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{}, {}, {:?}", self.zone, self.when, self.times);
    }
}

fn builder(path: &Path, when: &str, zone: &str) -> TimedRotatingFileHandlerBuilder {
    let zone = TimeZone::named(zone).expect("the zone is known");
    // A file that is there has a time of the system's, by which it would be put aside.
    TimedRotatingFileHandler::builder(path).delay(true).when_name(when).time_zone(zone)
}

/// Lets `libfaketime` show `time`.
fn show(offset: &Path, time: i64) {
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs();
    let text = format!("{:+}\n", time - now.cast_signed());
    fs::write(offset, text).expect("a file can be written");
}

/// The library, wherever this system has it.
fn faketime() -> PathBuf {
    let directories = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/lib/faketime"];
    let machine = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let mut directories = directories.into_iter().chain([machine.as_str()]);
    let library = directories.find_map(|directory| {
        let path = Path::new(directory).join("faketime/libfaketimeMT.so.1");
        path.exists().then_some(path)
    });
    library.expect("this test needs libfaketime: install the package faketime")
}

/// Seconds since the epoch until that minute in UTC.
const fn utc(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> i64 {
    // Years begin with March, so that their last day may be the 29th of February.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    ((days - 719_468) * 24 + hour) * 3600 + minute * 60
}

/// The same for a clock in New York, in winter and in summer time.
const fn est(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> i64 {
    utc(year, month, day, hour + 5, minute)
}

const fn edt(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> i64 {
    utc(year, month, day, hour + 4, minute)
}

const NOON: i64 = utc(2024, 3, 5, 12, 0);

const DAY: i64 = 24 * 3600;

const TAKEN: Course = Course {
    zone: "UTC",
    when: "MIDNIGHT",
    times: &[(0, NOON), (40, NOON + DAY), (80, NOON + 2 * DAY)],
    files: &[(".2024-03-06", 80), ("", 40)],
    reports: 1,
};

const COURSES: &[Course] = &[
    // It stands still.
    Course { zone: "UTC", when: "MIDNIGHT", times: &[(0, NOON)], files: &[("", 120)], reports: 0 },
    // It goes on by a day.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[(0, NOON), (40, NOON + DAY), (80, NOON + 2 * DAY)],
        files: &[(".2024-03-05", 40), (".2024-03-06", 40), ("", 40)],
        reports: 0,
    },
    // By three years.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[(0, NOON), (40, utc(2027, 3, 6, 12, 0)), (80, utc(2027, 3, 7, 12, 0))],
        files: &[(".2024-03-05", 40), (".2027-03-06", 40), ("", 40)],
        reports: 0,
    },
    // It goes back by three days, and on again.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[
            (0, NOON),
            (40, utc(2024, 3, 6, 0, 1)),
            (60, utc(2024, 3, 3, 12, 0)),
            (80, utc(2024, 3, 6, 0, 1)),
            (100, utc(2024, 3, 7, 0, 1)),
        ],
        files: &[(".2024-03-05", 40), (".2024-03-06", 60), ("", 20)],
        reports: 0,
    },
    // Back over a midnight, and over it again.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[
            (0, utc(2024, 3, 5, 23, 58)),
            (20, utc(2024, 3, 6, 0, 1)),
            (40, utc(2024, 3, 5, 23, 58)),
            (60, utc(2024, 3, 6, 0, 1)),
            (80, utc(2024, 3, 7, 0, 1)),
        ],
        files: &[(".2024-03-05", 20), (".2024-03-06", 60), ("", 40)],
        reports: 0,
    },
    // To 1970, as on a machine whose battery is empty.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[(0, NOON), (40, 10), (80, NOON + DAY)],
        files: &[(".2024-03-05", 80), ("", 40)],
        reports: 0,
    },
    // In 1970.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[(0, 10), (60, DAY + 10)],
        files: &[(".1970-01-01", 60), ("", 60)],
        reports: 0,
    },
    // Over the end of 32 bits.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[
            (0, utc(2038, 1, 18, 12, 0)),
            (60, utc(2038, 1, 19, 12, 0)),
            (90, utc(2038, 1, 20, 12, 0)),
        ],
        files: &[(".2038-01-18", 60), (".2038-01-19", 30), ("", 30)],
        reports: 0,
    },
    // At the end of Python's time: its interpreter does not even begin.
    Course {
        zone: "UTC",
        when: "MIDNIGHT",
        times: &[(0, utc(9999, 12, 30, 12, 0)), (60, utc(9999, 12, 31, 12, 0))],
        files: &[(".9999-12-30", 60), ("", 60)],
        reports: 0,
    },
    // Summer time begins.
    Course {
        zone: "America/New_York",
        when: "MIDNIGHT",
        times: &[
            (0, est(2024, 3, 9, 23, 30)),
            (40, est(2024, 3, 10, 0, 10)),
            (80, edt(2024, 3, 11, 0, 10)),
        ],
        files: &[(".2024-03-09", 40), (".2024-03-10", 40), ("", 40)],
        reports: 0,
    },
    Course {
        zone: "America/New_York",
        when: "H",
        times: &[
            (0, est(2024, 3, 10, 1, 30)),
            (30, edt(2024, 3, 10, 3, 5)),
            (60, edt(2024, 3, 10, 4, 5)),
            (90, edt(2024, 3, 10, 5, 5)),
        ],
        files: &[(".2024-03-10_03", 60), (".2024-03-10_04", 30), ("", 30)],
        reports: 0,
    },
    // It ends.
    Course {
        zone: "America/New_York",
        when: "MIDNIGHT",
        times: &[
            (0, edt(2024, 11, 2, 23, 30)),
            (40, edt(2024, 11, 3, 0, 10)),
            (80, est(2024, 11, 4, 0, 10)),
        ],
        files: &[(".2024-11-02", 40), (".2024-11-03", 40), ("", 40)],
        reports: 0,
    },
    // There are two hours of one name: CPython goes on with the second file for ever.
    Course {
        zone: "America/New_York",
        when: "H",
        times: &[
            (0, edt(2024, 11, 3, 0, 30)),
            (20, edt(2024, 11, 3, 1, 40)),
            (40, est(2024, 11, 3, 1, 45)),
            (60, est(2024, 11, 3, 2, 50)),
            (80, est(2024, 11, 3, 3, 55)),
        ],
        files: &[(".2024-11-03_00", 20), (".2024-11-03_01", 40), (".2024-11-03_02", 20), ("", 40)],
        reports: 1,
    },
];
