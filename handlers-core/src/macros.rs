//! The logging macros.

/// Logs at `DEBUG`. The forms are those of [`log!`](crate::log!), without the level.
#[macro_export]
macro_rules! debug {
    ($($call:tt)+) => { $crate::__log!($crate::Level::DEBUG; $($call)+) };
}

/// Logs at `INFO`. The forms are those of [`log!`](crate::log!), without the level.
#[macro_export]
macro_rules! info {
    ($($call:tt)+) => { $crate::__log!($crate::Level::INFO; $($call)+) };
}

/// Logs at `WARNING`. The forms are those of [`log!`](crate::log!), without the level.
#[macro_export]
macro_rules! warning {
    ($($call:tt)+) => { $crate::__log!($crate::Level::WARNING; $($call)+) };
}

/// Logs at `ERROR`. The forms are those of [`log!`](crate::log!), without the level.
#[macro_export]
macro_rules! error {
    ($($call:tt)+) => { $crate::__log!($crate::Level::ERROR; $($call)+) };
}

/// Logs at `CRITICAL`. The forms are those of [`log!`](crate::log!), without the level.
#[macro_export]
macro_rules! critical {
    ($($call:tt)+) => { $crate::__log!($crate::Level::CRITICAL; $($call)+) };
}

/// Logs at `ERROR`, with an error and its causes: Python's `exception` (CORE-144).
///
/// # Examples
///
/// ```
/// use handlers_core::{exception, get_logger};
///
/// let log = get_logger("app");
/// if let Err(error) = "12a".parse::<i32>() {
///     exception!(log, &error; "cannot read {:?}", "12a");
///     exception!(log, &error, user = "ann"; "cannot read what the user typed");
///     exception!(&error; "the same through the root logger");
/// }
/// ```
#[macro_export]
macro_rules! exception {
    ($error:expr; $($message:tt)+) => {
        $crate::__log!($crate::Level::ERROR; exc_info = $error; $($message)+)
    };
    ($logger:expr, $error:expr; $($message:tt)+) => {
        $crate::__log!($crate::Level::ERROR; $logger, exc_info = $error; $($message)+)
    };
    ($logger:expr, $error:expr, $($fields_and_message:tt)+) => {
        $crate::__log!($crate::Level::ERROR; $logger, exc_info = $error, $($fields_and_message)+)
    };
}

/// Logs at any level.
///
/// The message is a format string of Rust's. Nothing is formatted, and no argument is evaluated,
/// unless the level is enabled. Between the logger and the message stand the fields of the record,
/// ended by a semicolon; three names mean what they mean in Python: `exc_info` takes an error,
/// `stack_info` whether to log the stack, and `location` the place to name in place of this one
/// (for what Python's `stacklevel` is for).
///
/// Without a logger the record goes to the root logger, which gets a handler by
/// [`basic_config`](crate::BasicConfig) if it has none (CORE-162).
///
/// A field cannot have the name of an attribute that every record has: that does not compile.
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, get_logger, log};
///
/// let log = get_logger("app");
/// let notice = Level::new(25);
/// log!(notice, log, "ready after {} ms", 12);
/// log!(notice, log, user = "ann", attempt = 2; "logged in");
/// log!(notice, log, stack_info = true; "how did we get here?");
/// log!(notice, "through the root logger");
/// ```
///
/// ```compile_fail
/// # use handlers_core::{get_logger, info};
/// info!(get_logger("app"), message = "taken"; "does not compile");
/// ```
#[macro_export]
macro_rules! log {
    ($level:expr, $($call:tt)+) => { $crate::__log!($level; $($call)+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log {
    ($level:expr; $message:literal $($args:tt)*) => {
        $crate::__call!($level, $crate::__private::ROOT; [] [] {} ($message $($args)*))
    };
    ($level:expr; $logger:expr, $message:literal $($args:tt)*) => {
        $crate::__call!($level, $logger; [] [] {} ($message $($args)*))
    };
    ($level:expr; $($key:ident = $value:expr),+ $(,)?; $($message:tt)+) => {
        $crate::__call!(
            $level, $crate::__private::ROOT; [] [] {$($key = $value,)+} ($($message)+)
        )
    };
    ($level:expr; $logger:expr, $($key:ident = $value:expr),+ $(,)?; $($message:tt)+) => {
        $crate::__call!($level, $logger; [] [] {$($key = $value,)+} ($($message)+))
    };
}

/// Sorts the fields from the three keywords, then makes the call.
#[doc(hidden)]
#[macro_export]
macro_rules! __call {
    ($level:expr, $logger:expr; [$($f:tt)*] [$($o:tt)*] {exc_info = $value:expr, $($r:tt)*} $m:tt) => {
        $crate::__call!($level, $logger; [$($f)*] [$($o)* .exception($value)] {$($r)*} $m)
    };
    ($level:expr, $logger:expr; [$($f:tt)*] [$($o:tt)*] {stack_info = $value:expr, $($r:tt)*} $m:tt) => {
        $crate::__call!($level, $logger; [$($f)*] [$($o)* .stack_info($value)] {$($r)*} $m)
    };
    ($level:expr, $logger:expr; [$($f:tt)*] [$($o:tt)*] {location = $value:expr, $($r:tt)*} $m:tt) => {
        $crate::__call!($level, $logger; [$($f)*] [$($o)* .location($value)] {$($r)*} $m)
    };
    ($level:expr, $logger:expr; [$($f:tt)*] [$($o:tt)*] {$key:ident = $value:expr, $($r:tt)*} $m:tt) => {
        $crate::__call!(
            $level, $logger;
            [$($f)* (
                const {
                    use $crate::__private::core;
                    $crate::__private::checked_field_name(core::stringify!($key))
                },
                $crate::Value::from($value),
            ),]
            [$($o)*] {$($r)*} $m
        )
    };
    ($level:expr, $logger:expr; [$($fields:tt)*] [$($options:tt)*] {} ($($message:tt)+)) => {{
        use $crate::Logging as _;
        // `match`, not `let`: what is borrowed from a temporary value lives until the call is made.
        match ($level, &$logger) {
            (level, logger) => {
                if logger.is_enabled_for(level) {
                    static CALLSITE: $crate::Callsite = $crate::Callsite::new(
                        $crate::__private::core::file!(),
                        $crate::__private::core::line!(),
                        $crate::__private::core::module_path!(),
                        {
                            fn f() {}
                            || $crate::__private::type_name_of(f)
                        },
                    );
                    // The fields first: one may wait for a future, and the message cannot be sent
                    // to another thread meanwhile.
                    match &[$($fields)*] {
                        fields => logger.log_call(
                            &$crate::Call::at(
                                level,
                                &CALLSITE,
                                $crate::__private::core::format_args!($($message)+),
                            )
                            .checked_fields(fields)
                            $($options)*,
                        ),
                    }
                }
            }
        }
    }};
}

/// What the macros need in other crates. Not for direct use.
#[doc(hidden)]
pub mod __private {
    /// The macros of the language, whatever names the program has given to others.
    pub use ::core;

    use crate::level::Level;
    use crate::logger::{Call, Logger, Logging, root_logger};

    /// The root logger, which configures itself at its first record (CORE-162).
    #[derive(Debug)]
    #[non_exhaustive]
    pub struct Root;

    /// What a macro without a logger logs through.
    pub const ROOT: Root = Root;

    impl Logging for Root {
        /// Python configures the root even for a record that is not made.
        fn is_enabled_for(&self, level: Level) -> bool {
            crate::basic_config::ensure();
            root_logger().is_enabled_for(level)
        }

        fn log_call(&self, call: &Call<'_>) {
            root_logger().log_call(call);
        }

        fn logger(&self) -> &Logger {
            root_logger()
        }
    }

    /// The type name of an item, which has the path of its function in it.
    pub fn type_name_of<T>(_: T) -> &'static str {
        std::any::type_name::<T>()
    }

    /// CORE-147, decided by the compiler.
    pub const fn checked_field_name(name: &'static str) -> &'static str {
        // `r#type` is how Rust writes `type`.
        let name = match name.as_bytes() {
            [b'r', b'#', ..] => name.split_at(2).1,
            _ => name,
        };
        assert!(!crate::record::is_reserved(name), "every record has an attribute of that name");
        name
    }
}
