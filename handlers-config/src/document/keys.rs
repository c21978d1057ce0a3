//! Keys of a mapping that Python takes for the same.

use std::collections::HashMap;

use handlers_core::Integer;

use super::{Node, NodeValue};

/// Keeps one entry of those whose keys are equal: the first one's key and place, the last one's
/// value, which is what assigning them to a Python `dict` in turn gives.
///
/// The key keeps in mind that it was repeated, unless that is the purpose: the first `merged`
/// entries are there to be overridden.
pub(super) fn last_wins(entries: Vec<(Node, Node)>, merged: usize) -> Vec<(Node, Node)> {
    let mut seen = HashMap::with_capacity(entries.len());
    let mut places = Vec::with_capacity(entries.len());
    for (index, (key, _)) in entries.iter().enumerate() {
        let next = seen.len();
        places.push(*seen.entry(Key::new(key, index)).or_insert(next));
    }
    if seen.len() == entries.len() {
        return entries;
    }
    let mut kept: Vec<(Node, Node)> = Vec::with_capacity(seen.len());
    let mut own = vec![false; seen.len()];
    for (index, (place, (key, value))) in places.into_iter().zip(entries).enumerate() {
        let is_own = index >= merged;
        match kept.get_mut(place) {
            Some(entry) => {
                if is_own && own[place] {
                    entry.0.set_repeated(key.position());
                }
                entry.1 = value;
            }
            None => kept.push((key, value)),
        }
        own[place] |= is_own;
    }
    kept
}

/// Whether Python accepts the value as a key.
pub(super) fn is_hashable(node: &Node) -> bool {
    match node.value() {
        NodeValue::List(_) | NodeValue::Map(_) => false,
        NodeValue::Tuple(items) => items.iter().all(is_hashable),
        _ => true,
    }
}

/// What of a key takes part in Python's comparison. Numbers of all types are compared by value, so
/// `1`, `1.0` and `true` are one key. (A float beyond 64 bits never equals an integer here.)
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Null,
    Small(i64),
    Large(&'a Integer),
    /// The bits of a float that is no small integer.
    Float(u64),
    Str(&'a str),
    Bytes(&'a [u8]),
    Tuple(Vec<Self>),
    /// Not a number equals nothing, itself included, so the entry's index stands for it.
    Unique(usize),
}

impl<'a> Key<'a> {
    fn new(node: &'a Node, index: usize) -> Self {
        match node.value() {
            NodeValue::Null => Self::Null,
            NodeValue::Bool(flag) => Self::Small(i64::from(*flag)),
            NodeValue::Int(number) => number.to_i64().map_or(Self::Large(number), Self::Small),
            NodeValue::Float(number) if number.is_nan() => Self::Unique(index),
            NodeValue::Float(number) => {
                small_integer(*number).map_or_else(|| Self::Float(number.to_bits()), Self::Small)
            }
            NodeValue::Str(text) => Self::Str(text),
            NodeValue::Bytes(bytes) => Self::Bytes(bytes),
            NodeValue::Tuple(items) => {
                Self::Tuple(items.iter().map(|item| Key::new(item, index)).collect())
            }
            NodeValue::List(_) | NodeValue::Map(_) => Self::Unique(index),
        }
    }
}

fn small_integer(number: f64) -> Option<i64> {
    // 2^63 is a double and the least that does not fit.
    let fits = number.fract() == 0.0 && number.abs() < 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range of i64")]
    fits.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Position;

    fn node(value: NodeValue) -> Node {
        Node::new(value, Position::START)
    }

    fn int(number: i64) -> Node {
        node(NodeValue::Int(Integer::from(number)))
    }

    #[test]
    fn equal_keys_keep_the_first_key_and_the_last_value() {
        let entries = vec![
            (int(1), int(10)),
            (int(2), int(20)),
            (node(NodeValue::Float(1.0)), int(30)),
            (node(NodeValue::Bool(true)), int(40)),
        ];
        assert_eq!(last_wins(entries, 0), [(int(1), int(40)), (int(2), int(20))]);
    }

    #[test]
    fn not_a_number_equals_no_other_key() {
        let nan = || node(NodeValue::Float(f64::NAN));
        assert_eq!(last_wins(vec![(nan(), int(1)), (nan(), int(2))], 0).len(), 2);
    }

    #[test]
    fn minus_zero_is_zero() {
        let entries = vec![(node(NodeValue::Float(-0.0)), int(1)), (int(0), int(2))];
        assert_eq!(last_wins(entries, 0).len(), 1);
    }
}
