//! What a timed handler does in a scenario, worked out from the rules alone: a second opinion, which
//! shares nothing with the crates but the calendar.

use std::collections::BTreeMap;
use std::path::Path;

use handlers_core::{BrokenDown, TimeZone};
use serde_json::json;

use super::case::{Case, Results, Skip, integer, results, text};
use super::file_hooks::{NamerFn, namer};
use super::timed::BASE;
use super::times::zone;

/// What happens when something has the name of the next backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The handler waits until it is gone, as CPython's does (FILE-89).
    Waits,
    /// The rollover is missed, with an error, and the next deadline is that after now.
    Misses,
}

/// Goes through a scenario: its `steps` and `errors`.
pub(super) fn play(case: &Case<'_>, taken: Taken) -> Result<Results, Skip> {
    let mut model = Model::new(case, taken)?;
    let start = case.integer("start")?;
    let mut steps = vec![json!({"clock": start, "rollover_at": model.deadline})];
    for now in case.list("emits")? {
        let now = integer(now)?;
        if now >= model.deadline {
            model.roll(now)?;
        }
        model.files.entry(BASE.to_owned()).or_default().push(format!("at {now}"));
        steps.push(json!({"clock": now, "rollover_at": model.deadline, "files": model.files}));
    }
    Ok(results([("steps", json!(steps)), ("errors", json!(model.errors))]))
}

struct Model {
    zone: TimeZone,
    /// The length of a period, and of all that go into a file.
    unit: i64,
    interval: i64,
    /// The second of the day of a boundary of the calendar; none if periods are only counted.
    target: Option<i64>,
    /// From Monday, 0.
    weekday: Option<i64>,
    namer: Option<NamerFn>,
    /// A date with zeros for its digits.
    shape: &'static str,
    backup_count: usize,
    taken: Taken,
    files: BTreeMap<String, Vec<String>>,
    deadline: i64,
    errors: Vec<&'static str>,
}

impl Model {
    fn new(case: &Case<'_>, taken: Taken) -> Result<Self, Skip> {
        let when = case.text("when")?.to_uppercase();
        let (unit, digits) = match when.as_str() {
            "S" => (1, 19),
            "M" => (60, 16),
            "H" => (3600, 13),
            "D" | "MIDNIGHT" => (DAY, 10),
            _ => (7 * DAY, 10),
        };
        let weekday = when.strip_prefix('W').map(str::parse::<i64>);
        let weekday = weekday.transpose().map_err(|_| Skip::unknown("when", &when))?;
        let is_calendar = weekday.is_some() || when == "MIDNIGHT";
        let target = case.optional_text("at_time")?.map_or(Ok(DAY), second_of_day)?;
        let utc = case.flag_or("utc", false)?;
        let mut model = Self {
            zone: if utc { TimeZone::utc() } else { zone(case.text("tz")?)? },
            unit,
            interval: unit * case.integer("interval")?,
            target: is_calendar.then_some(target),
            weekday,
            namer: namer(case.optional_text("namer")?)?,
            shape: &"0000-00-00_00-00-00"[..digits],
            backup_count: usize::try_from(case.integer("backup_count")?).unwrap_or(0),
            taken,
            files: files_before(case)?,
            deadline: 0,
            errors: Vec::new(),
        };
        let from = if case.has_file_before() { "premtime" } else { "start" };
        model.deadline = model.deadline_after(case.integer(from)?)?;
        Ok(model)
    }

    fn roll(&mut self, now: i64) -> Result<(), Skip> {
        let name = self.name_of(&self.date(now)?);
        if self.files.contains_key(&name) {
            if self.taken == Taken::Misses {
                self.errors.push("FileExistsError");
                self.deadline = self.deadline_after(now)?;
            }
            return Ok(());
        }
        if let Some(lines) = self.files.remove(BASE) {
            self.files.insert(name, lines);
        }
        let backups: Vec<String> =
            self.files.keys().filter(|n| self.is_backup(n)).cloned().collect();
        if self.backup_count > 0 {
            for name in backups.iter().rev().skip(self.backup_count) {
                self.files.remove(name);
            }
        }
        self.deadline = self.deadline_after(now)?;
        Ok(())
    }

    /// FILE-70 to FILE-76.
    fn deadline_after(&self, now: i64) -> Result<i64, Skip> {
        let Some(target) = self.target else { return Ok(now + self.interval) };
        let shown = self.shown(now)?;
        let second =
            i64::from(shown.hour) * 3600 + i64::from(shown.minute) * 60 + i64::from(shown.second);
        let mut days = i64::from(target <= second);
        while self.weekday.is_some_and(|day| (i64::from(shown.weekday) + days) % 7 != day) {
            days += 1;
        }
        let next = now - second + target + days * DAY + self.interval - self.unit;
        let is_summer = |time| self.shown(time).map(|shown| shown.is_dst);
        Ok(match (shown.is_dst, is_summer(next)?) {
            (false, true) if is_summer(next - 3600)? => next - 3600,
            (true, false) => next + 3600,
            _ => next,
        })
    }

    /// FILE-86 to FILE-88.
    fn date(&self, now: i64) -> Result<String, Skip> {
        let start = self.deadline - self.interval;
        let (then, now) = (self.shown(start)?, self.shown(now)?);
        let shown = match (then.is_dst, now.is_dst) {
            (false, true) => self.shown(start + 3600)?,
            (true, false) => self.shown(start - 3600)?,
            _ => then,
        };
        let day = format!("{:04}-{:02}-{:02}", shown.year, shown.month, shown.day);
        let date = format!("{day}_{:02}-{:02}-{:02}", shown.hour, shown.minute, shown.second);
        Ok(date[..self.shape.len()].to_owned())
    }

    /// The path has one dot more than the name of the file, as that of a scenario has.
    fn name_of(&self, date: &str) -> String {
        let default = Path::new("/logs").join(format!("{BASE}.{date}"));
        let path = match self.namer {
            Some(namer) => namer(&default),
            None => default,
        };
        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// FILE-98, FILE-99.
    fn is_backup(&self, name: &str) -> bool {
        let is_digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        (0..name.len()).any(|at| {
            let end = at + self.shape.len();
            let Some(date) = name.get(at..end) else { return false };
            let stands_alone = !(is_digit(end) || at > 0 && is_digit(at - 1));
            let has_shape = date.replace(|c: char| c.is_ascii_digit(), "0") == self.shape;
            stands_alone && has_shape && self.name_of(date) == name
        })
    }

    fn shown(&self, time: i64) -> Result<BrokenDown<'_>, Skip> {
        self.zone.to_broken_down(time).map_err(|error| Skip::new(error.to_string()))
    }
}

fn files_before(case: &Case<'_>) -> Result<BTreeMap<String, Vec<String>>, Skip> {
    let mut files = BTreeMap::new();
    for (name, content) in case.nested("pre")?.fields {
        files.insert(name.clone(), text(content)?.lines().map(str::to_owned).collect());
    }
    if case.has_file_before() {
        files.insert(BASE.to_owned(), vec!["old".to_owned()]);
    }
    Ok(files)
}

fn second_of_day(time: &str) -> Result<i64, Skip> {
    let fields = time.split(':').map(|field| field.parse::<i64>().ok());
    let fields: Option<Vec<i64>> = fields.collect();
    match fields.as_deref() {
        Some([hour, minute, second]) => Ok(hour * 3600 + minute * 60 + second),
        _ => Err(Skip::unknown("time of the day", time)),
    }
}

const DAY: i64 = 24 * 3600;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::case::{Object, list};
    use super::super::document::Document;
    use super::*;

    #[test]
    fn the_model_does_in_every_scenario_what_cpython_did() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/timed_files.json");
        let text = fs::read_to_string(path).expect("the file is there");
        let document = Document::parse(&text).expect("the file is JSON");
        let cases = document.lists.iter().flat_map(|(_, cases)| cases);
        let mut count = 0;
        for case in cases {
            let case = Case::of(case, &document.shared).expect("a case is an object");
            let played: Object = play(&case, Taken::Waits).expect("the case can be played");
            let given = case.list("steps").expect("a case has steps");
            assert_eq!(list(&played["steps"]), Ok(given), "{:?}", case.get("name"));
            count += 1;
        }
        assert!(count > 10);
    }
}
