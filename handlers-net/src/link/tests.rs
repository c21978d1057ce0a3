mod refused;

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::HandlerBase;

use super::fake::Fake;
use super::outcome::{Loss, Outcome};
use super::{LinkSettings, Peer};
use crate::{Backlog, LinkCounters, WhenFull};

fn settings(fake: &Fake) -> LinkSettings {
    let mut settings = LinkSettings::new(fake.clone());
    settings.clock = Arc::new(fake.clock.clone());
    settings.timeout = Duration::from_secs(60);
    settings
}

fn peer(fake: &Fake) -> Arc<Peer> {
    Peer::new(HandlerBase::new(), &settings(fake)).expect("there is no spool")
}

fn peer_with(fake: &Fake, backlog: Backlog) -> Arc<Peer> {
    let mut settings = settings(fake);
    settings.backlog = Some(backlog);
    Peer::new(HandlerBase::new(), &settings).expect("there is no spool")
}

/// A backlog that only the calls of a test send from.
fn quiet() -> Backlog {
    Backlog::memory(1 << 20).background(false)
}

fn counters(peer: &Peer) -> [u64; 4] {
    let LinkCounters { sent, dropped, queued, reconnects, .. } = peer.counters();
    [sent, dropped, queued, reconnects]
}

fn advance(fake: &Fake, seconds: u64) {
    fake.clock.advance(Duration::from_secs(seconds));
}

// SocketHandlerTest.test_noserver.
#[test]
fn a_dead_peer_costs_one_attempt_per_period() {
    let fake = Fake::down();
    let peer = peer(&fake);
    let mut attempts = Vec::new();
    for _ in 0..92 {
        let before = fake.attempts();
        assert!(matches!(peer.send(b"lost"), Outcome::Lost(_)));
        attempts.push(fake.attempts() - before);
        advance(&fake, 1);
    }
    let times: Vec<usize> = (0..92).filter(|second| attempts[*second] > 0).collect();
    assert_eq!(times, [0, 1, 3, 7, 15, 31, 61, 91]);
    assert_eq!(counters(&peer), [0, 92, 0, 0]);
}

#[test]
fn the_wait_counts_from_the_end_of_an_attempt() {
    let fake = Fake::down();
    fake.state().attempt_takes = Duration::from_secs(10);
    let peer = peer(&fake);
    assert!(matches!(peer.send(b"lost"), Outcome::Lost(Loss::Unreachable(_))));
    assert!(matches!(peer.send(b"lost"), Outcome::Lost(Loss::Waiting)));
    advance(&fake, 1);
    assert!(matches!(peer.send(b"lost"), Outcome::Lost(Loss::Unreachable(_))));
}

// See: gh-84532.
#[test]
fn a_peer_that_was_restarted_at_once_costs_no_record() {
    let fake = Fake::new();
    let peer = peer(&fake);
    for number in 0..10 {
        fake.state().has_closed = number % 3 == 0;
        assert!(matches!(peer.send(number.to_string().as_bytes()), Outcome::Sent));
    }
    assert_eq!(fake.received().concat(), "0123456789");
    assert_eq!(counters(&peer), [10, 0, 0, 3]);
}

// NET-11, NET-13.
#[test]
fn a_stream_that_fails_loses_its_record_and_the_next_one_connects() {
    let fake = Fake::new();
    let peer = peer(&fake);
    let _ = peer.send(b"one");
    fake.state().failures.push_back(io::ErrorKind::BrokenPipe.into());
    let outcome = peer.send(b"two");
    let Outcome::Lost(Loss::Broken(error)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.to_string(), "send to fake");
    assert!(!peer.is_connected());
    let _ = peer.send(b"three");
    assert_eq!(fake.received(), ["one", "three"]);
    assert_eq!(counters(&peer), [2, 1, 0, 1]);
}

#[test]
fn a_socket_for_datagrams_outlives_what_it_could_not_send() {
    let fake = Fake::new();
    fake.state().is_datagram = true;
    let peer = peer_with(&fake, quiet());
    let _ = peer.send(b"one");
    fake.state().failures.push_back(io::Error::from_raw_os_error(90));
    let too_long = peer.send(b"too long for any backlog");
    assert!(matches!(too_long, Outcome::Lost(Loss::Broken(_))));
    let _ = peer.send(b"two");
    assert_eq!(fake.received(), ["one", "two"]);
    assert_eq!((fake.attempts(), counters(&peer)), (1, [2, 1, 0, 0]));
}

// NET-59.
#[test]
fn who_resends_loses_a_record_at_the_second_failure_only() {
    let fake = Fake::new();
    fake.state().is_datagram = true;
    let mut settings = settings(&fake);
    settings.resend = true;
    let peer = Peer::new(HandlerBase::new(), &settings).unwrap();
    fake.state().failures.extend([io::ErrorKind::ConnectionRefused.into()]);
    assert!(matches!(peer.send(b"one"), Outcome::Sent));
    let refused = || io::ErrorKind::ConnectionRefused.into();
    fake.state().failures.extend([refused(), refused()]);
    assert!(matches!(peer.send(b"two"), Outcome::Lost(Loss::Broken(_))));
    assert_eq!(fake.received(), ["one"]);
}

// NET-10, NET-12.
#[test]
fn only_errors_of_the_network_are_silent() {
    let fake = Fake::down();
    let (peer, base) = (peer(&fake), HandlerBase::new());
    assert!(peer.send(b"lost").or_drop(&base).is_ok());
    assert!(peer.send(b"lost").or_drop(&base).is_ok());
    assert_eq!(base.counters().dropped, 2);
    assert!(peer.send(b"lost").or_fail().is_err());
    advance(&fake, 1);
    fake.state().fails_oddly = true;
    assert!(peer.send(b"lost").or_drop(&base).is_err());
    assert_eq!(base.counters().dropped, 2);
}

#[test]
fn no_call_waits_longer_for_others_than_its_timeout() {
    let fake = Fake::new();
    fake.state().is_stalled = true;
    let peer = peer(&fake);
    let other = Arc::clone(&peer);
    let stalled = thread::spawn(move || other.send(b"stalled"));
    fake.wait_until(|state| state.attempts == 1);
    peer.set_timeout(Duration::from_millis(1));
    let begin = Instant::now();
    assert!(matches!(peer.send(b"busy"), Outcome::Lost(Loss::Busy)));
    assert!(!peer.disconnect(), "it would take too long");
    assert!(begin.elapsed() < Duration::from_secs(30));
    fake.state().is_stalled = false;
    assert!(matches!(stalled.join().unwrap(), Outcome::Sent));
    assert_eq!(counters(&peer), [1, 1, 0, 0]);
}

#[test]
fn what_was_queued_is_sent_before_what_is_new() {
    let fake = Fake::down();
    let peer = peer_with(&fake, quiet());
    for number in 0..5 {
        assert!(matches!(peer.send(number.to_string().as_bytes()), Outcome::Queued));
    }
    assert_eq!((counters(&peer), peer.pending()), ([0, 0, 5, 0], 5));
    fake.state().is_up = true;
    assert!(matches!(peer.send(b"5"), Outcome::Queued), "no attempt is due yet");
    advance(&fake, 1);
    assert!(matches!(peer.send(b"6"), Outcome::Sent));
    assert_eq!(fake.received().concat(), "0123456");
    assert_eq!(counters(&peer), [7, 0, 0, 0]);
}

#[test]
fn one_record_does_not_send_all_that_is_queued() {
    let fake = Fake::down();
    let peer = peer_with(&fake, quiet());
    for number in 0..1000 {
        let _ = peer.send(format!("{number:03}").as_bytes());
    }
    fake.state().is_up = true;
    advance(&fake, 1);
    assert!(matches!(peer.send(b"1000"), Outcome::Queued));
    assert_eq!(counters(&peer)[0], 64);
    peer.flush().unwrap();
    let received = fake.received();
    assert_eq!(received.len(), 1001);
    assert!(received.is_sorted_by_key(|frame| frame.parse::<u32>().unwrap()));
}

#[test]
fn a_frame_that_was_sent_in_part_is_sent_again_whole() {
    let fake = Fake::new();
    let peer = peer_with(&fake, quiet());
    fake.state().failures.extend([io::ErrorKind::TimedOut.into(), io::ErrorKind::TimedOut.into()]);
    assert!(matches!(peer.send(b"one"), Outcome::Queued));
    assert!(matches!(peer.send(b"two"), Outcome::Queued));
    assert!(matches!(peer.send(b"three"), Outcome::Sent));
    assert_eq!(fake.received(), ["one", "two", "three"]);
}

#[test]
fn what_waits_for_the_lock_too_long_is_queued() {
    let fake = Fake::new();
    fake.state().is_stalled = true;
    let peer = peer_with(&fake, quiet());
    let other = Arc::clone(&peer);
    let stalled = thread::spawn(move || other.send(b"stalled"));
    fake.wait_until(|state| state.attempts == 1);
    peer.set_timeout(Duration::ZERO);
    assert!(matches!(peer.send(b"busy"), Outcome::Queued));
    peer.set_timeout(Duration::from_secs(60));
    fake.state().is_stalled = false;
    assert!(matches!(stalled.join().unwrap(), Outcome::Sent));
    peer.flush().unwrap();
    assert_eq!(fake.received(), ["stalled", "busy"]);
}

#[test]
fn flushing_tries_at_once_and_says_what_is_left() {
    let fake = Fake::down();
    let peer = peer_with(&fake, quiet());
    let _ = peer.send(b"one");
    let error = peer.flush().unwrap_err();
    assert_eq!(error.to_string(), "send the 1 records that are queued");
    fake.state().is_up = true;
    peer.flush().unwrap();
    assert_eq!(fake.received(), ["one"]);
}

#[test]
fn closing_counts_what_it_could_not_send() {
    let fake = Fake::down();
    let peer = peer_with(&fake, quiet());
    let _ = peer.send(b"one");
    let _ = peer.send(b"two");
    assert!(peer.close().is_err());
    assert_eq!(counters(&peer), [0, 2, 0, 0]);
    assert_eq!(peer.base().counters().dropped, 2);
    peer.close().unwrap();
}

#[test]
fn what_a_full_backlog_lets_go_is_counted() {
    for (when_full, last) in [(WhenFull::DropNewest, "2"), (WhenFull::DropOldest, "5")] {
        let fake = Fake::down();
        let peer = peer_with(&fake, quiet().max_records(3).when_full(when_full));
        let kept = (0..6).filter(|number: &u32| {
            matches!(peer.send(number.to_string().as_bytes()), Outcome::Queued)
        });
        assert_eq!(kept.count(), if last == "2" { 3 } else { 6 });
        fake.state().is_up = true;
        peer.flush().unwrap();
        assert_eq!(fake.received().last().map(String::as_str), Some(last));
        assert_eq!(counters(&peer), [3, 3, 0, 0]);
        assert_eq!(peer.base().counters().dropped, 3);
    }
}

#[test]
fn a_thread_sends_what_is_queued_when_no_record_comes() {
    let fake = Fake::down();
    let peer = peer_with(&fake, Backlog::memory(1 << 20));
    for number in 0..600 {
        let _ = peer.send(format!("{number:03}").as_bytes());
    }
    fake.state().is_up = true;
    advance(&fake, 1);
    fake.wait_until(|state| state.received.len() == 600);
    assert!(fake.received().is_sorted());
    // It runs again when it is needed again.
    fake.state().is_up = false;
    let _ = peer.send(b"later");
    fake.state().is_up = true;
    advance(&fake, 1);
    fake.wait_until(|state| state.received.len() == 601);
}

#[test]
fn a_peer_that_goes_away_with_its_handler_stops_its_thread() {
    let fake = Fake::down();
    let peer = peer_with(&fake, Backlog::memory(1 << 20));
    let _ = peer.send(b"lost");
    let weak = Arc::downgrade(&peer);
    peer.finish();
    drop(peer);
    let deadline = Instant::now() + Duration::from_secs(60);
    while weak.upgrade().is_some() {
        assert!(Instant::now() < deadline, "the thread keeps the peer");
        thread::yield_now();
    }
}
