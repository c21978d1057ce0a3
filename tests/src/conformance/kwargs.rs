//! The keywords of Python's `basicConfig`, carried out in its order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlers_core::{
    BasicConfig, Error, ErrorKind, Handler, Level, Manager, Result, StderrHandler, Style, Value,
};
use handlers_file::encoding::{EncodeErrors, Encoding};
use handlers_file::{FileHandler, OpenMode};

/// What a program passes to `basicConfig`: which keywords are there, and what they say.
#[derive(Debug, Default)]
pub(super) struct Keywords {
    /// Every keyword that is there, in the order of the call.
    pub(super) names: Vec<String>,
    pub(super) force: bool,
    pub(super) encoding: Option<String>,
    pub(super) errors: Keyword<String>,
    pub(super) handlers: Option<Vec<Arc<dyn Handler>>>,
    pub(super) stream: Keyword<Arc<dyn Handler>>,
    pub(super) filename: Keyword<String>,
    pub(super) filemode: Option<String>,
    pub(super) datefmt: Option<String>,
    pub(super) style: Option<String>,
    pub(super) format: Keyword<String>,
    pub(super) level: Option<Value<'static>>,
}

/// A keyword for which it matters whether it is there, even if all it says is `None`.
#[derive(Debug, Default)]
pub(super) enum Keyword<T> {
    #[default]
    Absent,
    Nothing,
    Value(T),
}

/// Configures the root logger of a tree. Relative file names are taken from `directory`.
///
/// # Errors
///
/// Those of Python, in its order: what was done before an error stays done.
pub(super) fn basic_config(
    mut keywords: Keywords,
    directory: &Path,
    manager: &Manager,
) -> Result<()> {
    // CORE-169: nothing is looked at if there are handlers.
    if !keywords.force && !manager.root().handlers().is_empty() {
        return Ok(());
    }
    let unused = keywords.unused();
    let level = keywords.level.take();
    keywords.into_config(directory).apply_to(manager)?;
    // CORE-176: by now the handlers are there.
    if let Some(level) = level {
        manager.root().set_level(Level::from_value(&level)?);
    }
    // CORE-177.
    if unused.is_empty() {
        return Ok(());
    }
    let message = format!("Unrecognised argument(s): {}", unused.join(", "));
    Err(Error::new(ErrorKind::Value, message))
}

impl<T> Keyword<T> {
    fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Nothing => None,
        }
    }
}

impl Keywords {
    /// The keywords that are left over: those that are not known, and that of a file where the
    /// handlers are given.
    fn unused(&self) -> Vec<String> {
        let is_unused = |name: &&String| match name.as_str() {
            "filemode" => self.handlers.is_some(),
            name => !KNOWN.contains(&name),
        };
        self.names.iter().filter(is_unused).cloned().collect()
    }

    fn into_config(mut self, directory: &Path) -> BasicConfig {
        let mut config = BasicConfig::new().force(self.force);
        match std::mem::take(&mut self.format) {
            Keyword::Absent => {}
            Keyword::Nothing => config = config.format(""),
            Keyword::Value(format) => config = config.format(format),
        }
        if let Some(format) = self.datefmt.take() {
            config = config.date_format(format);
        }
        // Python finds a style that there is not once the file is open (CORE-178).
        let flaw = match self.style.as_deref().map_or(Ok(Style::Percent), str::parse) {
            Ok(style) => {
                config = config.style(style);
                None
            }
            Err(flaw) => Some(flaw),
        };
        self.add_handlers(config, directory, flaw)
    }

    /// Adds what opens the handlers; `flaw` is found as soon as they are open.
    fn add_handlers(
        self,
        config: BasicConfig,
        directory: &Path,
        flaw: Option<Error>,
    ) -> BasicConfig {
        let stderr = || Arc::new(StderrHandler::new()) as Arc<dyn Handler>;
        let checked = |handler, flaw: Option<Error>| flaw.map_or(Ok(handler), Err);
        // What is never opened: the settings exclude each other.
        let never = move || Ok(stderr());
        match (self.handlers, self.stream.is_there(), self.filename.is_there()) {
            (Some(handlers), false, false) => match flaw {
                Some(flaw) => config.stream(|| Err(flaw)),
                None => config.handlers(handlers),
            },
            (Some(handlers), ..) => config.handlers(handlers).stream(never),
            (None, true, true) => config.stream(never).file(never),
            (None, ..) => {
                let Some(name) = self.filename.value().filter(|name| !name.is_empty()) else {
                    let stream = self.stream.value();
                    return config.stream(move || checked(stream.unwrap_or_else(stderr), flaw));
                };
                let path = directory.join(name);
                let file = File {
                    path,
                    mode: self.filemode,
                    encoding: self.encoding,
                    errors: self.errors,
                };
                config.file(move || checked(file.open()?, flaw))
            }
        }
    }
}

/// CORE-172.
struct File {
    path: PathBuf,
    mode: Option<String>,
    encoding: Option<String>,
    errors: Keyword<String>,
}

impl File {
    fn open(self) -> Result<Arc<dyn Handler>> {
        let mode = self.mode.map_or(Ok(OpenMode::APPEND), |mode| mode.parse())?;
        let is_binary = mode.is_binary();
        let mut builder = FileHandler::builder(&self.path).mode(mode);
        builder = match self.encoding {
            Some(encoding) => builder.encoding_name(&encoding),
            None if is_binary => builder,
            None => builder.encoding(Encoding::LOCALE),
        };
        builder = match self.errors {
            Keyword::Absent if !is_binary => builder.errors(EncodeErrors::BackslashReplace),
            Keyword::Value(errors) if !is_binary => builder.errors(errors.parse()?),
            _ => builder,
        };
        Ok(Arc::new(builder.build()?))
    }
}

const KNOWN: [&str; 11] = [
    "force", "encoding", "errors", "handlers", "stream", "filename", "filemode", "datefmt",
    "style", "format", "level",
];
