//! How much of the past is kept, beyond a number of backups.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Limits to what all backups of a handler may come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Caps {
    pub(crate) max_total_bytes: Option<u64>,
    pub(crate) max_age: Option<Duration>,
}

/// What is known of a backup.
#[derive(Debug, Clone, Copy)]
struct Backup {
    bytes: u64,
    age: Duration,
}

impl Caps {
    pub(super) fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }

    /// The backups to be removed, of all that there are, newest first. One that cannot be looked at
    /// is kept.
    pub(super) fn expired(&self, newest_first: Vec<PathBuf>, now: SystemTime) -> Vec<PathBuf> {
        let known: Vec<_> =
            newest_first.into_iter().filter_map(|path| Some((look(&path, now)?, path))).collect();
        let kept = self.kept(known.iter().map(|(backup, _)| *backup));
        known.into_iter().skip(kept).map(|(_, path)| path).collect()
    }

    /// How many of the backups are kept. The newest always is: what was only just put aside is not
    /// thrown away, however large it is.
    fn kept(&self, newest_first: impl Iterator<Item = Backup>) -> usize {
        let mut total = 0_u64;
        let fits = |backup: &Backup| {
            total = total.saturating_add(backup.bytes);
            self.max_total_bytes.is_none_or(|max| total <= max)
                && self.max_age.is_none_or(|max| backup.age <= max)
        };
        newest_first.take_while(fits).count().max(1)
    }
}

fn look(path: &Path, now: SystemTime) -> Option<Backup> {
    let file = fs::symlink_metadata(path).ok()?;
    // The clock may have been set back since.
    let age = now.duration_since(file.modified().ok()?).unwrap_or_default();
    Some(Backup { bytes: file.len(), age })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(caps: Caps, backups: &[(u64, u64)]) -> usize {
        let backup =
            |&(bytes, seconds): &(u64, u64)| Backup { bytes, age: Duration::from_secs(seconds) };
        caps.kept(backups.iter().map(backup))
    }

    #[test]
    fn the_oldest_go_until_the_rest_fits() {
        let caps = Caps { max_total_bytes: Some(100), max_age: None };
        assert_eq!(kept(caps, &[(40, 0), (40, 1), (20, 2), (1, 3)]), 3);
        assert_eq!(kept(caps, &[(40, 0), (61, 1), (20, 2)]), 1);
    }

    #[test]
    fn what_is_too_old_goes() {
        let caps = Caps { max_total_bytes: None, max_age: Some(Duration::from_secs(10)) };
        assert_eq!(kept(caps, &[(1, 1), (1, 10), (1, 11)]), 2);
    }

    #[test]
    fn the_newest_stays_in_any_case() {
        let caps = Caps { max_total_bytes: Some(1), max_age: Some(Duration::ZERO) };
        assert_eq!(kept(caps, &[(1000, 1000)]), 1);
    }
}
