//! What is wrong with a document, and where.

use std::borrow::Cow;

use handlers_core::{Error, ErrorKind};

use super::Position;

/// Why a document could not be read. The position is kept apart from the text until the very end,
/// so that two attempts at one document can be compared by how far they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) position: Position,
    pub(super) message: Cow<'static, str>,
}

/// What the readers return.
pub(super) type Parsed<T> = Result<T, Fault>;

impl Fault {
    #[cold]
    pub(super) fn new(position: Position, message: impl Into<Cow<'static, str>>) -> Self {
        Self { position, message: message.into() }
    }
}

/// A name from the document for use in a message, cut short if need be.
pub(super) fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::new(ErrorKind::Value, format!("{}: {}", fault.position, fault.message))
    }
}

/// The characters of a name that help to find it.
const SHOWN: usize = 60;
