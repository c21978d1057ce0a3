//! `basicConfig` with the arguments of Python, by name.

use std::sync::Arc;

use handlers_core::{
    Error, ErrorKind, Formatter, Handler, Level, Logger, Manager, PatternFormatter, Result, Style,
    Value, with_configuration_lock,
};

use crate::argument::Argument;
use crate::registry::{Arguments, Given};

/// Sets up the root logger of the program: Python's `basicConfig`, with its arguments by name.
///
/// For arguments that come from a file or another program; code has
/// [`BasicConfig`](handlers_core::BasicConfig).
///
/// | argument | what it is |
/// |---|---|
/// | `filename`, `filemode`, `encoding`, `errors` | a file to log to |
/// | `stream` | an [`Argument::Stream`] |
/// | `handlers` | [`Argument::Handlers`] |
/// | `format`, `datefmt`, `style` | text |
/// | `level` | a name or a number |
/// | `force` | whether handlers that are there go first |
///
/// # Errors
///
/// CPython's, in its order: what was done before an error stays done. An argument that is not known
/// is told last (CORE-177).
///
/// # Examples
///
/// ```
/// use handlers_config::basic_config;
///
/// basic_config([("level", "INFO".into()), ("format", "%(message)s".into())])?;
/// let error = basic_config([("force", true.into()), ("loglevel", 10.into())]).unwrap_err();
/// assert_eq!(error.to_string(), "Unrecognised argument(s): loglevel");
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub fn basic_config<N: Into<String>>(
    arguments: impl IntoIterator<Item = (N, Argument)>,
) -> Result<()> {
    basic_config_to(Manager::global(), arguments)
}

/// Sets up the root logger of a tree.
///
/// # Errors
///
/// Those of [`basic_config`].
pub fn basic_config_to<N: Into<String>>(
    manager: &Manager,
    arguments: impl IntoIterator<Item = (N, Argument)>,
) -> Result<()> {
    let mut given: Vec<Given> = Vec::new();
    for (name, argument) in arguments {
        let name = name.into();
        given.retain(|known| known.name != name);
        given.push(Given::new(name, argument));
    }
    let arguments = Arguments::new("logging.basicConfig", given);
    with_configuration_lock(|| configure(&manager.root(), arguments))
}

fn configure(root: &Logger, mut arguments: Arguments) -> Result<()> {
    let force = arguments.flag("force").unwrap_or(false);
    let none = || Argument::Value(Value::None);
    let encoding = arguments.take("encoding").unwrap_or_else(none);
    let errors = arguments.take("errors").unwrap_or_else(|| "backslashreplace".into());
    if force {
        // CORE-170.
        for handler in root.handlers() {
            root.remove_handler(&handler);
            handler.close()?;
        }
    }
    // CORE-169: nothing more is looked at if there are handlers.
    if !root.handlers().is_empty() {
        return Ok(());
    }
    let handlers = handlers(&mut arguments, encoding, errors)?;
    let formatter = formatter(&mut arguments)?;
    for handler in handlers {
        if handler.base().formatter().is_none() {
            handler.base().set_formatter(Some(Arc::clone(&formatter)));
        }
        root.add_handler(handler);
    }
    // CORE-176: by now the handlers are there.
    if let Some(level) = arguments.value("level")?.filter(|level| *level != Value::None) {
        root.set_level(Level::from_value(&level)?);
    }
    match arguments.take_rest().as_slice() {
        [] => Ok(()),
        rest => {
            let names: Vec<&str> = rest.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!("Unrecognised argument(s): {}", names.join(", "));
            Err(Error::new(ErrorKind::Value, message))
        }
    }
}

/// CORE-172 to CORE-175.
fn handlers(
    arguments: &mut Arguments,
    encoding: Argument,
    errors: Argument,
) -> Result<Vec<Arc<dyn Handler>>> {
    let conflict = |message| Err(Error::new(ErrorKind::Value, message));
    let (stream, file) = (arguments.has("stream"), arguments.has("filename"));
    match arguments.take("handlers") {
        None | Some(Argument::Value(Value::None)) if stream && file => {
            conflict("'stream' and 'filename' should not be specified together")
        }
        None | Some(Argument::Value(Value::None)) => {
            Ok(vec![handler(arguments, encoding, errors)?])
        }
        Some(_) if stream || file => {
            conflict("'stream' or 'filename' should not be specified together with 'handlers'")
        }
        Some(Argument::Handlers(handlers)) => Ok(handlers),
        Some(Argument::Value(Value::List(none) | Value::Tuple(none))) if none.is_empty() => {
            Ok(Vec::new())
        }
        Some(other) => Err(arguments.wrong("handlers", "a list of handlers", &other)),
    }
}

#[cfg(feature = "file")]
fn handler(
    arguments: &mut Arguments,
    encoding: Argument,
    errors: Argument,
) -> Result<Arc<dyn Handler>> {
    use crate::registry::{open_file, open_stream};

    let filename = arguments.take("filename").filter(Argument::is_true);
    let mode = arguments.take("filemode").unwrap_or_else(|| "a".into());
    if let Some(filename) = filename {
        let is_binary = matches!(&mode, Argument::Value(Value::Str(mode)) if mode.contains('b'));
        let errors = if is_binary { Argument::Value(Value::None) } else { errors };
        return open_file(filename, mode, encoding, errors);
    }
    let stream = match arguments.take("stream") {
        None | Some(Argument::Value(Value::None)) => crate::Stream::stderr(),
        Some(Argument::Stream(stream)) => stream,
        Some(other) => return Err(arguments.wrong("stream", "a stream", &other)),
    };
    Ok(open_stream(stream, None))
}

#[cfg(not(feature = "file"))]
fn handler(arguments: &mut Arguments, _: Argument, _: Argument) -> Result<Arc<dyn Handler>> {
    let _ = arguments.take("filemode");
    for name in ["filename", "stream"] {
        if let Some(given) = arguments.take(name).filter(Argument::is_true) {
            return Err(arguments.wrong(name, "left out of this build", &given));
        }
    }
    Ok(Arc::new(handlers_core::StderrHandler::new()))
}

/// CORE-171, CORE-178.
fn formatter(arguments: &mut Arguments) -> Result<Arc<dyn Formatter>> {
    let datefmt = arguments.text("datefmt")?;
    let style = match arguments.take("style") {
        None => Style::Percent,
        Some(Argument::Value(Value::Str(style))) => style.parse()?,
        Some(_) => "".parse()?,
    };
    let format = if arguments.has("format") {
        arguments.text("format")?.unwrap_or_default()
    } else {
        style.basic_format().to_owned()
    };
    let mut builder = PatternFormatter::builder().format(format).style(style);
    if let Some(datefmt) = datefmt {
        builder = builder.date_format(datefmt);
    }
    Ok(Arc::new(builder.build()?))
}

// What is expected is what CPython 3.13 does.
#[cfg(test)]
mod tests {
    use super::*;
    use handlers_core::NullHandler;

    fn call(manager: &Manager, arguments: &[(&str, &'static str)]) -> Result<()> {
        basic_config_to(manager, arguments.iter().map(|(name, text)| (*name, (*text).into())))
    }

    fn format(handler: &Arc<dyn Handler>) -> String {
        handler.base().formatter().map(|formatter| formatter.label()).unwrap_or_default()
    }

    #[test]
    fn a_root_that_has_handlers_is_left_alone() {
        let manager = Manager::new();
        manager.root().add_handler(Arc::new(NullHandler::new()));
        assert!(call(&manager, &[("level", "LOUD"), ("zzz", "")]).is_ok());
        assert_eq!(manager.root().handlers().len(), 1);
    }

    #[test]
    fn an_error_comes_after_what_was_done_before_it() {
        let manager = Manager::new();
        let error = call(&manager, &[("level", "LOUD"), ("zzz", "")]).unwrap_err();
        assert_eq!(error.to_string(), "Unknown level: 'LOUD'");
        assert_eq!(manager.root().handlers().len(), 1);

        let manager = Manager::new();
        let error =
            call(&manager, &[("zzz", ""), ("level", "INFO"), ("loglevel", "")]).unwrap_err();
        assert_eq!(error.to_string(), "Unrecognised argument(s): zzz, loglevel");
        assert_eq!(manager.root().level(), Level::INFO);
    }

    #[test]
    fn handlers_that_have_a_formatter_keep_it() {
        let manager = Manager::new();
        let own: Arc<dyn Handler> = Arc::new(NullHandler::new());
        let formatter = PatternFormatter::new("own %(message)s").unwrap();
        own.base().set_formatter(Some(Arc::new(formatter)));
        let handlers = Argument::Handlers(vec![own, Arc::new(NullHandler::new())]);
        let arguments = [("handlers", handlers), ("style", "{".into())];
        basic_config_to(&manager, arguments).unwrap();
        let formats: Vec<String> = manager.root().handlers().iter().map(format).collect();
        assert_eq!(formats, ["own %(message)s", "{levelname}:{name}:{message}"]);
    }

    #[test]
    fn arguments_that_exclude_each_other_are_refused_even_if_they_are_none() {
        let refused = |first, second| {
            let arguments = [(first, Argument::Value(Value::None)), (second, "a.log".into())];
            basic_config_to(&Manager::new(), arguments).unwrap_err().to_string()
        };
        assert_eq!(
            refused("stream", "filename"),
            "'stream' and 'filename' should not be specified together"
        );
        let arguments = [("handlers", Argument::Handlers(Vec::new())), ("filename", "a".into())];
        assert_eq!(
            basic_config_to(&Manager::new(), arguments).unwrap_err().to_string(),
            "'stream' or 'filename' should not be specified together with 'handlers'"
        );
    }

    #[cfg(feature = "file")]
    #[test]
    fn a_file_is_opened_before_the_style_is_looked_at() {
        let path = std::env::temp_dir().join(format!("basic-config-{}.log", std::process::id()));
        let arguments =
            [("filename", path.display().to_string().into()), ("style", Argument::from("?"))];
        let error = basic_config_to(&Manager::new(), arguments).unwrap_err();
        assert_eq!(error.to_string(), "Style must be one of: %,{,$");
        std::fs::remove_file(path).unwrap();
    }
}
