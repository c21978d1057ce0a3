//! Syslog daemons of others, as processes.

use std::env;
use std::fs;
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use handlers_tests::support::{Dir, wait_for};
use serde_json::Value as Json;

/// A daemon that is killed with this value.
#[derive(Debug)]
pub(super) struct Daemon {
    child: Child,
    log: PathBuf,
    output: PathBuf,
}

impl Daemon {
    /// Starts rsyslogd with these inputs, and waits until `is_ready`.
    ///
    /// It writes a line of JSON for each message into a file of the directory.
    pub(super) fn rsyslog(dir: &Dir, config: &str, is_ready: impl Fn() -> bool) -> Self {
        fs::create_dir_all(dir.join("work")).expect("a directory can be made");
        let config = format!(
            "global(workDirectory=\"{0}/work\" maxMessageSize=\"256k\" net.enableDNS=\"off\")\n\
             {config}\n\
             template(name=\"json\" type=\"string\" string=\"{RSYSLOG_LINE}\\n\")\n\
             action(type=\"omfile\" file=\"{0}/output\" template=\"json\")\n",
            dir.path().display()
        );
        dir.write("rsyslog.conf", config);
        let mut command = Command::new(find("rsyslogd"));
        command.arg("-n").arg("-f").arg(dir.join("rsyslog.conf")).arg("-i").arg(dir.join("pid"));
        Self::start(command, dir, is_ready)
    }

    /// Starts syslog-ng with RFC 5424 over TCP at `port`.
    pub(super) fn syslog_ng(dir: &Dir, port: u16) -> Self {
        let config = format!(
            "@version: 3.38\n\
             options {{ keep-hostname(yes); use-dns(no); dns-cache(no); stats-freq(0); \
             flush-lines(1); frac-digits(6); log-msg-size(262144); }};\n\
             source s {{ syslog(ip(\"127.0.0.1\") port({port}) transport(\"tcp\")); }};\n\
             destination d {{ file(\"{}/output\" template(\"$(format-json pri=int($PRI) \
             time=$ISODATE host=$HOST app=$PROGRAM proc=$PID msgid=$MSGID sd=$SDATA \
             msg=$MESSAGE)\\n\")); }};\n\
             log {{ source(s); destination(d); }};\n",
            dir.path().display()
        );
        dir.write("syslog-ng.conf", config);
        let program = find("syslog-ng");
        let mut command = Command::new(&program);
        command.args(["-F", "--no-caps", "-f"]).arg(dir.join("syslog-ng.conf"));
        command.arg("-R").arg(dir.join("persist")).arg("-c").arg(dir.join("control"));
        command.arg("-p").arg(dir.join("pid"));
        // The package cannot be installed beside rsyslog, so it may be unpacked anywhere.
        let library =
            program.parent().and_then(Path::parent).map(|root| root.join("lib/syslog-ng"));
        let library =
            library.filter(|library| !library.starts_with("/usr/lib")).filter(|l| l.is_dir());
        if let Some(library) = library {
            let modules = fs::read_dir(&library).expect("it can be listed").flatten();
            let mut modules = modules.map(|entry| entry.path()).filter(|path| path.is_dir());
            command.arg("--module-path").arg(modules.next().expect("it has modules"));
            command.env("LD_LIBRARY_PATH", &library);
        }
        Self::start(command, dir, || TcpStream::connect(("127.0.0.1", port)).is_ok())
    }

    fn start(mut command: Command, dir: &Dir, is_ready: impl Fn() -> bool) -> Self {
        let log = dir.join("log-of-daemon");
        let file = fs::File::create(&log).expect("a file can be made");
        let errors = file.try_clone().expect("a file can be opened twice");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn();
        let child = child.expect("the daemon can be started");
        let mut daemon = Self { child, log, output: dir.join("output") };
        wait_for("a daemon that listens", || {
            if let Ok(Some(status)) = daemon.child.try_wait() {
                let said = fs::read_to_string(&daemon.log).unwrap_or_default();
                panic!("the daemon has ended with {status}: {said}");
            }
            is_ready().then_some(())
        });
        daemon
    }

    /// The first `count` messages, which must come.
    pub(super) fn messages(&self, count: usize) -> Vec<Json> {
        wait_for("messages", || {
            let text = fs::read_to_string(&self.output).unwrap_or_default();
            let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
            let lines: Vec<&str> = whole.lines().collect();
            assert!(lines.len() <= count, "more came than {count}: {whole}");
            let read = |line: &&str| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            };
            (lines.len() == count).then(|| lines.iter().map(read).collect())
        })
    }

    /// The only message, which must come.
    pub(super) fn message(&self) -> Json {
        self.messages(1).remove(0)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether somebody has bound the port for UDP.
pub(super) fn is_bound(port: u16) -> bool {
    UdpSocket::bind(("127.0.0.1", port)).is_err()
}

/// Where a program is: in the path, or where daemons are.
fn find(program: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = env::split_paths(&path).collect();
    places.extend(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    places.push(unpacked().join("usr/sbin"));
    let found = places.iter().map(|place| place.join(program)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("the tests need {program}: tests/run.sh installs it"))
}

/// Where `tests/run.sh` unpacks what cannot be installed.
fn unpacked() -> PathBuf {
    let program = env::current_exe().expect("a test has a program");
    // target/debug/deps/it-…
    let target = program.ancestors().nth(3).expect("the program is in a target directory");
    target.join("peers/syslog-ng")
}

const RSYSLOG_LINE: &str = "{\\\"pri\\\":%pri%,\
    \\\"time\\\":\\\"%timereported:::date-rfc3339%\\\",\
    \\\"host\\\":\\\"%hostname:::json%\\\",\
    \\\"app\\\":\\\"%app-name:::json%\\\",\
    \\\"proc\\\":\\\"%procid:::json%\\\",\
    \\\"msgid\\\":\\\"%msgid:::json%\\\",\
    \\\"sd\\\":\\\"%structured-data:::json%\\\",\
    \\\"msg\\\":\\\"%msg:::json%\\\",\
    \\\"raw\\\":\\\"%rawmsg:::json%\\\"}";
