//! Buffers for texts on their way.

use std::cell::RefCell;

/// Lends an empty buffer of this thread and takes it back, so that a record costs no allocation.
///
/// Calls may nest, as formatters do: each level has a buffer of its own, and finds it again.
pub(crate) fn with_text<R>(work: impl FnOnce(&mut String) -> R) -> R {
    let kept = FREE.try_with(|free| free.try_borrow_mut().ok().and_then(|mut free| free.pop()));
    let mut text = kept.ok().flatten().unwrap_or_default();
    let result = work(&mut text);
    text.clear();
    if text.capacity() <= LARGEST_KEPT {
        // A thread that is ending has no place for it any more.
        let _ = FREE.try_with(|free| {
            if let Ok(mut free) = free.try_borrow_mut()
                && free.len() < MOST_KEPT
            {
                free.push(text);
            }
        });
    }
    result
}

thread_local! {
    static FREE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// One enormous record must not cost every thread that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;

/// Nobody nests deeper.
const MOST_KEPT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_calls_find_their_buffers_again() {
        let used = || {
            with_text(|outer| {
                outer.push_str("outer");
                with_text(|inner| {
                    assert!(inner.is_empty());
                    inner.push_str("inner");
                    (outer.as_ptr(), inner.as_ptr())
                })
            })
        };
        let (outer, inner) = used();
        assert_eq!(used(), (outer, inner));
        assert_ne!(outer, inner);
    }

    #[test]
    fn a_large_buffer_is_given_back_to_the_system() {
        with_text(|text| text.reserve(LARGEST_KEPT + 1));
        with_text(|text| assert!(text.capacity() <= LARGEST_KEPT));
    }
}
