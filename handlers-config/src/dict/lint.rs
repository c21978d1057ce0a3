//! What can be configured and is probably not meant: a look at the document itself.

use std::collections::BTreeSet;

use super::cfg_path::{Reference, Step, Steps};
use crate::document::{Node, NodeValue, Position};
use crate::problem::{Problem, Severity};
use crate::suggest::{hint, nearest};

/// Looks a document over, and finds warnings only.
pub(crate) fn lint(document: &Node) -> Vec<Problem> {
    let mut lint = Lint::default();
    lint.repeated_keys(document, "", 0);
    lint.top_level(document);
    let incremental = document.get("incremental").is_some_and(Node::is_true);
    if incremental {
        return lint.problems;
    }
    for (name, formatter) in section(document, "formatters") {
        lint.settings(&["formatters", &text(name)], formatter, &FORMATTER_KEYS);
        lint.misleading(&["formatters", &text(name)], formatter, "validate");
    }
    for (name, filter) in section(document, "filters") {
        lint.settings(&["filters", &text(name)], filter, &["name"]);
    }
    for (name, handler) in section(document, "handlers") {
        for key in ["delay", "flushOnClose"] {
            lint.misleading(&["handlers", &text(name)], handler, key);
        }
    }
    for (name, logger) in section(document, "loggers") {
        lint.logger(&["loggers", &text(name)], logger);
        lint.dead_end(&text(name), name.position(), logger);
    }
    if let Some(root) = document.get("root") {
        lint.logger(&["root"], root);
    }
    lint.unused(document);
    lint.problems
}

/// What has been found so far.
#[derive(Default)]
struct Lint {
    problems: Vec<Problem>,
}

impl Lint {
    fn warn(&mut self, path: &[&str], position: Position, message: &str, help: Option<&str>) {
        if self.problems.len() < MAX_WARNINGS {
            let position = Some(position);
            self.problems.push(Problem::new(Severity::Warning, path, position, message, help));
        }
    }

    /// Python takes the last of two values without a word.
    fn repeated_keys(&mut self, node: &Node, path: &str, depth: usize) {
        let below =
            |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        for (key, value) in node.as_map().unwrap_or_default() {
            let name = text(key);
            if let Some(again) = key.repeated_at() {
                let message = format!("`{name}` is here twice, and the last one counts");
                let first = format!("the first one is on line {}", key.position().line);
                self.warn(&[&below(&name)], again, &message, Some(&first));
            }
            // Deeper there is nothing that this crate reads.
            if depth < MAX_DEPTH {
                self.repeated_keys(value, &below(&name), depth + 1);
            }
        }
    }

    /// Keys that are not Python's may be targets of `cfg://`: only those that look like a known one
    /// are worth a word (CONF-3).
    fn top_level(&mut self, document: &Node) {
        for (key, _) in document.as_map().unwrap_or_default() {
            let Some(name) = key.as_str().filter(|name| !TOP_LEVEL_KEYS.contains(name)) else {
                continue;
            };
            if let Some(meant) = nearest(name, TOP_LEVEL_KEYS) {
                let (message, help) =
                    (format!("`{name}` is not read"), format!("did you mean `{meant}`?"));
                self.warn(&[name], key.position(), &message, Some(&help));
            }
        }
        for key in ["incremental", "disable_existing_loggers"] {
            self.misleading(&[], document, key);
        }
    }

    /// Keys that nobody reads, of an object that is not made by `()`.
    fn settings(&mut self, path: &[&str], config: &Node, known: &[&str]) {
        if config.get("()").is_some() {
            return;
        }
        for (key, _) in config.as_map().unwrap_or_default() {
            let name = text(key);
            if !known.contains(&name.as_str()) {
                let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
                let alias = alias.filter(|(_, meant)| known.contains(meant));
                let help = match alias {
                    Some((_, meant)) => Some(format!("did you mean `{meant}`?")),
                    None => hint(&name, known.iter().copied()),
                };
                let message = format!("`{name}` is not read here");
                self.warn(&[path, &[&name]].concat(), key.position(), &message, help.as_deref());
            }
        }
    }

    fn logger(&mut self, path: &[&str], logger: &Node) {
        self.settings(path, logger, &LOGGER_KEYS);
        self.misleading(path, logger, "propagate");
        if path == ["root"]
            && let Some((key, _)) = logger.entry("propagate")
        {
            let message = "`propagate` has no effect on the root logger";
            self.warn(&["root", "propagate"], key.position(), message, None);
        }
    }

    /// Text is true, whatever it says (CONF-61).
    fn misleading(&mut self, path: &[&str], config: &Node, key: &str) {
        let Some(value) = config.get(key) else { return };
        let Some(text) = value.as_str().filter(|text| says_no(text)) else { return };
        let message = format!("{text:?} is text, and any text is true");
        let help = Some("write `false`, without quotes");
        self.warn(&[path, &[key]].concat(), value.position(), &message, help);
    }

    /// A logger that keeps its records to itself and has nothing to give them to.
    fn dead_end(&mut self, name: &str, position: Position, logger: &Node) {
        let stops =
            logger.get("propagate").is_some_and(|value| !value.is_null() && !value.is_true());
        let has_handlers = logger.get("handlers").is_some_and(Node::is_true);
        let is_root = matches!(name, "" | "root");
        if stops && !has_handlers && !is_root {
            let message = "the logger has no handler and does not propagate";
            let help = "only its warnings and errors are shown, on standard error";
            self.warn(&["loggers", name], position, message, Some(help));
        }
    }

    /// Objects that no other one names.
    fn unused(&mut self, document: &Node) {
        let mut used = Used::default();
        used.find_references(document);
        for (_, handler) in section(document, "handlers") {
            used.name("formatters", handler.get("formatter"));
            used.names("filters", handler.get("filters"));
            used.name("handlers", handler.get("target"));
            used.names("handlers", handler.get("handlers"));
        }
        let loggers = section(document, "loggers").iter().map(|(_, logger)| logger);
        for logger in loggers.chain(document.get("root")) {
            used.names("handlers", logger.get("handlers"));
            used.names("filters", logger.get("filters"));
        }
        for (key, word) in
            [("formatters", "formatter"), ("filters", "filter"), ("handlers", "handler")]
        {
            for (name, _) in section(document, key) {
                let text = text(name);
                if !used.contains(key, &text) {
                    let message = format!("nothing uses the {word}");
                    self.warn(&[key, &text], name.position(), &message, None);
                }
            }
        }
    }
}

/// The names that are used, by section.
#[derive(Default)]
struct Used {
    names: BTreeSet<(&'static str, String)>,
    /// Sections that are used as a whole, or nobody knows how.
    whole: BTreeSet<&'static str>,
}

impl Used {
    fn contains(&self, section: &'static str, name: &str) -> bool {
        self.whole.contains(section) || self.names.contains(&(section, name.to_owned()))
    }

    fn name(&mut self, section: &'static str, name: Option<&Node>) {
        match name {
            Some(name) if reference(name).is_some() => {
                self.whole.insert(section);
            }
            Some(name) => {
                self.names.insert((section, text(name)));
            }
            None => {}
        }
    }

    fn names(&mut self, section: &'static str, names: Option<&Node>) {
        let Some(names) = names else { return };
        match names.value() {
            NodeValue::List(items) | NodeValue::Tuple(items) => {
                for item in items {
                    self.name(section, Some(item));
                }
            }
            NodeValue::Map(entries) => {
                for (key, _) in entries {
                    self.name(section, Some(key));
                }
            }
            NodeValue::Str(letters) if reference(names).is_none() => {
                let letters: BTreeSet<char> = letters.chars().collect();
                self.names.extend(letters.into_iter().map(|letter| (section, letter.to_string())));
            }
            _ => {
                self.whole.insert(section);
            }
        }
    }

    /// `cfg://handlers.file` anywhere is a use.
    fn find_references(&mut self, node: &Node) {
        match node.value() {
            NodeValue::List(items) | NodeValue::Tuple(items) => {
                for item in items {
                    self.find_references(item);
                }
            }
            NodeValue::Map(entries) => {
                for (_, value) in entries {
                    self.find_references(value);
                }
            }
            NodeValue::Str(_) => self.add_reference(node),
            _ => {}
        }
    }

    fn add_reference(&mut self, node: &Node) {
        let Some(Reference::Cfg(path)) = reference(node) else { return };
        let Some((word, mut steps)) = Steps::parse(path) else { return };
        let Some(section) = SECTIONS.into_iter().find(|section| *section == word) else { return };
        match steps.next_step() {
            Ok(Some(Step::Key(name) | Step::Index(name))) => {
                self.names.insert((section, name.to_owned()));
            }
            _ => {
                self.whole.insert(section);
            }
        }
    }
}

fn reference(node: &Node) -> Option<Reference<'_>> {
    Reference::parse(node.as_str()?)
}

fn section<'a>(document: &'a Node, key: &str) -> &'a [(Node, Node)] {
    document.get(key).and_then(Node::as_map).unwrap_or_default()
}

/// A key as text.
fn text(key: &Node) -> String {
    match key.as_str() {
        Some(text) => text.to_owned(),
        None => key.to_value().to_string(),
    }
}

fn says_no(text: &str) -> bool {
    let text = text.trim();
    ["false", "no", "off", "n", "0", "none"].iter().any(|no| text.eq_ignore_ascii_case(no))
}

const SECTIONS: [&str; 3] = ["filters", "formatters", "handlers"];

const TOP_LEVEL_KEYS: [&str; 8] = [
    "disable_existing_loggers",
    "filters",
    "formatters",
    "handlers",
    "incremental",
    "loggers",
    "root",
    "version",
];

const FORMATTER_KEYS: [&str; 6] = ["format", "datefmt", "style", "validate", "defaults", "class"];

const LOGGER_KEYS: [&str; 4] = ["level", "handlers", "filters", "propagate"];

/// What is often written for something else, and not like it.
const ALIASES: [(&str, &str); 4] = [
    ("fmt", "format"),
    ("date_format", "datefmt"),
    ("dateformat", "datefmt"),
    ("handler", "handlers"),
];

/// More than that nobody reads.
const MAX_WARNINGS: usize = 1000;

/// How deep the keys lie that mean something: `handlers.h.".".name`, and some for arguments.
const MAX_DEPTH: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, read};

    /// Each problem as `line:column path: message`.
    fn warnings(text: &str) -> Vec<String> {
        let document = read(text.as_bytes(), Some(Format::Yaml)).unwrap();
        let shown = |problem: Problem| {
            let position = problem.position.unwrap_or_default();
            format!("{position:#} {}: {}", problem.path, problem.message)
        };
        lint(&document).into_iter().map(shown).collect()
    }

    #[test]
    fn a_key_that_is_there_twice_is_told_where_it_counts() {
        let text =
            "version: 1\nroot:\n  level: INFO\nversion: 1\nroot:\n  level: ERROR\n  level: INFO\n";
        assert_eq!(
            warnings(text),
            [
                "4:1 version: `version` is here twice, and the last one counts",
                "5:1 root: `root` is here twice, and the last one counts",
                "7:3 root.level: `level` is here twice, and the last one counts",
            ]
        );
    }

    #[test]
    fn a_key_that_overrides_a_merged_one_is_not_there_twice() {
        let text = "
base: &base {level: INFO}
loggers:
  a: {<<: *base, level: ERROR}
  b: {level: ERROR, <<: *base}
";
        assert_eq!(warnings(text), [""; 0]);
    }

    #[test]
    fn what_cfg_names_is_used() {
        let text = "
formatters: {f: {}, g: {}, h: {}}
handlers:
  a: {formatter: f, other: 'cfg://formatters.g', target: b}
  b: {(): app.Handler, handlers: [c]}
  c: {}
root: {handlers: [a]}
";
        assert_eq!(warnings(text), ["2:28 formatters.h: nothing uses the formatter"]);
        let all = "{handlers: {a: {}, b: {}}, root: {handlers: 'cfg://names'}}";
        assert_eq!(warnings(all), [""; 0]);
    }

    #[test]
    fn keys_that_look_like_others_are_told() {
        let text = "
logers: {}
my_settings: {}
disable_existing_logger: false
formatters: {f: {fmt: x, date_fmt: y}, g: {(): app.Formatter, fmt: x}}
root: {handler: [a], propagate: true, qualname: root}
";
        assert_eq!(
            warnings(text),
            [
                "2:1 logers: `logers` is not read",
                "4:1 disable_existing_logger: `disable_existing_logger` is not read",
                "5:18 formatters.f.fmt: `fmt` is not read here",
                "5:26 formatters.f.date_fmt: `date_fmt` is not read here",
                "6:8 root.handler: `handler` is not read here",
                "6:39 root.qualname: `qualname` is not read here",
                "6:22 root.propagate: `propagate` has no effect on the root logger",
                "5:14 formatters.f: nothing uses the formatter",
                "5:40 formatters.g: nothing uses the formatter",
            ]
        );
    }

    #[test]
    fn a_logger_that_leads_nowhere_is_told() {
        let text = "
loggers:
  a: {propagate: no}
  b: {propagate: 0, handlers: []}
  c: {propagate: no, handlers: [h]}
  d: {propagate: }
  e: {propagate: 'no'}
";
        assert_eq!(
            warnings(text),
            [
                "3:3 loggers.a: the logger has no handler and does not propagate",
                "4:3 loggers.b: the logger has no handler and does not propagate",
                "7:18 loggers.e.propagate: \"no\" is text, and any text is true",
            ]
        );
    }

    #[test]
    fn an_incremental_configuration_leaves_all_else_alone() {
        assert_eq!(warnings("{incremental: true, formatters: {f: {}}}"), [""; 0]);
    }
}
