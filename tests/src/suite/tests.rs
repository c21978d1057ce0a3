//! The suite finds what it is there to find.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{
    Error, ErrorKind, Handler, HandlerBase, NullHandler, Record, Result, enter_handler,
};

use super::{Subject, check};

#[test]
fn a_sound_handler_breaks_nothing() {
    assert_eq!(broken_by(Flaw::None), "");
}

#[test]
fn each_flaw_is_found_and_explained() {
    let flaws = [
        (Flaw::AnswersNo, "`handle` answered false"),
        (Flaw::AsksNoFilter, "when a filter says no, `handle` answers false"),
        (Flaw::FailsToCloseTwice, "flush and close may be called twice"),
        (Flaw::ForgetsToMarkItselfClosed, "a handler is found by its name until it is closed"),
        (Flaw::HoldsBack, "what was handled before a flush is delivered after it"),
        (Flaw::LetsPanicsThrough, "a formatter that panics is an error like any other"),
        (Flaw::Loses, "the lines of eight threads do not mix, none is lost"),
        (Flaw::LooksAtTheLevel, "`handle` does not look at the level"),
        (Flaw::MixesLines, "the lines of eight threads do not mix, none is lost"),
        (Flaw::Recurses, "neither deadlocks nor recurses"),
        (Flaw::ReportsTwice, "calls `handle_error` once"),
        (Flaw::ShowsRecords, "`Debug` tells the handler's name or class but nothing"),
        (Flaw::TakesMessagesForTemplates, "a message is delivered byte for byte"),
    ];
    for (flaw, explanation) in flaws {
        let broken = broken_by(flaw);
        assert!(broken.contains(explanation), "{flaw:?} was not found: {broken:?}");
    }
}

#[test]
fn a_handler_of_another_nature_than_it_says_is_found() {
    let claim = || check("NullHandler", || Subject::new(NullHandler::new(), Vec::new));
    assert!(catch_unwind(claim).is_err(), "it takes no records but does not say so");
}

/// Runs the suite over a handler with a flaw, and gives its complaints.
fn broken_by(flaw: Flaw) -> String {
    let result = catch_unwind(AssertUnwindSafe(|| {
        check("Flawed", || {
            let handler = Flawed { flaw, ..Flawed::default() };
            let written = Arc::clone(&handler.written);
            Subject::new(FlawedBefore(handler), move || lines(&lock(&written)))
        });
    }));
    result.map_or_else(
        |panic: Box<dyn Any + Send>| panic.downcast_ref::<String>().cloned().unwrap_or_default(),
        |()| String::new(),
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Flaw {
    #[default]
    None,
    AnswersNo,
    AsksNoFilter,
    FailsToCloseTwice,
    ForgetsToMarkItselfClosed,
    HoldsBack,
    LetsPanicsThrough,
    LooksAtTheLevel,
    Loses,
    MixesLines,
    Recurses,
    ReportsTwice,
    ShowsRecords,
    TakesMessagesForTemplates,
}

/// A handler that does one thing wrong.
#[derive(Default)]
struct Flawed {
    base: HandlerBase,
    flaw: Flaw,
    written: Arc<Mutex<String>>,
    last: Mutex<String>,
    emitted: AtomicU64,
    closed: AtomicBool,
}

impl Handler for Flawed {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let mut line = String::new();
        self.base.format(record, &mut line)?;
        lock(&self.last).clone_from(&line);
        let number = self.emitted.fetch_add(1, Ordering::Relaxed);
        match self.flaw {
            Flaw::Loses if number % 100 == 99 => return Ok(()),
            Flaw::HoldsBack if number == 0 => return Ok(()),
            Flaw::TakesMessagesForTemplates => line = line.replace("${", ""),
            Flaw::MixesLines => {
                for half in [line.as_str(), "\n"] {
                    lock(&self.written).push_str(half);
                    std::thread::yield_now();
                }
                return Ok(());
            }
            _ => {}
        }
        lock(&self.written).push_str(&(line + "\n"));
        Ok(())
    }

    fn close(&self) -> Result<()> {
        if self.closed.swap(true, Ordering::Relaxed) && self.flaw == Flaw::FailsToCloseTwice {
            return Err(Error::new(ErrorKind::Runtime, "it is closed already"));
        }
        if self.flaw != Flaw::ForgetsToMarkItselfClosed {
            self.base.mark_closed();
        }
        Ok(())
    }

    fn handle_error(&self, record: &Record<'_>, error: &Error) {
        self.base.report(record, error);
        if self.flaw == Flaw::ReportsTwice {
            self.base.report(record, error);
        }
    }
}

/// A handler that does one thing wrong before it comes to `emit`.
#[derive(Debug)]
struct FlawedBefore(Flawed);

impl Handler for FlawedBefore {
    fn base(&self) -> &HandlerBase {
        self.0.base()
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        self.0.emit(record)
    }

    fn close(&self) -> Result<()> {
        self.0.close()
    }

    fn handle_error(&self, record: &Record<'_>, error: &Error) {
        self.0.handle_error(record, error);
    }

    fn handle(&self, record: &Record<'_>) -> bool {
        match self.0.flaw {
            Flaw::AnswersNo => {
                self.0.handle(record);
                false
            }
            Flaw::LooksAtTheLevel if record.level() < self.base().level() => false,
            Flaw::AsksNoFilter | Flaw::LetsPanicsThrough => {
                let _inside = enter_handler();
                self.emit(record).is_ok()
            }
            Flaw::Recurses => self.emit(record).is_ok(),
            _ => self.0.handle(record),
        }
    }
}

impl fmt::Debug for Flawed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = lock(&self.last);
        let shown = if self.flaw == Flaw::ShowsRecords { last.as_str() } else { "" };
        write!(f, "<Flawed{shown}>")
    }
}

fn lines(written: &str) -> Vec<String> {
    written.split_terminator('\n').map(str::to_owned).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
