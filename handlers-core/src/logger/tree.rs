//! The tree of loggers: names, parents, settings. Pure data behind the manager's lock.

use std::collections::HashMap;
use std::sync::Arc;

use super::dispatch::{Dispatch, RecordFactory, Shared};
use super::names;
use crate::filters::Filters;
use crate::handler::Handler;
use crate::level::Level;
use crate::time::Clock;

/// The index of the root logger.
pub(super) const ROOT: usize = 0;

/// All loggers of one manager. They live as long as it does (CORE-134).
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Every name but the root's, which may be that of another logger too (CORE-138).
    by_name: HashMap<Arc<str>, usize>,
    pub(super) disable: Level,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) factory: Option<Arc<dyn RecordFactory>>,
}

struct Node {
    name: Arc<str>,
    kind: Kind,
}

enum Kind {
    /// A name that only its descendants need, with those that were made so far (CORE-137).
    Placeholder(Vec<usize>),
    Logger(Box<LoggerNode>),
}

struct LoggerNode {
    shared: Arc<Shared>,
    parent: Option<usize>,
    /// Those whose parent this logger is, whatever their names.
    below: Vec<usize>,
    settings: Settings,
}

/// What can be set on a logger (CORE-132).
pub(super) struct Settings {
    pub(super) level: Level,
    pub(super) propagate: bool,
    pub(super) disabled: bool,
    pub(super) handlers: Vec<Arc<dyn Handler>>,
    pub(super) filters: Filters,
}

/// The decisions that a change put out of use, and with them the handlers and filters that were
/// removed. They are dropped after the lock, since dropping a handler runs code of its author.
pub(super) type Retired = Vec<Arc<Dispatch>>;

impl Tree {
    pub(super) fn new() -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            by_name: HashMap::new(),
            disable: Level::NOTSET,
            clock: None,
            factory: None,
        };
        let root = LoggerNode::new(&Arc::from("root"), ROOT);
        tree.nodes.push(Node { name: Arc::from("root"), kind: Kind::Logger(Box::new(root)) });
        tree.settings_mut(ROOT).level = Level::WARNING;
        tree
    }

    /// The logger of that name, made if there is none: CPython's `Manager.getLogger`.
    pub(super) fn logger_named(&mut self, name: &str, retired: &mut Retired) -> Arc<Shared> {
        let index = if let Some(&index) = self.by_name.get(name) {
            let descendants = match &mut self.nodes[index].kind {
                Kind::Logger(logger) => return Arc::clone(&logger.shared),
                Kind::Placeholder(descendants) => std::mem::take(descendants),
            };
            let node = LoggerNode::new(&self.nodes[index].name, index);
            self.nodes[index].kind = Kind::Logger(Box::new(node));
            self.fix_descendants(index, &descendants);
            index
        } else {
            let name: Arc<str> = Arc::from(name);
            let node = LoggerNode::new(&name, self.nodes.len());
            self.push(&name, Kind::Logger(Box::new(node)))
        };
        self.fix_parents(index);
        self.refresh(index, retired);
        self.shared(index)
    }

    /// Works out anew what the logger and all below it do with a record.
    pub(super) fn refresh(&self, index: usize, retired: &mut Retired) {
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            let logger = self.logger(index);
            let old = logger.shared.replace(self.threshold(index), self.dispatch(index));
            retired.push(old);
            open.extend_from_slice(&logger.below);
        }
    }

    pub(super) fn effective_level(&self, index: usize) -> Level {
        self.line(index)
            .map(|index| self.settings(index).level)
            .find(|level| *level != Level::NOTSET)
            .unwrap_or_default()
    }

    pub(super) fn shared(&self, index: usize) -> Arc<Shared> {
        Arc::clone(&self.logger(index).shared)
    }

    pub(super) fn parent(&self, index: usize) -> Option<usize> {
        self.logger(index).parent
    }

    /// CORE-139.
    pub(super) fn children(&self, index: usize) -> Vec<Arc<Shared>> {
        let depth = |index: usize| match index {
            ROOT => 0,
            index => names::depth(&self.nodes[index].name),
        };
        let below = self.logger(index).below.iter();
        below
            .filter(|child| depth(**child) == depth(index) + 1)
            .map(|child| self.shared(*child))
            .collect()
    }

    pub(super) fn settings(&self, index: usize) -> &Settings {
        &self.logger(index).settings
    }

    pub(super) fn settings_mut(&mut self, index: usize) -> &mut Settings {
        &mut self.logger_mut(index).settings
    }

    /// Every name but the root's, with its logger if it is more than a placeholder.
    pub(super) fn entries(&self) -> Vec<(Arc<str>, Option<Arc<Shared>>)> {
        let entry = |node: &Node| {
            let shared = match &node.kind {
                Kind::Placeholder(_) => None,
                Kind::Logger(logger) => Some(Arc::clone(&logger.shared)),
            };
            (Arc::clone(&node.name), shared)
        };
        self.nodes.iter().skip(1).map(entry).collect()
    }

    /// CPython's `_fixupParents`.
    fn fix_parents(&mut self, index: usize) {
        let name = Arc::clone(&self.nodes[index].name);
        let mut parent = ROOT;
        for ancestor in names::ancestors(&name) {
            let Some(&above) = self.by_name.get(ancestor) else {
                self.push(&Arc::from(ancestor), Kind::Placeholder(vec![index]));
                continue;
            };
            match &mut self.nodes[above].kind {
                Kind::Logger(_) => {
                    parent = above;
                    break;
                }
                Kind::Placeholder(descendants) if !descendants.contains(&index) => {
                    descendants.push(index);
                }
                Kind::Placeholder(_) => {}
            }
        }
        self.set_parent(index, parent);
    }

    /// CPython's `_fixupChildren`: a descendant whose parent's name begins with the new name keeps
    /// it, the root's name `root` included.
    fn fix_descendants(&mut self, index: usize, descendants: &[usize]) {
        let name = Arc::clone(&self.nodes[index].name);
        for &descendant in descendants {
            let parent = self.parent(descendant).unwrap_or(ROOT);
            if !self.nodes[parent].name.starts_with(&*name) {
                self.set_parent(descendant, index);
            }
        }
    }

    fn set_parent(&mut self, index: usize, parent: usize) {
        if let Some(old) = self.logger_mut(index).parent.replace(parent) {
            self.logger_mut(old).below.retain(|below| *below != index);
        }
        self.logger_mut(parent).below.push(index);
    }

    /// CORE-141: what is disabled for all counts as the levels below the next one.
    fn threshold(&self, index: usize) -> i64 {
        if self.settings(index).disabled {
            return i64::MAX;
        }
        self.effective_level(index).number().max(self.disable.number().saturating_add(1))
    }

    fn dispatch(&self, index: usize) -> Dispatch {
        let settings = self.settings(index);
        let mut handlers = Vec::new();
        for index in self.line(index) {
            let settings = self.settings(index);
            handlers.extend(settings.handlers.iter().cloned());
            if !settings.propagate {
                break;
            }
        }
        Dispatch {
            disabled: settings.disabled,
            filters: settings.filters.clone(),
            handlers,
            clock: self.clock.clone(),
            factory: self.factory.clone(),
        }
    }

    /// The logger, its parent, and so on up to the root.
    fn line(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(index), |index| self.parent(*index))
    }

    fn push(&mut self, name: &Arc<str>, kind: Kind) -> usize {
        let index = self.nodes.len();
        self.nodes.push(Node { name: Arc::clone(name), kind });
        self.by_name.insert(Arc::clone(name), index);
        index
    }

    fn logger(&self, index: usize) -> &LoggerNode {
        match &self.nodes[index].kind {
            Kind::Logger(logger) => logger,
            Kind::Placeholder(_) => unreachable!("only loggers have an index outside the tree"),
        }
    }

    fn logger_mut(&mut self, index: usize) -> &mut LoggerNode {
        match &mut self.nodes[index].kind {
            Kind::Logger(logger) => logger,
            Kind::Placeholder(_) => unreachable!("only loggers have an index outside the tree"),
        }
    }
}

impl LoggerNode {
    fn new(name: &Arc<str>, index: usize) -> Self {
        Self {
            shared: Arc::new(Shared::new(Arc::clone(name), index)),
            parent: None,
            below: Vec::new(),
            settings: Settings {
                level: Level::NOTSET,
                propagate: true,
                disabled: false,
                handlers: Vec::new(),
                filters: Filters::new(),
            },
        }
    }
}
