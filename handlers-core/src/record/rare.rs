//! What most records do not have.

use std::sync::{Arc, OnceLock};

use super::{Attributes, Exception};
use crate::text::Text;

/// The parts of a record that only some have. They are behind one pointer: a record is copied on its
/// way through a queue, and each byte of it counts.
#[derive(Clone, Default)]
pub(crate) struct Rare {
    pub(crate) exception: Option<Arc<Exception>>,
    /// As a formatter made it (CORE-109).
    pub(crate) exception_text: OnceLock<Arc<str>>,
    pub(crate) stack_info: Option<Text<'static>>,
    /// What [`Record::from_attributes`](crate::Record::from_attributes) was given: it wins over the
    /// typed fields.
    pub(crate) overrides: Option<Attributes>,
}

impl Rare {
    pub(crate) fn exception_text(&self) -> Option<&str> {
        self.exception_text.get().map(|text| &**text)
    }

    pub(crate) fn has_trailers(&self) -> bool {
        self.exception.is_some() || self.stack_info.is_some() || self.exception_text.get().is_some()
    }
}
