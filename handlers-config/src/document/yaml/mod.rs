//! YAML 1.1, to the rules of `PyYAML`'s `safe_load`.
//!
//! The crates on offer follow YAML 1.2 or the letter of 1.1, and disagree with `PyYAML` on files in
//! daily use: whether a closing bracket may stand in the first column, where tabs may be, whether
//! the last line of a block text ends in a newline that the file does not have, what repeats an
//! anchor. So the grammar here is `PyYAML`'s own. A text passes through three stages: `scan` cuts
//! it into tokens, `compose` makes nodes of them and says what type each has, and `construct` makes
//! their values.

mod base64;
mod compose;
mod construct;
mod scalar;
mod scan;
mod tag;

use super::Node;
use super::fault::Parsed;

/// Reads a document as `yaml.safe_load` does. An empty one is null.
pub(super) fn read(text: &str) -> Parsed<Node> {
    construct::document(&compose::document(text)?)
}
