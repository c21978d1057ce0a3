//! A consumer in Python: the lines of README.md, as they stand there.

use std::process::Command;

use handlers_core::{Level, Record};
use handlers_queue::{Overflow, RecordQueue};
use handlers_tests::test_dir;

use super::server::Server;
use crate::sources::{read, root};

#[test]
fn the_lines_of_the_readme_read_a_stream_in_python() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.queue();
    for (level, message) in [(Level::WARNING, "disk at 91 %"), (Level::ERROR, "ünïcode\n{}")] {
        let record = Record::builder().name("app.disk").level(level).message(message);
        let record = record.field("host", "a").unwrap().build();
        assert!(queue.put(record, Overflow::Fail).is_ok());
    }
    let script = format!("{PREAMBLE}\n{}", lines().replace("6379", &server.port().to_string()));
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", root().join("target/peers")).env("PYTHONIOENCODING", "utf-8");
    let output = python.args(["-c", &script]).output().expect("the tests need python3");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "tests/run.sh installs what is missing: {stderr}");
    assert_eq!(stdout, "app.disk WARNING disk at 91 % a\napp.disk ERROR ünïcode\n{} a\n");
}

/// The example of README.md that reads a stream.
fn lines() -> String {
    let readme = read("README.md");
    let mut blocks = readme.split("```python\n").skip(1);
    let block = blocks.find(|block| block.contains("xread"));
    let block = block.expect("README.md has an example").split("```").next();
    let block = block.expect("a block has an end");
    let lines = block.lines().filter(|line| !line.starts_with("import ")).count();
    assert_eq!(lines, 3, "three lines are enough: {block}");
    block.to_owned()
}

const PREAMBLE: &str = "import logging, sys\n\
    logging.basicConfig(stream=sys.stdout, format='%(name)s %(levelname)s %(message)s %(host)s')";
