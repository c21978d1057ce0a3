//! Handlers behind pointers are handlers.

use std::sync::Arc;

use super::{Handler, HandlerBase};
use crate::error::{Error, Result};
use crate::record::Record;

macro_rules! forward {
    ($pointer:ident) => {
        impl<H: Handler + ?Sized> Handler for $pointer<H> {
            fn base(&self) -> &HandlerBase {
                (**self).base()
            }

            fn emit(&self, record: &Record<'_>) -> Result<()> {
                (**self).emit(record)
            }

            fn flush(&self) -> Result<()> {
                (**self).flush()
            }

            fn close(&self) -> Result<()> {
                (**self).close()
            }

            fn handle_error(&self, record: &Record<'_>, error: &Error) {
                (**self).handle_error(record, error);
            }

            fn handle(&self, record: &Record<'_>) -> bool {
                (**self).handle(record)
            }

            fn flush_on_close(&self) -> bool {
                (**self).flush_on_close()
            }

            fn pending(&self) -> u64 {
                (**self).pending()
            }
        }
    };
}

forward!(Arc);
forward!(Box);
