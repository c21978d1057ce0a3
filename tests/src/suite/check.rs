//! Running all clauses over a handler.

use std::any::Any;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use handlers_core::Handler;

use super::clauses::{self, Check, Clause};
use super::subject::{Lines, Nature, Subject};
use super::trial::Trial;

/// Runs every clause of the suite over handlers that `make` makes, and panics with a list of those
/// that do not hold.
///
/// `make` is called once for each clause and form, and each time gives a handler that shares nothing
/// with the one before: another file, another buffer. A clause that hangs counts as broken.
///
/// # Panics
///
/// If a clause does not hold.
///
/// # Examples
///
/// ```
/// use handlers_core::NullHandler;
/// use handlers_tests::suite::{self, Subject};
///
/// suite::check("NullHandler", || Subject::new(NullHandler::new(), Vec::new).takes_no_records());
/// ```
pub fn check<H: Handler>(name: &str, make: impl Fn() -> Subject<H>) {
    let mut broken = String::new();
    for clause in clauses::all() {
        for (form, wrap) in forms() {
            let Subject { handler, lines, nature } = make();
            if !(clause.concerns)(nature) {
                continue;
            }
            if let Err(seen) = hold(clause, wrap(handler), lines, nature) {
                let promise = clause.promise;
                let _ = write!(broken, "\n\n{name}, {form}: {promise}\n    but: {seen}");
            }
        }
    }
    assert!(broken.is_empty(), "{name} breaks promises that every handler makes{broken}\n");
}

type Wrap<H> = fn(H) -> Arc<dyn Handler>;

/// The same handler by value and behind pointers, which pass every call on.
fn forms<H: Handler>() -> [(&'static str, Wrap<H>); 3] {
    [
        ("by value", |handler| Arc::new(handler)),
        ("behind Arc<dyn Handler>", |handler| Arc::new(Arc::new(handler) as Arc<dyn Handler>)),
        ("behind Box<dyn Handler>", |handler| Arc::new(Box::new(handler) as Box<dyn Handler>)),
    ]
}

/// Lets a clause run on a thread of its own, and says what was seen if it does not hold.
fn hold(
    clause: &'static Clause,
    handler: Arc<dyn Handler>,
    lines: Lines,
    nature: Nature,
) -> Result<(), String> {
    let (sender, receiver) = mpsc::channel();
    let trial = Trial::new(handler, lines, nature);
    thread::spawn(move || {
        let seen = catch_unwind(AssertUnwindSafe(|| match clause.holds {
            Check::Using(check) => check(&trial),
            Check::Ending(check) => check(trial),
        }));
        let _ = sender.send(seen.map_err(|panic| text_of(&*panic)));
    });
    let late = |_| Err(format!("it was not done after {} seconds", PATIENCE.as_secs()));
    receiver.recv_timeout(PATIENCE).unwrap_or_else(late)
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").replace('\n', "\n    ")
}

/// Long enough for a slow machine; only a deadlock takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
