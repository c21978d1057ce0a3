//! What a file handler was told about its file.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Error, Level, Result};

use crate::encoding::{EncodeErrors, Encoding};
use crate::mode::OpenMode;
use crate::output::{Combiner, Target, flush_every};

/// What a file handler was told about its file.
#[derive(Debug, Clone)]
pub(crate) struct FileSettings {
    /// Absolute (FILE-1).
    pub(crate) path: PathBuf,
    pub(crate) mode: OpenMode,
    /// None for a binary mode (FILE-3).
    pub(crate) encoding: Option<Encoding>,
    pub(crate) errors: EncodeErrors,
    pub(crate) delay: bool,
    pub(crate) buffer: Option<Buffer>,
    pub(crate) terminator: String,
    /// Whether the path is looked at before each write, and opened anew if it is another file.
    pub(crate) watch: bool,
    /// Whether other processes write and move the file, too. Whoever works on it has their lock.
    pub(crate) shared: bool,
    /// The permissions of new files, as `chmod` takes them.
    pub(crate) permissions: Option<u32>,
    /// What every new file begins with, without its line end.
    pub(crate) header: Option<String>,
    /// A symbolic link to the file.
    pub(crate) link: Option<PathBuf>,
}

impl FileSettings {
    /// Sees to it that no line is held back longer than it may.
    pub(crate) fn flush_regularly<T: Target + Send + 'static>(
        &self,
        output: &Arc<Combiner<T>>,
    ) -> Result<()> {
        let interval = self.buffer.and_then(|buffer| buffer.interval);
        interval.map_or(Ok(()), |interval| flush_every(interval, output))
    }
}

/// When a buffered file is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buffer {
    pub(crate) capacity: usize,
    pub(crate) flush_level: Level,
    pub(crate) interval: Option<Duration>,
}

/// The absolute form of `path`, with `.`, `..` and doubled separators collapsed as text (FILE-1).
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    let whole = std::path::absolute(path).map_err(|error| {
        Error::io(format!("find the absolute path of {}", path.display()), error)
    })?;
    let mut collapsed = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                collapsed.pop();
            }
            other => collapsed.push(other),
        }
    }
    Ok(collapsed)
}
