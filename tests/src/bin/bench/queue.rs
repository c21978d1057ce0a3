//! Handlers that hold records back, and the same lines through a channel without them.

use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use handlers_core::{Handler, NullHandler};
use handlers_queue::{
    Channel, ListenerGuard, MemoryHandler, Overflow, QueueHandler, QueueListener,
};

use crate::file;
use crate::line::{Compose, CoreFmt, Ready};
use crate::logger::Logged;
use crate::workload::{Worker, Workload};

pub(crate) fn memory() -> Box<dyn Workload> {
    let target = Arc::new(NullHandler::new());
    let handler = MemoryHandler::builder(1000).target(target).build();
    Box::new(Logged::new(Arc::new(handler), ()))
}

/// The line, ready made, in a slot of a channel.
pub(crate) fn raw() -> Box<dyn Workload> {
    Box::new(RawQueue::<Ready>::new())
}

/// … put together, with the message through `core::fmt`.
pub(crate) fn raw_stdfmt() -> Box<dyn Workload> {
    Box::new(RawQueue::<CoreFmt>::new())
}

/// Records that a listener takes and throws away.
pub(crate) fn producer() -> io::Result<Box<dyn Workload>> {
    Ok(Box::new(queued(Arc::new(NullHandler::new()), ())?))
}

/// Records in bursts, so that the queue is always empty when one begins.
pub(crate) fn bursts() -> io::Result<Box<dyn Workload>> {
    Ok(Box::new(Bursts(queued(Arc::new(NullHandler::new()), ())?)))
}

/// The same with lines in slots.
pub(crate) fn raw_bursts() -> Box<dyn Workload> {
    Box::new(Bursts(RawQueue::<CoreFmt>::new()))
}

/// Records that a listener writes to a file.
pub(crate) fn throughput() -> io::Result<Box<dyn Workload>> {
    let (handler, dir) = file::buffered_handler()?;
    Ok(Box::new(queued(Arc::new(handler), dir)?))
}

fn queued<K: Sync>(target: Arc<dyn Handler>, kept: K) -> io::Result<Logged<(ListenerGuard, K)>> {
    let queue = Channel::bounded(SLOTS);
    let listener = Arc::new(QueueListener::builder(queue.clone()).handler(target).build());
    let guard = listener.start().map_err(io::Error::other)?;
    let handler = QueueHandler::builder(queue).overflow(Overflow::Block).listener(listener).build();
    Ok(Logged::new(Arc::new(handler), (guard, kept)))
}

/// Calls come in bursts, in those passes that time each of them.
struct Bursts<W>(W);

impl<W: Workload> Workload for Bursts<W> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(BurstsWorker(self.0.worker()))
    }

    fn finish(&self) {
        self.0.finish();
    }
}

struct BurstsWorker<'w>(Box<dyn Worker + 'w>);

impl Worker for BurstsWorker<'_> {
    fn log(&mut self, number: u64) {
        self.0.log(number);
    }

    fn get_ready(&mut self, number: u64) {
        if number.is_multiple_of(BURST) {
            thread::park_timeout(PAUSE);
        }
    }
}

/// Lines in slots of a channel, and a thread that takes them out and throws them away.
struct RawQueue<C> {
    sender: Sender<Slot>,
    taken: Receiver<Slot>,
    stop: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    compose: PhantomData<fn() -> C>,
}

/// A line with its length.
struct Slot {
    length: usize,
    bytes: [u8; 120],
}

impl<C> RawQueue<C> {
    fn new() -> Self {
        let (sender, receiver) = bounded(SLOTS);
        let stop = Arc::new(AtomicBool::new(false));
        let (slots, is_over) = (receiver.clone(), Arc::clone(&stop));
        let reader = thread::spawn(move || read(&slots, &is_over));
        Self { sender, taken: receiver, stop, reader: Some(reader), compose: PhantomData }
    }
}

/// Looks for itself, as the listener does: nobody wakes it.
fn read(slots: &Receiver<Slot>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        match slots.try_recv() {
            Ok(slot) => drop(std::hint::black_box(slot)),
            Err(TryRecvError::Empty) => thread::park_timeout(Duration::from_micros(100)),
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

impl<C: Compose + 'static> Workload for RawQueue<C> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(RawQueueWorker { sender: &self.sender, compose: C::default() })
    }

    fn finish(&self) {
        let start = Instant::now();
        while !self.taken.is_empty() {
            assert!(start.elapsed() < Duration::from_secs(60), "the reader reads");
            thread::park_timeout(Duration::from_micros(100));
        }
    }
}

impl<C> Drop for RawQueue<C> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

struct RawQueueWorker<'w, C> {
    sender: &'w Sender<Slot>,
    compose: C,
}

impl<C: Compose> Worker for RawQueueWorker<'_, C> {
    fn log(&mut self, number: u64) {
        let line = self.compose.compose(number);
        let mut slot = Slot { length: line.len(), bytes: [0; 120] };
        slot.bytes[..line.len()].copy_from_slice(line);
        assert!(slot.length > 0 && self.sender.send(slot).is_ok(), "the reader is there");
    }
}

/// How many records or lines have room.
const SLOTS: usize = 8192;

/// How many records come at once.
const BURST: u64 = 100;

/// How much later the next ones come.
const PAUSE: Duration = Duration::from_millis(1);
