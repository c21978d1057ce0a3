//! `basicConfig` with a file or a stream.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use handlers_core::BasicConfig;

use crate::encoding::EncodeErrors;
use crate::file::{FileHandler, FileHandlerBuilder};
use crate::stream::StreamHandler;

/// Gives [`BasicConfig`] its `filename` and `stream`.
///
/// # Examples
///
/// ```
/// use handlers_core::{BasicConfig, Level, Manager, info};
/// use handlers_file::BasicConfigExt;
/// # let path = std::env::temp_dir().join(format!("basic-config-{}.log", std::process::id()));
///
/// let manager = Manager::new();
/// BasicConfig::new().filename(&path).level(Level::INFO).apply_to(&manager)?;
/// info!(manager.root(), "ready");
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "INFO:root:ready\n");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub trait BasicConfigExt {
    /// Logs to the file at `path`, with Python's defaults: appended to, and characters that the
    /// encoding does not have are written as escapes (CORE-172).
    #[must_use]
    fn filename(self, path: impl AsRef<Path>) -> Self;

    /// Logs to the file of `builder`, which is opened only if the handler is wanted.
    #[must_use]
    fn file_handler(self, builder: FileHandlerBuilder) -> Self;

    /// Logs to `stream`.
    #[must_use]
    fn output(self, stream: impl Write + Send + 'static) -> Self;
}

impl BasicConfigExt for BasicConfig {
    fn filename(self, path: impl AsRef<Path>) -> Self {
        let builder = FileHandler::builder(path).errors(EncodeErrors::BackslashReplace);
        self.file_handler(builder)
    }

    fn file_handler(self, builder: FileHandlerBuilder) -> Self {
        self.file(move || Ok(Arc::new(builder.build()?)))
    }

    fn output(self, stream: impl Write + Send + 'static) -> Self {
        self.stream(move || Ok(Arc::new(StreamHandler::new(stream))))
    }
}
