//! Where a configuration comes from.

use std::io::{self, Read};
use std::path::Path;

use handlers_config::Config;
use handlers_core::{Error, Result};

/// Reads the configuration that the command line names; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Config> {
    if path.as_os_str() != "-" {
        return Config::read(path);
    }
    let attempt = "read the configuration from standard input";
    let mut text = Vec::new();
    // One byte more than a document may have, so that it is refused as too large.
    let read = io::stdin().lock().take(LARGEST + 1).read_to_end(&mut text);
    read.map_err(|error| Error::io(attempt, error))?;
    Config::parse(text, None).map_err(|error| error.context(attempt))
}

/// What messages call it.
pub(crate) fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// What `handlers_config::document::read` takes.
const LARGEST: u64 = 16 << 20;
