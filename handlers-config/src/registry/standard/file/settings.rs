//! What all file handlers are told.

use std::ffi::OsString;
use std::path::PathBuf;

use handlers_core::{Error, ErrorKind, Handler, Result, Value};
use handlers_file::OpenMode;
use handlers_file::encoding::{EncodeErrors, Encoding};

use crate::argument::Argument;
use crate::registry::{Arguments, Opens, OpensFile, Prepared, Sharing};

/// The arguments that all file handlers have.
pub(super) struct FileSettings {
    pub(super) path: PathBuf,
    pub(super) mode: OpenMode,
    pub(super) encoding: Option<String>,
    pub(super) errors: Option<EncodeErrors>,
    pub(super) delay: bool,
    pub(super) terminator: Option<String>,
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
pub(super) use with_settings;

impl FileSettings {
    /// Reads them. A file that is always appended to has no mode.
    pub(super) fn read(arguments: &mut Arguments, appends: bool) -> Result<Self> {
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

    /// Prepares a handler of the file, and tells a check what to look at.
    pub(super) fn prepare<H: Handler>(
        self,
        sharing: Sharing,
        make: impl FnOnce(Self) -> Result<H> + 'static,
    ) -> Prepared<dyn Handler> {
        let (opens, doubt) = (self.opens(sharing), self.encoding_error());
        let prepared = Prepared::handler(move || make(self)).opens_file(opens);
        match doubt {
            Some(error) => prepared.doubt("encoding", error),
            None => prepared,
        }
    }

    /// Found out by the builder, once the file is open (FILE-6).
    fn encoding_error(&self) -> Option<Error> {
        Encoding::by_name(self.encoding.as_deref()?).err()
    }

    fn opens(&self, sharing: Sharing) -> OpensFile {
        let how = match self.mode.as_str() {
            mode if mode.contains('x') => Opens::New,
            mode if mode.contains('r') => Opens::Old,
            _ => Opens::AsItIs,
        };
        let name = "filename".to_owned();
        OpensFile { name, path: self.path.clone(), at_once: !self.delay, how, sharing }
    }
}

pub(super) fn path(arguments: &mut Arguments) -> Result<PathBuf> {
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
