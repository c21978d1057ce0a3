//! Writing to standard output and standard error.

use std::fmt::Display;
use std::io::{self, Write};

use handlers_core::{Error, Result};

/// Writes to standard output. Who closes it early, as `head` does, has seen enough.
pub(crate) fn print(text: &impl Display) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to standard output", error))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error. If that is closed, there is nobody left to tell.
pub(crate) fn complain(line: &impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}
