//! A logger with fields, and perhaps a prefix, of its own.

use std::borrow::Cow;
use std::fmt;

use super::Logger;
use super::call::{Call, Logging};
use crate::contain::contain;
use crate::error::Result;
use crate::handler::report_error;
use crate::level::Level;
use crate::record::{Record, is_reserved, overwrites};
use crate::value::Value;

/// Adds fields to what is logged through it: Python's `LoggerAdapter`.
///
/// It wraps a [`Logger`] or another adapter; of nested ones, the outermost acts first (CORE-185).
/// Python's own rule is that the adapter's fields take the place of the call's (CORE-180), unless
/// [`merge_extra`](Self::merge_extra) is on (CORE-181).
///
/// # Examples
///
/// ```
/// use handlers_core::{LoggerAdapter, Value, get_logger, info};
///
/// let log = LoggerAdapter::new(get_logger("app"), [("request", Value::from(17))])?
///     .process(|message: &str| format!("[17] {message}"));
/// info!(log, "took {} ms", 12);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct LoggerAdapter<L = Logger> {
    inner: L,
    extra: Vec<(String, Value<'static>)>,
    merge_extra: bool,
    process: Option<std::sync::Arc<dyn Process>>,
}

/// Changes the message of what is logged through an adapter: the part of Python's `process` that is
/// not about fields. Closures from text to text are processes.
pub trait Process: Send + Sync {
    /// The message to log in the place of `message`.
    fn process(&self, message: &str) -> String;
}

impl<F: Fn(&str) -> String + Send + Sync> Process for F {
    fn process(&self, message: &str) -> String {
        self(message)
    }
}

impl<L: Logging> LoggerAdapter<L> {
    /// Wraps `inner`; what is logged gets the fields `extra`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if a name is that of an attribute every record has
    /// (CORE-147).
    pub fn new<N: Into<String>>(
        inner: L,
        extra: impl IntoIterator<Item = (N, Value<'static>)>,
    ) -> Result<Self> {
        let extra: Vec<_> = extra.into_iter().map(|(name, value)| (name.into(), value)).collect();
        match extra.iter().find(|(name, _)| is_reserved(name)) {
            Some((name, _)) => Err(overwrites(name)),
            None => Ok(Self { inner, extra, merge_extra: false, process: None }),
        }
    }

    /// Sets whether the fields of a call are kept beside the adapter's; of two with one name the
    /// call's wins.
    #[must_use]
    pub fn merge_extra(mut self, merge_extra: bool) -> Self {
        self.merge_extra = merge_extra;
        self
    }

    /// Sets what becomes of the messages. It is not asked when the level is disabled (CORE-183).
    #[must_use]
    pub fn process(mut self, process: impl Process + 'static) -> Self {
        self.process = Some(std::sync::Arc::new(process));
        self
    }

    /// What the adapter wraps.
    pub fn get_ref(&self) -> &L {
        &self.inner
    }

    /// Whether the logger, or an ancestor that its records reach, has a handler (CORE-184).
    pub fn has_handlers(&self) -> bool {
        self.logger().has_handlers()
    }

    /// The adapter's fields and those of the call that are kept.
    fn fields<'b>(&'b self, call: &'b Call<'_>) -> Cow<'b, [(&'b str, Value<'b>)]> {
        let own = || self.extra.iter().map(|(name, value)| (name.as_str(), value.borrowed()));
        if !self.merge_extra {
            return Cow::Owned(own().collect());
        }
        let mut fields: Vec<_> = own().collect();
        for (name, value) in call.fields {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = value.borrowed(),
                None => fields.push((name, value.borrowed())),
            }
        }
        Cow::Owned(fields)
    }
}

impl<L: Logging> Logging for LoggerAdapter<L> {
    fn is_enabled_for(&self, level: Level) -> bool {
        self.inner.is_enabled_for(level)
    }

    fn log_call(&self, call: &Call<'_>) {
        let fields = self.fields(call);
        match &self.process {
            None => self.inner.log_call(&call.with(call.message(), &fields)),
            Some(process) => {
                let processed =
                    contain("change a message", || process.process(&call.message().to_string()));
                match processed {
                    Ok(message) => {
                        self.inner.log_call(&call.with(format_args!("{message}"), &fields));
                    }
                    Err(panic) => {
                        self.inner.log_call(&call.with(call.message(), &fields));
                        report_error(&Record::builder().build(), &panic);
                    }
                }
            }
        }
    }

    fn logger(&self) -> &Logger {
        self.inner.logger()
    }
}

impl<L: Logging> fmt::Debug for LoggerAdapter<L> {
    /// As Python prints it: `<LoggerAdapter app (WARNING)>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let logger = self.logger();
        write!(f, "<LoggerAdapter {} ({})>", logger.name(), logger.effective_level())
    }
}
