//! Scenarios about handlers that buffer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{Error, Handler, Level, NameFilter, Record, register_handler};
use handlers_queue::{BufferingHandler, MemoryHandler};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, integer, results, text};
use super::probe::{Probe, Step};

/// One scenario: after each step, how much is buffered and what the two targets have received.
pub(super) fn scenario(case: &Case<'_>) -> Result<Results, Skip> {
    let targets = [Target::new(case)?, Target::new(case)?];
    let subject = Subject::new(case, &targets)?;
    register_handler(&subject.handler());
    let mut steps = Vec::new();
    for step in case.list("steps")? {
        let step = Case::of(step, case.shared)?;
        step.only(&["op", "buffered", "t", "t2"])?;
        subject.perform(step.list("op")?, &targets)?;
        steps.push(json!({
            "op": step.need("op")?,
            "buffered": subject.buffered(),
            "t": targets[0].received(),
            "t2": targets[1].received(),
        }));
    }
    Ok(results([("steps", json!(steps))]))
}

enum Subject {
    Buffering(Arc<BufferingHandler>),
    Memory(Arc<MemoryHandler>),
}

impl Subject {
    fn new(case: &Case<'_>, targets: &[Target; 2]) -> Result<Self, Skip> {
        let kwargs = case.nested("kwargs")?;
        // Less than nothing is as nothing: both are reached by every record (QUEUE-3).
        let capacity = usize::try_from(kwargs.integer("capacity")?).unwrap_or(0);
        match case.text("class")? {
            "BufferingHandler" => {
                kwargs.only(&["capacity"])?;
                Ok(Self::Buffering(Arc::new(BufferingHandler::new(capacity))))
            }
            "MemoryHandler" => {
                kwargs.only(&["capacity", "flushLevel", "target", "flushOnClose"])?;
                let level = kwargs.integer_or("flushLevel", Level::ERROR.number())?;
                let mut builder = MemoryHandler::builder(capacity)
                    .flush_level(Level::new(level))
                    .flush_on_close(kwargs.flag_or("flushOnClose", true)?);
                if kwargs.flag_or("target", false)? {
                    builder = builder.target(targets[0].handler());
                }
                Ok(Self::Memory(Arc::new(builder.build())))
            }
            other => Err(Skip::unknown("class", other)),
        }
    }

    fn handler(&self) -> Arc<dyn Handler> {
        match self {
            Self::Buffering(handler) => Arc::clone(handler) as _,
            Self::Memory(handler) => Arc::clone(handler) as _,
        }
    }

    fn buffered(&self) -> usize {
        match self {
            Self::Buffering(handler) => handler.buffered().len(),
            Self::Memory(handler) => handler.buffered().len(),
        }
    }

    fn perform(&self, op: &[Json], targets: &[Target; 2]) -> Result<(), Skip> {
        let [name, words @ ..] = op else { return Err(Skip::new("an operation without a name")) };
        match (text(name)?, words) {
            ("emit", [level, message]) => {
                let level = Level::new(integer(level)?);
                let record = Record::builder().level(level).message(text(message)?).build();
                self.handler().handle(&record);
            }
            ("flush", []) => self.handler().flush().map_err(|error| unexpected(&error))?,
            ("close", []) => self.handler().close().map_err(|error| unexpected(&error))?,
            ("shutdown", []) => {
                handlers_core::shutdown(Duration::from_secs(60));
            }
            ("target", [target]) => self.set_target(text(target)?, targets)?,
            (other, _) => {
                let words = words.len();
                return Err(Skip::unknown("op", format_args!("{other} with {words} words")));
            }
        }
        Ok(())
    }

    fn set_target(&self, name: &str, targets: &[Target; 2]) -> Result<(), Skip> {
        let target = match name {
            "none" => None,
            "t" => Some(targets[0].handler()),
            "t2" => Some(targets[1].handler()),
            other => return Err(Skip::unknown("target", other)),
        };
        match self {
            Self::Memory(handler) => drop(handler.set_target(target)),
            Self::Buffering(_) => return Err(Skip::new("a handler that has no target")),
        }
        Ok(())
    }
}

/// The format has no place for an error of a flush.
fn unexpected(error: &Error) -> Skip {
    Skip::new(format!("an error that cannot be compared: {error}"))
}

/// A handler that keeps the messages that it receives.
struct Target {
    handler: Arc<Probe>,
    messages: Arc<Mutex<Vec<String>>>,
}

impl Target {
    fn new(case: &Case<'_>) -> Result<Self, Skip> {
        let messages: Arc<Mutex<Vec<String>>> = Arc::default();
        let received = Arc::clone(&messages);
        let handler = Probe::new(move |step| {
            if let Step::Emit(record) = step {
                let message = record.message()?.into_owned();
                received.lock().unwrap_or_else(PoisonError::into_inner).push(message);
            }
            Ok(())
        });
        handler.base().set_level(Level::new(case.integer_or("target_level", 0)?));
        if let Some(name) = case.optional_text("target_filter")? {
            handler.base().add_filter(Arc::new(NameFilter::new(name)));
        }
        Ok(Self { handler: Arc::new(handler), messages })
    }

    fn handler(&self) -> Arc<dyn Handler> {
        Arc::clone(&self.handler) as _
    }

    fn received(&self) -> Vec<String> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::Object;
    use super::*;

    #[test]
    fn what_is_not_known_is_skipped() {
        let step = |op: Json| json!([{"op": op, "buffered": 0, "t": [], "t2": []}]);
        for (class, kwargs, steps) in [
            ("QueueHandler", json!({"capacity": 1}), step(json!(["flush"]))),
            ("BufferingHandler", json!({"capacity": 1, "target": true}), step(json!(["flush"]))),
            ("BufferingHandler", json!({"capacity": 1}), step(json!(["target", "t"]))),
            ("MemoryHandler", json!({"capacity": 1}), step(json!(["target", "t3"]))),
            ("MemoryHandler", json!({"capacity": 1}), step(json!(["drain"]))),
            ("MemoryHandler", json!({"capacity": 1}), json!([{"op": ["flush"], "u": 1}])),
        ] {
            let case = json!({"class": class, "kwargs": kwargs, "steps": steps});
            let shared = Object::new();
            let case = Case::of(&case, &shared).expect("an object");
            assert!(scenario(&case).is_err(), "{class} {kwargs} {steps}");
        }
    }
}
