//! P6: no shutdown takes longer than it may. P8: it drains what is held back and says what is left.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{
    Handler, HandlerBase, Record, Result, ShutdownGuard, ShutdownOutcome, register_handler,
    shutdown,
};
use handlers_file::FileHandler;
use handlers_queue::MemoryHandler;
use handlers_tests::support::{CapturedError, ListHandler, alone};
use handlers_tests::test_dir;

#[test]
fn p6_a_handler_that_hangs_in_its_flush_does_not_hold_up_the_shutdown() {
    let _alone = alone();
    let (hanging, go_on) = hanging_in(Step::Flush);
    let dir = test_dir!();
    let hanging = registered(&hanging);
    let file = file_with_a_line(&dir.join("app.log"));
    // Enough for the file on any machine.
    let report = shutdown(Duration::from_secs(2));
    // The later one is closed first.
    let outcomes: Vec<&ShutdownOutcome> =
        report.handlers.iter().map(|handler| &handler.outcome).collect();
    assert!(matches!(outcomes[..], [ShutdownOutcome::Close, ShutdownOutcome::TimeOut]), "{report}");
    assert_eq!(dir.read("app.log"), "line\n");
    drop(file);
    release(&hanging, &go_on);
}

#[test]
fn p6_a_handler_whose_turn_never_came_is_in_the_report() {
    let _alone = alone();
    let dir = test_dir!();
    let earlier = file_with_a_line(&dir.join("app.log"));
    let (hanging, go_on) = hanging_in(Step::Close);
    let hanging = registered(&hanging);
    let report = shutdown(SHORT);
    let outcomes: Vec<&ShutdownOutcome> =
        report.handlers.iter().map(|handler| &handler.outcome).collect();
    assert!(matches!(outcomes[..], [ShutdownOutcome::TimeOut, ShutdownOutcome::Miss]), "{report}");
    assert_eq!(report.left(), 1, "the line that is held back");
    drop(earlier);
    release(&hanging, &go_on);
}

#[test]
fn p6_a_guard_returns_too_and_says_what_was_left() {
    let _alone = alone();
    let stderr = CapturedError::new();
    let (hanging, go_on) = hanging_in(Step::Flush);
    let hanging = registered(&hanging);
    drop(ShutdownGuard::new(SHORT));
    assert!(stderr.text().contains("timed out"), "{}", stderr.text());
    release(&hanging, &go_on);
}

// A program waits no longer than it said, and the answer is there all the same.
#[test]
fn p6_no_time_at_all_is_time_enough_for_a_report() {
    let _alone = alone();
    let (hanging, go_on) = hanging_in(Step::Flush);
    let hanging = registered(&hanging);
    let report = shutdown(Duration::ZERO);
    assert_eq!(report.handlers.len(), 1);
    assert!(!report.is_complete());
    release(&hanging, &go_on);
}

#[test]
fn p6_all_the_time_there_is_is_no_overflow() {
    let _alone = alone();
    let handler: Arc<dyn Handler> = Arc::new(ListHandler::new());
    register_handler(&handler);
    assert!(shutdown(Duration::MAX).is_complete());
}

#[test]
fn p8_a_shutdown_drains_what_is_held_back() {
    let _alone = alone();
    let dir = test_dir!();
    let file = file_with_a_line(&dir.join("app.log"));
    let target = Arc::new(ListHandler::new());
    let memory = MemoryHandler::builder(100).target(Arc::clone(&target) as _).build();
    let memory: Arc<dyn Handler> = Arc::new(memory);
    register_handler(&memory);
    for number in 0..10 {
        memory.handle(&Record::builder().message(number.to_string()).build());
    }
    assert_eq!((file.pending(), memory.pending()), (1, 10));
    let report = shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.left(), report.dropped()), (0, 0));
    assert_eq!(target.lines().len(), 10);
    assert_eq!(dir.read("app.log"), "line\n");
}

// CPython loses these without a word.
#[test]
fn p8_what_cannot_be_drained_is_reported() {
    let _alone = alone();
    let memory: Arc<dyn Handler> = Arc::new(MemoryHandler::builder(100).build());
    register_handler(&memory);
    for number in 0..10 {
        memory.handle(&Record::builder().message(number.to_string()).build());
    }
    let full = FileHandler::builder("/dev/full").buffered(1000).build();
    let full: Arc<dyn Handler> = Arc::new(full.expect("the device can be opened"));
    register_handler(&full);
    full.handle(&Record::builder().message("held back").build());
    let report = shutdown(LONG);
    assert!(!report.is_complete(), "{report}");
    assert_eq!(report.left(), 11, "{report}");
    let failed = report
        .handlers
        .iter()
        .filter(|handler| matches!(handler.outcome, ShutdownOutcome::Fail(_)));
    assert_eq!(failed.count(), 1, "{report}");
}

#[test]
fn p8_a_handler_that_panics_when_it_is_closed_or_shown_keeps_no_other_from_its_turn() {
    let _alone = alone();
    let dir = test_dir!();
    let file = file_with_a_line(&dir.join("app.log"));
    let steps = [Step::Flush, Step::Close, Step::Show];
    let panicking = steps.map(|step| registered(&Difficult::new(step, Trouble::Panic)));
    let report = shutdown(LONG);
    assert_eq!(report.handlers.len(), 4);
    assert_eq!(dir.read("app.log"), "line\n");
    drop((file, panicking));
}

/// A buffered file that holds one line back.
fn file_with_a_line(path: &std::path::Path) -> Arc<dyn Handler> {
    let handler = FileHandler::builder(path).buffered(1000).build();
    let handler: Arc<dyn Handler> = Arc::new(handler.expect("the file can be opened"));
    register_handler(&handler);
    handler.handle(&Record::builder().message("line").build());
    handler
}

/// A handler that hangs at a step until it is told to go on.
fn hanging_in(step: Step) -> (Arc<Difficult>, Sender<()>) {
    let (go_on, wait) = mpsc::channel();
    (Difficult::new(step, Trouble::Hang(Mutex::new(wait))), go_on)
}

fn registered(handler: &Arc<Difficult>) -> Arc<dyn Handler> {
    let handler = Arc::clone(handler) as Arc<dyn Handler>;
    register_handler(&handler);
    handler
}

/// Makes trouble at one step of its end.
struct Difficult {
    base: HandlerBase,
    step: Step,
    trouble: Trouble,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Close,
    Flush,
    Show,
}

enum Trouble {
    Hang(Mutex<Receiver<()>>),
    Panic,
}

impl Difficult {
    fn new(step: Step, trouble: Trouble) -> Arc<Self> {
        Arc::new(Self { base: HandlerBase::new(), step, trouble })
    }

    fn take(&self, step: Step) {
        match &self.trouble {
            _ if step != self.step => {}
            Trouble::Hang(wait) => {
                let _ = wait.lock().unwrap_or_else(PoisonError::into_inner).recv();
            }
            Trouble::Panic => std::panic::resume_unwind(Box::new("on purpose")),
        }
    }
}

impl Handler for Difficult {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        self.take(Step::Flush);
        Ok(())
    }

    fn close(&self) -> Result<()> {
        self.take(Step::Close);
        self.base.mark_closed();
        Ok(())
    }
}

impl std::fmt::Debug for Difficult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.take(Step::Show);
        f.write_str("<Difficult>")
    }
}

/// What a handler that hangs is given.
const SHORT: Duration = Duration::from_millis(50);

/// More than a handler that does not hang can need.
const LONG: Duration = Duration::from_secs(60);

/// Lets a hanging handler go on, and waits until the shutdown's thread has let go of it: the next
/// test would find it alive. The test itself has it twice.
fn release<H: ?Sized>(hanging: &Arc<H>, go_on: &Sender<()>) {
    let _ = go_on.send(());
    while Arc::strong_count(hanging) > 2 {
        std::thread::yield_now();
    }
}
