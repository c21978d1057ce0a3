//! The listener, as its owner sees it.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use handlers_core::{Counters, Error, ErrorKind, Handler, Record, Result, register_handler};

use super::builder::QueueListenerBuilder;
use super::control::Waited;
use super::guard::ListenerGuard;
use super::registered::Registered;
use super::report::StopReport;
use super::run::{Run, Work};
use crate::queue::RecordQueue;

/// Takes records out of a queue, on a thread of its own, and hands them to handlers: Python's
/// `QueueListener`.
///
/// [`start`](Self::start) starts the thread and gives a guard that stops it. A stop takes everything
/// that was queued before it to the handlers first, and says how that went.
///
/// Each record goes to every handler, in order, and each handler's filters are asked; levels are not
/// looked at unless [`respect_handler_level`](QueueListenerBuilder::respect_handler_level) is set.
/// When all have had it, the queue is told (QUEUE-42): at once if nothing else waits, and else after
/// 256 records at most.
///
/// What the queue had to give up is logged: the handlers get one record, a `WARNING` of the logger
/// `handlers.queue`, that says `3 records dropped`. It comes when the queue is empty, or after 256
/// records, and counts what was given up since the last one.
///
/// [`shutdown`](fn@handlers_core::shutdown) drains the queue of a listener that is running, and lets
/// it run. Dropping the `QueueListener` itself stops nothing.
///
/// # Errors
///
/// A handler that fails or panics costs neither the other handlers the record nor itself the next
/// one. While the queue cannot be read, the thread tries again, after 10 ms at first and every second
/// in the end, and tells the error hook at the beginning and once a minute.
///
/// # Handlers that log, flush and stop
///
/// What a handler logs on the listener's thread is dropped and counted by
/// [`reentrant_drops`](handlers_core::reentrant_drops), whichever logger it uses: it would come back
/// by the queue, for ever. A handler may call anything of the listener that runs it. Only to wait for
/// its own thread is refused: [`flush`](Self::flush) is an error there, and [`stop`](Self::stop)
/// does not wait.
///
/// # Forks
///
/// Before a fork the thread comes to rest between two records, so that it holds no lock that the
/// child would need. In the child the listener is not running. A
/// [`QueueHandler`](crate::QueueHandler) that knows it starts it there at its first record; from then
/// on the guards of the parent's thread, as the child has them, are the guards of this one.
///
/// # Differences from Python
///
/// - Starting twice is an error, as it is since Python 3.14 (QUEUE-30); stopping twice is none, as
///   since 3.13 (QUEUE-35).
/// - Nothing is put into the queue to stop the thread: a full queue can be stopped (QUEUE-36), and no
///   value has a special meaning (QUEUE-33).
/// - A handler that raises does not end the thread (QUEUE-40). In Python it does, and all later
///   records stay in the queue.
/// - [`flush`](Self::flush), the report of [`stop`](Self::stop), the timeouts and the record about
///   dropped records are additions.
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, StderrHandler, get_logger, info};
/// use handlers_queue::{Channel, QueueHandler, QueueListener};
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// let queue = Channel::bounded(10_000);
/// let listener =
///     QueueListener::builder(queue.clone()).handler(Arc::new(StderrHandler::new())).build();
/// let guard = listener.start()?;
///
/// let app = get_logger("app");
/// app.set_level(Level::INFO);
/// app.add_handler(Arc::new(QueueHandler::new(queue)));
/// info!(app, "written by another thread");
///
/// let report = guard.stop(Duration::from_secs(5));
/// assert_eq!((report.handled, report.left), (1, 0));
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct QueueListener {
    shared: Arc<Shared>,
}

/// What the handle of the user, the guards and the registry have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) work: Arc<Work>,
    pub(super) run: ArcSwapOption<Run>,
    pub(super) stop_timeout: Duration,
    /// Alive as long as this is: those who call it keep nothing alive.
    pub(super) registered: OnceLock<Arc<Registered>>,
}

impl QueueListener {
    /// Begins a listener that takes records from `queue`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`handler`](QueueListenerBuilder::handler) | none: records are taken and go nowhere |
    /// | [`respect_handler_level`](QueueListenerBuilder::respect_handler_level) | `false` |
    /// | [`prepare`](QueueListenerBuilder::prepare) | records are handed over as they are |
    /// | [`stop_timeout`](QueueListenerBuilder::stop_timeout) | 5 s |
    /// | [`error_hook`](QueueListenerBuilder::error_hook) | Python's report on standard error |
    pub fn builder(queue: impl RecordQueue + 'static) -> QueueListenerBuilder {
        QueueListenerBuilder::new(Box::new(queue))
    }

    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    #[cfg(all(test, not(loom)))]
    pub(in crate::listener) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Starts the thread. It stops when the guard is dropped.
    ///
    /// A listener that was stopped can be started again (QUEUE-31). Records that were queued before
    /// are handled, too.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Runtime`]: the listener is running already (QUEUE-30).
    /// - [`ErrorKind::Io`]: the system has no thread left.
    pub fn start(&self) -> Result<ListenerGuard> {
        let run = self.shared.start()?;
        Ok(ListenerGuard::new(Arc::clone(&self.shared), run))
    }

    /// Has the thread handle what is queued now, and end; waits for that (QUEUE-34).
    ///
    /// When the time is over the thread is left behind: it goes on, and ends when it is done. The
    /// report of a listener that is not running is empty (QUEUE-35). From inside one of the
    /// listener's own handlers this does not wait: the thread ends once it has handled what is
    /// queued, and a later `stop`, or the guard, has the whole report.
    ///
    /// The handlers are not flushed: they are the program's to flush and to close, and
    /// [`shutdown`](fn@handlers_core::shutdown) does both.
    pub fn stop(&self, timeout: Duration) -> StopReport {
        self.shared.stop(timeout)
    }

    /// Asks the thread to end once it has handled what was queued before, and does not wait.
    ///
    /// Nothing is put into the queue for it, whatever its name in Python: a full queue is no obstacle
    /// (QUEUE-36), and there is no value that a program must not put (QUEUE-33).
    pub fn enqueue_sentinel(&self) {
        if let Some(run) = self.shared.live() {
            self.shared.ask_stop(&run);
        }
    }

    /// Waits until what was put into the queue before is with the handlers, and the handlers are
    /// flushed.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`] with [`io::ErrorKind::TimedOut`]: the time is over.
    /// - [`ErrorKind::Runtime`]: records wait, and the listener is not running; or this is called
    ///   from inside one of the listener's own handlers, which cannot wait for itself.
    /// - That of the queue or the first one of a handler.
    pub fn flush(&self, timeout: Duration) -> Result<()> {
        self.shared.flush(Instant::now().checked_add(timeout))
    }

    /// Hands a record to the handlers, on this thread, as the listener does with those from the
    /// queue (QUEUE-37).
    pub fn handle(&self, record: &Record<'_>) {
        self.shared.work.delivery.handle(record);
    }

    /// The handlers, in the order in which they get each record.
    pub fn handlers(&self) -> &[Arc<dyn Handler>] {
        &self.shared.work.delivery.handlers
    }

    /// Whether the handlers' levels decide what they get (QUEUE-38).
    pub fn respect_handler_level(&self) -> bool {
        self.shared.work.delivery.respect_handler_level
    }

    /// Whether there is a thread, even one that was asked to end and has not yet.
    pub fn is_running(&self) -> bool {
        self.shared.is_running()
    }

    /// Starts the thread again if a fork has left it in the parent process: for the handler that puts
    /// records into the queue of a child.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub(crate) fn start_after_fork(&self) -> Result<()> {
        self.shared.start_after_fork()
    }

    /// How many records were handled and dropped since the last start, and how many the handlers
    /// lost to errors meanwhile.
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }
}

impl Shared {
    /// Starts the thread again that a fork has left in the parent.
    pub(super) fn start_after_fork(self: &Arc<Self>) -> Result<()> {
        let is_left_behind = self.run.load().as_ref().is_some_and(|run| !run.is_here());
        if !is_left_behind {
            return Ok(());
        }
        match self.start() {
            // Another thread was faster.
            Err(error) if error.kind() == ErrorKind::Runtime => Ok(()),
            started => started.map(drop),
        }
    }

    /// Has the thread hold nothing, for a fork.
    pub(super) fn pause(&self, deadline: Instant) {
        if let Some(run) = self.live().filter(|run| !run.control.is_own_thread()) {
            run.control.ask_pause();
            self.work.queue.wake();
            run.control.wait_resting(Some(deadline));
        }
    }

    pub(super) fn resume(&self) {
        if let Some(run) = self.live().filter(|run| !run.control.is_own_thread()) {
            run.control.resume();
        }
    }

    pub(super) fn start(self: &Arc<Self>) -> Result<Arc<Run>> {
        let current = self.run.load_full();
        if current.as_ref().is_some_and(|run| run.is_live()) {
            return Err(already_started());
        }
        let run = Arc::new(Run::new(&self.work));
        let before = self.run.compare_and_swap(&current, Some(Arc::clone(&run)));
        if before.as_ref().map(Arc::as_ptr) != current.as_ref().map(Arc::as_ptr) {
            return Err(already_started());
        }
        if let Err(error) = run.spawn(&self.work) {
            run.control.end();
            self.forget(&run);
            return Err(Error::io("start the thread of a queue listener", error));
        }
        if let Some(registered) = self.registered.get() {
            register_handler(&(Arc::clone(registered) as Arc<dyn Handler>));
        }
        Ok(run)
    }

    pub(super) fn is_running(&self) -> bool {
        self.live().is_some()
    }

    pub(super) fn at_hand(&self) -> u64 {
        self.live().map_or(0, |run| run.at_hand())
    }

    pub(super) fn flush(&self, deadline: Option<Instant>) -> Result<()> {
        let Some(run) = self.live() else {
            return self.flush_stopped();
        };
        if run.control.is_own_thread() {
            return Err(Error::new(
                ErrorKind::Runtime,
                "cannot wait for the queue listener's thread inside one of its handlers",
            ));
        }
        let ticket = run.control.ask_flush();
        self.work.queue.wake();
        match run.control.wait_flushed(ticket, deadline) {
            Waited::Done(flushed) => flushed,
            Waited::Ended => self.flush_stopped(),
            Waited::TimedOut => {
                let timed_out = io::Error::from(io::ErrorKind::TimedOut);
                Err(Error::io("wait for the queue listener to handle what is queued", timed_out))
            }
        }
    }

    /// Stops the thread that is there, if one is.
    pub(super) fn stop(&self, timeout: Duration) -> StopReport {
        let Some(run) = self.run.load_full().filter(|run| run.is_here()) else {
            return StopReport::default();
        };
        let report = self.stop_run(&run, timeout);
        if !report.timed_out {
            self.forget(&run);
        }
        report
    }

    /// Stops one thread, that of a guard, and not one that was started later.
    pub(super) fn stop_run(&self, run: &Run, timeout: Duration) -> StopReport {
        self.ask_stop(run);
        let ended = if run.control.is_own_thread() {
            false
        } else {
            run.wait_ended(Instant::now().checked_add(timeout))
        };
        run.report(&self.work, !ended)
    }

    fn ask_stop(&self, run: &Run) {
        run.control.ask_stop();
        self.work.queue.wake();
    }

    fn live(&self) -> Option<Arc<Run>> {
        self.run.load_full().filter(|run| run.is_live())
    }

    /// What became of a run was told: it is as if there had been none (QUEUE-35).
    fn forget(&self, run: &Arc<Run>) {
        self.run.compare_and_swap(run, None);
    }

    fn flush_stopped(&self) -> Result<()> {
        match self.work.queue.len() {
            0 => self.work.delivery.flush(),
            len => Err(Error::new(
                ErrorKind::Runtime,
                format!("{len} records are queued and the queue listener is not running"),
            )),
        }
    }

    fn counters(&self) -> Counters {
        let mut counters = Counters::default();
        if let Some(run) = self.run.load_full().filter(|run| run.is_here()) {
            let report = run.report(&self.work, false);
            counters.emitted = report.handled;
            counters.dropped = report.dropped;
            counters.failed = report.failed;
        }
        counters
    }
}

impl fmt::Debug for QueueListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueListener")
            .field("handlers", &self.handlers())
            .field("respect_handler_level", &self.respect_handler_level())
            .field("is_running", &self.is_running())
            .finish_non_exhaustive()
    }
}

/// CPython's text (QUEUE-30).
#[cold]
fn already_started() -> Error {
    Error::new(ErrorKind::Runtime, "Listener already started")
}
