//! Rotation by time.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlers_core::{Clock, Error, Result, SystemClock, TimeZone, Timestamp};

use super::Rollover;
use super::policy::{FileStatus, LineStatus, RolloverPolicy};
use super::retention::Retention;
use super::schedule::Schedule;
use super::size::{SizePolicy, is_special};

/// Puts the file aside when its time has come, and gives the backup the date at which its period
/// began: what Python's `TimedRotatingFileHandler` does.
///
/// `app.log` becomes `app.log.2024-03-01`. If there are more backups than are kept, those whose
/// names come first go. The time comes with the first line after it: a file that nothing is written
/// to is not put aside.
///
/// With [`max_bytes`](Self::max_bytes) a file is also put aside for its size. Further backups with
/// the same date are then called `app.log.2024-03-01.1`, `.2` and so on, in the order of time, and
/// each of them counts as one.
///
/// # Differences from Python
///
/// CPython stops rotating for as long as something else has the name of the next backup: within a
/// process usually for ever (FILE-89, FILE-90). Here that is an error, once; the file is written on
/// and put aside with the next deadline.
///
/// # Examples
///
/// A file for every ten minutes, of which those of the last hour are kept:
///
/// ```
/// use handlers_file::rolling::{RollingHandler, Schedule, TimedPolicy, When};
/// # let dir = std::env::temp_dir().join(format!("timed-policy-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
///
/// let policy = TimedPolicy::new(Schedule::new(When::Minutes).every(10), 6);
/// let handler = RollingHandler::new(dir.join("app.log"), policy)?;
/// # drop(handler);
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct TimedPolicy {
    schedule: Schedule,
    size: SizePolicy,
    clock: Arc<dyn Clock>,
    rollover_at: i64,
    /// When the rollover began that does not stand yet.
    begun: Option<i64>,
    /// The last deadline at which there was no name for the backup.
    missed: Option<i64>,
}

impl TimedPolicy {
    /// Makes a policy by which `backup_count` backups are kept, or all of them if that is 0.
    pub fn new(schedule: Schedule, backup_count: u32) -> Self {
        Self {
            schedule,
            size: SizePolicy::new(None, backup_count),
            clock: Arc::new(SystemClock),
            rollover_at: i64::MAX,
            begun: None,
            missed: None,
        }
    }

    /// Sets the clock that is looked at; the system's by default.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the zone whose clocks show the time; that of the process by default.
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.schedule = self.schedule.in_zone(zone);
        self
    }

    /// Sets the size in bytes before which the file is put aside, whatever the time; none by default.
    pub fn max_bytes(mut self, max_bytes: Option<NonZeroU64>) -> Self {
        self.size = SizePolicy::new(max_bytes, self.size.backup_count());
        self
    }

    /// When a file is put aside.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// How many backups are kept; 0 if all are.
    pub const fn backup_count(&self) -> u32 {
        self.size.backup_count()
    }

    /// The next deadline, in seconds since the epoch: Python's `rolloverAt`. Until there is a handler
    /// it is as far off as can be.
    pub const fn rollover_at(&self) -> i64 {
        self.rollover_at
    }

    fn is_numbered(&self) -> bool {
        self.size.max_bytes().is_some()
    }

    fn now(&self) -> i64 {
        whole_seconds(self.clock.now())
    }

    /// Whether the rollover that is due has not been given up already. Only with an interval of
    /// nothing or less (FILE-65) is it due again at once; then it is tried once in a second.
    fn is_worth_trying(&mut self, now: i64) -> bool {
        if self.missed == Some(self.rollover_at) {
            self.rollover_at = self.schedule.next_after(now);
        }
        self.missed != Some(self.rollover_at) && now >= self.rollover_at
    }

    /// There is no name for the backup, and there will be none later: the file is put aside with the
    /// next deadline.
    fn give_up(&mut self, now: i64) {
        if now >= self.rollover_at {
            self.missed = Some(self.rollover_at);
            self.rollover_at = self.schedule.next_after(now);
        }
    }

    /// Where the file goes; nowhere if there is something already (FILE-89).
    fn free_place(&self, files: &Rollover<'_>, date: &str) -> Result<Option<PathBuf>> {
        let place = files.backup_path(&format!(".{date}"));
        if !self.is_numbered() {
            return Ok((!files.exists(&place)).then_some(place));
        }
        let names = names_beside(files.path())?;
        let next = self.with_retention(files, |retention| retention.next_number(names, date));
        // A number that is free again is not used: the newest backup would pass for an old one.
        Ok(match next {
            None if !files.exists(&place) => Some(place),
            next => numbered_place(files, date, next.unwrap_or(1), place),
        })
    }

    /// FILE-92, FILE-97, FILE-102: evaluated with the file already moved.
    fn expire(&self, files: &mut Rollover<'_>) {
        if self.backup_count() == 0 {
            return;
        }
        match names_beside(files.path()) {
            Err(error) => files.warn(error),
            Ok(names) => {
                let count = self.backup_count();
                let expired =
                    self.with_retention(files, |retention| retention.expired(names, count));
                for name in expired {
                    // FILE-100: here, wherever the namer puts them.
                    files.remove_when_done(files.path().with_file_name(name));
                }
            }
        }
    }

    fn with_retention<R>(&self, files: &Rollover<'_>, look: impl FnOnce(&Retention<'_>) -> R) -> R {
        let path_of = |suffix: &str| files.backup_path(suffix);
        let mut retention = Retention::new(files.path(), self.schedule.when());
        let compressed = files.compressed_extension().is_some();
        retention = retention.numbered(self.is_numbered()).compressed(compressed);
        if files.has_namer() {
            retention = retention.named_by(&path_of);
        }
        look(&retention)
    }
}

impl RolloverPolicy for TimedPolicy {
    /// FILE-68: a file that was last written in an earlier period is put aside with the first line.
    fn start(&mut self, path: &Path) {
        let written = path.metadata().and_then(|file| file.modified()).map(Timestamp::from);
        let from = written.unwrap_or_else(|_| self.clock.now());
        self.rollover_at = self.schedule.next_after(whole_seconds(from));
    }

    /// FILE-84, FILE-85.
    fn should_rollover(&mut self, file: &FileStatus<'_>, line: &LineStatus<'_>) -> bool {
        let now = self.now();
        if now < self.rollover_at {
            return self.is_numbered() && self.size.should_rollover(file, line);
        }
        if is_special(file.path()) {
            self.rollover_at = self.schedule.next_after(now);
            return false;
        }
        self.is_worth_trying(now)
    }

    /// FILE-86 to FILE-92.
    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
        let now = self.now();
        self.begun = None;
        let date =
            self.schedule.suffix(self.rollover_at, now).inspect_err(|_| self.give_up(now))?;
        let Some(place) = self.free_place(files, &date)? else {
            self.give_up(now);
            return Err(taken(&files.backup_path(&format!(".{date}"))));
        };
        files.rotate_to(&place)?;
        self.expire(files);
        self.begun = Some(now);
        Ok(())
    }

    /// FILE-93, FILE-94. A file that was put aside for its size only does not end the period.
    fn finish(&mut self) {
        let Some(now) = self.begun.take() else { return };
        if now >= self.rollover_at || !self.is_numbered() {
            self.rollover_at = self.schedule.next_after(now);
        }
    }

    fn backups(&self, files: &Rollover<'_>) -> Result<Vec<PathBuf>> {
        let names = names_beside(files.path())?;
        let backups = self.with_retention(files, |retention| retention.backups(names));
        let paths = backups.into_iter().rev().map(|name| files.path().with_file_name(name));
        Ok(paths.collect())
    }

    fn shared_state(&self) -> Option<String> {
        Some(self.rollover_at.to_string())
    }

    fn adopt_state(&mut self, state: &str) {
        if let Ok(rollover_at) = state.trim().parse()
            && rollover_at >= EARLIEST_SHARED
        {
            self.rollover_at = rollover_at;
        }
    }
}

/// The first free name with a number from `first` on.
fn numbered_place(files: &Rollover<'_>, date: &str, first: u32, plain: PathBuf) -> Option<PathBuf> {
    let mut last = plain;
    for number in first..=first.saturating_add(MOST_TAKEN) {
        let place = files.backup_path(&format!(".{date}.{number}"));
        // A namer may leave the number out.
        if place == last {
            return None;
        }
        if !files.exists(&place) {
            return Some(place);
        }
        last = place;
    }
    None
}

/// How many names are tried that nobody would take for those of backups.
const MOST_TAKEN: u32 = 100;

/// The year 2000: to Python's `concurrent-log-handler` an earlier deadline is a mistake.
const EARLIEST_SHARED: i64 = 946_684_800;

#[cold]
fn taken(place: &Path) -> Error {
    let attempt = format!("put the log file aside as {}", place.display());
    Error::io(attempt, io::ErrorKind::AlreadyExists.into())
}

/// What is in the directory of the file (FILE-97).
fn names_beside(path: &Path) -> Result<Vec<OsString>> {
    let directory = path.parent().unwrap_or(path);
    let entries = fs::read_dir(directory);
    let names = entries.and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    names.map_err(|error| Error::io(format!("list the backups in {}", directory.display()), error))
}

/// Python's `int(time.time())`, which rounds towards 1970.
fn whole_seconds(time: Timestamp) -> i64 {
    let seconds = time.as_seconds();
    if seconds >= 0 {
        return seconds;
    }
    i64::try_from(time.as_nanos() / 1_000_000_000).unwrap_or(seconds)
}

#[cfg(test)]
mod tests {
    use handlers_core::ManualClock;

    use super::*;
    use crate::rolling::When;

    // FILE-68: `time.time()` and `st_mtime` go through `int`.
    #[test]
    fn seconds_are_cut_off_towards_the_epoch() {
        let cut = |seconds| whole_seconds(Timestamp::from_seconds(seconds));
        assert_eq!([1.75, 0.5, -0.5, -1.0, -1.75].map(cut), [1, 0, 0, -1, -1]);
        assert_eq!(whole_seconds(Timestamp::from_nanos(i128::MIN)), i64::MIN);
        assert_eq!(whole_seconds(Timestamp::from_nanos(i128::MAX)), i64::MAX);
    }

    #[test]
    fn the_first_deadline_of_a_missing_file_comes_from_the_clock() {
        let clock = ManualClock::new(Timestamp::from_seconds(100.0));
        let schedule = Schedule::new(When::Minutes);
        let mut policy = TimedPolicy::new(schedule, 0).clock(clock);
        policy.start(Path::new("/nowhere/app.log"));
        assert_eq!(policy.rollover_at(), 160);
    }

    #[test]
    fn processes_agree_on_the_deadline() {
        let mut policy = TimedPolicy::new(Schedule::new(When::Hours), 0);
        policy.adopt_state("1709254800\n");
        assert_eq!(policy.rollover_at(), 1_709_254_800);
        for nonsense in ["", "soon", "1.5", "99999999999999999999"] {
            policy.adopt_state(nonsense);
        }
        assert_eq!(policy.shared_state().as_deref(), Some("1709254800"));
    }
}
