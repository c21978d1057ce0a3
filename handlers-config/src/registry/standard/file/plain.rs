//! `FileHandler` and `WatchedFileHandler`.

use std::sync::Arc;

use handlers_core::{Handler, Result};
use handlers_file::{FileHandler, WatchedFileHandler};

use super::settings::{FileSettings, with_settings};
use crate::argument::Argument;
use crate::registry::{Arguments, Given, Parameters, Prepared, Registry, Sharing};

pub(super) fn add(registry: Registry) -> Registry {
    let parameters = Parameters::new()
        .required("filename")
        .optional("mode")
        .optional("encoding")
        .optional("delay")
        .optional("errors");
    registry.handler("logging.FileHandler", parameters.clone(), file_handler).handler(
        "logging.handlers.WatchedFileHandler",
        parameters,
        watched_file_handler,
    )
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
    Ok(file.prepare(Sharing::Stays, |file| {
        let builder = FileHandler::builder(&file.path);
        with_settings!(builder, file).build()
    }))
}

fn watched_file_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let file = FileSettings::read(arguments, false)?;
    Ok(file.prepare(Sharing::Follows, |file| {
        let builder = WatchedFileHandler::builder(&file.path);
        with_settings!(builder, file).build()
    }))
}
