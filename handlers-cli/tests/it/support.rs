//! A directory for each test, and the program run in it.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, process, thread};

/// A fresh directory named after the test that asks for it. A test that fails leaves it behind.
pub(crate) struct Dir {
    path: PathBuf,
}

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit status; none if a signal ended the program.
    pub(crate) status: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Dir {
    pub(crate) fn new() -> Self {
        let test = thread::current().name().expect("tests have names").replace("::", ".");
        let path = env::temp_dir().join("handlers-cli").join(format!("{test}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self { path }
    }

    /// A directory that holds a configuration.
    pub(crate) fn with_config(config: &str) -> Self {
        let dir = Self::new();
        dir.write("logging.yaml", config);
        dir
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path.join(name), bytes).expect("a file can be written");
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let read = fs::read(self.path.join(name));
        read.unwrap_or_else(|error| panic!("{name}: {error}; there is {:?}", self.names()))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("the file holds text")
    }

    /// The names of what is in the directory, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).expect("the directory can be listed");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.flatten().map(name).collect();
        names.sort_unstable();
        names
    }

    /// The program, with nothing from outside that would change what it shows.
    pub(crate) fn handlers(&self, arguments: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_handlers"), arguments)
    }

    pub(crate) fn command(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in ["CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "NO_COLOR"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs the program without input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(self.handlers(arguments), b"")
    }

    /// Runs `handlers run` on the configuration of the directory, with these arguments.
    pub(crate) fn pour(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Outcome {
        let arguments = [&["run", "--config", "logging.yaml"], arguments].concat();
        outcome(self.handlers(&arguments), input.as_ref())
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl Outcome {
    /// Asserts that the program ended with this status, and shows what it said if not.
    #[track_caller]
    pub(crate) fn assert_status(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    /// Asserts that all went well and nobody complained.
    #[track_caller]
    pub(crate) fn assert_success(&self) -> &Self {
        assert_eq!(self.stderr, "", "{self:#?}");
        self.assert_status(0)
    }
}

/// Runs a command with this input, whether it reads it or not.
pub(crate) fn outcome(mut command: Command, input: &[u8]) -> Outcome {
    let mut child = command.spawn().expect("the program can be started");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    thread::scope(|scope| {
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        collect(child)
    })
}

/// Waits for the end of a child and of its output.
pub(crate) fn collect(mut child: Child) -> Outcome {
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take().expect("standard error is a pipe");
    let (stdout, stderr) = thread::scope(|scope| {
        let stdout = scope.spawn(move || stdout.as_mut().map(text).unwrap_or_default());
        let stderr = text(&mut stderr);
        (stdout.join().expect("reading does not panic"), stderr)
    });
    let status = child.wait().expect("the program can be waited for");
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    Outcome { status: status.code(), signal, stdout, stderr }
}

fn text(source: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).expect("a pipe can be read");
    String::from_utf8(bytes).expect("what the program shows is text")
}

/// `word 0`, `word 1` and so on.
pub(crate) fn numbered(word: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{word} {number}")).collect()
}

/// The configuration and the lines of the README.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/service").join(name)
}

/// A configuration whose root logger writes `LEVEL message` to `out.log`.
pub(crate) const TO_FILE: &str = "
version: 1
formatters:
  plain: {format: '%(levelname)s %(message)s'}
handlers:
  file: {class: logging.FileHandler, filename: out.log, formatter: plain, encoding: utf-8}
root: {level: DEBUG, handlers: [file]}
";

/// The same to standard output, which a test can wait for.
pub(crate) const TO_STDOUT: &str = "
version: 1
formatters:
  plain: {format: '%(levelname)s %(message)s'}
handlers:
  console: {class: logging.StreamHandler, stream: ext://sys.stdout, formatter: plain}
root: {level: DEBUG, handlers: [console]}
";
