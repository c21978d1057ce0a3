//! Which backups of a timed handler have had their time.

use std::path::{Path, PathBuf};

use handlers_file::rolling::{Retention, When};
use serde_json::json;

use super::case::{Case, Results, Skip, list, results, text};
use super::file_hooks;

/// `getFilesToDelete`, of a directory that the file of cases describes.
pub(super) fn files_to_delete(case: &Case<'_>) -> Result<Results, Skip> {
    let listings = case.shared.get("listings").and_then(|listings| listings.as_object());
    let listings = listings.ok_or_else(|| Skip::new("there are no listings"))?;
    let listing = case.text("listing")?;
    let names = listings.get(listing).ok_or_else(|| Skip::unknown("listing", listing))?;
    let names: Vec<&str> = list(names)?.iter().map(text).collect::<Result<_, _>>()?;

    // There is one dot in the path, as namers count them, but for those in the name.
    let path = Path::new("/logs").join(case.text("base")?);
    let when: When = case.text("when")?.parse().map_err(|_| Skip::unknown("when", "of a file"))?;
    let backup_count = u32::try_from(case.integer("backup_count")?)
        .map_err(|_| Skip::new("a number of backups that is not one of 32 bits"))?;
    let mut retention = Retention::new(&path, when);
    let rename = file_hooks::namer(case.optional_text("namer")?)?;
    let path_of = |suffix: &str| -> PathBuf {
        let default = PathBuf::from(format!("{}{suffix}", path.display()));
        match rename {
            Some(rename) => rename(&default),
            None => default,
        }
    };
    if rename.is_some() {
        retention = retention.named_by(&path_of);
    }
    Ok(results([("delete", json!(retention.expired(names, backup_count)))]))
}
