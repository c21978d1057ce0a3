//! Servers that do what no good one does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use handlers_queue::{Overflow, Placed, RecordQueue, RedisQueue};

use super::{LONG, SLACK, record, timed};

/// Serves one connection after the other, each with the next of `servers`; gives the port. Every
/// connection begins with a question whether somebody is there.
fn serve(servers: Vec<Box<dyn FnOnce(BufReader<TcpStream>) + Send>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has a port").port();
    thread::spawn(move || {
        for server in servers {
            let mut reader = BufReader::new(listener.accept().expect("the queue connects").0);
            assert_eq!(command(&mut reader).as_deref(), Some("PING\r\n"));
            reader.get_mut().write_all(b"+PONG\r\n").expect("the queue is there");
            server(reader);
        }
    });
    port
}

/// Reads a command as Redis does, and gives its last argument; none when the queue has gone.
fn command(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|length| *length > 0).map(|_| line)
    };
    let count: usize = line()?[1..].trim_end().parse().expect("a command has a number of parts");
    let mut argument = String::new();
    for _ in 0..count {
        line()?;
        argument = line()?;
    }
    Some(argument)
}

/// Answers every command, and sends what the last argument of each was.
fn good(arguments: Sender<String>) -> Box<dyn FnOnce(BufReader<TcpStream>) + Send> {
    Box::new(move |mut reader| {
        while let Some(argument) = command(&mut reader) {
            let _ = arguments.send(argument);
            reader.get_mut().write_all(b"$3\r\n1-1\r\n").expect("the queue is there");
        }
    })
}

fn at(port: u16) -> RedisQueue {
    let queue = RedisQueue::builder().address("127.0.0.1", port).timeout(TIMEOUT);
    queue.retry_start(Duration::ZERO).retry_max(Duration::ZERO).build()
}

fn messages(arguments: &Receiver<String>, count: usize) -> Vec<String> {
    let message = || {
        let record = arguments.recv_timeout(LONG).expect("the queue sends records");
        let start = record.find("seq=").expect("it is one of ours");
        record[start..start + 12].to_owned()
    };
    (0..count).map(|_| message()).collect()
}

#[test]
fn a_record_that_the_server_may_not_have_is_sent_again() {
    let (send, arguments) = mpsc::channel();
    let (served, again) = (send.clone(), send.clone());
    let port = serve(vec![
        // Answers the first command; takes the second one with it.
        Box::new(move |mut reader| {
            let _ = served.send(command(&mut reader).unwrap());
            reader.get_mut().write_all(b"$3\r\n1-1\r\n").unwrap();
            let _ = served.send(command(&mut reader).unwrap());
        }),
        // The same command comes here at once, and its answer does not arrive either.
        Box::new(move |mut reader| {
            let _ = again.send(command(&mut reader).unwrap());
        }),
        good(send),
    ]);
    let queue = at(port);
    for number in 0..3 {
        assert_eq!(queue.put(record(number), Overflow::Fail).unwrap(), Placed::Queued);
    }
    let expected = ["seq=00000000", "seq=00000001", "seq=00000001", "seq=00000001", "seq=00000002"];
    assert_eq!(messages(&arguments, 5), expected);
    assert_eq!(queue.dropped(), 0);
}

#[test]
fn an_answer_without_an_end_is_not_waited_for() {
    let (stop, stopped) = mpsc::channel::<()>();
    let port = serve(vec![Box::new(move |mut reader| {
        let wait = || stopped.recv_timeout(Duration::from_millis(10));
        while wait().is_err() && reader.get_mut().write_all(b"+").is_ok() {}
    })]);
    let queue = at(port);
    let (placed, time) = timed(|| queue.put(record(0), Overflow::DropNewest).unwrap());
    assert!(time >= TIMEOUT && time < TIMEOUT + SLACK, "{time:?}");
    assert_eq!(placed, Placed::Queued, "nobody knows");
    drop(stop);
}

#[test]
fn answers_that_are_no_answers_end_the_connection() {
    let answers: [&'static [u8]; 5] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0\0\0",
        b"*-7\r\n",
        b"$9999999999999\r\n",
        b":x\r\n",
    ];
    for answer in answers {
        let (send, arguments) = mpsc::channel();
        let nonsense = move |mut reader: BufReader<TcpStream>| {
            command(&mut reader).unwrap();
            reader.get_mut().write_all(answer).unwrap();
            // Until the queue has seen enough.
            let _ = reader.read(&mut [0]);
        };
        let port = serve(vec![Box::new(nonsense), good(send)]);
        let queue = at(port);
        let (placed, time) = timed(|| queue.put(record(0), Overflow::Fail));
        assert!(placed.is_ok() && time < TIMEOUT + SLACK, "{placed:?} {time:?}");
        if answer == b"*-7\r\n" {
            // An array that is not there, to which nothing can be held.
            continue;
        }
        assert_eq!(queue.put(record(1), Overflow::Fail).unwrap(), Placed::Queued);
        assert_eq!(messages(&arguments, 2), ["seq=00000000", "seq=00000001"]);
    }
}

#[test]
fn a_listener_refuses_answers_that_make_no_sense() {
    for answer in ["+OK\r\n", ":7\r\n", "*1\r\n+x\r\n", "*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*0\r\n"] {
        let port = serve(vec![Box::new(move |mut reader| {
            command(&mut reader).unwrap();
            reader.get_mut().write_all(b"+OK\r\n").unwrap();
            command(&mut reader).unwrap();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            let _ = reader.read(&mut [0]);
        })]);
        let error = at(port).get(LONG).unwrap_err();
        assert_eq!(error.python_name(), "OSError", "{answer}: {error:?}");
    }
}

const TIMEOUT: Duration = Duration::from_millis(300);
