//! The bytes of one record, put together outside every lock.

use std::cell::Cell;

use handlers_core::Result;

/// Lends a buffer of this thread, empty, and takes it back, so that a record costs no allocation.
///
/// Calls may nest; an inner one gets a buffer of its own.
pub(crate) fn with_frame<R>(work: impl FnOnce(&mut Vec<u8>) -> Result<R>) -> Result<R> {
    let mut frame = FRAME.try_with(Cell::take).unwrap_or_default();
    frame.clear();
    let result = work(&mut frame);
    if frame.capacity() <= LARGEST_KEPT {
        // A thread that is ending has no place for it any more.
        let _ = FRAME.try_with(|kept| kept.set(frame));
    }
    result
}

/// Gives a handler that sends records as frames, which has a field `close_on_error`, its methods.
macro_rules! frame_methods {
    () => {
        /// Whether an error closes the connection, or the socket, instead of being reported:
        /// `closeOnError`.
        pub fn close_on_error(&self) -> bool {
            self.close_on_error.load(Ordering::Relaxed)
        }

        /// Sets whether an error closes the connection, or the socket, instead of being reported.
        pub fn set_close_on_error(&self, close: bool) {
            self.close_on_error.store(close, Ordering::Relaxed);
        }
    };
}
pub(crate) use frame_methods;

/// Gives the builder of such a handler, which has the fields `encoder` and `close_on_error`, their
/// setters.
macro_rules! frame_setters {
    () => {
        /// Sets what a record becomes on the wire. Optional; Python's pickle by default.
        pub fn encoder(mut self, encoder: impl $crate::encode::Encode) -> Self {
            self.encoder = Box::new(encoder);
            self
        }

        /// Sets whether an error closes the connection, or the socket, instead of being reported.
        /// Optional; it is reported by default (NET-15).
        pub fn close_on_error(mut self, close: bool) -> Self {
            self.close_on_error = close;
            self
        }
    };
}
pub(crate) use frame_setters;

thread_local! {
    static FRAME: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// One enormous record must not cost every thread that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nested_call_gets_a_buffer_of_its_own() {
        let nested = with_frame(|outer| {
            outer.push(1);
            with_frame(|inner| {
                inner.push(2);
                Ok(inner.clone())
            })
            .map(|inner| (outer.clone(), inner))
        });
        assert_eq!(nested.unwrap(), (vec![1], vec![2]));
    }

    #[test]
    fn a_large_buffer_is_given_back_to_the_system() {
        with_frame(|frame| {
            frame.reserve(LARGEST_KEPT + 1);
            Ok(())
        })
        .unwrap();
        let capacity = with_frame(|frame| Ok(frame.capacity())).unwrap();
        assert!(capacity <= LARGEST_KEPT);
    }
}
