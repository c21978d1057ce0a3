use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use handlers_core::{ErrorKind, HandlerBase, Level};

use super::super::fake::Fake;
use super::super::settings::BufferSettings;
use super::super::{LinkSettings, Peer};
use crate::link::outcome::{Loss, Outcome};
use crate::{Backlog, LinkCounters, WhenFull};

/// The settings of a peer whose handler holds back so many bytes.
fn settings(fake: &Fake, capacity: usize) -> LinkSettings {
    let mut settings = LinkSettings::new(fake.clone());
    settings.clock = Arc::new(fake.clock.clone());
    settings.timeout = Duration::from_secs(60);
    settings.buffer = BufferSettings { capacity, ..BufferSettings::default() };
    settings
}

fn made(settings: &LinkSettings) -> Arc<Peer> {
    Peer::new(HandlerBase::new(), settings).expect("there is no spool")
}

fn peer(fake: &Fake, capacity: usize) -> Arc<Peer> {
    made(&settings(fake, capacity))
}

fn peer_with(fake: &Fake, capacity: usize, backlog: Backlog) -> Arc<Peer> {
    let mut settings = settings(fake, capacity);
    settings.backlog = Some(backlog.background(false));
    made(&settings)
}

/// A peer whose first ten frames are being sent by the thread, and do not get on.
fn stalled_peer(fake: &Fake) -> (Arc<Peer>, JoinHandle<()>) {
    fake.state().is_stalled = true;
    let peer = peer(fake, 30);
    let other = Arc::clone(&peer);
    let stalled = thread::spawn(move || drop(submit(&other, 0..10)));
    fake.wait_until(|state| state.attempts == 1);
    (peer, stalled)
}

/// Lets a [`stalled_peer`] send everything.
fn go_on(fake: &Fake, peer: &Peer, stalled: JoinHandle<()>) {
    peer.set_timeout(Duration::from_secs(60));
    fake.state().is_stalled = false;
    stalled.join().expect("submitting does not panic");
    peer.flush().expect("the peer is there");
}

/// Submits the numbers as frames of three bytes.
fn submit(peer: &Peer, numbers: std::ops::Range<u32>) -> Vec<Outcome> {
    numbers.map(|number| peer.submit(format!("{number:03}").as_bytes(), Level::INFO)).collect()
}

fn counters(peer: &Peer) -> [u64; 4] {
    let LinkCounters { sent, dropped, queued, reconnects, .. } = peer.counters();
    [sent, dropped, queued, reconnects]
}

fn expected(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("{number:03}")).collect()
}

fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

#[test]
fn frames_are_sent_together_once_there_are_enough() {
    let fake = Fake::new();
    let peer = peer(&fake, 30);
    let outcomes = submit(&peer, 0..9);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Held)));
    assert_eq!((fake.attempts(), counters(&peer), peer.pending()), (0, [0, 0, 9, 0], 9));
    submit(&peer, 9..25);
    assert_eq!(fake.received(), expected(0..20));
    assert_eq!((counters(&peer), peer.pending()), ([20, 0, 5, 0], 5));
    peer.flush().unwrap();
    assert_eq!((fake.received(), fake.state().batches.clone()), (expected(0..25), vec![10, 10, 5]));
    assert_eq!((counters(&peer), peer.pending()), ([25, 0, 0, 0], 0));
}

#[test]
fn an_urgent_record_takes_those_before_it_along() {
    let fake = Fake::new();
    let peer = peer(&fake, 1000);
    submit(&peer, 0..3);
    let _ = peer.submit(b"003", Level::ERROR);
    assert_eq!(fake.received(), expected(0..4));
    let mut settings = settings(&fake, 1000);
    settings.buffer.flush_level = Level::WARNING;
    let peer = made(&settings);
    let _ = peer.submit(b"004", Level::INFO);
    assert_eq!(counters(&peer)[2], 1);
    let _ = peer.submit(b"005", Level::WARNING);
    assert_eq!(fake.received(), expected(0..6));
}

#[test]
fn closing_and_dropping_send_what_is_held_back() {
    let fake = Fake::new();
    let peer = peer(&fake, 1000);
    submit(&peer, 0..2);
    peer.close().unwrap();
    submit(&peer, 2..4);
    peer.finish();
    assert_eq!(fake.received(), expected(0..4));
    assert_eq!(counters(&peer), [4, 0, 0, 1]);
}

#[test]
fn without_a_peer_each_batch_is_lost_and_counted_as_a_whole() {
    let fake = Fake::down();
    let peer = peer(&fake, 30);
    let base = HandlerBase::new();
    for outcome in submit(&peer, 0..25) {
        outcome.or_drop(&base).unwrap();
    }
    // What is told of the record at hand and what was counted at once.
    assert_eq!((base.counters().dropped, peer.base().counters().dropped), (2, 18));
    assert_eq!((fake.attempts(), counters(&peer)), (1, [0, 20, 5, 0]));
    let error = peer.flush().unwrap_err();
    assert_eq!(error.to_string(), "send the 5 records that were held back");
    assert_eq!((counters(&peer), peer.base().counters().dropped), ([0, 25, 0, 0], 23));
    peer.flush().unwrap();
}

#[test]
fn of_a_batch_that_is_cut_one_frame_is_lost_and_the_rest_goes_over_another_connection() {
    let fake = Fake::new();
    let peer = peer(&fake, 30);
    fake.state().cuts.push_back((4, reset()));
    let outcomes = submit(&peer, 0..10);
    assert!(matches!(outcomes[9], Outcome::Lost(Loss::Broken(_)) | Outcome::Held), "{outcomes:?}");
    assert_eq!(fake.received(), expected((0..4).chain(5..10)));
    assert_eq!((counters(&peer), peer.pending()), ([9, 1, 0, 1], 0));
}

#[test]
fn a_batch_whose_last_frame_is_cut_has_lost_that_one() {
    let fake = Fake::new();
    let peer = peer(&fake, 30);
    fake.state().cuts.push_back((9, reset()));
    assert!(matches!(submit(&peer, 0..10)[9], Outcome::Lost(Loss::Broken(_))));
    assert_eq!((fake.received(), counters(&peer)), (expected(0..9), [9, 1, 0, 0]));
}

#[test]
fn a_peer_that_goes_away_within_a_batch_costs_what_it_had_not_taken() {
    let fake = Fake::new();
    let peer = peer(&fake, 30);
    submit(&peer, 0..10);
    fake.state().cuts.extend([(4, reset()), (2, reset())]);
    submit(&peer, 10..19);
    let down = fake.clone();
    down.state().cuts.push_back((0, reset()));
    submit(&peer, 19..20);
    // 14 and 17 were cut, then 18.
    assert_eq!(fake.received(), expected((0..14).chain(15..17).chain(19..20)));
    assert_eq!(counters(&peer), [17, 3, 0, 3]);
    fake.state().is_up = false;
    submit(&peer, 20..30);
    assert_eq!(counters(&peer), [17, 13, 0, 3]);
}

#[test]
fn a_backlog_keeps_what_a_batch_could_not_bring_out_whole_and_in_order() {
    let fake = Fake::new();
    let peer = peer_with(&fake, 30, Backlog::memory(1 << 20));
    fake.state().cuts.push_back((4, reset()));
    assert!(matches!(submit(&peer, 0..10)[9], Outcome::Queued));
    assert_eq!((fake.received(), counters(&peer)), (expected(0..4), [4, 0, 6, 0]));
    fake.state().is_up = false;
    submit(&peer, 10..35);
    assert_eq!((counters(&peer), peer.pending()), ([4, 0, 31, 0], 31));
    let error = peer.flush().unwrap_err();
    assert_eq!(error.to_string(), "send the 31 records that are queued");
    fake.state().is_up = true;
    submit(&peer, 35..37);
    peer.flush().unwrap();
    assert_eq!(fake.received(), expected(0..37));
    assert_eq!((counters(&peer), peer.base().counters().dropped), ([37, 0, 0, 1], 0));
}

#[test]
fn a_batch_takes_as_much_of_a_backlog_along_as_its_records_would() {
    let fake = Fake::down();
    let peer = peer_with(&fake, 30, Backlog::memory(1 << 20));
    submit(&peer, 0..700);
    assert_eq!(counters(&peer), [0, 0, 700, 0]);
    fake.state().is_up = true;
    fake.clock.advance(Duration::from_secs(1));
    submit(&peer, 700..710);
    assert_eq!(counters(&peer), [640, 0, 70, 0]);
    submit(&peer, 710..720);
    assert_eq!((counters(&peer), fake.received()), ([720, 0, 0, 0], expected(0..720)));
}

#[test]
fn a_full_backlog_lets_frames_of_a_batch_go_and_counts_them() {
    for (when_full, kept) in [(WhenFull::DropNewest, 0..3), (WhenFull::DropOldest, 7..10)] {
        let fake = Fake::down();
        let backlog = Backlog::memory(1 << 20).max_records(3).when_full(when_full);
        let peer = peer_with(&fake, 30, backlog);
        submit(&peer, 0..10);
        assert_eq!((counters(&peer), peer.base().counters().dropped), ([0, 7, 3, 0], 7));
        fake.state().is_up = true;
        peer.flush().unwrap();
        assert_eq!(fake.received(), expected(kept));
    }
}

#[test]
fn closing_counts_what_is_held_back_and_cannot_be_sent() {
    for backlog in [None, Some(Backlog::memory(1 << 20))] {
        let fake = Fake::down();
        let peer = match backlog {
            Some(backlog) => peer_with(&fake, 30, backlog),
            None => peer(&fake, 30),
        };
        submit(&peer, 0..5);
        assert!(peer.close().is_err());
        assert_eq!((counters(&peer), peer.base().counters().dropped), ([0, 5, 0, 0], 5));
        peer.close().unwrap();
    }
}

#[test]
fn what_is_more_than_the_networks_fault_is_told_once() {
    let fake = Fake::new();
    fake.state().fails_oddly = true;
    let mut settings = settings(&fake, 30);
    settings.buffer.interval = Some(Duration::from_millis(1));
    let peer = made(&settings);
    submit(&peer, 0..5);
    fake.wait_until(|state| state.attempts > 0);
    fake.wait_until(|_| peer.pending() == 0);
    assert_eq!((counters(&peer), peer.base().counters().dropped), ([0, 5, 0, 0], 4));
    fake.state().fails_oddly = false;
    fake.clock.advance(Duration::from_secs(1));
    let error = submit(&peer, 5..6).remove(0).or_drop(peer.base()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    let sent = submit(&peer, 6..7).remove(0);
    assert!(sent.or_drop(peer.base()).is_ok());
    peer.flush().unwrap();
    assert_eq!(fake.received(), expected(5..7));
}

#[test]
fn nothing_is_held_back_longer_than_the_interval() {
    let fake = Fake::new();
    let mut settings = settings(&fake, 1 << 20);
    settings.buffer.interval = Some(Duration::from_millis(20));
    let peer = made(&settings);
    for number in 0..5 {
        submit(&peer, number..number + 1);
        let count = usize::try_from(number).unwrap() + 1;
        fake.wait_until(|state| state.received.len() == count);
    }
    // Also after a close, which ends the thread.
    peer.close().unwrap();
    submit(&peer, 5..6);
    fake.wait_until(|state| state.received.len() == 6);
    assert_eq!(fake.received(), expected(0..6));
}

#[test]
fn a_thread_that_waits_for_frames_does_not_keep_the_peer() {
    let fake = Fake::new();
    let mut settings = settings(&fake, 1 << 20);
    settings.buffer.interval = Some(Duration::from_millis(1));
    let peer = made(&settings);
    submit(&peer, 0..1);
    fake.wait_until(|state| state.received.len() == 1);
    let weak = Arc::downgrade(&peer);
    drop(peer);
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while weak.upgrade().is_some() {
        assert!(std::time::Instant::now() < deadline, "the thread keeps the peer");
        thread::yield_now();
    }
}

#[test]
fn who_logs_does_not_wait_for_who_sends_until_as_much_again_is_held_back() {
    let fake = Fake::new();
    let (peer, stalled) = stalled_peer(&fake);
    submit(&peer, 10..19);
    assert_eq!((counters(&peer), peer.pending()), ([0, 0, 19, 0], 19));
    // These would wait, but not for a call that has no time; none of them is lost.
    peer.set_timeout(Duration::ZERO);
    submit(&peer, 19..40);
    go_on(&fake, &peer, stalled);
    assert_eq!((fake.received(), counters(&peer)), (expected(0..40), [40, 0, 0, 0]));
}

#[test]
fn what_is_held_back_has_a_bound() {
    let fake = Fake::new();
    let (peer, stalled) = stalled_peer(&fake);
    peer.set_timeout(Duration::ZERO);
    let frame = vec![b'x'; 100 * 1024];
    let outcomes: Vec<Outcome> = (0..20).map(|_| peer.submit(&frame, Level::INFO)).collect();
    let lost = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Lost(Loss::Busy)));
    assert_eq!(lost.count(), 9, "a megabyte and one frame are kept");
    go_on(&fake, &peer, stalled);
    assert_eq!(counters(&peer), [21, 9, 0, 0]);
}

#[test]
fn no_thread_gets_its_records_out_of_order() {
    let fake = Fake::new();
    let peer = peer_with(&fake, 50, Backlog::memory(1 << 20));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let peer = Arc::clone(&peer);
            thread::spawn(move || {
                for number in 0..2000 {
                    let _ = peer.submit(format!("{thread} {number:04}").as_bytes(), Level::INFO);
                }
            })
        })
        .collect();
    for round in 0..50 {
        fake.state().cuts.push_back((round % 7, reset()));
        thread::yield_now();
    }
    for thread in threads {
        thread.join().unwrap();
    }
    fake.state().cuts.clear();
    peer.flush().unwrap();
    assert_eq!([counters(&peer)[0], counters(&peer)[1], counters(&peer)[2]], [8000, 0, 0]);
    for thread in 0..4 {
        let prefix = format!("{thread} ");
        let numbers: Vec<u32> = fake
            .received()
            .iter()
            .filter_map(|frame| frame.strip_prefix(&prefix).map(|number| number.parse().unwrap()))
            .collect();
        assert_eq!(numbers, (0..2000).collect::<Vec<u32>>());
    }
}
