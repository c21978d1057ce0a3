//! Bounds on what a document may cost, far beyond any real configuration.

use super::Position;
use super::fault::{Fault, Parsed};

/// The bytes that a document may have.
pub(super) const MAX_INPUT: usize = 16 << 20;

/// The levels of lists and mappings within each other. Every walk over a tree may recurse, and a
/// tree may be dropped, on a thread with a small stack: so deep a YAML takes 1 MiB unoptimized.
pub(super) const MAX_DEPTH: usize = 128;

/// The values that a tree may have, those repeated through aliases included.
const MAX_NODES: usize = 1_000_000;

/// The bytes of text that a tree may hold, those repeated through aliases included.
const MAX_TEXT: usize = 2 * MAX_INPUT;

/// What is left of the values and bytes that one document may become.
///
/// A few lines of YAML can stand for billions of values (`*a` in a list in `*b` in a list …), so
/// what counts is what comes out, not what goes in.
#[derive(Debug)]
pub(super) struct Budget {
    nodes: usize,
    text: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { nodes: MAX_NODES, text: MAX_TEXT }
    }

    /// Pays for `count` values.
    pub(super) fn take_nodes(&mut self, count: usize, position: Position) -> Parsed<()> {
        let Some(left) = self.nodes.checked_sub(count) else {
            let message = format!("the document has more than {MAX_NODES} values");
            return Err(Fault::new(position, message));
        };
        self.nodes = left;
        Ok(())
    }

    /// Pays for `length` bytes of text.
    pub(super) fn take_text(&mut self, length: usize, position: Position) -> Parsed<()> {
        let Some(left) = self.text.checked_sub(length) else {
            let message = format!("the document has more than {MAX_TEXT} bytes of text");
            return Err(Fault::new(position, message));
        };
        self.text = left;
        Ok(())
    }
}

#[cold]
pub(super) fn too_deep(position: Position) -> Fault {
    Fault::new(position, format!("the document is nested more than {MAX_DEPTH} levels deep"))
}
