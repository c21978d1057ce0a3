use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handlers_core::{ErrorKind, Result};
use parking_lot::Mutex;

use super::Http;
use crate::transport::{Connect, Refusal, Transport};

/// A server that says what a test wants it to.
#[derive(Debug, Clone, Default)]
struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<u8>,
    answers: Vec<u8>,
    /// How many bytes come at a time; all, if it is 0.
    piece: usize,
    /// Whether nothing can be sent.
    is_deaf: bool,
    /// Whether the end of the answers is the end of the connection.
    ends: bool,
}

impl Script {
    fn answering(answers: &[u8]) -> Self {
        let script = Self::default();
        script.0.lock().answers = answers.to_vec();
        script
    }
}

impl Connect for Script {
    fn connect(&self, _deadline: Instant) -> Result<Box<dyn Transport>> {
        Ok(Box::new(self.clone()))
    }

    fn peer(&self) -> String {
        "script".to_owned()
    }
}

impl Transport for Script {
    fn send(&mut self, bytes: &[u8], _deadline: Instant) -> io::Result<()> {
        let mut state = self.0.lock();
        if state.is_deaf {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.sent.extend_from_slice(bytes);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _deadline: Instant) -> io::Result<usize> {
        let mut state = self.0.lock();
        if state.answers.is_empty() && !state.ends {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let piece = if state.piece == 0 { usize::MAX } else { state.piece };
        let length = piece.min(buffer.len()).min(state.answers.len());
        for (place, byte) in buffer.iter_mut().zip(state.answers.drain(..length)) {
            *place = byte;
        }
        Ok(length)
    }
}

const URL: &str = "http://logs.example:12203/gelf";

fn late() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn open(script: &Script) -> Box<dyn Transport> {
    Http::post(script.clone(), URL).unwrap().connect(late()).unwrap()
}

/// What a server that answers so does to a frame, and whether another one may follow.
fn answered(answer: &[u8]) -> (io::Result<()>, bool) {
    let mut outcomes = [0, 1, 3].map(|piece| {
        let script = Script::answering(answer);
        script.0.lock().piece = piece;
        let mut requests = open(&script);
        let sent = requests.send(b"{}", late());
        (sent, !requests.is_closed())
    });
    let texts = outcomes.each_ref().map(|outcome| format!("{outcome:?}"));
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    std::mem::replace(&mut outcomes[0], (Ok(()), false))
}

fn assert_taken(answer: &str, may_follow: bool) {
    let (sent, is_free) = answered(answer.as_bytes());
    assert!(sent.is_ok(), "{answer:?}: {sent:?}");
    assert_eq!(is_free, may_follow, "{answer:?}");
}

fn assert_fails(answer: &str, kind: io::ErrorKind) {
    let (sent, is_free) = answered(answer.as_bytes());
    let error = sent.unwrap_err();
    assert_eq!((error.kind(), is_free), (kind, false), "{answer:?}: {error}");
    assert!(Refusal::of(&error).is_none(), "{error}");
}

#[test]
fn a_request_has_what_http_needs_and_what_was_set() {
    let script = Script::answering(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    let http = Http::post(script.clone(), "http://logs.example:12203/in?source=a%20b").unwrap();
    let http = http.header("Content-Type", "text/plain").unwrap();
    let http = http.header("content-type", "application/json").unwrap();
    let http = http.basic_auth("Aladdin", "open sesame").unwrap();
    http.connect(late()).unwrap().send(b"{\"a\":1}", late()).unwrap();
    let expected = "POST /in?source=a%20b HTTP/1.1\r\n\
        content-length: 7\r\n\
        host: logs.example:12203\r\n\
        content-type: application/json\r\n\
        authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\
        \r\n\
        {\"a\":1}";
    let sent = String::from_utf8(script.0.lock().sent.clone()).unwrap();
    let (mut lines, mut expected): (Vec<_>, Vec<_>) =
        (sent.split("\r\n").collect(), expected.split("\r\n").collect());
    assert_eq!((lines.remove(0), lines.pop()), (expected.remove(0), expected.pop()));
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn a_frame_of_any_length_is_sent_whole() {
    let script = Script::default();
    let mut requests = open(&script);
    for length in [0, 1, 10_000, 1_000_000, 1] {
        script.0.lock().sent.clear();
        script.0.lock().answers = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
        let frame = vec![b'x'; length];
        requests.send(&frame, late()).unwrap();
        let sent = script.0.lock().sent.clone();
        let head = sent.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        assert!(sent[head + 4..] == frame, "{length}");
        let text = String::from_utf8_lossy(&sent[..head]).into_owned();
        assert!(text.contains(&format!("content-length: {length}\r\n")), "{text}");
    }
}

#[test]
fn the_connection_is_kept_if_the_answer_has_an_end() {
    for answer in [
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
    ] {
        assert_taken(answer, true);
    }
}

#[test]
fn the_connection_is_not_used_again_if_nobody_knows_where_the_answer_ends() {
    for answer in [
        "HTTP/1.1 202 Accepted\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    ] {
        assert_taken(answer, false);
    }
    let body = "x".repeat(100_000);
    assert_taken(&format!("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{body}"), false);
}

#[test]
fn a_refusal_leaves_the_connection_as_it_was() {
    for (answer, text, is_final) in [
        ("HTTP/1.1 404 Nope\r\nContent-Length: 2\r\n\r\nno", "404 Not Found", true),
        (
            "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "301 Moved Permanently",
            true,
        ),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "503 Service Unavailable", false),
    ] {
        let (sent, is_free) = answered(answer.as_bytes());
        let error = sent.unwrap_err();
        let refusal = Refusal::of(&error).expect("the server has refused it");
        assert_eq!(refusal.to_string(), format!("the server answered {text}"));
        assert_eq!((refusal.is_final, is_free), (is_final, true));
    }
}

#[test]
fn which_refusals_are_for_ever_can_be_set() {
    for (statuses, is_final) in [(&[500][..], false), (&[], true)] {
        let script = Script::answering(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
        let http = Http::post(script, URL).unwrap().retried(statuses);
        let error = http.connect(late()).unwrap().send(b"{}", late()).unwrap_err();
        assert_eq!(Refusal::of(&error).unwrap().is_final, is_final);
    }
}

#[test]
fn what_is_no_answer_is_an_error() {
    for answer in
        ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 2x2 Accepted\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"]
    {
        assert_fails(answer, io::ErrorKind::InvalidData);
    }
    for answer in ["", "HTTP/1.1 202 Acc", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n"] {
        assert_fails(answer, io::ErrorKind::TimedOut);
    }
}

#[test]
fn a_server_that_talks_without_end_is_not_listened_to_for_ever() {
    let header = format!("X: {}\r\n", "x".repeat(100));
    assert_fails(
        &format!("HTTP/1.1 202 Accepted\r\n{}", header.repeat(1000)),
        io::ErrorKind::InvalidData,
    );
    let endless = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10_000);
    assert_fails(&endless, io::ErrorKind::InvalidData);
}

#[test]
fn a_server_that_goes_away_without_an_answer_is_an_error_that_says_so() {
    let script = Script::default();
    script.0.lock().ends = true;
    let mut requests = open(&script);
    let error = requests.send(b"{}", late()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(error.to_string(), "the server has closed the connection without an answer");
    assert!(requests.is_closed());
    assert!(requests.send(b"{}", late()).is_err());
}

// Such as 413, to a body that is too long.
#[test]
fn a_refusal_before_all_was_sent_is_heard() {
    let script = Script::answering(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    script.0.lock().is_deaf = true;
    let mut requests = open(&script);
    let error = requests.send(b"{}", late()).unwrap_err();
    assert_eq!(error.to_string(), "the server answered 413 Payload Too Large");
    assert!(requests.is_closed());
}

#[test]
fn a_success_before_all_was_sent_is_none() {
    let script = Script::answering(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
    script.0.lock().is_deaf = true;
    let mut requests = open(&script);
    let error = requests.send(b"{}", late()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert!(requests.is_closed());
}

#[test]
fn answers_that_are_broken_in_any_way_are_no_panic() {
    let good = [
        &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-\xe9: \xff\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: 1\r\n\r\n"[..],
        b"HTTP/1.0 301 Moved\r\nLocation: /x\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching\r\nConnection: close, upgrade\r\n\r\n",
    ];
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for _ in 0..20_000 {
        let mut answer = good[next(good.len())].to_vec();
        for _ in 0..=next(4) {
            let place = next(answer.len());
            match next(4) {
                0 => answer[place] = u8::try_from(next(256)).unwrap(),
                1 => answer.truncate(place.max(1)),
                2 => answer.insert(place, b"\r\n :;\x000fF9"[next(10)]),
                _ => {
                    let end = (place + next(20)).min(answer.len());
                    answer.extend_from_within(place..end);
                }
            }
        }
        let script = Script::answering(&answer);
        script.0.lock().ends = next(2) == 0;
        script.0.lock().piece = next(9);
        let mut requests = open(&script);
        let _ = requests.send(b"{}", late());
        let _ = requests.is_closed();
    }
}

#[test]
fn what_http_does_not_allow_is_an_error_at_once() {
    let post = |url: &str| Http::post(Script::default(), url);
    for (url, reason) in [
        ("", "it is none"),
        ("http://logs example/", "it is none"),
        ("/gelf", "it begins with neither http: nor https:"),
        ("ftp://logs.example/", "it begins with neither http: nor https:"),
        ("http://web:secret@logs.example/", "a name and a password do not belong into it"),
    ] {
        let error = post(url).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!((error.kind(), &*cause), (ErrorKind::Value, reason), "{url}");
    }
    for (name, value) in [
        ("", "x"),
        ("a b", "x"),
        ("X", "a\r\nY: b"),
        ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("expect", "100-continue"),
    ] {
        assert_eq!(post(URL).unwrap().header(name, value).unwrap_err().kind(), ErrorKind::Value);
    }
    assert_eq!(post(URL).unwrap().basic_auth("a:b", "c").unwrap_err().kind(), ErrorKind::Value);
}

#[test]
fn secrets_are_not_shown() {
    let http = Http::post(Script::default(), "http://logs.example/in?token=secret").unwrap();
    let http = http.basic_auth("web", "secret").unwrap().header("X-Key", "secret").unwrap();
    assert_eq!(http.peer(), "http://logs.example/in");
    let shown = format!("{http:?}{:?}", http.connect(late()).unwrap());
    assert!(!shown.contains("secret") && !shown.contains("c2VjcmV0"), "{shown}");
}
