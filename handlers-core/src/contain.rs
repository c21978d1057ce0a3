//! Other people's code, kept from panicking through the code that logs.

use std::any::Any;
use std::fmt::{Display, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, ErrorKind, Result};

/// Runs `work`, which is somebody else's: a panic in it becomes an error that says what was
/// attempted. For handlers that call hooks of their own; what the trait
/// [`Handler`](crate::Handler) knows of is contained already.
///
/// # Errors
///
/// [`ErrorKind::Panic`] if `work` panicked.
///
/// # Examples
///
/// ```
/// use handlers_core::{ErrorKind, contain};
///
/// assert_eq!(contain("add", || 1 + 1)?, 2);
/// let numbers: [u8; 0] = [];
/// let error = contain("take the first number", || numbers[numbers.len()]).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Panic);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[inline]
pub fn contain<R>(attempt: &str, work: impl FnOnce() -> R) -> Result<R> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panicked(attempt, &*panic))
}

/// The text of a value whose `Display` may panic, or say that it cannot.
pub(crate) fn text_of(value: &(impl Display + ?Sized)) -> String {
    let mut text = String::new();
    match contain("show an error", || write!(text, "{value}")) {
        Ok(Ok(())) => text,
        Ok(Err(_)) => "<an error that cannot be shown>".to_owned(),
        Err(panic) => format!("<{panic}>"),
    }
}

#[cold]
fn panicked(attempt: &str, panic: &(dyn Any + Send)) -> Error {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text");
    Error::new(ErrorKind::Panic, format!("panicked while trying to {attempt}: {said}"))
}
