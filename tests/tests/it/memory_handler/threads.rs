//! Many threads, one handler.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock, Weak};
use std::thread;

use handlers_core::{Handler, Level};
use handlers_queue::MemoryHandler;
use handlers_tests::support::ListHandler;

use crate::targets::{Calls, Gated, as_target, counted, record, strings};

// MemoryHandlerTest.test_race_between_set_target_and_flush (gh-104089); QUEUE-12, CORE-193.
#[test]
fn a_target_may_be_taken_away_by_another_thread_in_the_middle_of_a_flush() {
    let memory: Arc<OnceLock<Weak<MemoryHandler>>> = Arc::default();
    let threads: Arc<Mutex<Vec<thread::JoinHandle<()>>>> = Arc::default();
    let (of_target, started) = (Arc::clone(&memory), Arc::clone(&threads));
    let records = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&records);
    let target = Calls::new(move |_| {
        let memory = of_target.get().and_then(Weak::upgrade).expect("it is just delivering");
        let take_away = thread::spawn(move || drop(memory.set_target(None)));
        started.lock().unwrap().push(take_away);
        count.fetch_add(1, Ordering::Relaxed);
    });

    let handler = Arc::new(MemoryHandler::builder(10).flush_level(Level::WARNING).build());
    memory.set(Arc::downgrade(&handler)).unwrap();
    for _ in 0..50 {
        handler.set_target(Some(Arc::clone(&target) as Arc<dyn Handler>));
        handler.handle(&record(Level::INFO, "not flushed"));
        handler.handle(&record(Level::WARNING, "flushed"));
        for thread in threads.lock().unwrap().drain(..) {
            thread.join().unwrap();
        }
        assert!(handler.target().is_none());
    }
    assert_eq!(records.load(Ordering::Relaxed), 100);
    assert_eq!(handler.pending(), 0);
}

#[test]
fn a_thread_that_need_not_flush_does_not_wait_for_one_that_does() {
    let (target, gate) = Gated::new();
    let memory = MemoryHandler::builder(2).target(Arc::<Gated>::clone(&target)).build();
    thread::scope(|scope| {
        scope.spawn(|| {
            memory.handle(&record(Level::INFO, "1"));
            memory.handle(&record(Level::INFO, "2"));
        });
        gate.wait_for_a_record();
        // Returns, or the test hangs: nobody opens the gate before.
        memory.handle(&record(Level::INFO, "3"));
        assert_eq!((memory.pending(), memory.buffered().len()), (3, 1));
        gate.open();
    });
    assert_eq!((target.list.lines(), memory.pending()), (strings(["1", "2"]), 1));
}

#[test]
fn when_a_grave_record_returns_it_is_with_the_target() {
    let (target, gate) = Gated::new();
    let memory = MemoryHandler::builder(9).target(Arc::<Gated>::clone(&target)).build();
    thread::scope(|scope| {
        scope.spawn(|| memory.handle(&record(Level::ERROR, "1")));
        gate.wait_for_a_record();
        let grave = scope.spawn(|| {
            memory.handle(&record(Level::ERROR, "2"));
            target.list.lines()
        });
        gate.open();
        assert_eq!(grave.join().unwrap(), ["1", "2"]);
    });
}

#[test]
fn when_set_target_returns_the_old_target_has_got_its_last_record() {
    let (old, gate) = Gated::new();
    let memory = MemoryHandler::builder(3).target(Arc::<Gated>::clone(&old)).build();
    thread::scope(|scope| {
        scope.spawn(|| {
            for message in ["1", "2", "3"] {
                memory.handle(&record(Level::INFO, message));
            }
        });
        gate.wait_for_a_record();
        let set = scope.spawn(|| {
            memory.set_target(None);
            old.list.lines()
        });
        gate.open();
        assert_eq!(set.join().unwrap(), ["1", "2", "3"]);
    });
}

#[test]
fn a_thread_that_delivers_elsewhere_leaves_its_record_to_the_one_that_delivers_here() {
    let (target, gate) = Gated::new();
    let inner: Arc<dyn Handler> =
        Arc::new(MemoryHandler::builder(9).target(Arc::<Gated>::clone(&target)).build());
    let outer = MemoryHandler::builder(1).target(Arc::clone(&inner)).build();
    thread::scope(|scope| {
        let delivers = scope.spawn(|| inner.handle(&record(Level::ERROR, "1")));
        gate.wait_for_a_record();
        // Returns, or the test hangs: nobody opens the gate before.
        outer.handle(&record(Level::ERROR, "2"));
        assert_eq!((outer.pending(), inner.pending()), (0, 2));
        gate.open();
        delivers.join().unwrap();
    });
    assert_eq!((target.list.lines(), inner.pending()), (strings(["1", "2"]), 0));
}

#[test]
fn eight_handlers_in_front_of_one_leave_nothing_behind_in_it() {
    let target = Arc::new(ListHandler::new());
    let inner: Arc<dyn Handler> =
        Arc::new(MemoryHandler::builder(1).target(as_target(&target)).build());
    thread::scope(|scope| {
        for thread in 0..8 {
            let outer = MemoryHandler::builder(1).target(Arc::clone(&inner)).build();
            scope.spawn(move || {
                for number in 0..500 {
                    outer.handle(&record(Level::INFO, &format!("{thread} {number}")));
                }
            });
        }
    });
    assert_eq!(inner.pending(), 0);
    let numbers = numbers_by_thread(&target);
    assert!(numbers.iter().all(|numbers| numbers.iter().copied().eq(0..500)));
}

#[test]
fn two_handlers_in_a_circle_do_not_deadlock() {
    let [left, right] = [(); 2].map(|()| Arc::new(MemoryHandler::builder(1).build()));
    for (from, to) in [(&left, &right), (&right, &left)] {
        let to = Arc::downgrade(to);
        from.set_target(Some(Calls::new(move |record| {
            to.upgrade().expect("both live as long as the test").handle(record);
        })));
    }
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for handler in [&left, &right] {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for number in 0..200 {
                    handler.handle(&record(Level::ERROR, &number.to_string()));
                }
            });
        }
    });
    for handler in [&left, &right] {
        handler.set_target(None);
    }
    assert_eq!(left.pending() + right.pending(), 400);
}

#[test]
fn eight_threads_lose_nothing_double_nothing_and_keep_their_order() {
    const RECORDS: usize = 2_000;
    let targets = [Arc::new(ListHandler::new()), Arc::new(ListHandler::new())];
    let memory = MemoryHandler::builder(7).target(as_target(&targets[0])).build();
    let logging = AtomicBool::new(true);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let memory = &memory;
                scope.spawn(move || {
                    for number in 0..RECORDS {
                        let level = if number % 13 == 0 { Level::ERROR } else { Level::INFO };
                        memory.handle(&record(level, &format!("{thread} {number}")));
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while logging.load(Ordering::Relaxed) {
                memory.flush().unwrap();
                memory.set_target(None);
                memory.set_target(Some(as_target(&targets[1])));
                memory.set_target(Some(as_target(&targets[0])));
            }
        });
        for thread in threads {
            thread.join().unwrap();
        }
        logging.store(false, Ordering::Relaxed);
    });
    memory.flush().unwrap();
    assert_eq!((memory.pending(), counted(&memory)), (0, (8 * RECORDS as u64, 0, 0)));

    let [of_first, of_second] = targets.each_ref().map(numbers_by_thread);
    for (mut numbers, more) in of_first.into_iter().zip(of_second) {
        assert!(numbers.is_sorted() && more.is_sorted(), "out of order");
        numbers.extend(more);
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..RECORDS));
    }
}

/// The second numbers of lines of two, by the first.
fn numbers_by_thread(list: &Arc<ListHandler>) -> [Vec<usize>; 8] {
    let mut numbers = [const { Vec::new() }; 8];
    for line in list.lines() {
        let (thread, number) = line.split_once(' ').expect("a line of two numbers");
        let [thread, number] =
            [thread, number].map(|digits| digits.parse::<usize>().expect("a number"));
        numbers[thread].push(number);
    }
    numbers
}
