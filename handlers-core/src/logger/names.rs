//! The names of loggers: how dots make a tree. Pure.

/// The names above `name`, nearest first, as CPython's `_fixupParents` walks them (CORE-136).
///
/// A dot in front cuts nothing, and of two dots in a row only the last does.
pub(super) fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    let mut end = last_dot(name, name.len());
    std::iter::from_fn(move || {
        let dot = end.filter(|dot| *dot > 0)?;
        end = last_dot(name, dot - 1);
        Some(&name[..dot])
    })
}

/// How many levels below the root a logger of that name is.
pub(super) fn depth(name: &str) -> usize {
    1 + name.matches('.').count()
}

fn last_dot(name: &str, end: usize) -> Option<usize> {
    name.as_bytes()[..end].iter().rposition(|byte| *byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    // Values from CPython 3.11: the keys of `loggerDict` after `getLogger(name)`.
    #[test]
    fn names_are_cut_at_dots_from_the_right() {
        let cut = |name| ancestors(name).collect::<Vec<_>>();
        assert_eq!(cut("a.b.c"), ["a.b", "a"]);
        assert_eq!(cut("a"), [""; 0]);
        assert_eq!(cut(".a"), [""; 0]);
        assert_eq!(cut("a..b"), ["a."]);
        assert_eq!(cut("ä.ö"), ["ä"]);
        assert_eq!(cut("a...b"), ["a..", "a"]);
        assert_eq!(cut("..."), [".."]);
        assert_eq!(cut(""), [""; 0]);
    }
}
