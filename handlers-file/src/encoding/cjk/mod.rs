//! Charsets of East Asia: one, two or more bytes for each character.
//!
//! The characters come from the tables of `encoding_rs`, which are those of browsers. CPython's
//! are older and differ in places, which are listed charset by charset.

pub(super) mod chinese;
pub(super) mod iso2022;
pub(super) mod japanese;
pub(super) mod korean;
mod repertoire;

pub(super) use self::repertoire::Repertoire;
