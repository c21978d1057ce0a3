//! What becomes of loggers that a configuration does not name: a pure function of names.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Names of loggers that exist and were not configured.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOver {
    /// Below a configured one that existed: they are reset, and left enabled or disabled (CONF-70).
    pub(crate) children: BTreeSet<String>,
    /// All others (CONF-71).
    pub(crate) others: BTreeSet<String>,
}

/// Sorts the names that existed before the configuration, placeholders included (CONF-68).
pub(crate) fn left_over(existing: BTreeSet<String>, configured: &[&str]) -> LeftOver {
    let mut children = BTreeSet::new();
    // CONF-69: a name that is new protects nobody.
    for name in configured.iter().filter(|name| existing.contains(**name)) {
        let prefix = format!("{name}.");
        let below = existing.range::<str, _>((Bound::Excluded(prefix.as_str()), Bound::Unbounded));
        children.extend(below.take_while(|below| below.starts_with(&prefix)).cloned());
    }
    let configured: BTreeSet<&str> = configured.iter().copied().collect();
    children.retain(|name| !configured.contains(name.as_str()));
    let is_other = |name: &String| !configured.contains(name.as_str()) && !children.contains(name);
    let others = existing.into_iter().filter(is_other).collect();
    LeftOver { children, others }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn check(existing: &[&str], configured: &[&str], children: &[&str], others: &[&str]) {
        let expected = LeftOver { children: names(children), others: names(others) };
        assert_eq!(left_over(names(existing), configured), expected);
    }

    #[test]
    fn what_is_below_a_configured_name_is_a_child() {
        check(&["new", "new.kid", "newer", "old"], &["new"], &["new.kid"], &["newer", "old"]);
        check(&["a", "a-b", "a.b", "a.b.c", "ab"], &["a"], &["a.b", "a.b.c"], &["a-b", "ab"]);
    }

    #[test]
    fn a_configured_child_is_none() {
        check(&["a", "a.b", "a.b.c"], &["a", "a.b"], &["a.b.c"], &[]);
    }

    #[test]
    fn a_name_that_was_not_there_protects_nobody() {
        check(&["a.b", "a.b.c"], &["a"], &[], &["a.b", "a.b.c"]);
    }
}
