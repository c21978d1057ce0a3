//! The file handlers that a scenario can be about.

use std::path::Path;

use handlers_core::{ErrorHook, Handler, PatternFormatter, Record, Result as HandlerResult};
use handlers_file::encoding::EncodeErrors;
use handlers_file::{FileHandler, OpenMode, RotatingFileHandler, WatchedFileHandler};

use super::case::{Case, Skip};
use super::file_hooks::{NamerFn, RotatorFn, namer, rotator};

/// A handler, with what some kinds of it can do besides.
#[derive(Debug)]
pub(super) enum Subject {
    File(Box<FileHandler>),
    Rotating(Box<RotatingFileHandler>),
    Watched(Box<WatchedFileHandler>),
}

impl Subject {
    /// Makes the handler that the case wants, for the file at `path`.
    pub(super) fn open(
        case: &Case<'_>,
        path: &Path,
        hook: impl ErrorHook + 'static,
    ) -> Result<HandlerResult<Self>, Skip> {
        let kw = case.nested("kw")?;
        match case.text("kind")? {
            kind @ ("file" | "watched") => {
                open_plain(kind == "watched", &kw, Common::read(case, &kw)?, path, hook)
            }
            "rotating" => open_rotating(case, &kw, path, hook),
            other => Err(Skip::unknown("kind of handler", other)),
        }
    }

    pub(super) fn handler(&self) -> &dyn Handler {
        match self {
            Self::File(handler) => &**handler,
            Self::Rotating(handler) => &**handler,
            Self::Watched(handler) => &**handler,
        }
    }

    pub(super) fn do_rollover(&self) -> Result<HandlerResult<()>, Skip> {
        match self {
            Self::File(_) | Self::Watched(_) => Err(Skip::new("a handler that does not rotate")),
            Self::Rotating(handler) => Ok(handler.do_rollover()),
        }
    }

    pub(super) fn should_rollover(&self, record: &Record<'_>) -> Result<HandlerResult<bool>, Skip> {
        match self {
            Self::File(_) | Self::Watched(_) => Err(Skip::new("a handler that does not rotate")),
            Self::Rotating(handler) => Ok(handler.should_rollover(record)),
        }
    }
}

/// What every kind of file handler can be told.
struct Common {
    mode: Option<String>,
    encoding: Option<String>,
    errors: Option<String>,
    delay: bool,
    formatter: Option<PatternFormatter>,
    terminator: Option<String>,
}

const COMMON_KEYWORDS: [&str; 4] = ["mode", "encoding", "errors", "delay"];

impl Common {
    fn read(case: &Case<'_>, kw: &Case<'_>) -> Result<Self, Skip> {
        let owned = |case: &Case<'_>, key| Ok(case.optional_text(key)?.map(str::to_owned));
        let formatter = case.optional_text("fmt")?.map(PatternFormatter::new);
        Ok(Self {
            mode: owned(kw, "mode")?,
            encoding: owned(kw, "encoding")?,
            errors: owned(kw, "errors")?,
            delay: kw.flag_or("delay", false)?,
            formatter: formatter.transpose().map_err(|error| Skip::new(error.to_string()))?,
            terminator: owned(case, "terminator")?,
        })
    }
}

/// Sets what is common on a builder: the builders share no trait, only their methods.
macro_rules! with_common {
    ($builder:expr, $common:expr) => {{
        let (mut builder, common): (_, Common) = ($builder, $common);
        builder = builder.delay(common.delay);
        if let Some(mode) = common.mode {
            builder = builder.mode(mode.parse::<OpenMode>()?);
        }
        if let Some(encoding) = common.encoding {
            builder = builder.encoding_name(&encoding);
        }
        if let Some(errors) = common.errors {
            builder = builder.errors(errors.parse::<EncodeErrors>()?);
        }
        if let Some(formatter) = common.formatter {
            builder = builder.formatter(formatter);
        }
        if let Some(terminator) = common.terminator {
            builder = builder.terminator(terminator);
        }
        builder
    }};
}

/// Opens one of the handlers that know nothing but what is common.
fn open_plain(
    is_watched: bool,
    kw: &Case<'_>,
    common: Common,
    path: &Path,
    hook: impl ErrorHook + 'static,
) -> Result<HandlerResult<Subject>, Skip> {
    kw.only(&COMMON_KEYWORDS)?;
    let open = || {
        if is_watched {
            let builder = WatchedFileHandler::builder(path).error_hook(hook);
            Ok(Subject::Watched(Box::new(with_common!(builder, common).build()?)))
        } else {
            let builder = FileHandler::builder(path).error_hook(hook);
            Ok(Subject::File(Box::new(with_common!(builder, common).build()?)))
        }
    };
    Ok(open())
}

fn open_rotating(
    case: &Case<'_>,
    kw: &Case<'_>,
    path: &Path,
    hook: impl ErrorHook + 'static,
) -> Result<HandlerResult<Subject>, Skip> {
    kw.only(&[&COMMON_KEYWORDS[..], &["maxBytes", "backupCount"]].concat())?;
    let common = Common::read(case, kw)?;
    // Less than nothing is as nothing (FILE-35, FILE-48); the types have no less.
    let max_bytes = u64::try_from(kw.integer_or("maxBytes", 0)?).unwrap_or(0);
    let backup_count = u32::try_from(kw.integer_or("backupCount", 0)?.max(0))
        .map_err(|_| Skip::new("more backups than 32 bits can count"))?;
    let namer: Option<NamerFn> = namer(case.optional_text("namer")?)?;
    let rotator: Option<RotatorFn> = rotator(case.optional_text("rotator")?)?;
    let open = || {
        let builder = RotatingFileHandler::builder(path).error_hook(hook);
        let mut builder =
            with_common!(builder, common).max_bytes(max_bytes).backup_count(backup_count);
        if let Some(namer) = namer {
            builder = builder.namer(namer);
        }
        if let Some(rotator) = rotator {
            builder = builder.rotator(rotator);
        }
        builder.build()
    };
    Ok(open().map(|handler| Subject::Rotating(Box::new(handler))))
}
