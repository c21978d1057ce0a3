//! What a pickle can refer back to.

use std::cell::Cell;

/// The objects that were numbered, and which of them may be met again.
///
/// The keys lie one after the other in one text, so that a memo that was used before needs no memory
/// for the next record.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// How many objects have a number.
    count: u32,
    /// The name of the codec that bytes are packed in, once it was written.
    latin1: Option<u32>,
    keys: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    kind: Kind,
    number: u32,
    /// The end of the key, which begins where the one before ends.
    end: usize,
}

/// Objects that are one in every Python program if they are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bytes, of one or none.
    Bytes,
    /// A class, a function: module and name.
    Global,
    /// An object that was said to be shared: its class and what it looks like.
    Object,
    /// Text, of one character or none.
    Text,
}

impl Memo {
    /// Numbers one more object. `None` if that is more than a pickle can number.
    pub(super) fn number(&mut self) -> Option<u32> {
        let number = self.count;
        self.count = number.checked_add(1)?;
        Some(number)
    }

    /// Numbers one more object, if the number has one byte.
    #[inline]
    pub(super) fn short_number(&mut self) -> Option<u8> {
        let number = u8::try_from(self.count).ok()?;
        self.count += 1;
        Some(number)
    }

    pub(super) fn latin1(&self) -> Option<u32> {
        self.latin1
    }

    pub(super) fn keep_latin1(&mut self, number: u32) {
        self.latin1 = Some(number);
    }

    /// The number of an object that was met before. Its key is all of `parts`.
    pub(super) fn find(&self, kind: Kind, parts: &[&str]) -> Option<u32> {
        let mut start = 0;
        for entry in &self.entries {
            let key = &self.keys[start..entry.end];
            if entry.kind == kind && is_joined(key, parts) {
                return Some(entry.number);
            }
            start = entry.end;
        }
        None
    }

    /// Keeps the number of an object for when it is met again.
    pub(super) fn keep(&mut self, kind: Kind, parts: &[&str], number: u32) {
        if self.entries.len() < MAX_ENTRIES {
            self.keys.extend(parts.iter().copied());
            self.entries.push(Entry { kind, number, end: self.keys.len() });
        }
    }

    fn clear(&mut self) {
        self.count = 0;
        self.latin1 = None;
        self.keys.clear();
        self.entries.clear();
    }
}

/// Lends the memo of this thread, empty.
pub(crate) fn with_memo<R>(work: impl FnOnce(&mut Memo) -> R) -> R {
    // While the thread ends there may be none any more.
    let mut memo = MEMO.try_with(Cell::take).unwrap_or_default();
    memo.clear();
    let result = work(&mut memo);
    if memo.keys.capacity() <= LARGEST_KEPT {
        let _ = MEMO.try_with(|kept| kept.set(memo));
    }
    result
}

/// Whether `key` is what the parts give when they are put together.
fn is_joined(key: &str, parts: &[&str]) -> bool {
    let mut rest = key;
    for part in parts {
        let Some(after) = rest.strip_prefix(part) else { return false };
        rest = after;
    }
    rest.is_empty()
}

thread_local! {
    static MEMO: Cell<Memo> = Cell::default();
}

/// A record with more classes than these is no less correct if it names some of them twice, but a
/// search through any number of them would be slow.
const MAX_ENTRIES: usize = 1024;

/// One enormous record must not cost every thread that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_their_kind_and_key() {
        with_memo(|memo| {
            memo.keep(Kind::Global, &["datetime", "\n", "date"], 3);
            memo.keep(Kind::Text, &["x"], 4);
            memo.keep(Kind::Bytes, &[""], 5);
            assert_eq!(memo.find(Kind::Global, &["datetime", "\n", "date"]), Some(3));
            assert_eq!(memo.find(Kind::Global, &["datetime", "\n", "datetime"]), None);
            assert_eq!(memo.find(Kind::Bytes, &["x"]), None);
            assert_eq!(memo.find(Kind::Text, &["x"]), Some(4));
            assert_eq!(memo.find(Kind::Bytes, &[""]), Some(5));
        });
        with_memo(|memo| assert_eq!(memo.find(Kind::Text, &["x"]), None));
    }

    #[test]
    fn a_memo_does_not_grow_without_end() {
        with_memo(|memo| {
            for number in 0..2 * MAX_ENTRIES {
                memo.keep(Kind::Global, &["m", "\n", &number.to_string()], 0);
            }
            assert_eq!(memo.entries.len(), MAX_ENTRIES);
        });
    }
}
