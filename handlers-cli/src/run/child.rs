//! Logging what another program prints.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;

use handlers_core::{Error, ErrorKind, Level, Result};

use super::feed::Feed;
use super::signals::Forwarding;
use crate::output::complain;
use crate::render::Failure;

/// Starts a program, logs both of its output streams, and gives its exit status.
///
/// Lines of one stream keep their order. Between the two streams there is none: the system does not
/// tell which line was written first.
pub(super) fn run(
    program: &OsStr,
    arguments: &[OsString],
    feed: &Feed,
    stderr_level: Level,
) -> Result<ExitCode> {
    let name = program.to_string_lossy();
    let forwarding = Forwarding::prepare()?;
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(not_started(&name, error)),
    };
    forwarding.to(&child);
    let logged = log_output(&mut child, feed, stderr_level);
    let status = child.wait().map_err(|error| Error::io(format!("wait for {name}"), error))?;
    forwarding.stop();
    logged.map(|()| exit_code(status))
}

fn log_output(child: &mut Child, feed: &Feed, stderr_level: Level) -> Result<()> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let errors = scope.spawn(|| match stderr {
            Some(stderr) => feed.pour(stderr, "<stderr>", stderr_level),
            None => Ok(()),
        });
        let output = match stdout {
            Some(stdout) => feed.pour(stdout, "<stdout>", feed.level),
            None => Ok(()),
        };
        let panicked = |_| Err(Error::new(ErrorKind::Panic, "logging <stderr> panicked"));
        let errors = errors.join().unwrap_or_else(panicked);
        output.and(errors)
    })
}

/// As shells do it: 127 for a command that is not there, 126 for one that cannot be run.
fn not_started(name: &str, error: io::Error) -> ExitCode {
    let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    complain(&Failure(&Error::io(format!("start the command {name}"), error)));
    ExitCode::from(code)
}

/// As shells do it: 128 and the signal for a program that was killed.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let code = {
        use std::os::unix::process::ExitStatusExt;
        status.code().or_else(|| status.signal().map(|signal| 128 + signal))
    };
    #[cfg(not(unix))]
    let code = status.code();
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
