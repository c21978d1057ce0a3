//! A redis-server of the test's own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use handlers_queue::{RedisQueue, RedisQueueBuilder};
use handlers_tests::support::{Dir, free_port, wait_until};
use rustix::process::{Pid, Signal, kill_process};

/// A server on a free port, killed with this value.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    dir: PathBuf,
    port: u16,
    options: Vec<String>,
}

impl Server {
    /// Starts a server that keeps nothing when it ends.
    pub(crate) fn start(dir: &Dir) -> Self {
        Self::with(dir, &[])
    }

    /// Starts a server that still has all that it has answered to when it is started again after a
    /// crash.
    pub(super) fn durable(dir: &Dir) -> Self {
        Self::with(dir, &["--appendonly", "yes", "--appendfsync", "always"])
    }

    pub(super) fn with(dir: &Dir, options: &[&str]) -> Self {
        let (port, path) = (free_port(), dir.path().to_owned());
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        let child = spawn(&path, port, &options);
        let mut server = Self { child, dir: path, port, options };
        server.wait();
        server
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// A queue at this server, still to be built.
    pub(crate) fn builder(&self) -> RedisQueueBuilder {
        RedisQueue::builder().address("127.0.0.1", self.port)
    }

    pub(super) fn queue(&self) -> RedisQueue {
        self.builder().build()
    }

    /// Kills the server as a crash would.
    pub(super) fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Starts it again after a [`kill`](Self::kill), at the same port.
    pub(super) fn restart(&mut self) {
        self.child = spawn(&self.dir, self.port, &self.options);
        self.wait();
    }

    /// Stops it in the middle of whatever it does: it is there, and says nothing.
    pub(super) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub(super) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// What Redis's own client is told to a command, without the line's end.
    pub(super) fn ask(&self, command: &[&str]) -> String {
        let mut client = Command::new("redis-cli");
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "--no-auth-warning"]);
        let password = self.options.iter().skip_while(|option| *option != "--requirepass").nth(1);
        if let Some(password) = password {
            client.args(["-a", password]);
        }
        let output = client.args(command).output().expect("the tests need redis-cli");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// A number that the server answers.
    pub(super) fn count(&self, command: &[&str]) -> u64 {
        let answer = self.ask(command);
        answer.parse().unwrap_or_else(|_| panic!("{command:?} is answered by {answer}"))
    }

    fn wait(&mut self) {
        wait_until("a redis-server that answers", || {
            if let Ok(Some(status)) = self.child.try_wait() {
                let said = fs::read_to_string(self.dir.join("said")).unwrap_or_default();
                panic!("redis-server has ended with {status}: {said}");
            }
            self.ask(&["PING"]) == "PONG"
        });
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("a child can be signalled");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(dir: &Path, port: u16, options: &[String]) -> Child {
    let said = File::create(dir.join("said")).expect("a file can be made");
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
    command.arg("--dir").arg(dir).args(options).stdin(Stdio::null()).stdout(said);
    command.spawn().expect("the tests need redis-server: tests/run.sh installs it")
}
