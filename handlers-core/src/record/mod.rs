//! Records: one event each, and everything a formatter may want to know of it.

mod attributes;
mod builder;
mod exception;
mod given;
mod location;
mod message;
mod origin;
mod prepared;
mod rare;
mod switches;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub(crate) use attributes::is_reserved;
pub use builder::RecordBuilder;
pub(crate) use builder::overwrites;
pub use exception::Exception;
pub(crate) use given::Given;
pub use location::Callsite;
pub(crate) use location::{Location, Parts};
pub(crate) use message::Message;
pub(crate) use origin::{Origin, ThreadInfo};
pub use origin::{set_process_name, set_task_name_provider};
pub(crate) use rare::Rare;
pub use switches::{RecordSwitches, record_switches, set_record_switches};

use crate::error::Result;
use crate::fields::Fields;
use crate::level::Level;
use crate::logger::Call;
use crate::stack;
use crate::text::{Kept, Text};
use crate::time::Timestamp;
use crate::value::Value;

/// One event: Python's `LogRecord`.
///
/// A logger makes it on the stack and lends it to the handlers; everything in it is borrowed where
/// it can be, so that it costs no allocation. A handler that keeps a record calls
/// [`into_owned`](Self::into_owned) on a clone.
///
/// The names of the attributes, as formatters see them, are Python's (CORE-14): `name`, `msg`,
/// `args`, `levelname`, `levelno`, `pathname`, `filename`, `module`, `exc_info`, `exc_text`,
/// `stack_info`, `lineno`, `funcName`, `created`, `msecs`, `relativeCreated`, `thread`,
/// `threadName`, `processName`, `process`, `taskName`, then the fields of the call.
///
/// # Differences from Python
///
/// A formatter leaves no `message` and `asctime` behind on the record; the text of the exception
/// is the one thing that stays (CORE-109).
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, Record, Value};
///
/// let record = Record::builder()
///     .name("app.db")
///     .level(Level::WARNING)
///     .template("%d of %d connections in use", [Value::from(9), Value::from(10)])
///     .build();
/// assert_eq!(record.message()?, "9 of 10 connections in use");
/// assert_eq!(record.level_name(), "WARNING");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Record<'a> {
    name: Text<'a>,
    level: Level,
    level_name: Text<'a>,
    message: Message<'a>,
    location: Location<'a>,
    created: Timestamp,
    origin: Origin<'a>,
    extra: Extra<'a>,
    rare: Option<Box<Rare>>,
}

/// Attributes by name, in the order in which they were given.
type Attributes = Arc<[(Text<'static>, Value<'static>)]>;

/// The fields of a call: borrowed from it, or the record's own.
#[derive(Clone)]
pub(crate) enum Extra<'a> {
    Borrowed(&'a [(&'a str, Value<'a>)]),
    Owned(Arc<[(Text<'static>, Value<'static>)]>),
}

impl<'a> Record<'a> {
    /// Makes the record of a logging call, in the place where it will stay: it is too large to be
    /// moved about for each call.
    #[inline]
    pub(crate) fn of_call(
        call: &'a Call<'_>,
        name: &'a Kept,
        message: Text<'a>,
        created: Timestamp,
        thread: &'a ThreadInfo,
    ) -> Self {
        Self {
            name: Text::Kept(name),
            level: call.level,
            level_name: call.level.name(),
            message: Message::Text(message),
            location: call.location.clone(),
            created,
            origin: Origin::here(thread),
            extra: Extra::Borrowed(call.fields),
            rare: (call.exception.is_some() || call.stack_info).then(|| Box::new(rare(call))),
        }
    }

    /// The name of the logger.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How severe the event is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The name that the level had when the record was made (CORE-15).
    pub fn level_name(&self) -> &str {
        &self.level_name
    }

    /// The message as it was logged, before any argument was merged into it.
    ///
    /// A message that came from a Rust macro is complete already.
    pub fn msg(&self) -> Value<'_> {
        self.message.msg()
    }

    /// The arguments that [`message`](Self::message) merges into the message: a tuple, or the one
    /// mapping that was given in its place (CORE-20). Empty for a message from a Rust macro.
    pub fn args(&self) -> Value<'_> {
        self.message.args()
    }

    /// The message with its arguments merged in by Python's `%` rules (CORE-37 to CORE-42).
    ///
    /// # Errors
    ///
    /// Arguments that do not fit the message give the error that Python raises (CORE-40).
    pub fn message(&self) -> Result<Cow<'_, str>> {
        self.message.merged()
    }

    /// Appends the merged message to `out`.
    ///
    /// # Errors
    ///
    /// Those of [`message`](Self::message); `out` may then hold a part of the message.
    pub fn write_message(&self, out: &mut String) -> Result<()> {
        self.message.write(out)
    }

    /// The message, if it needs no merging.
    pub fn as_text(&self) -> Option<&str> {
        self.message.as_text()
    }

    /// The path of the source file of the logging call, or `(unknown file)` (CORE-150).
    pub fn pathname(&self) -> &str {
        self.location.pathname().unwrap_or("(unknown file)")
    }

    /// The last part of [`pathname`](Self::pathname) (CORE-17).
    pub fn filename(&self) -> &str {
        location::filename(self.pathname())
    }

    /// [`filename`](Self::filename) without its extension, or `Unknown module` (CORE-18, CORE-19).
    pub fn module(&self) -> &str {
        match self.location.pathname() {
            Some(pathname) => location::module(location::filename(pathname)),
            None => "Unknown module",
        }
    }

    /// The line of the logging call; 0 when it is not known.
    pub fn line_number(&self) -> u32 {
        self.location.line()
    }

    /// The function of the logging call, if there is one.
    pub fn function(&self) -> Option<&str> {
        self.location.function()
    }

    /// Whether the place of the logging call is known.
    pub(crate) fn has_location(&self) -> bool {
        self.location.is_known()
    }

    /// Whether more than a line is to be shown: an exception, or a stack.
    #[inline]
    pub(crate) fn has_trailers(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.has_trailers())
    }

    /// Whether every attribute is what the typed fields say.
    pub(crate) fn is_plain(&self) -> bool {
        self.overrides().is_none()
    }

    /// When the record was made.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The milliseconds within the second of [`created`](Self::created), 0 to 999 (CORE-23).
    pub fn msecs(&self) -> f64 {
        self.created.msecs()
    }

    /// Milliseconds between the start of the program and the record (CORE-26).
    pub fn relative_created(&self) -> f64 {
        self.created.relative_to(crate::time::start_time())
    }

    /// The operating system's number of the thread, unless switched off (CORE-28).
    pub fn thread(&self) -> Option<u64> {
        self.origin.thread()
    }

    /// The name of the thread, unless switched off (CORE-28).
    pub fn thread_name(&self) -> Option<&str> {
        self.origin.thread_name()
    }

    /// The number of the process, unless switched off (CORE-29).
    pub fn process(&self) -> Option<u32> {
        self.origin.process()
    }

    /// The name of the process, `MainProcess` by default, unless switched off (CORE-30).
    pub fn process_name(&self) -> Option<&str> {
        self.origin.process_name()
    }

    /// The name of the asynchronous task, if the program names its tasks (CORE-31).
    pub fn task_name(&self) -> Option<&str> {
        self.origin.task_name()
    }

    /// The fields that the logging call added, in its order.
    pub fn extra(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let (borrowed, owned): (&[_], &[_]) = match &self.extra {
            Extra::Borrowed(fields) => (fields, &[]),
            Extra::Owned(fields) => (&[], fields),
        };
        let borrowed = borrowed.iter().map(|(name, value)| (*name, value.borrowed()));
        borrowed.chain(owned.iter().map(|(name, value)| (&**name, value.borrowed())))
    }

    /// The error that was logged with the record.
    pub fn exception(&self) -> Option<&Exception> {
        self.rare.as_ref()?.exception.as_deref()
    }

    /// The text of the exception, once a formatter made it (CORE-21, CORE-109).
    pub fn exception_text(&self) -> Option<&str> {
        self.rare.as_ref()?.exception_text()
    }

    /// The text of the exception, made by `format` if no formatter made it before: the first
    /// formatter's text serves all (CORE-109). An empty text counts as none.
    pub fn exception_text_or_init(
        &self,
        format: impl FnOnce(&Exception) -> String,
    ) -> Option<&str> {
        let rare = self.rare.as_ref()?;
        let kept = rare.exception_text().filter(|text| !text.is_empty());
        if let (None, Some(exception)) = (kept, &rare.exception) {
            let text = format(exception);
            // An empty text is not kept: the next formatter may show what this one leaves out.
            if text.is_empty() {
                return None;
            }
            return Some(rare.exception_text.get_or_init(|| Arc::from(text)));
        }
        kept
    }

    /// The text of the stack, if the logging call asked for it (CORE-148).
    pub fn stack_info(&self) -> Option<&str> {
        self.rare.as_ref()?.stack_info.as_deref()
    }

    /// Makes a record that borrows nothing, for a queue, a buffer or another thread.
    ///
    /// Strings that live as long as the program, or are shared, are not copied.
    pub fn into_owned(self) -> Record<'static> {
        Record {
            name: self.name.into_owned(),
            level: self.level,
            level_name: self.level_name.into_owned(),
            message: self.message.into_owned(),
            location: self.location.into_owned(),
            created: self.created,
            origin: self.origin.to_owned(),
            extra: self.extra.into_owned(),
            rare: self.rare,
        }
    }
}

impl Record<'_> {
    pub(crate) fn overrides(&self) -> Option<&Attributes> {
        self.rare.as_ref()?.overrides.as_ref()
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

#[cold]
fn rare(call: &Call<'_>) -> Rare {
    let stack_info = call.stack_info.then(|| stack::capture().into());
    Rare { exception: call.exception.clone(), stack_info, ..Rare::default() }
}

impl Extra<'_> {
    fn into_owned(self) -> Extra<'static> {
        match self {
            Self::Borrowed([]) => Extra::Borrowed(&[]),
            Self::Borrowed(fields) => {
                let owned = |(name, value): &(&str, Value<'_>)| {
                    (Text::from((*name).to_owned()), value.clone().into_owned())
                };
                Extra::Owned(fields.iter().map(owned).collect())
            }
            Self::Owned(fields) => Extra::Owned(fields),
        }
    }
}

impl fmt::Debug for Record<'_> {
    /// CORE-32.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |name| Fields::get(self, name).unwrap_or_default();
        write!(
            f,
            "<LogRecord: {}, {}, {}, {}, \"{}\">",
            show("name"),
            show("levelno"),
            show("pathname"),
            show("lineno"),
            show("msg"),
        )
    }
}
