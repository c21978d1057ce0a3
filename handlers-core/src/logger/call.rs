//! One logging call, before it is a record.

use std::error::Error as StdError;
use std::fmt;
use std::panic;
use std::sync::Arc;

use crate::error::Result;
use crate::level::Level;
use crate::record::{Callsite, Exception, Location, is_reserved, overwrites};
use crate::text::Text;
use crate::value::Value;

/// What one can log through: a [`Logger`](crate::Logger), or a
/// [`LoggerAdapter`](crate::LoggerAdapter) around one.
///
/// The macros call these two methods.
pub trait Logging {
    /// Whether a record of `level` would be made.
    fn is_enabled_for(&self, level: Level) -> bool;

    /// Makes a record of the call and sends it on its way. The level is not looked at again.
    fn log_call(&self, call: &Call<'_>);

    /// The logger itself, behind every adapter.
    fn logger(&self) -> &crate::Logger;
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<L: Logging + ?Sized> Logging for $pointer {
            #[inline]
            fn is_enabled_for(&self, level: Level) -> bool {
                (**self).is_enabled_for(level)
            }

            fn log_call(&self, call: &Call<'_>) {
                (**self).log_call(call);
            }

            fn logger(&self) -> &crate::Logger {
                (**self).logger()
            }
        }
    )+};
}

forward!(&L, Arc<L>, Box<L>);

/// A logging call: level, place, message and fields, all borrowed.
///
/// The macros make it; by hand it is needed by code that logs for somebody else.
///
/// # Examples
///
/// ```
/// use handlers_core::{Call, Level, Logging, Value, get_logger};
///
/// #[track_caller]
/// fn audit(user: &str, what: &str) {
///     let fields = [("user", Value::from(user))];
///     if let Ok(call) = Call::here(Level::INFO, format_args!("{what}")).fields(&fields) {
///         get_logger("audit").log_call(&call);
///     }
/// }
///
/// audit("ann", "has logged in"); // the record names this line
/// ```
#[derive(Clone)]
#[must_use = "nothing is logged until the call is given to a logger"]
pub struct Call<'a> {
    pub(crate) level: Level,
    pub(crate) location: Location<'a>,
    message: fmt::Arguments<'a>,
    pub(crate) fields: &'a [(&'a str, Value<'a>)],
    pub(crate) exception: Option<Arc<Exception>>,
    pub(crate) stack_info: bool,
}

impl<'a> Call<'a> {
    /// Makes a call at the place of the caller (CORE-149: `#[track_caller]` on the functions in
    /// between says whose line is meant).
    #[track_caller]
    pub fn here(level: Level, message: fmt::Arguments<'a>) -> Self {
        Self::new(level, Location::Caller(panic::Location::caller()), message)
    }

    /// Makes a call at a callsite.
    pub fn at(level: Level, callsite: &'static Callsite, message: fmt::Arguments<'a>) -> Self {
        Self::new(level, Location::Callsite(callsite), message)
    }

    fn new(level: Level, location: Location<'a>, message: fmt::Arguments<'a>) -> Self {
        Self { level, location, message, fields: &[], exception: None, stack_info: false }
    }

    /// Sets the fields: attributes of the record beside Python's own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if a name is that of an attribute every record
    /// has (CORE-147).
    pub fn fields(self, fields: &'a [(&'a str, Value<'a>)]) -> Result<Self> {
        match fields.iter().find(|(name, _)| is_reserved(name)) {
            Some((name, _)) => Err(overwrites(name)),
            None => Ok(self.checked_fields(fields)),
        }
    }

    /// Sets fields whose names were checked: by the compiler, for those of a macro.
    #[doc(hidden)]
    pub fn checked_fields(mut self, fields: &'a [(&'a str, Value<'a>)]) -> Self {
        self.fields = fields;
        self
    }

    /// Logs `error` and its causes with the record: Python's `exc_info` (CORE-146).
    pub fn exception(mut self, error: &(impl StdError + ?Sized)) -> Self {
        self.exception = Some(Arc::new(Exception::new(error)));
        self
    }

    /// Logs the stack of the caller with the record (CORE-148). It is slow.
    pub fn stack_info(mut self, stack_info: bool) -> Self {
        self.stack_info = stack_info;
        self
    }

    /// Sets the place, that of a caller further up.
    pub fn location(mut self, location: &'static panic::Location<'static>) -> Self {
        self.location = Location::Caller(location);
        self
    }

    /// The level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The message, not formatted yet.
    pub fn message(&self) -> fmt::Arguments<'a> {
        self.message
    }

    /// The same call with another message and other fields.
    pub(super) fn with<'b>(
        &self,
        message: fmt::Arguments<'b>,
        fields: &'b [(&'b str, Value<'b>)],
    ) -> Call<'b>
    where
        'a: 'b,
    {
        Call { message, fields, ..self.clone() }
    }

    /// The message, if there is nothing to format in it.
    pub(super) fn plain_text(&self) -> Option<&'static str> {
        self.message.as_str()
    }

    /// The text of the record. `formatted` holds the message unless it is plain text.
    #[inline]
    pub(super) fn text<'r>(&self, formatted: &'r str) -> Text<'r> {
        match self.plain_text() {
            Some(text) => Text::Static(text),
            None => Text::Borrowed(formatted),
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("level", &self.level)
            .field("message", &self.message)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}
