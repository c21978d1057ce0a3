//! From nodes to values.

use super::compose::{Content, Graph, NodeId, RawNode};
use super::tag::Tag;
use super::{base64, scalar};
use crate::document::fault::{Fault, Parsed, shown};
use crate::document::limits::{Budget, MAX_DEPTH, too_deep};
use crate::document::{Node, NodeValue, Position, keys};

/// Makes the value of a document, as `PyYAML`'s `SafeConstructor` does.
pub(super) fn document(graph: &Graph<'_>) -> Parsed<Node> {
    let Some(root) = graph.root else {
        return Ok(Node::new(NodeValue::Null, Position::START));
    };
    let open = vec![false; graph.nodes.len()];
    Constructor { nodes: &graph.nodes, open, budget: Budget::new() }.node(root, 0)
}

/// Makes values, those of aliases anew each time: the budget sees to the billion laughs.
#[derive(Debug)]
struct Constructor<'g, 'a> {
    nodes: &'g [RawNode<'a>],
    /// Which nodes are being made. One that is met again within itself has no end.
    open: Vec<bool>,
    budget: Budget,
}

impl<'g, 'a> Constructor<'g, 'a> {
    fn node(&mut self, id: NodeId, depth: usize) -> Parsed<Node> {
        let node = &self.nodes[id];
        // Aliases may nest deeper than the text does.
        if depth >= MAX_DEPTH && !matches!(node.content, Content::Scalar(_)) {
            return Err(too_deep(node.position));
        }
        if self.open[id] {
            return Err(endless(node));
        }
        self.budget.take_nodes(1, node.position)?;
        self.open[id] = true;
        let value = self.value(id, depth)?;
        self.open[id] = false;
        Ok(Node::new(value, node.position))
    }

    fn value(&mut self, id: NodeId, depth: usize) -> Parsed<NodeValue> {
        let node = &self.nodes[id];
        Ok(match &node.tag {
            Tag::Seq => NodeValue::List(self.items(node, depth)?),
            Tag::Map => NodeValue::Map(self.mapping(id, depth)?),
            // Python's sets have no order; here the keys keep that of the document.
            Tag::Set => {
                let entries = self.mapping(id, depth)?;
                NodeValue::List(entries.into_iter().map(|(key, _)| key).collect())
            }
            Tag::Omap | Tag::Pairs => NodeValue::List(self.pairs(node, depth)?),
            Tag::Null => {
                self.text(node, 0)?;
                NodeValue::Null
            }
            Tag::Str | Tag::Timestamp => NodeValue::Str(self.paid_text(node)?.to_owned()),
            Tag::Bool => NodeValue::Bool(self.parsed(node, scalar::bool, "a truth value")?),
            Tag::Int => NodeValue::Int(self.parsed(
                node,
                scalar::int,
                "an integer of at most 4300 digits",
            )?),
            Tag::Float => NodeValue::Float(self.parsed(node, scalar::float, "a float")?),
            Tag::Binary => NodeValue::Bytes(self.parsed(node, base64::decode, "base64")?),
            Tag::Merge => {
                return Err(Fault::new(node.position, "'<<' means something only as a key"));
            }
            Tag::Value => {
                return Err(Fault::new(node.position, "'=' means something only as a key"));
            }
            Tag::Other(name) => {
                let message = format!("the tag {} is not known", shown(name));
                return Err(Fault::new(node.position, message));
            }
        })
    }

    /// What `parse` makes of the text of a node. A tag may stand in front of anything.
    fn parsed<T>(
        &mut self,
        node: &'g RawNode<'a>,
        parse: fn(&str) -> Option<T>,
        expected: &str,
    ) -> Parsed<T> {
        let parsed = parse(self.paid_text(node)?);
        parsed.ok_or_else(|| Fault::new(node.position, format!("expected {expected}")))
    }

    /// The text of a node, of which there will be a copy.
    fn paid_text(&mut self, node: &'g RawNode<'a>) -> Parsed<&'g str> {
        let text = self.text(node, 0)?;
        self.budget.take_text(text.len(), node.position)?;
        Ok(text)
    }

    /// The text of a node. A mapping with a key `=` stands for the text of that key's value.
    fn text(&self, node: &'g RawNode<'a>, depth: usize) -> Parsed<&'g str> {
        if depth > MAX_DEPTH {
            return Err(too_deep(node.position));
        }
        match &node.content {
            Content::Scalar(text) => Ok(text),
            Content::Mapping(entries) => {
                let value = entries.iter().find(|(key, _)| self.nodes[*key].tag == Tag::Value);
                match value {
                    Some((_, value)) => self.text(&self.nodes[*value], depth + 1),
                    None => Err(Fault::new(node.position, "expected text, found a mapping")),
                }
            }
            Content::Sequence(_) => Err(Fault::new(node.position, "expected text, found a list")),
        }
    }

    fn items(&mut self, node: &'g RawNode<'a>, depth: usize) -> Parsed<Vec<Node>> {
        sequence(node)?.iter().map(|&item| self.node(item, depth + 1)).collect()
    }

    /// The items of `!!omap` and `!!pairs`, each of which is a mapping of one entry.
    fn pairs(&mut self, node: &'g RawNode<'a>, depth: usize) -> Parsed<Vec<Node>> {
        let mut pairs = Vec::new();
        for &item in sequence(node)? {
            let item = &self.nodes[item];
            let Content::Mapping(entries) = &item.content else {
                return Err(Fault::new(item.position, "expected a mapping of one entry"));
            };
            let &[(key, value)] = entries.as_slice() else {
                return Err(Fault::new(item.position, "expected a mapping of one entry"));
            };
            self.budget.take_nodes(1, item.position)?;
            let pair = vec![self.node(key, depth + 2)?, self.node(value, depth + 2)?];
            pairs.push(Node::new(NodeValue::Tuple(pair), item.position));
        }
        Ok(pairs)
    }

    fn mapping(&mut self, id: NodeId, depth: usize) -> Parsed<Vec<(Node, Node)>> {
        let mut entries = Vec::new();
        let all = self.merged(id, 0)?;
        let merged = all.len() - self.own_entries(id);
        for (key, value) in all {
            entries.push((self.key(key, depth + 1)?, self.node(value, depth + 1)?));
        }
        Ok(keys::last_wins(entries, merged))
    }

    fn key(&mut self, id: NodeId, depth: usize) -> Parsed<Node> {
        let node = &self.nodes[id];
        if node.tag == Tag::Value {
            let text = self.paid_text(node)?.to_owned();
            return Ok(Node::new(NodeValue::Str(text), node.position));
        }
        let key = self.node(id, depth)?;
        if !keys::is_hashable(&key) {
            let message = format!("{} cannot be a key", key.kind());
            return Err(Fault::new(key.position(), message));
        }
        Ok(key)
    }

    /// How many entries a mapping has of its own: they come last in [`merged`](Self::merged).
    fn own_entries(&self, id: NodeId) -> usize {
        match &self.nodes[id].content {
            Content::Mapping(entries) => {
                entries.iter().filter(|(key, _)| self.nodes[*key].tag != Tag::Merge).count()
            }
            _ => 0,
        }
    }

    /// The entries of a mapping, behind those that its `<<` keys draw in. Later entries win, so the
    /// mapping's own stand over all, and in a list of mappings the first over the others.
    fn merged(&mut self, id: NodeId, depth: usize) -> Parsed<Vec<(NodeId, NodeId)>> {
        let node = &self.nodes[id];
        let Content::Mapping(entries) = &node.content else {
            return Err(Fault::new(node.position, "expected a mapping"));
        };
        if depth > MAX_DEPTH {
            return Err(too_deep(node.position));
        }
        // The mapping that is being made is at depth zero, those that it merges lie behind.
        if depth > 0 && self.open[id] {
            return Err(endless(node));
        }
        let mut merged = Vec::new();
        let mut own = Vec::with_capacity(entries.len());
        for &(key, value) in entries {
            if self.nodes[key].tag != Tag::Merge {
                own.push((key, value));
                continue;
            }
            match &self.nodes[value].content {
                Content::Sequence(items) => {
                    for &item in items.iter().rev() {
                        merged.extend(self.merged(item, depth + 1)?);
                    }
                }
                _ => merged.extend(self.merged(value, depth + 1)?),
            }
        }
        merged.extend(own);
        if depth > 0 {
            // Paid for here, before a thousand aliases of it are put together.
            self.budget.take_nodes(merged.len() + 1, node.position)?;
        }
        Ok(merged)
    }
}

#[cold]
fn endless(node: &RawNode<'_>) -> Fault {
    Fault::new(node.position, "this value contains itself through an alias")
}

fn sequence<'g>(node: &'g RawNode<'_>) -> Parsed<&'g [NodeId]> {
    match &node.content {
        Content::Sequence(items) => Ok(items),
        _ => Err(Fault::new(node.position, "expected a list")),
    }
}

#[cfg(test)]
mod tests {
    use handlers_core::Value;

    use crate::document::yaml::read;

    /// The Python `repr` of the document.
    fn repr(text: &str) -> String {
        read(text).unwrap().to_value().repr()
    }

    fn message(text: &str) -> String {
        handlers_core::Error::from(read(text).unwrap_err()).to_string()
    }

    // What PyYAML 6.0.3 makes of the same texts.
    #[test]
    fn tags_decide_over_what_the_text_looks_like() {
        assert_eq!(
            repr("[!!str 12, !!int '0x1F', !!float 1, !!bool ON, !!null x]"),
            "['12', 31, 1.0, True, None]"
        );
        assert_eq!(repr("[! '12', ! x, !!str , !<tag:yaml.org,2002:int> '7']"), "[12, 'x', '', 7]");
        assert_eq!(repr("!!binary aGVsbG8="), "b'hello'");
        assert_eq!(repr("%TAG ! tag:yaml.org,2002:\n--- !str 12"), "'12'");
        assert_eq!(repr("!!str {=: x, a: b}"), "'x'");
    }

    #[test]
    fn an_ordered_mapping_is_a_list_of_pairs() {
        assert_eq!(repr("!!omap [a: 1, b: 2]"), "[('a', 1), ('b', 2)]");
        assert_eq!(repr("!!pairs\n- a: 1\n- a: 2"), "[('a', 1), ('a', 2)]");
        assert_eq!(message("!!omap [a]"), "line 1 column 9: expected a mapping of one entry");
    }

    #[test]
    fn a_set_is_a_list_of_its_keys() {
        assert_eq!(repr("!!set {b, a, b}"), "['b', 'a']");
    }

    #[test]
    fn a_merge_gives_way_to_what_the_mapping_says_itself() {
        let bases = "- &a {x: 1, y: 2}\n- &b {x: 3, z: 4}\n- ";
        let merged = |entries: &str| {
            let node = read(&format!("{bases}{entries}")).unwrap();
            node.at(&["2"]).unwrap().to_value().repr()
        };
        assert_eq!(merged("{k: 0, <<: *a}"), "{'x': 1, 'y': 2, 'k': 0}");
        assert_eq!(merged("{y: 0, <<: *a}"), "{'x': 1, 'y': 0}");
        assert_eq!(merged("{<<: [*a, *b]}"), "{'x': 1, 'z': 4, 'y': 2}");
        assert_eq!(merged("{<<: *a, <<: *b}"), "{'x': 3, 'y': 2, 'z': 4}");
        assert_eq!(merged("{<<: {<<: *a, x: 5}}"), "{'x': 5, 'y': 2}");
        assert_eq!(merged("{'<<': *a}"), "{'<<': {'x': 1, 'y': 2}}");
    }

    #[test]
    fn of_equal_keys_the_last_value_counts() {
        assert_eq!(repr("{a: 1, b: 2, a: 3}"), "{'a': 3, 'b': 2}");
        assert_eq!(repr("{1: a, 1.0: b, yes: c}"), "{1: 'c'}");
    }

    #[test]
    fn an_alias_repeats_its_value() {
        assert_eq!(repr("[&a [1], *a, {b: *a}]"), "[[1], [1], {'b': [1]}]");
        assert_eq!(repr("{&k a: 1, b: *k}"), "{'a': 1, 'b': 'a'}");
    }

    #[test]
    fn what_safe_load_refuses_is_refused_with_its_place() {
        assert_eq!(message("a: !join [b]"), "line 1 column 4: the tag \"!join\" is not known");
        assert_eq!(
            message("a: !!python/tuple [b]"),
            "line 1 column 4: the tag \"tag:yaml.org,2002:python/tuple\" is not known"
        );
        assert_eq!(message("{[a]: b}"), "line 1 column 2: a list cannot be a key");
        assert_eq!(message("{{a: b}}"), "line 1 column 2: a mapping cannot be a key");
        assert_eq!(message("- ="), "line 1 column 3: '=' means something only as a key");
        assert_eq!(message("- <<"), "line 1 column 3: '<<' means something only as a key");
        assert_eq!(
            message("!!int a"),
            "line 1 column 1: expected an integer of at most 4300 digits"
        );
        assert_eq!(message("!!map [a]"), "line 1 column 1: expected a mapping");
        assert_eq!(message("<<: [a]"), "line 1 column 6: expected a mapping");
    }

    #[test]
    fn an_alias_within_its_own_value_is_an_error() {
        let endless = "line 1 column 1: this value contains itself through an alias";
        assert_eq!(message("&a [*a]"), endless);
        assert_eq!(message("&a {<<: *a}"), endless);
    }

    #[test]
    fn a_billion_laughs_are_not_told() {
        let ten = |laugh: &str| [laugh; 10].join(", ");
        let text = (1..10).fold(format!("a0: &a0 [{}]", ten("x")), |text, level| {
            let laughs = ten(&format!("*a{}", level - 1));
            format!("{text}\na{level}: &a{level} [{laughs}]")
        });
        assert!(message(&text).ends_with("the document has more than 1000000 values"));

        let entries: Vec<String> = (0..1000).map(|key| format!("k{key}: x")).collect();
        let aliases = vec!["*a"; 1_000_000].join(",");
        let merges = format!("- &a {{{}}}\n- <<: [{aliases}]", entries.join(", "));
        assert!(message(&merges).ends_with("the document has more than 1000000 values"));

        let long = format!("- &a '{}'\n- [{}]", "x".repeat(1 << 20), vec!["*a"; 64].join(", "));
        assert!(message(&long).ends_with("the document has more than 33554432 bytes of text"));
    }

    #[test]
    fn an_empty_document_is_null() {
        for text in ["", "\n", "# nothing", "---", "---\n...", "--- # a\n# b\n"] {
            assert_eq!(read(text).unwrap().to_value(), Value::None, "{text:?}");
        }
    }
}
