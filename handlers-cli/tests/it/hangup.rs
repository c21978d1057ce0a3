//! SIGHUP puts files aside, and nothing is lost by it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::thread;
use std::time::{Duration, Instant};

use crate::signals::send;
use crate::support::{Dir, collect, numbered};

const CONFIG: &str = "
version: 1
handlers:
  console: {class: logging.StreamHandler, stream: ext://sys.stdout}
  sized: {class: logging.handlers.RotatingFileHandler, filename: sized.log, backupCount: 3}
  daily: {class: logging.handlers.TimedRotatingFileHandler, filename: daily.log, when: midnight, utc: yes}
  plain: {class: logging.FileHandler, filename: plain.log}
  watched: {class: logging.handlers.WatchedFileHandler, filename: watched.log}
root: {level: DEBUG, handlers: [sized, daily, plain, watched, console]}
";

/// The program at work: a line that it shows has been logged by all handlers.
struct Running {
    child: Child,
    input: ChildStdin,
    shown: BufReader<ChildStdout>,
}

impl Running {
    fn start(dir: &Dir, arguments: &[&str]) -> Self {
        let arguments = [&["run", "-c", "logging.yaml"], arguments].concat();
        let mut child = dir.handlers(&arguments).spawn().expect("the program can be started");
        let input = child.stdin.take().expect("standard input is a pipe");
        let shown = child.stdout.take().expect("standard output is a pipe");
        Self { child, input, shown: BufReader::new(shown) }
    }

    fn write(&mut self, line: &str) {
        let written = self.input.write_all(format!("{line}\n").as_bytes());
        written.expect("the program reads");
    }

    #[track_caller]
    fn wait_for(&mut self, line: &str) {
        let mut shown = String::new();
        self.shown.read_line(&mut shown).expect("what is shown is text");
        assert_eq!(shown, format!("{line}\n"));
    }

    #[track_caller]
    fn log(&mut self, line: &str) {
        self.write(line);
        self.wait_for(line);
    }

    fn hang_up(&self) {
        send("HUP", &self.child);
    }

    /// Ends the input and gives what was written to standard error.
    #[track_caller]
    fn end(self) -> String {
        drop(self.input);
        let outcome = collect(self.child);
        outcome.assert_status(0);
        outcome.stderr
    }
}

#[track_caller]
fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "it does not come");
        thread::yield_now();
    }
}

#[test]
fn rotating_handlers_put_their_files_aside_and_the_others_find_theirs() {
    let dir = Dir::with_config(CONFIG);
    let mut program = Running::start(&dir, &[]);
    program.log("first");
    let moved = |name: &str| {
        fs::rename(dir.path().join(name), dir.path().join(format!("{name}.moved"))).unwrap();
    };
    moved("plain.log");
    moved("watched.log");
    program.hang_up();
    // Handlers are made in the order of their names, and roll over in that order.
    wait_until(|| dir.names().contains(&"watched.log".to_owned()));
    program.log("second");
    assert_eq!(program.end(), "");
    for (old, new) in [
        ("sized.log.1", "sized.log"),
        ("plain.log.moved", "plain.log"),
        ("watched.log.moved", "watched.log"),
    ] {
        assert_eq!((dir.text(old), dir.text(new)), ("first\n".to_owned(), "second\n".to_owned()));
    }
    let daily: Vec<String> =
        dir.names().into_iter().filter(|name| name.starts_with("daily.log.")).collect();
    assert_eq!(daily.len(), 1, "{daily:?}");
    assert_eq!((&*dir.text(&daily[0]), &*dir.text("daily.log")), ("first\n", "second\n"));
}

#[test]
fn an_empty_file_stays_where_it_is() {
    let dir = Dir::with_config(CONFIG);
    let mut program = Running::start(&dir, &[]);
    program.log("first");
    program.hang_up();
    wait_until(|| dir.names().contains(&"sized.log.1".to_owned()));
    // The next signal is seen once the last handler has done what this one told it.
    fs::rename(dir.path().join("watched.log"), dir.path().join("moved")).unwrap();
    program.hang_up();
    wait_until(|| dir.names().contains(&"watched.log".to_owned()));
    assert_eq!(program.end(), "");
    assert_eq!(dir.text("sized.log.1"), "first\n");
    assert!(!dir.names().contains(&"sized.log.2".to_owned()));
}

#[test]
fn lines_come_through_any_number_of_rollovers_once_each_and_in_order() {
    let config = "
version: 1
handlers:
  file: {class: logging.handlers.RotatingFileHandler, filename: out.log, backupCount: 40}
root: {level: DEBUG, handlers: [file]}
";
    let dir = Dir::with_config(config);
    let lines = numbered("line", 100_000);
    let mut program = Running::start(&dir, &[]);
    program.write("first");
    wait_until(|| dir.names().contains(&"out.log".to_owned()) && !dir.text("out.log").is_empty());
    for some in lines.chunks(6000) {
        // A pipe holds little more than this, so the program is reading.
        program.write(&some.join("\n"));
        program.hang_up();
    }
    assert_eq!(program.end(), "");
    let backups = dir.names().len() - 2;
    assert!(backups > 1, "{backups}");
    let names = (1..=backups).rev().map(|number| format!("out.log.{number}"));
    let files: Vec<String> =
        names.chain(["out.log".to_owned()]).map(|name| dir.text(&name)).collect();
    assert!(files.concat() == format!("first\n{}\n", lines.join("\n")));
}

#[test]
fn a_file_that_cannot_be_put_aside_is_told_and_written_on() {
    let dir = Dir::with_config(CONFIG);
    // What has the name of the oldest backup cannot be moved away.
    for number in 1..=3 {
        fs::create_dir_all(dir.path().join(format!("sized.log.{number}/inside"))).unwrap();
    }
    let mut program = Running::start(&dir, &[]);
    program.log("first");
    fs::rename(dir.path().join("watched.log"), dir.path().join("moved")).unwrap();
    program.hang_up();
    wait_until(|| dir.names().contains(&"watched.log".to_owned()));
    program.log("second");
    let said = program.end();
    let expected = "handlers: error: cannot roll over the handler sized\n  because: cannot rotate \
                    the log file ";
    assert!(said.starts_with(expected), "{said}");
    assert_eq!(dir.text("sized.log"), "first\nsecond\n");
}

#[test]
fn a_command_does_not_get_the_signal() {
    let dir = Dir::with_config(CONFIG);
    let script = "echo ready; read line; echo \"$line\"";
    let mut program = Running::start(&dir, &["--", "sh", "-c", script]);
    program.wait_for("ready");
    program.hang_up();
    wait_until(|| dir.names().contains(&"sized.log.1".to_owned()));
    program.write("still there");
    program.wait_for("still there");
    assert_eq!(program.end(), "");
    assert_eq!(dir.text("sized.log"), "still there\n");
}
