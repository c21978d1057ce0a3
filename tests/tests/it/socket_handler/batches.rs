//! Records that are held back and sent together.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use handlers_core::{Handler, Level, Record};
use handlers_net::{Backlog, SocketHandler, SocketHandlerBuilder};
use handlers_tests::support::wait_until;

use super::faults::{frames, listen, plain, read_all, send};
use super::restarts::assert_only_what_was_under_way_is_lost;
use super::{assert_arrive, builder, handle, message};
use crate::receiver::Receiver;

/// A handler that holds back 64 KiB, whatever the levels of the records.
fn buffered(builder: SocketHandlerBuilder) -> SocketHandlerBuilder {
    builder.buffered(64 * 1024).flush_level(Level::new(100))
}

fn counters(handler: &SocketHandler) -> [u64; 4] {
    let counters = handler.counters();
    [counters.sent, counters.dropped, counters.queued, counters.reconnects]
}

#[test]
fn records_that_were_held_back_arrive_equal_and_in_order() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let handler = buffered(builder).build().unwrap();
    handle(&handler, 0..10);
    assert!(!handler.is_connected());
    assert_eq!((counters(&handler), handler.pending()), ([0, 0, 10, 0], 10));
    for block in 0..10 {
        handle(&handler, block * 1000 + 10..(block + 1) * 1000);
        assert!(handler.pending() < 300, "a batch has {} records", handler.pending());
        handler.flush().unwrap();
        assert_arrive(&receiver, block * 1000..(block + 1) * 1000);
        handle(&handler, (block + 1) * 1000..(block + 1) * 1000 + 10);
    }
    assert_eq!((counters(&handler), handler.pending()), ([10_000, 0, 10, 0], 10));
    // As every handler that holds something back does.
    drop(handler);
    assert_arrive(&receiver, 10_000..10_010);
}

#[test]
fn a_record_of_the_flush_level_takes_those_before_it_along() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    // Every fifth record is an error.
    let handler = builder.buffered(1 << 20).build().unwrap();
    handle(&handler, 0..3);
    assert_eq!(handler.pending(), 3);
    handle(&handler, 3..7);
    assert_arrive(&receiver, 0..4);
    assert_eq!((counters(&handler), handler.pending()), ([4, 0, 3, 0], 3));
    handler.close().unwrap();
    assert_arrive(&receiver, 4..7);
    // NET-16.
    handle(&handler, 7..8);
    handler.close().unwrap();
    assert_eq!(receiver.messages(1), [message(7)]);
}

#[test]
fn records_are_held_back_no_longer_than_the_interval() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let handler = buffered(builder).flush_interval(Duration::from_millis(20)).build().unwrap();
    for block in 0..5 {
        handle(&handler, block * 10..(block + 1) * 10);
        assert_arrive(&receiver, block * 10..(block + 1) * 10);
    }
    wait_until("the last batch is counted", || counters(&handler) == [50, 0, 0, 0]);
}

#[test]
fn what_was_held_back_while_the_receiver_is_down_is_counted_to_the_record() {
    let receiver = Receiver::tcp(0);
    let port = receiver.port();
    let (builder, clock) = builder(port);
    let handler = buffered(builder).build().unwrap();
    handle(&handler, 0..4000);
    handler.flush().unwrap();
    assert_arrive(&receiver, 0..4000);

    // The receiver has read all that was sent; nothing is under way.
    assert_eq!(receiver.kill(), Vec::<String>::new());
    handle(&handler, 4000..6000);
    assert!(handler.flush().is_err());
    assert_eq!(counters(&handler), [4000, 2000, 0, 0]);
    assert_eq!(handler.base().counters().dropped, 2000);

    let receiver = Receiver::tcp(port);
    clock.advance(Duration::from_secs(30));
    handle(&handler, 6000..8000);
    handler.flush().unwrap();
    assert_arrive(&receiver, 6000..8000);
    assert_eq!(counters(&handler), [6000, 2000, 0, 1]);
    assert_eq!(handler.base().counters().emitted, 6000);
}

// See: gh-84532.
#[test]
fn a_receiver_that_is_restarted_while_records_are_held_back_costs_nothing() {
    let mut receiver = Receiver::tcp(0);
    let port = receiver.port();
    let (builder, _) = builder(port);
    let handler = buffered(builder).build().unwrap();
    for restart in 0..5 {
        handle(&handler, restart * 100..restart * 100 + 60);
        handler.flush().unwrap();
        assert_arrive(&receiver, restart * 100..restart * 100 + 60);
        handle(&handler, restart * 100 + 60..restart * 100 + 100);
        receiver.kill();
        receiver = Receiver::tcp(port);
        handler.flush().unwrap();
        assert_arrive(&receiver, restart * 100 + 60..restart * 100 + 100);
    }
    assert_eq!(counters(&handler), [500, 0, 0, 5]);
}

#[test]
fn a_receiver_killed_under_load_costs_no_more_than_what_was_under_way() {
    for with_backlog in [false, true] {
        let receiver = Receiver::tcp(0);
        let port = receiver.port();
        let (mut builder, clock) = builder(port);
        if with_backlog {
            builder = builder.backlog(Backlog::memory(64 << 20));
        }
        let handler = Arc::new(buffered(builder).build().unwrap());
        let sender = Arc::clone(&handler);
        let sending = thread::spawn(move || handle(&sender, 0..8000));
        wait_until("records are sent", || handler.counters().sent > 2000);
        let before = receiver.kill();
        sending.join().unwrap();
        let _ = handler.flush();
        let before = (&*before, handler.counters().sent);

        let receiver = Receiver::tcp(port);
        clock.advance(Duration::from_secs(30));
        handle(&handler, 8000..12_000);
        handler.flush().unwrap();
        assert_only_what_was_under_way_is_lost(&handler, 12_000, before, &receiver);
        assert!(!with_backlog || handler.counters().dropped == 0, "{:?}", handler.counters());
    }
}

// Of the frames that a stalled peer has got, each counts, and none that it has got a part of.
#[test]
fn what_the_system_took_of_a_batch_is_known_to_the_frame() {
    let (listener, port) = listen();
    let (builder, _) = builder(port);
    let builder = buffered(builder.timeout(Duration::from_millis(200))).buffered(64 << 20);
    let handler = plain(builder);
    let padding = "x".repeat(1000);
    for number in 0..15_000 {
        send(&handler, &format!("{number} {padding}"));
    }
    assert!(handler.flush().is_err());
    let [sent, dropped, queued, _] = counters(&handler);
    assert!(sent > 0 && dropped > 0, "{sent} {dropped}");
    assert_eq!((sent + dropped, queued), (15_000, 0));
    assert_eq!(handler.base().counters().dropped, dropped);
    let (whole, _) = frames(&read_all(listener.accept().unwrap().0));
    assert_eq!(whole.len() as u64, sent);
    assert!((0..).zip(&whole).all(|(number, frame)| frame.starts_with(&format!("{number} "))));
}

#[test]
fn what_a_stalled_peer_did_not_take_of_a_batch_is_sent_whole_to_a_better_one() {
    let (listener, port) = listen();
    let (builder, _) = builder(port);
    let backlog = Backlog::memory(64 << 20).background(false);
    let builder = buffered(builder.timeout(Duration::from_millis(200))).backlog(backlog);
    let handler = plain(builder.buffered(64 << 20));
    let padding = "x".repeat(1000);
    for number in 0..15_000 {
        send(&handler, &format!("{number} {padding}"));
    }
    assert!(handler.flush().is_err());
    let (mut arrived, _) = frames(&read_all(listener.accept().unwrap().0));
    let sent = arrived.len() as u64;
    assert_eq!(counters(&handler), [sent, 0, 15_000 - sent, 0]);

    handler.set_timeout(Duration::from_secs(60));
    let reader = thread::spawn(move || read_all(listener.accept().unwrap().0));
    send(&handler, &format!("15000 {padding}"));
    handler.close().unwrap();
    let (after, rest) = frames(&reader.join().unwrap());
    assert_eq!((rest, counters(&handler)), (0, [15_001, 0, 0, 1]));
    arrived.extend(after);
    let numbers = arrived.iter().map(|frame| frame.split(' ').next().unwrap().parse().unwrap());
    assert_eq!(numbers.collect::<Vec<u32>>(), (0..=15_000).collect::<Vec<u32>>());
}

#[test]
fn threads_that_share_batches_keep_their_order() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let handler = Arc::new(buffered(builder).buffered(4096).build().unwrap());
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let handler = Arc::clone(&handler);
            thread::spawn(move || {
                for number in 0..2000 {
                    let message = format!("{thread} {number}");
                    handler.handle(&Record::builder().message(message).build());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    handler.flush().unwrap();
    let mut next = [0; 4];
    for message in receiver.messages(8000) {
        let (thread, number) = message.split_once(' ').expect("it has two numbers");
        let next = &mut next[thread.parse::<usize>().unwrap()];
        assert_eq!(number.parse::<u32>().unwrap(), *next);
        *next += 1;
    }
    assert_eq!((counters(&handler), handler.base().counters().emitted), ([8000, 0, 0, 0], 8000));
}
