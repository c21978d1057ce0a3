//! Whose something is when there are forks.

use handlers_core::fork_generation;

/// The process that owns something. A fork makes a copy in a child, which must leave to its parent
/// what the parent goes on with: a connection, and the frames that wait for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    generation: u64,
}

impl Owner {
    /// This process.
    pub(crate) fn here() -> Self {
        Self { generation: fork_generation() }
    }

    /// Whether it was another process, the parent of this one. From now on it is this one.
    pub(crate) fn has_changed(&mut self) -> bool {
        let here = Self::here();
        let has_changed = *self != here;
        *self = here;
        has_changed
    }
}

impl Default for Owner {
    fn default() -> Self {
        Self::here()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_process_made_stays_its_own() {
        let mut owner = Owner::here();
        assert!(!owner.has_changed() && !owner.has_changed());
    }

    #[test]
    fn what_another_process_made_changes_its_owner_once() {
        let mut owner = Owner { generation: fork_generation() + 1 };
        assert!(owner.has_changed());
        assert_eq!(owner, Owner::here());
        assert!(!owner.has_changed());
    }
}
