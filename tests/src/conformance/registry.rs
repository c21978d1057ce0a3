//! Which module runs which list of which file.

use super::case::{Case, Results, Skip};
use super::families::FAMILIES;

/// Cases of one kind.
#[derive(Debug)]
pub(super) struct Family {
    /// The name of the file, without `.json`.
    pub(super) file: &'static str,
    /// The list in the file.
    pub(super) list: &'static str,
    /// The fields that say what to do. `name` and `id` are known in every family.
    pub(super) inputs: &'static [&'static str],
    /// The fields that say what came of it; a case has all of them or some.
    pub(super) outputs: &'static [&'static str],
    /// Does it.
    pub(super) run: fn(&Case<'_>) -> Result<Results, Skip>,
}

/// The family of a list, if there is one.
pub(super) fn family(file: &str, list: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.file == file && family.list == list)
}

/// Labels of a case, which decide nothing.
pub(super) const LABELS: [&str; 2] = ["name", "id"];
