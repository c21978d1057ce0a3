//! Python's pickles, as `SocketHandler` sends them: protocol 1, byte for byte what CPython writes.
//!
//! The pickler sees values, not Python objects, so it cannot know whether two equal texts or lists
//! are one object, which CPython would write once. Only what is one object in every Python program
//! is written once here: classes and functions, the texts and bytes of at most one character, and
//! objects that are said to be [shared](handlers_core::Object::shared) (NET-24).

mod memo;
mod opcode;
mod open;
mod pickler;
mod python2;

pub(crate) use memo::with_memo;
pub(crate) use pickler::Pickler;

#[cfg(test)]
mod tests;
