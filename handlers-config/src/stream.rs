//! Streams that a configuration names.

use std::fmt;
use std::io::Write;

/// A stream to log to.
pub struct Stream(Target);

pub(crate) enum Target {
    Stderr,
    Stdout,
    #[cfg_attr(not(feature = "file"), expect(dead_code, reason = "nothing writes to it"))]
    Other(Box<dyn Write + Send>),
}

impl Stream {
    /// Standard error: `sys.stderr`.
    pub fn stderr() -> Self {
        Self(Target::Stderr)
    }

    /// Standard output: `sys.stdout`.
    pub fn stdout() -> Self {
        Self(Target::Stdout)
    }

    /// Any other stream.
    pub fn new(stream: impl Write + Send + 'static) -> Self {
        Self(Target::Other(Box::new(stream)))
    }

    #[cfg(feature = "file")]
    pub(crate) fn into_target(self) -> Target {
        self.0
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Target::Stderr => "Stream(stderr)",
            Target::Stdout => "Stream(stdout)",
            Target::Other(_) => "Stream",
        })
    }
}
