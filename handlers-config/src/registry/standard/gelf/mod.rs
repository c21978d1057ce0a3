//! The classes of handlers-gelf, under the names of the Python packages that have them.

mod graypy;
mod logging_gelf;

use handlers_core::{Error, ErrorKind, Value};

use crate::registry::{Arguments, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    graypy::add(logging_gelf::add(constants(registry)))
}

/// Those of Python's `ssl`.
fn constants(registry: Registry) -> Registry {
    let constants = [("NONE", CERT_NONE), ("OPTIONAL", CERT_OPTIONAL), ("REQUIRED", CERT_REQUIRED)];
    constants.into_iter().fold(registry.module("ssl"), |registry, (name, number)| {
        registry.constant(&format!("ssl.CERT_{name}"), Value::from(number))
    })
}

const CERT_NONE: i64 = 0;
const CERT_OPTIONAL: i64 = 1;
const CERT_REQUIRED: i64 = 2;

/// What is asked for is code of Python's.
fn is_python(arguments: &mut Arguments, name: &str) -> Error {
    let text =
        format!("`{name}` is a class of Python's: leave it out, or set up this part by program");
    arguments.refuse(name, ErrorKind::Value, text)
}

/// What is asked for cannot be had.
#[cfg(not(feature = "gelf-http"))]
fn without_http(arguments: &mut Arguments, name: &str) -> Error {
    let text = "HTTP needs the feature `gelf-http` of handlers-config";
    arguments.refuse(name, ErrorKind::Value, text)
}

/// What is asked for cannot be had.
#[cfg(not(feature = "gelf-tls"))]
fn without_tls(arguments: &mut Arguments, name: &str) -> Error {
    let text = "TLS needs the feature `gelf-tls` of handlers-config";
    arguments.refuse(name, ErrorKind::Value, text)
}
