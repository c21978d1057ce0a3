//! The program `writer` under tools that make its life hard, and what is in the files afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use handlers_core::Record;
use handlers_tests::support::Dir;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::Value;

use crate::sources::root;

/// A run of the program that is being prepared.
pub(crate) struct Writer {
    dir: PathBuf,
    wrapper: Vec<String>,
    program: Vec<String>,
    arguments: Vec<String>,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stderr: String,
    summary: Option<Value>,
}

/// A run that waits for the test now and then.
pub(crate) struct Running {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    summary: PathBuf,
}

/// The lines found in some files.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// How often each number was found.
    pub(crate) numbers: BTreeMap<u32, u32>,
    /// Lines that are not what was logged.
    pub(crate) torn: Vec<String>,
    /// Whether the numbers were found in the order in which they were logged.
    pub(crate) ordered: bool,
}

impl Writer {
    /// Writes to `app.log` in `dir`, acknowledges in `ack` and sums up in `summary`.
    pub(crate) fn new(dir: &Dir, handler: &str) -> Self {
        Self::beneath(dir.path(), handler)
    }

    /// The same in a directory that is no test's own.
    pub(crate) fn beneath(dir: &Path, handler: &str) -> Self {
        Self::plain(dir, handler).file("--ack", "ack")
    }

    /// Leaves the acknowledgements out.
    pub(crate) fn unacknowledged(dir: &Dir, handler: &str) -> Self {
        Self::plain(dir.path(), handler)
    }

    /// The same in a directory that is no test's own, without acknowledgements.
    pub(crate) fn plain(dir: &Path, handler: &str) -> Self {
        let program = vec![env!("CARGO_BIN_EXE_writer").to_owned()];
        let (wrapper, arguments) = (Vec::new(), Vec::new());
        let writer = Self { dir: dir.to_owned(), wrapper, program, arguments };
        let writer = writer.option("--handler", handler).path(&dir.join("app.log"));
        writer.file("--summary", "summary")
    }

    pub(crate) fn option(mut self, name: &str, value: impl Display) -> Self {
        self.arguments.extend([name.to_owned(), value.to_string()]);
        self
    }

    pub(crate) fn flag(mut self, name: &str) -> Self {
        self.arguments.push(name.to_owned());
        self
    }

    pub(crate) fn path(self, path: &Path) -> Self {
        self.option("--path", path.display())
    }

    /// Runs the program that does the same in Python; its handlers are those of Python's.
    pub(crate) fn in_python(mut self) -> Self {
        let packages = format!("PYTHONPATH={}", root().join("target/peers").display());
        let script = root().join("tests/peers/writer.py").display().to_string();
        let import = Command::new("env").args([&packages, "python3", "-c", PEER]).status();
        assert!(
            import.is_ok_and(|status| status.success()),
            "this test needs Python's concurrent-log-handler: tests/run.sh installs it"
        );
        self.program = vec!["env".to_owned(), packages, "python3".to_owned(), script];
        self
    }

    /// Runs a copy of the program, for a user who may not reach the original.
    pub(crate) fn copied_to(mut self, path: &Path) -> Self {
        fs::copy(env!("CARGO_BIN_EXE_writer"), path).expect("the program can be copied");
        self.program = vec![path.display().to_string()];
        self
    }

    /// Runs the program as arguments of another one.
    pub(crate) fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper.extend(wrapper.iter().map(ToString::to_string));
        self
    }

    /// Runs it in a shell that does `setup` first; a descriptor that is redirected there stays so.
    pub(crate) fn after(self, setup: &str) -> Self {
        let script = format!("{setup}; exec \"$@\"");
        self.under(&["sh", "-c", &script, "sh"])
    }

    /// Lets system calls on the log file and its backups fail: `calls` as `strace --trace` takes
    /// them, `fault` as `--inject` does behind them.
    pub(crate) fn inject(self, calls: &str, fault: &str) -> Self {
        let paths = log_paths(&self.dir);
        self.inject_at(calls, &paths, fault)
    }

    /// The same for calls on these paths only.
    pub(crate) fn inject_at(self, calls: &str, paths: &[String], fault: &str) -> Self {
        require_strace();
        let inject = format!("inject={calls}:{fault}");
        let trace = format!("trace={calls}");
        let mut wrapper = vec!["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace];
        wrapper.extend(["-e", &inject]);
        for path in paths {
            wrapper.extend(["-P", path]);
        }
        self.under(&wrapper)
    }

    /// Lets `strace` write every system call of the program to a file, descriptors with their paths.
    pub(crate) fn traced(self, trace: &Path) -> Self {
        require_strace();
        self.under(&["strace", "-f", "-y", "-qq", "-o", &trace.display().to_string()])
    }

    pub(crate) fn run(self) -> Ended {
        self.run_with(|program| {
            program.stdout(Stdio::piped()).stderr(Stdio::piped());
        })
    }

    /// Runs it with standard streams as `change` sets them.
    pub(crate) fn run_with(self, change: impl FnOnce(&mut Command)) -> Ended {
        let summary = self.dir.join("summary");
        let mut command = self.command();
        change(command.stdin(Stdio::null()));
        let ended = command.output().expect("the program can be run");
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        Ended { status: ended.status, stderr, summary: read_summary(&summary) }
    }

    pub(crate) fn start(self) -> Running {
        let summary = self.dir.join("summary");
        let mut command = self.command();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the program can be started");
        let output = child.stdout.take().expect("standard output is a pipe");
        Running { child, output: BufReader::new(output), summary }
    }

    pub(crate) fn command(&self) -> Command {
        let mut words = self.wrapper.iter().chain(&self.program).chain(&self.arguments);
        let mut command = Command::new(words.next().expect("the program is one of the words"));
        command.args(words);
        command
    }

    fn file(self, name: &str, file: &str) -> Self {
        let path = self.dir.join(file).display().to_string();
        self.option(name, path)
    }
}

impl Ended {
    /// Asserts that the program came to its end and says what it counted.
    pub(crate) fn summary(&self) -> &Value {
        let Self { status, stderr, summary } = self;
        assert!(status.success(), "the program failed: {status}\n{stderr}");
        summary.as_ref().expect("a program that ends well sums up")
    }

    /// A number of the summary.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.summary()[name].as_u64().expect("the summary has this number")
    }
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the program waits before the record of that number.
    pub(crate) fn wait_for_pause(&mut self, number: u32) {
        let mut said = String::new();
        self.output.read_line(&mut said).expect("the program can be heard");
        assert_eq!(said, format!("paused {number}\n"));
    }

    /// Lets it go on.
    pub(crate) fn go_on(&mut self) {
        let stdin = self.child.stdin.as_mut().expect("standard input is a pipe");
        stdin.write_all(b"\n").expect("the program waits for a line");
    }

    /// Leaves the program no descriptor for a further file, or as many as it likes.
    pub(crate) fn limit_descriptors(&self, limited: bool) {
        let process = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        let is_free =
            |number: &u64| !Path::new(&format!("/proc/{}/fd/{number}", self.id())).exists();
        let usual = getrlimit(Resource::Nofile);
        let limit =
            if limited { Rlimit { current: (0..1024).find(is_free), ..usual } } else { usual };
        prlimit(process, Resource::Nofile, limit).expect("the limit can be set");
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the program is running");
        self.child.wait().expect("the program can be waited for");
    }

    pub(crate) fn finish(mut self) -> Ended {
        let status = self.child.wait().expect("the program can be waited for");
        Ended { status, stderr: String::new(), summary: read_summary(&self.summary) }
    }
}

impl Found {
    /// What is in `app.log` and its backups, the oldest first.
    pub(crate) fn in_dir(dir: &Path) -> Self {
        Self::in_files(&Self::files_in(dir))
    }

    /// Where `app.log` and its backups are, if they are; the oldest first.
    pub(crate) fn files_in(dir: &Path) -> Vec<PathBuf> {
        log_paths(dir).into_iter().rev().map(PathBuf::from).collect()
    }

    /// What is in these files, one behind the other.
    pub(crate) fn in_files(files: &[PathBuf]) -> Self {
        let bytes: Vec<u8> =
            files.iter().filter_map(|file| fs::read(file).ok()).flatten().collect();
        Self::in_bytes(&bytes)
    }

    pub(crate) fn in_bytes(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut found = Self { ordered: true, ..Self::default() };
        let mut last = None;
        let lines: Vec<_> = text.split_terminator('\n').map(|line| (line, parts(line))).collect();
        // All lines are of one length.
        let padding = lines.iter().filter_map(|(_, parts)| Some((*parts)?.1)).max();
        for (line, parts) in lines {
            match parts.filter(|(_, length)| Some(*length) == padding) {
                Some((number, _)) => {
                    *found.numbers.entry(number).or_default() += 1;
                    found.ordered &= last < Some(number);
                    last = Some(number);
                }
                None => found.torn.push(line.chars().take(80).collect()),
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            found.torn.push("the last line has no end".to_owned());
        }
        found
    }

    /// Asserts that no line is torn, glued to another, doubled or out of order.
    pub(crate) fn assert_sound(&self) {
        assert!(self.torn.is_empty(), "torn lines: {:?}", self.torn);
        let doubled: Vec<_> = self.numbers.iter().filter(|(_, count)| **count > 1).collect();
        assert!(doubled.is_empty(), "doubled lines: {doubled:?}");
        assert!(self.ordered, "the lines are not in order");
    }

    /// Asserts in addition that the lines of all these records are there.
    pub(crate) fn assert_holds(&self, numbers: impl IntoIterator<Item = u32>) {
        self.assert_sound();
        let missing: Vec<u32> =
            numbers.into_iter().filter(|number| !self.numbers.contains_key(number)).collect();
        assert!(missing.is_empty(), "{} lines are missing: {missing:?}", missing.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The lowest number found: records below it may have gone with the oldest backup.
    pub(crate) fn first(&self) -> u32 {
        self.numbers.keys().next().copied().unwrap_or(u32::MAX)
    }
}

fn require_strace() {
    let strace = Command::new("strace").arg("-V").stdout(Stdio::null()).status();
    assert!(strace.is_ok(), "this test needs strace: install the package of that name");
}

/// The record of that number, as the program logs it.
pub(crate) fn numbered(number: u32) -> Record<'static> {
    Record::builder().message(line(number).trim_end().to_owned()).build()
}

/// The line of that record.
pub(crate) fn line(number: u32) -> String {
    format!("p0 seq={number:08} {}\n", "x".repeat(40))
}

/// The numbers in the file of acknowledgements.
pub(crate) fn acknowledged(dir: &Path) -> BTreeSet<u32> {
    let text = fs::read_to_string(dir.join("ack")).unwrap_or_default();
    // A program that was killed may have written half a number.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| line.parse().expect("a line is a number")).collect()
}

/// The log file and more backups than any test keeps, the newest first.
fn log_paths(dir: &Path) -> Vec<String> {
    let path = dir.join("app.log").display().to_string();
    let backups = (1..=BACKUPS).map(|number| format!("{path}.{number}"));
    std::iter::once(path.clone()).chain(backups).collect()
}

/// The number in `TAG seq=00000042 xxxx`, and of how many `x` its padding is.
fn parts(line: &str) -> Option<(u32, usize)> {
    let (tag, rest) = line.split_once(" seq=")?;
    let (number, padding) = rest.split_once(' ')?;
    let whole = tag.len() == 2 && number.len() == 8 && padding.bytes().all(|byte| byte == b'x');
    whole.then_some((number.parse().ok()?, padding.len()))
}

fn read_summary(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

const PEER: &str = "import concurrent_log_handler";

const BACKUPS: u32 = 60;
