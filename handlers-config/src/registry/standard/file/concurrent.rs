//! The handlers of Python's package `concurrent-log-handler`: many processes, one file.

use handlers_core::{ErrorKind, Handler, Result, Value};
use handlers_file::encoding::EncodeErrors;
use handlers_file::rolling::Compression;
use handlers_file::{OpenMode, RotatingFileHandler, TimedRotatingFileHandler};

use super::rotating::{Periods, backup_count, periods};
use super::settings::{FileSettings, path, with_settings};
use crate::argument::Argument;
use crate::registry::{Arguments, Parameters, Prepared, Registry, Sharing};

/// The builders share no trait, only the names of their methods.
macro_rules! with_sharing {
    ($builder:expr, $settings:expr) => {{
        let (builder, settings): (_, SharedSettings) = ($builder, $settings);
        let mut builder = with_settings!(builder, settings.file).shared(true);
        if let Some(permissions) = settings.permissions {
            builder = builder.permissions(permissions);
        }
        if settings.compresses {
            builder = builder.compress(Compression::gzip());
        }
        builder
    }};
}

pub(super) fn add(registry: Registry) -> Registry {
    let add_sized = |registry: Registry, module| {
        registry.handler(&format!("{module}.{BY_SIZE}"), parameters_by_size(), by_size)
    };
    let add_timed = |registry: Registry, module| {
        registry.handler(&format!("{module}.{BY_TIME}"), parameters_by_time(), by_time)
    };
    // The package puts its classes into Python's module too, and had another name once.
    let modules = ["concurrent_log_handler", "logging.handlers"];
    let registry = modules.into_iter().fold(registry, add_timed);
    modules.into_iter().chain(["cloghandler"]).fold(registry, add_sized)
}

fn parameters_by_size() -> Parameters {
    let names = ["mode", "maxBytes", "backupCount", "encoding", "debug", "delay"];
    with_common(
        names.into_iter().fold(Parameters::new().required("filename"), Parameters::optional),
    )
}

fn parameters_by_time() -> Parameters {
    let parameters = periods(Parameters::new().required("filename"));
    with_common(parameters.optional("errors").optional("maxBytes")).keyword("mode").keyword("debug")
}

fn with_common(parameters: Parameters) -> Parameters {
    let names = [
        "use_gzip",
        "owner",
        "chmod",
        "umask",
        "newline",
        "terminator",
        "unicode_error_policy",
        "lock_file_directory",
        "keep_file_open",
    ];
    names.into_iter().fold(parameters, Parameters::optional)
}

fn by_size(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let terminator = arguments.text_attribute("terminator")?;
    let mut settings = SharedSettings::read(arguments)?;
    settings.file.terminator = terminator.or(settings.file.terminator);
    if !appends(arguments)? {
        settings.remark_on_mode();
    }
    let max_bytes = arguments.limit("maxBytes")?.unwrap_or(0);
    let backup_count = backup_count(arguments)?;
    if max_bytes > 0 && backup_count == 0 {
        let remark = "without `backupCount` Python empties the full file; here it grows on";
        settings.remark("maxBytes", remark);
    }
    Ok(settings.prepare(move |settings| {
        let builder = RotatingFileHandler::builder(&settings.file.path);
        let builder = builder.max_bytes(max_bytes).backup_count(backup_count);
        with_sharing!(builder, settings).build()
    }))
}

fn by_time(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let mut settings = SharedSettings::read(arguments)?;
    let max_bytes = arguments.limit("maxBytes")?.unwrap_or(0);
    let periods = Periods::read(arguments)?;
    // The package takes any, and throws it away.
    if arguments.take("mode").is_some_and(|mode| !is_text(&mode, "a")) {
        settings.remark_on_mode();
    }
    if let Some(remark) = periods.remark() {
        settings.remark("atTime", &remark);
    }
    if arguments.take("errors").is_some_and(|errors| !errors.is_none()) {
        settings.remark("errors", "`unicode_error_policy` is in force, as it is in Python");
    }
    Ok(settings.prepare(move |settings| {
        let builder = TimedRotatingFileHandler::builder(&settings.file.path);
        let builder = periods.set(builder).max_bytes(max_bytes);
        with_sharing!(builder, settings).build()
    }))
}

/// What both handlers are told.
struct SharedSettings {
    file: FileSettings,
    permissions: Option<u32>,
    compresses: bool,
    /// What is to be said about an argument.
    remarks: Remarks,
}

type Remarks = Vec<(&'static str, String)>;

impl SharedSettings {
    /// Reads what both have. What cannot be done here, and matters, is an error.
    fn read(arguments: &mut Arguments) -> Result<Self> {
        let path = path(arguments)?;
        let encoding = arguments.text("encoding")?;
        let terminator = arguments.text("terminator")?.filter(|terminator| !terminator.is_empty());
        let permissions = permissions(arguments)?;
        refuse_newline(arguments)?;
        refuse(arguments, "owner", "a file belongs to the user that the program runs as")?;
        refuse(arguments, "lock_file_directory", "the lock file stands beside the log file")?;
        let compresses = arguments.flag("use_gzip").unwrap_or(false);
        let mut remarks = Vec::new();
        let errors = Some(encode_errors(arguments, &mut remarks));
        // The package ignores `delay` too: its handlers open the file with the first record.
        let file = FileSettings {
            path,
            mode: OpenMode::APPEND,
            encoding,
            errors,
            delay: true,
            terminator,
        };
        let mut settings = Self { file, permissions, compresses, remarks };
        settings.remark_on_idle(arguments);
        Ok(settings)
    }

    /// Looks at arguments that change nothing here.
    fn remark_on_idle(&mut self, arguments: &mut Arguments) {
        let delay = arguments.take("delay").filter(|delay| !delay.is_none());
        if delay.is_some_and(|delay| !delay.is_true()) {
            self.remark("delay", "the file is opened by the first record, as it is in Python");
        }
        if arguments.flag("debug").unwrap_or(false) {
            self.remark("debug", "`debug` has no effect here");
        }
        if !arguments.flag("keep_file_open").unwrap_or(true) {
            self.remark("keep_file_open", "the file is kept open here");
        }
    }

    fn remark_on_mode(&mut self) {
        self.remark("mode", "a file that others write too is appended to");
    }

    fn remark(&mut self, name: &'static str, remark: &str) {
        self.remarks.push((name, remark.to_owned()));
    }

    fn prepare<H: Handler>(
        self,
        make: impl FnOnce(Self) -> Result<H> + 'static,
    ) -> Prepared<dyn Handler> {
        let Self { file, permissions, compresses, mut remarks } = self;
        let said = std::mem::take(&mut remarks);
        let prepared = file.prepare(Sharing::TakesTurns, move |file| {
            make(Self { file, permissions, compresses, remarks })
        });
        said.into_iter().fold(prepared, |prepared, (name, remark)| prepared.warn(name, remark))
    }
}

/// Whether the mode is one for appending.
fn appends(arguments: &mut Arguments) -> Result<bool> {
    let Some(mode) = arguments.non_null_text("mode")? else { return Ok(true) };
    let mode: OpenMode = mode.parse().map_err(|error| arguments.blame("mode", error))?;
    if mode.is_binary() {
        let message = "a file of lines cannot be opened in a binary mode";
        return Err(arguments.refuse("mode", ErrorKind::Type, message));
    }
    Ok(mode.as_str().contains('a'))
}

/// `chmod`, or else what `umask` leaves of the permissions that files are made with.
fn permissions(arguments: &mut Arguments) -> Result<Option<u32>> {
    let umask = bits(arguments, "umask", 0o777)?;
    let chmod = bits(arguments, "chmod", 0o7777)?;
    Ok(chmod.or_else(|| umask.map(|umask| 0o666 & !umask)))
}

fn bits(arguments: &mut Arguments, name: &str, most: u32) -> Result<Option<u32>> {
    let Some(argument) = arguments.take(name).filter(|argument| !argument.is_none()) else {
        return Ok(None);
    };
    let number = match &argument {
        Argument::Value(value) => value.as_i64(),
        _ => None,
    };
    let Some(number) = number else {
        let expected = "an integer, such as 0640 in YAML or 416 in JSON";
        return Err(arguments.wrong(name, expected, &argument));
    };
    let bits = u32::try_from(number).ok().filter(|bits| *bits <= most);
    bits.map(Some).ok_or_else(|| {
        let message = format!("`{name}` must be from 0 to {most:#o}, not {number}");
        arguments.refuse(name, ErrorKind::Value, message)
    })
}

/// What is not in the encoding is left out, unless the configuration says otherwise.
fn encode_errors(arguments: &mut Arguments, remarks: &mut Remarks) -> EncodeErrors {
    let name = "unicode_error_policy";
    match arguments.take(name) {
        None => EncodeErrors::Ignore,
        Some(policy) if is_text(&policy, "ignore") => EncodeErrors::Ignore,
        Some(policy) if is_text(&policy, "replace") => EncodeErrors::Replace,
        Some(policy) if is_text(&policy, "strict") => EncodeErrors::Strict,
        Some(_) => {
            let remark = "this is none of `ignore`, `replace` and `strict`; `ignore` is in force";
            remarks.push((name, remark.to_owned()));
            EncodeErrors::Ignore
        }
    }
}

/// On Unix these leave the ends of lines alone.
fn refuse_newline(arguments: &mut Arguments) -> Result<()> {
    match arguments.text("newline")?.as_deref() {
        None | Some("" | "\n") => Ok(()),
        Some("\r" | "\r\n") => {
            let message = "line ends are not translated here; use `terminator`";
            Err(arguments.refuse("newline", ErrorKind::Value, message))
        }
        Some(other) => {
            let message = format!("illegal newline value: {}", Value::from(other).repr());
            Err(arguments.refuse("newline", ErrorKind::Value, message))
        }
    }
}

fn is_text(argument: &Argument, text: &str) -> bool {
    matches!(argument, Argument::Value(Value::Str(found)) if found == text)
}

/// Refuses an argument that is given, unless it is nothing.
fn refuse(arguments: &mut Arguments, name: &str, instead: &str) -> Result<()> {
    if arguments.take(name).is_none_or(|argument| !argument.is_true()) {
        return Ok(());
    }
    let message = format!("`{name}` cannot be honoured: {instead}");
    Err(arguments.refuse(name, ErrorKind::Value, message))
}

const BY_SIZE: &str = "ConcurrentRotatingFileHandler";

const BY_TIME: &str = "ConcurrentTimedRotatingFileHandler";
