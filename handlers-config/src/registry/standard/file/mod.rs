//! The classes of handlers-file.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use handlers_core::{ErrorKind, Handler, Result, Value};
use handlers_file::encoding::{EncodeErrors, Encoding};
use handlers_file::{FileHandler, OpenMode, RotatingFileHandler, StandardStream, StreamHandler};

use crate::argument::Argument;
use crate::registry::{Arguments, Given, Opens, OpensFile, Parameters, Prepared, Registry};
use crate::stream::{Stream, Target};

pub(super) fn add(registry: Registry) -> Registry {
    let file = Parameters::new().required("filename").optional("mode");
    let rotating = file.clone().optional("maxBytes").optional("backupCount");
    let with_rest = |parameters: Parameters| {
        parameters.optional("encoding").optional("delay").optional("errors")
    };
    registry
        .handler("logging.StreamHandler", Parameters::new().optional("stream"), stream)
        .handler("logging.FileHandler", with_rest(file), file_handler)
        .handler("logging.handlers.RotatingFileHandler", with_rest(rotating), rotating_file_handler)
}

fn stream(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let terminator = arguments.text_attribute("terminator")?;
    let stream = match arguments.take("stream") {
        None | Some(Argument::Value(Value::None)) => Stream::stderr(),
        Some(Argument::Stream(stream)) => stream,
        // Python takes anything, and fails at the first record.
        Some(other) => {
            let expected = "a stream such as `ext://sys.stdout`";
            return Err(arguments.wrong("stream", expected, &other));
        }
    };
    Ok(Prepared::new(move || Ok(open_stream(stream, terminator))))
}

/// A handler for a stream, with the stream's name if it has one.
pub(crate) fn open_stream(stream: Stream, terminator: Option<String>) -> Arc<dyn Handler> {
    let terminator = terminator.unwrap_or_else(|| "\n".to_owned());
    let standard = |stream, name: &str| {
        StreamHandler::builder(stream).stream_name(name).terminator(terminator.clone()).build()
    };
    match stream.into_target() {
        Target::Stderr => Arc::new(standard(StandardStream::Stderr, "<stderr>")),
        Target::Stdout => Arc::new(standard(StandardStream::Stdout, "<stdout>")),
        Target::Other(stream) => {
            Arc::new(StreamHandler::builder(stream).terminator(terminator).build())
        }
    }
}

/// A handler for a file, from the arguments that `basicConfig` has for one.
pub(crate) fn open_file(
    path: Argument,
    mode: Argument,
    encoding: Argument,
    errors: Argument,
) -> Result<Arc<dyn Handler>> {
    let given = vec![
        Given::new("filename", path),
        Given::new("mode", mode),
        Given::new("encoding", encoding),
        Given::new("errors", errors),
    ];
    file_handler(&mut Arguments::new("logging.FileHandler", given))?.make()
}

fn file_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let file = FileSettings::read(arguments, false)?;
    let opens = file.opens();
    let doubt = file.encoding_error();
    let prepared = Prepared::handler(move || {
        let builder = FileHandler::builder(&file.path);
        with_settings!(builder, file).build()
    });
    Ok(doubted(prepared.opens_file(opens), doubt))
}

/// FILE-34: with a size, the file is opened for appending, whatever the mode says.
fn rotating_file_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let max_bytes = arguments.limit("maxBytes")?.unwrap_or(0);
    let file = FileSettings::read(arguments, max_bytes > 0)?;
    let backup_count = arguments.integer("backupCount")?.unwrap_or(0).max(0);
    let backup_count = u32::try_from(backup_count).unwrap_or(u32::MAX);
    let opens = file.opens();
    let doubt = file.encoding_error();
    let prepared = Prepared::handler(move || {
        let builder = RotatingFileHandler::builder(&file.path);
        let builder = builder.max_bytes(max_bytes).backup_count(backup_count);
        with_settings!(builder, file).build()
    });
    Ok(doubted(prepared.opens_file(opens), doubt))
}

fn doubted(
    prepared: Prepared<dyn Handler>,
    doubt: Option<handlers_core::Error>,
) -> Prepared<dyn Handler> {
    match doubt {
        Some(error) => prepared.doubt("encoding", error),
        None => prepared,
    }
}

/// What all file handlers are told.
struct FileSettings {
    path: PathBuf,
    mode: OpenMode,
    encoding: Option<String>,
    errors: Option<EncodeErrors>,
    delay: bool,
    terminator: Option<String>,
}

/// The builders share no trait, only the names of their methods.
macro_rules! with_settings {
    ($builder:expr, $settings:expr) => {{
        let (builder, settings): (_, FileSettings) = ($builder, $settings);
        let mut builder = builder.mode(settings.mode).delay(settings.delay);
        if let Some(encoding) = settings.encoding {
            builder = builder.encoding_name(&encoding);
        }
        if let Some(errors) = settings.errors {
            builder = builder.errors(errors);
        }
        if let Some(terminator) = settings.terminator {
            builder = builder.terminator(terminator);
        }
        builder
    }};
}
use with_settings;

impl FileSettings {
    fn read(arguments: &mut Arguments, appends: bool) -> Result<Self> {
        let terminator = arguments.text_attribute("terminator")?;
        let path = path(arguments)?;
        let delay = arguments.flag("delay").unwrap_or(false);
        let mode = if appends { OpenMode::APPEND } else { mode(arguments)? };
        let encoding = arguments.text("encoding")?;
        let errors = arguments.text("errors")?;
        for (name, given) in [("encoding", encoding.is_some()), ("errors", errors.is_some())] {
            if mode.is_binary() && given {
                let message = format!("binary mode doesn't take an {name} argument");
                return Err(arguments.refuse(name, ErrorKind::Value, message));
            }
        }
        let errors = errors.map(|name| name.parse()).transpose();
        let errors = errors.map_err(|error| arguments.blame("errors", error))?;
        Ok(Self { path, mode, encoding, errors, delay, terminator })
    }

    /// Found out by the builder, once the file is open (FILE-6).
    fn encoding_error(&self) -> Option<handlers_core::Error> {
        Encoding::by_name(self.encoding.as_deref()?).err()
    }

    fn opens(&self) -> OpensFile {
        let how = match self.mode.as_str() {
            mode if mode.contains('x') => Opens::New,
            mode if mode.contains('r') => Opens::Old,
            _ => Opens::AsItIs,
        };
        let name = "filename".to_owned();
        OpensFile { name, path: self.path.clone(), at_once: !self.delay, how }
    }
}

fn path(arguments: &mut Arguments) -> Result<PathBuf> {
    let path = match arguments.take("filename") {
        Some(Argument::Value(Value::Str(text))) => PathBuf::from(text.into_owned()),
        Some(Argument::Value(Value::Bytes(bytes))) => PathBuf::from(os_string(bytes.into_owned())),
        other => {
            let found = other.unwrap_or(Argument::Value(Value::None));
            return Err(arguments.wrong("filename", "text", &found));
        }
    };
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(arguments.refuse("filename", ErrorKind::Value, "embedded null byte"));
    }
    // For Python the empty path is the directory it is in, which cannot be opened.
    Ok(if path.as_os_str().is_empty() { PathBuf::from(".") } else { path })
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

fn mode(arguments: &mut Arguments) -> Result<OpenMode> {
    let Some(text) = arguments.non_null_text("mode")? else { return Ok(OpenMode::APPEND) };
    text.parse().map_err(|error| arguments.blame("mode", error))
}
