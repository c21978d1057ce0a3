//! Namers and rotators, by the names that the vectors have for them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result as HandlerResult};

use super::case::Skip;

/// From the path that a backup would have to the one it gets.
pub(super) type NamerFn = fn(&Path) -> PathBuf;

/// Makes a backup, the second path, of a file, the first.
pub(super) type RotatorFn = fn(&Path, &Path) -> HandlerResult<()>;

/// None if the case has no namer.
pub(super) fn namer(name: Option<&str>) -> Result<Option<NamerFn>, Skip> {
    Ok(match name {
        None | Some("none") => None,
        Some("append_gz") => Some(append_gz),
        Some("constant") => Some(constant),
        Some("dash") => Some(dash),
        Some("ext_last") => Some(ext_last),
        Some("prefix") => Some(prefix),
        Some(other) => return Err(Skip::unknown("namer", other)),
    })
}

/// None if the case has no rotator.
pub(super) fn rotator(name: Option<&str>) -> Result<Option<RotatorFn>, Skip> {
    Ok(match name {
        None | Some("none") => None,
        Some("copy_truncate") => Some(copy_truncate),
        Some(other) => return Err(Skip::unknown("rotator", other)),
    })
}

fn append_gz(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.gz", path.display()))
}

fn constant(path: &Path) -> PathBuf {
    path.with_file_name("always-the-same.log")
}

/// `DIR/B.SUFFIX` becomes `DIR/B-SUFFIX`.
fn dash(path: &Path) -> PathBuf {
    match split_suffix(path) {
        Some((base, suffix)) => path.with_file_name(format!("{base}-{suffix}")),
        None => path.to_owned(),
    }
}

/// `X.EXT.SUFFIX` becomes `X.SUFFIX.EXT`, if there are two dots in the whole path.
fn ext_last(path: &Path) -> PathBuf {
    let whole = path.to_string_lossy();
    let mut parts = whole.rsplitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(suffix), Some(extension), Some(stem)) => {
            PathBuf::from(format!("{stem}.{suffix}.{extension}"))
        }
        _ => path.to_owned(),
    }
}

/// `DIR/B.SUFFIX` becomes `DIR/old-SUFFIX-B`.
fn prefix(path: &Path) -> PathBuf {
    match split_suffix(path) {
        Some((base, suffix)) => path.with_file_name(format!("old-{suffix}-{base}")),
        None => path.to_owned(),
    }
}

fn split_suffix(path: &Path) -> Option<(String, String)> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let (base, suffix) = name.rsplit_once('.')?;
    Some((base.to_owned(), suffix.to_owned()))
}

fn copy_truncate(source: &Path, dest: &Path) -> HandlerResult<()> {
    let done = fs::copy(source, dest).and_then(|_| fs::write(source, ""));
    done.map_err(|error: io::Error| Error::io("copy and truncate the log file", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_vectors_say_of_them() {
        for (name, path, expected) in [
            ("append_gz", "/d/a.log.1", "/d/a.log.1.gz"),
            ("constant", "/d/a.log.1", "/d/always-the-same.log"),
            ("dash", "/d/a.log.1", "/d/a.log-1"),
            ("ext_last", "/d/a.log.1", "/d/a.1.log"),
            ("ext_last", "/d/log.1", "/d/log.1"),
            ("prefix", "/d/a.log.1", "/d/old-1-a.log"),
        ] {
            let namer = namer(Some(name)).expect("known").expect("a namer");
            assert_eq!(namer(Path::new(path)), Path::new(expected));
        }
        assert!(namer(Some("random")).is_err() && rotator(Some("gzip")).is_err());
    }
}
