//! Rotation by time, as Python's handler of that name does it.

use std::fmt;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use handlers_core::{Clock, Handler, HandlerBase, Result, SystemClock, TimeZone};

use crate::face::{handled_by, rolling_methods};
use crate::file::{FileOptions, file_setters};
use crate::mode::OpenMode;
use crate::rolling::{
    RollingHandler, RollingOptions, Schedule, TimeOfDay, TimedPolicy, When, rolling_setters,
};

/// Writes lines to a file and puts it aside at certain times: Python's `TimedRotatingFileHandler`.
///
/// The backup has the date at which its period began: with [`When::Midnight`], `app.log` becomes
/// `app.log.2024-03-01`. The first deadline follows from the time at which the file was last
/// written, so a period that ended while no program was running ends with the first record
/// (FILE-68, FILE-69). Periods without records have no files (FILE-94).
///
/// # Differences from Python
///
/// CPython stops rotating for as long as something else has the name of the next backup, which
/// within a process is usually for ever: local hours have one name twice when summer time ends
/// (FILE-89, FILE-90). Here that is an error, once; the file is written on and put aside with the
/// next deadline. `do_rollover` returns that error.
///
/// A rollover that fails is undone and the record is written to the file as it is; Python loses the
/// record (FILE-28, FILE-92).
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, ManualClock, Record, TimeZone, Timestamp};
/// use handlers_file::TimedRotatingFileHandler;
/// use handlers_file::rolling::When;
/// # let dir = std::env::temp_dir().join(format!("timed-rotating-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
/// # let path = dir.join("app.log");
///
/// let clock = ManualClock::new(Timestamp::from_seconds(1_709_290_800.0));
/// let handler = TimedRotatingFileHandler::builder(&path)
///     .when(When::Midnight)
///     .backup_count(7)
///     .time_zone(TimeZone::utc())
///     .clock(clock.clone())
///     .delay(true)
///     .build()?;
/// handler.handle(&Record::builder().message("on Friday").build());
/// clock.set(Timestamp::from_seconds(1_709_377_200.0));
/// handler.handle(&Record::builder().message("on Saturday").build());
/// assert_eq!(std::fs::read_to_string(dir.join("app.log.2024-03-01")).unwrap(), "on Friday\n");
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "on Saturday\n");
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct TimedRotatingFileHandler {
    rolling: RollingHandler<TimedPolicy>,
    schedule: Schedule,
    max_bytes: u64,
    backup_count: u32,
}

/// Builds a [`TimedRotatingFileHandler`].
#[derive(Debug)]
#[must_use = "call `build` to open the file"]
pub struct TimedRotatingFileHandlerBuilder {
    base: HandlerBase,
    file: FileOptions,
    rolling: RollingOptions,
    when: Result<When>,
    interval: i64,
    at_time: Option<TimeOfDay>,
    utc: bool,
    zone: TimeZone,
    clock: Arc<dyn Clock>,
    max_bytes: u64,
    backup_count: u32,
}

impl TimedRotatingFileHandler {
    /// Begins a handler for the file at `path`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](TimedRotatingFileHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](TimedRotatingFileHandlerBuilder::formatter) | the bare message |
    /// | [`filter`](TimedRotatingFileHandlerBuilder::filter) | none |
    /// | [`name`](TimedRotatingFileHandlerBuilder::name) | none |
    /// | [`error_hook`](TimedRotatingFileHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`when`](TimedRotatingFileHandlerBuilder::when) | [`When::Hours`] |
    /// | [`interval`](TimedRotatingFileHandlerBuilder::interval) | 1 |
    /// | [`at_time`](TimedRotatingFileHandlerBuilder::at_time) | none: the end of the day |
    /// | [`utc`](TimedRotatingFileHandlerBuilder::utc) | `false`: local time |
    /// | [`time_zone`](TimedRotatingFileHandlerBuilder::time_zone) | that of the process |
    /// | [`clock`](TimedRotatingFileHandlerBuilder::clock) | the system's |
    /// | [`max_bytes`](TimedRotatingFileHandlerBuilder::max_bytes) | 0: of any size |
    /// | [`backup_count`](TimedRotatingFileHandlerBuilder::backup_count) | 0: all are kept |
    /// | [`encoding`](TimedRotatingFileHandlerBuilder::encoding) | the locale's, UTF-8 |
    /// | [`errors`](TimedRotatingFileHandlerBuilder::errors) | [`Strict`](crate::encoding::EncodeErrors::Strict) |
    /// | [`delay`](TimedRotatingFileHandlerBuilder::delay) | `false`: opened now |
    /// | [`namer`](TimedRotatingFileHandlerBuilder::namer) | dates: [`SameName`](crate::rolling::SameName) |
    /// | [`rotator`](TimedRotatingFileHandlerBuilder::rotator) | renames: [`Rename`](crate::rolling::Rename) |
    /// | [`compress`](TimedRotatingFileHandlerBuilder::compress) | no: backups are left as they are |
    /// | [`shared`](TimedRotatingFileHandlerBuilder::shared) | no: this handler alone writes the file |
    /// | [`terminator`](TimedRotatingFileHandlerBuilder::terminator) | `"\n"` |
    /// | [`buffered`](TimedRotatingFileHandlerBuilder::buffered) | no: one write for each record |
    /// | [`flush_level`](TimedRotatingFileHandlerBuilder::flush_level) | `ERROR`, when buffered |
    ///
    /// The file is always opened for appending; a [`mode`](TimedRotatingFileHandlerBuilder::mode) has
    /// no effect (FILE-54).
    pub fn builder(path: impl AsRef<Path>) -> TimedRotatingFileHandlerBuilder {
        TimedRotatingFileHandlerBuilder {
            base: HandlerBase::new(),
            file: FileOptions::new(path.as_ref()),
            rolling: RollingOptions::default(),
            when: Ok(When::Hours),
            interval: 1,
            at_time: None,
            utc: false,
            zone: TimeZone::local(),
            clock: Arc::new(SystemClock),
            max_bytes: 0,
            backup_count: 0,
        }
    }

    rolling_methods!();

    /// What the periods are.
    pub fn when(&self) -> When {
        self.schedule.when()
    }

    /// The length of what goes into one file, in seconds (FILE-65).
    pub fn interval(&self) -> i64 {
        self.schedule.interval()
    }

    /// The time of the day at which the file is put aside; none for the end of the day.
    pub fn at_time(&self) -> Option<TimeOfDay> {
        self.schedule.at_time()
    }

    /// Whether days and dates are those of UTC.
    pub fn utc(&self) -> bool {
        self.schedule.is_utc()
    }

    /// How the dates of backups are written: Python's `suffix` (FILE-56 to FILE-61).
    pub fn suffix(&self) -> &'static str {
        self.schedule.when().date_format()
    }

    /// The next deadline, in seconds since the epoch: Python's `rolloverAt`.
    pub fn rollover_at(&self) -> i64 {
        self.rolling.with_policy(TimedPolicy::rollover_at)
    }

    /// The size that the file does not reach; 0 if it may have any.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// How many backups are kept; 0 if all are.
    pub fn backup_count(&self) -> u32 {
        self.backup_count
    }
}

impl Handler for TimedRotatingFileHandler {
    handled_by!(rolling);
}

impl fmt::Debug for TimedRotatingFileHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rolling.fmt(f)
    }
}

impl TimedRotatingFileHandlerBuilder {
    handlers_core::base_setters!();
    file_setters!();
    rolling_setters!();

    /// Sets what the periods are. Optional; hours by default.
    pub fn when(mut self, when: When) -> Self {
        self.when = Ok(when);
        self
    }

    /// Sets what the periods are by a name of Python's: `"midnight"`, `"W0"`. Optional; hours by
    /// default. A name that is not known is an error of `build`.
    pub fn when_name(mut self, name: &str) -> Self {
        self.when = name.parse();
        self
    }

    /// Sets how many periods go into one file. Optional; 1 by default. With 0 or less the time has
    /// always come (FILE-65).
    pub fn interval(mut self, periods: i64) -> Self {
        self.interval = periods;
        self
    }

    /// Sets the time of the day of midnights and weekdays. Optional; the end of the day by default
    /// (FILE-71, FILE-75).
    pub fn at_time(mut self, time: TimeOfDay) -> Self {
        self.at_time = Some(time);
        self
    }

    /// Sets whether days and dates are those of UTC, whatever the zone. Optional; `false` by default.
    pub fn utc(mut self, utc: bool) -> Self {
        self.utc = utc;
        self
    }

    /// Sets the zone of days and dates. Optional; that of the process by default.
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// Sets the clock that is looked at. Optional; the system's by default. The first deadline
    /// depends on the file that is there, if there is one: its time is always the system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the size in bytes before which the file is put aside, whatever the time; 0 is any.
    /// Optional; 0 by default.
    ///
    /// A further backup with the same date is called `app.log.2024-03-01.1`, the next `.2`, and so
    /// on. Each counts as one for [`backup_count`](Self::backup_count).
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets how many backups are kept. Optional; with 0, the default, all are.
    ///
    /// What has a name that this handler could have given it is taken for a backup, whoever made it
    /// (FILE-105).
    pub fn backup_count(mut self, backup_count: u32) -> Self {
        self.backup_count = backup_count;
        self
    }

    /// Opens the file, unless that is delayed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`](handlers_core::ErrorKind::Value) for an unknown name of the periods,
    /// before anything is opened; [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the file cannot
    /// be opened.
    pub fn build(mut self) -> Result<TimedRotatingFileHandler> {
        self.file.mode = OpenMode::APPEND;
        let schedule = Schedule::new(self.when?).every(self.interval).in_zone(self.zone);
        let mut schedule = schedule.utc(self.utc);
        if let Some(time) = self.at_time {
            schedule = schedule.at(time);
        }
        let policy = TimedPolicy::new(schedule.clone(), self.backup_count)
            .clock(self.clock)
            .max_bytes(NonZeroU64::new(self.max_bytes));
        let class = "TimedRotatingFileHandler";
        let rolling = RollingHandler::open(class, self.base, self.file, self.rolling, policy)?;
        let (max_bytes, backup_count) = (self.max_bytes, self.backup_count);
        Ok(TimedRotatingFileHandler { rolling, schedule, max_bytes, backup_count })
    }
}
