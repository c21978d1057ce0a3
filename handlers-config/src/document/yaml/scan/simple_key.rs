//! Places where a key may have begun.

use crate::document::Position;
use crate::document::fault::{Fault, Parsed};

/// Keys without a `?` are only known for keys when their `:` comes, so every place that may turn
/// out to be one is kept: at most one per level of brackets.
#[derive(Debug, Default)]
pub(super) struct SimpleKeys {
    levels: Vec<Option<SimpleKey>>,
}

/// A place where a key may have begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct SimpleKey {
    /// The number of the token that would be the key.
    pub(super) token: usize,
    /// Whether the text is wrong if this is no key.
    pub(super) required: bool,
    /// Characters in front of it.
    pub(super) index: usize,
    pub(super) position: Position,
}

impl SimpleKeys {
    /// Keeps the place for `level`, instead of the one that was kept there.
    pub(super) fn save(&mut self, level: usize, key: SimpleKey) -> Parsed<()> {
        self.discard(level)?;
        if self.levels.len() <= level {
            self.levels.resize(level + 1, None);
        }
        self.levels[level] = Some(key);
        Ok(())
    }

    /// Takes the place that was kept for `level`: there is a key.
    pub(super) fn take(&mut self, level: usize) -> Option<SimpleKey> {
        self.levels.get_mut(level)?.take()
    }

    /// Forgets the place that was kept for `level`: there is no key.
    pub(super) fn discard(&mut self, level: usize) -> Parsed<()> {
        self.take(level).map_or(Ok(()), check)
    }

    /// Forgets the places that are too far behind `position` and `index`: a key stands on one line
    /// and has no more than 1,024 characters.
    pub(super) fn expire(&mut self, position: Position, index: usize) -> Parsed<()> {
        for slot in &mut self.levels {
            let stale = |key: &mut SimpleKey| {
                key.position.line != position.line || index - key.index > MAX_LENGTH
            };
            slot.take_if(stale).map_or(Ok(()), check)?;
        }
        Ok(())
    }

    /// Whether a place that is kept begins with the token of that number, which then cannot be
    /// handed out yet. Places come in the order of their levels, so the first is the earliest.
    pub(super) fn is_pending(&self, token: usize) -> bool {
        self.levels.iter().flatten().next().is_some_and(|key| key.token == token)
    }
}

fn check(forgotten: SimpleKey) -> Parsed<()> {
    if forgotten.required {
        return Err(Fault::new(forgotten.position, "expected a key with ':' behind it"));
    }
    Ok(())
}

const MAX_LENGTH: usize = 1024;
