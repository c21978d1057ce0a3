//! The zone of the process, found as the C library finds it.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::tz::TimeZone;

/// The zone that `TZ` names, or the one set for the whole system if there is no such variable.
pub(super) fn system_zone(variable: Option<&OsStr>) -> TimeZone {
    let Some(variable) = variable else {
        return TimeZone::try_system().unwrap_or(TimeZone::UTC);
    };
    let name = variable.to_str().unwrap_or_default();
    let name = name.strip_prefix(':').unwrap_or(name);
    named_zone(name).or_else(|| label(name)).unwrap_or(TimeZone::UTC)
}

/// The zone of that name in the system's database, or the one that a POSIX rule describes.
pub(super) fn named_zone(name: &str) -> Option<TimeZone> {
    from_file(name).or_else(|| from_rule(name)).or_else(|| from_jiff(name))
}

/// C takes names as paths beneath the database, with their case.
fn from_file(name: &str) -> Option<TimeZone> {
    let directory = env::var_os("TZDIR").unwrap_or_else(|| ZONES.into());
    let file = File::open(Path::new(&directory).join(name)).ok()?;
    if name.is_empty() || !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut data = Vec::new();
    file.take(LARGEST_FILE).read_to_end(&mut data).ok()?;
    TimeZone::tzif(name, &data).ok()
}

/// Summer time without its dates is that of the United States, as in C.
fn from_rule(name: &str) -> Option<TimeZone> {
    TimeZone::posix(name).or_else(|_| TimeZone::posix(&format!("{name},M3.2.0,M11.1.0"))).ok()
}

/// Where there is no directory of zones, jiff may know another place.
fn from_jiff(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| zone.iana_name() == Some(name))
}

/// A name that means nothing to the C library is UTC under the letters that it starts with.
fn label(name: &str) -> Option<TimeZone> {
    let end = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
    TimeZone::posix(&format!("<{}>0", &name[..end])).ok()
}

const ZONES: &str = "/usr/share/zoneinfo";

/// No zone takes more than a few kilobytes.
const LARGEST_FILE: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// The abbreviation and the offset in January and July 2024.
    fn seen(variable: &str) -> [(String, i32); 2] {
        let zone = system_zone(Some(OsStr::new(variable)));
        [1_704_067_199, 1_720_000_000].map(|seconds| {
            let info = zone.to_offset_info(jiff::Timestamp::from_second(seconds).unwrap());
            (info.abbreviation().to_owned(), info.offset().seconds())
        })
    }

    #[test]
    fn every_form_of_the_variable_is_read_as_c_reads_it() {
        // (tm_zone, tm_gmtoff) of CPython 3.11 on glibc 2.36.
        for (variable, winter, summer) in [
            ("America/New_York", ("EST", -18000), ("EDT", -14400)),
            (":America/New_York", ("EST", -18000), ("EDT", -14400)),
            ("/usr/share/zoneinfo/Europe/Paris", ("CET", 3600), ("CEST", 7200)),
            ("EST5EDT,M3.2.0,M11.1.0", ("EST", -18000), ("EDT", -14400)),
            ("XYZ5ABC", ("XYZ", -18000), ("ABC", -14400)),
            ("<+0530>-5:30", ("+0530", 19800), ("+0530", 19800)),
            ("", ("UTC", 0), ("UTC", 0)),
            ("utc", ("utc", 0), ("utc", 0)),
            ("Foo/Bar", ("Foo", 0), ("Foo", 0)),
            ("Europe", ("Europe", 0), ("Europe", 0)),
        ] {
            let expected = [winter, summer].map(|(name, offset)| (name.to_owned(), offset));
            assert_eq!(seen(variable), expected, "{variable}");
        }
    }

    #[test]
    fn nonsense_is_utc() {
        for variable in ["ab", "/dev/zero", "/etc/passwd", "é", ":", "<", "\0"] {
            assert_eq!(seen(variable).map(|(_, offset)| offset), [0, 0], "{variable}");
        }
    }
}
