//! Text that a record borrows while it is handled, and owns once it is kept.

use std::fmt;
use std::ops::Deref;
use std::str;
use std::sync::Arc;

/// A string of a record. What lives as long as the program is never copied when the record is made to
/// last, and what is short is held in place: a record that goes to another thread then shares no
/// counter with this one.
#[derive(Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Static(&'static str),
    Kept(&'a Kept),
    Shared(Arc<str>),
    Short(Short<22>),
}

/// A text that many records have, to be read and to be copied. What is held in place is found to be
/// UTF-8 each time that it is read.
pub(crate) struct Kept {
    text: Arc<str>,
    copy: Text<'static>,
}

/// Text of no more than `N` bytes, which are not on the heap.
#[derive(Clone, Copy)]
pub(crate) struct Short<const N: usize> {
    length: u8,
    bytes: [u8; N],
}

impl Text<'_> {
    /// Whether this is that text. Nobody looks whether the bytes are UTF-8, which takes longer.
    #[inline]
    pub(crate) fn is(&self, text: &str) -> bool {
        match self {
            Text::Short(short) => short.as_bytes() == text.as_bytes(),
            other => **other == *text,
        }
    }

    #[inline]
    pub(crate) fn into_owned(self) -> Text<'static> {
        match self {
            Text::Borrowed(text) => {
                Short::new(text).map_or_else(|| Text::Shared(Arc::from(text)), Text::Short)
            }
            Text::Static(text) => Text::Static(text),
            Text::Kept(kept) => kept.copy.clone(),
            Text::Shared(text) => Text::Shared(text),
            Text::Short(text) => Text::Short(text),
        }
    }
}

impl Text<'static> {
    /// Room for a text that comes later.
    pub(crate) const EMPTY: Self = Text::Short(Short::EMPTY);

    /// Becomes a copy of `text`. A short one is written to where it stays, and not moved.
    #[inline]
    pub(crate) fn keep(&mut self, text: &Text<'_>) {
        let text = if let Text::Kept(kept) = text { &kept.copy } else { text };
        match (&mut *self, text) {
            (Text::Short(place), Text::Short(text)) => *place = *text,
            (_, Text::Static(text)) => *self = Text::Static(text),
            _ => *self = text.clone().into_owned(),
        }
    }
}

impl<const N: usize> Short<N> {
    pub(crate) const EMPTY: Self = Self { length: 0, bytes: [0; N] };

    /// None if the text is too long.
    #[inline]
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut short = Self::EMPTY;
        short.set(text).then_some(short)
    }

    /// Takes the text, or says that it is too long.
    #[inline]
    pub(crate) fn set(&mut self, text: &str) -> bool {
        let (Some(room), Ok(length)) = (self.bytes.get_mut(..text.len()), text.len().try_into())
        else {
            return false;
        };
        room.copy_from_slice(text.as_bytes());
        self.length = length;
        true
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length.into()]
    }
}

impl<const N: usize> Deref for Short<N> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("it was made of a `str`")
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) | Text::Static(text) => text,
            Text::Kept(kept) => kept,
            Text::Shared(text) => text,
            Text::Short(text) => text,
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Deref for Kept {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<Arc<str>> for Kept {
    fn from(text: Arc<str>) -> Self {
        let copy = Short::new(&text).map_or_else(|| Text::Shared(Arc::clone(&text)), Text::Short);
        Self { text, copy }
    }
}

impl From<String> for Text<'static> {
    fn from(text: String) -> Self {
        Text::Borrowed(&text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_held_in_place() {
        for text in ["", "app.module", "22 bytes of text, ü.. ", "23 bytes of text, ü..  "] {
            let kept = Text::Borrowed(text).into_owned();
            assert_eq!((&*kept, matches!(kept, Text::Short(_))), (text, text.len() <= 22));
        }
        assert_eq!(size_of::<Text<'_>>(), 24);
    }

    #[test]
    fn what_is_shared_stays_shared_if_it_is_long() {
        let long: Arc<str> = Arc::from("a name of a logger that is long");
        let name = Kept::from(Arc::clone(&long));
        let Text::Shared(kept) = Text::Kept(&name).into_owned() else { panic!("it is long") };
        assert!(Arc::ptr_eq(&kept, &long));
    }
}
