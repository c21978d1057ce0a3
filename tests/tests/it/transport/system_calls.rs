//! What a frame costs the system, and what becomes of it if the system is in a bad mood.

use std::env;
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use handlers_net::transport::{Connect, Tcp};
use handlers_tests::test_dir;
use rustix::net::sockopt::set_socket_recv_buffer_size;

use super::late;

#[test]
fn a_frame_is_one_call_that_raises_no_signal() {
    let dir = test_dir!();
    let trace = dir.join("trace");
    run_child("small", &["-o", trace.to_str().expect("the path is text")]);
    let calls = calls_while_sending(&trace);
    assert_eq!(calls.len(), 100, "{calls:?}");
    let is_quiet = |call: &String| call.starts_with("sendto(") && call.contains("MSG_NOSIGNAL");
    assert!(calls.iter().all(is_quiet), "{calls:?}");
}

#[test]
fn a_frame_survives_interruptions() {
    for fault in ["sendto:error=EINTR:when=1+2", "poll:error=EINTR:when=1+2"] {
        let dir = test_dir!();
        let trace = dir.join("trace");
        let inject = format!("inject={fault}");
        run_child("large", &["-o", trace.to_str().expect("the path is text"), "-e", &inject]);
        let trace = fs::read_to_string(&trace).expect("strace has written what it saw");
        assert!(trace.contains("(INJECTED)"), "nothing was interrupted");
    }
}

/// What the other tests start under `strace`; it is nothing of its own.
#[test]
fn what_is_sent_under_strace_arrives() {
    let mode = env::var("HANDLERS_TRACED").unwrap_or_else(|_| "small".to_owned());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    set_socket_recv_buffer_size(&listener, 4096).unwrap();
    let tcp = Tcp::new("127.0.0.1", listener.local_addr().unwrap().port());
    let mut transport = tcp.connect(late()).unwrap();
    let mut peer = listener.accept().unwrap().0;
    let (count, length) = if mode == "small" { (100, 10) } else { (1, 10_000_000) };
    let frames: Vec<Vec<u8>> =
        (0..count).map(|number| format!("frame {number:04}").repeat(length / 10).into()).collect();
    let expected = frames.concat();
    let sender = thread::spawn(move || {
        for frame in &frames {
            transport.send(frame, late()).unwrap();
        }
    });
    let mut received = Vec::new();
    peer.read_to_end(&mut received).unwrap();
    sender.join().unwrap();
    assert!(received == expected, "{} bytes of {}", received.len(), expected.len());
}

/// Runs the test above in a process of its own.
fn run_child(mode: &str, options: &[&str]) {
    let program = env::current_exe().expect("this program is a file");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-s", "10"]).args(options).arg(program).env("HANDLERS_TRACED", mode);
    command.args(["--exact", "transport::system_calls::what_is_sent_under_strace_arrives"]);
    let output = command.output().expect("strace can be run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// The calls of the thread that sends, between its first frame and its last.
fn calls_while_sending(trace: &Path) -> Vec<String> {
    let trace = fs::read_to_string(trace).expect("strace has written what it saw");
    let is_frame = |line: &&str| line.contains(" sendto(") && line.contains("\"frame 0");
    let first = trace.lines().find(is_frame).expect("the first frame was sent");
    let thread = first.split_whitespace().next().expect("a line begins with a number");
    let calls = trace.lines().filter(|line| line.starts_with(&format!("{thread} ")));
    let calls: Vec<&str> = calls.filter(|line| !line.contains(" resumed>")).collect();
    let begin = calls.iter().position(is_frame).expect("it is there");
    let end = calls.iter().rposition(is_frame).expect("it is there");
    let call = |line: &&str| line.split_once(' ').map_or("", |(_, call)| call.trim()).to_owned();
    let calls = calls[begin..=end].iter().map(call);
    // Where the kernel offers it to every process for nothing, this is no call.
    calls.filter(|call| !call.starts_with("clock_gettime")).collect()
}
