//! Entries as Python's dictionaries take them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem;

/// Keeps of each name the last value, in the place of the first.
pub(crate) fn unique<N: AsRef<str>, V: Default>(entries: &mut Vec<(N, V)>) {
    let repeated = repeated(entries);
    if repeated.is_empty() {
        return;
    }
    for (later, first) in &repeated {
        entries[*first].1 = mem::take(&mut entries[*later].1);
    }
    let mut gone = repeated.iter().map(|(later, _)| *later).peekable();
    let mut places = 0..;
    entries.retain(|_| places.next().is_none_or(|place| gone.next_if_eq(&place).is_none()));
}

/// The places of names that were there before, each with the first place of that name.
///
/// A sender may have made up thousands of names, so that many are hashed. To compare a few takes less.
fn repeated<N: AsRef<str>, V>(entries: &[(N, V)]) -> Vec<(usize, usize)> {
    let names = entries.iter().map(|(name, _)| name.as_ref()).enumerate();
    if entries.len() <= FEW {
        let first = |name: &str| entries.iter().position(|(known, _)| known.as_ref() == name);
        let repeated = names.filter_map(|(place, name)| Some((place, first(name)?)));
        return repeated.filter(|(place, first)| first < place).collect();
    }
    let mut firsts = HashMap::with_capacity(entries.len());
    let repeated = names.filter_map(|(place, name)| match firsts.entry(name) {
        Entry::Occupied(first) => Some((place, *first.get())),
        Entry::Vacant(vacant) => {
            vacant.insert(place);
            None
        }
    });
    repeated.collect()
}

const FEW: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_is_in_its_first_place() {
        for others in [0, FEW] {
            let names = ["a", "b", "a", "c", "b", "a"].map(str::to_owned);
            let others = (0..others).map(|number| number.to_string());
            let names = names.into_iter().chain(others);
            let mut entries: Vec<(String, usize)> = names.zip(1..).collect();
            let length = entries.len();
            unique(&mut entries);
            let first =
                [("a", 6), ("b", 5), ("c", 4)].map(|(name, value)| (name.to_owned(), value));
            assert_eq!((&entries[..3], entries.len()), (&first[..], length - 3));
            assert!(entries[3..].iter().map(|(_, value)| *value).eq(7..=length));
        }
    }
}
