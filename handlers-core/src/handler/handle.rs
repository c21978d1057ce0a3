//! `Handler::handle`: filters, then emit, with everything that can go wrong contained.

use super::Handler;
use crate::contain::contain;
use crate::context::enter_handler;
use crate::error::Error;
use crate::filter::Verdict;
use crate::record::Record;

#[inline]
pub(super) fn handle<H: Handler + ?Sized>(handler: &H, record: &Record<'_>) -> bool {
    let _inside = enter_handler();
    if handler.base().has_filters() {
        return handle_filtered(handler, record);
    }
    emit(handler, record);
    true
}

#[cold]
fn handle_filtered<H: Handler + ?Sized>(handler: &H, record: &Record<'_>) -> bool {
    match handler.base().filter(record, |error| report(handler, record, error)) {
        Verdict::Drop => return false,
        Verdict::Keep => emit(handler, record),
        // CORE-63: only this handler sees the replacement.
        Verdict::Replace(replacement) => emit(handler, &replacement),
    }
    true
}

#[expect(clippy::inline_always, reason = "after a system call each return costs 8 ns")]
#[inline(always)]
fn emit<H: Handler + ?Sized>(handler: &H, record: &Record<'_>) {
    handler.base().count_handled();
    if let Err(error) = contain("emit a record", || handler.emit(record)).flatten() {
        fail(handler, record, &error);
    }
}

#[cold]
fn fail<H: Handler + ?Sized>(handler: &H, record: &Record<'_>, error: &Error) {
    handler.base().count_failed(1);
    report(handler, record, error);
}

/// Hands the error to the handler; an error hook that panics has nobody above it to be told.
fn report<H: Handler + ?Sized>(handler: &H, record: &Record<'_>, error: &Error) {
    let _ = contain("report an error", || handler.handle_error(record, error));
}
