//! What somebody meant who misspelt a name.

/// The candidate that `name` was probably meant to be: CPython's rule for its "Did you mean".
///
/// No more than a third of the letters may have to change. A letter in the other case costs half of
/// another letter. Names of more than 40 letters, after what they have in common at both ends, are
/// not looked at, and no more than 750 candidates are.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
        let limit = (name.len() + candidate.len() + 3) * MOVE_COST / 6;
        let beaten = best.map_or(usize::MAX, |(distance, _)| distance);
        let limit = limit.min(beaten.saturating_sub(1));
        let distance = distance(name.as_bytes(), candidate.as_bytes(), limit);
        if candidate != name && distance.is_some_and(|distance| distance <= limit) {
            best = distance.map(|distance| (distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A sentence for [`nearest`], or what else there is: `did you mean …` or `use one of …`.
pub(crate) fn hint<'a, C>(name: &str, candidates: C) -> Option<String>
where
    C: IntoIterator<Item = &'a str> + Clone,
{
    let mixed_up =
        || candidates.clone().into_iter().take(MAX_CANDIDATES).find(|c| is_mixed_up(name, c));
    if let Some(candidate) = nearest(name, candidates.clone()).or_else(mixed_up) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    let mut candidates = candidates.into_iter();
    let known: Vec<String> =
        candidates.by_ref().take(MAX_LISTED).map(|candidate| format!("`{candidate}`")).collect();
    let more = if candidates.next().is_some() { ", …" } else { "" };
    match known.as_slice() {
        [] => None,
        [only] if more.is_empty() => Some(format!("there is only {only}")),
        known => Some(format!("use one of {}{more}", known.join(", "))),
    }
}

/// Whether the two have the same letters: CPython's rule does not know `fiel`.
fn is_mixed_up(name: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters = text.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    name.len() == other.len() && name.len() <= MAX_LENGTH && sorted(name) == sorted(other)
}

/// Levenshtein's distance, in half letters; none if it is above the limit, or the names are too long
/// to be compared.
fn distance(left: &[u8], right: &[u8], limit: usize) -> Option<usize> {
    let start = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    let (left, right) = (&left[start..], &right[start..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(l, r)| l == r).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    if left.is_empty() || right.is_empty() {
        return Some((left.len() + right.len()) * MOVE_COST);
    }
    if left.len().max(right.len()) > MAX_LENGTH {
        return None;
    }
    let (left, right) = if right.len() < left.len() { (right, left) } else { (left, right) };
    if (right.len() - left.len()) * MOVE_COST > limit {
        return None;
    }
    let mut row: Vec<usize> = (1..=left.len()).map(|index| index * MOVE_COST).collect();
    let mut last = 0;
    for (index, &letter) in right.iter().enumerate() {
        // CPython begins each row here, too: the first letter is as good as free.
        let mut diagonal = index * MOVE_COST;
        last = diagonal;
        for (cell, &other) in row.iter_mut().zip(left) {
            let substitute = diagonal + substitution_cost(letter, other);
            diagonal = *cell;
            last = substitute.min(last.min(diagonal) + MOVE_COST);
            *cell = last;
        }
    }
    Some(last)
}

fn substitution_cost(left: u8, right: u8) -> usize {
    if left == right {
        0
    } else if left.eq_ignore_ascii_case(&right) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
const MAX_LENGTH: usize = 40;
const MAX_CANDIDATES: usize = 750;

/// How many known names a hint lists.
const MAX_LISTED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    // What CPython 3.13 answers to a keyword argument of that name.
    #[test]
    fn what_python_suggests_is_suggested() {
        let file = ["filename", "mode", "encoding", "delay", "errors"];
        let rotating = ["filename", "mode", "maxBytes", "backupCount", "encoding", "delay"];
        assert_eq!(nearest("maxbytes", rotating), Some("maxBytes"));
        assert_eq!(nearest("max_bytes", rotating), Some("maxBytes"));
        assert_eq!(nearest("backup_count", rotating), Some("backupCount"));
        assert_eq!(nearest("filname", file), Some("filename"));
        assert_eq!(nearest("path", file), None);
        assert_eq!(nearest("streaming", ["stream"]), Some("stream"));
        assert_eq!(nearest("stream", ["stream"]), None);
        assert_eq!(nearest("fmt", ["format"]), None);
    }

    #[test]
    fn names_without_end_are_not_compared() {
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long, ["filename"]), None);
    }

    #[test]
    fn a_hint_lists_what_is_known_if_nothing_is_near() {
        assert_eq!(hint("zzz", ["a", "b"]).as_deref(), Some("use one of `a`, `b`"));
        assert_eq!(hint("zzz", ["a"]).as_deref(), Some("there is only `a`"));
        assert_eq!(hint("zzz", []), None);
        assert_eq!(hint("fiel", ["mode", "file"]).as_deref(), Some("did you mean `file`?"));
        let many = ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"];
        assert!(hint("zzzzz", many).is_some_and(|hint| hint.ends_with("`n7`, …")));
    }
}
