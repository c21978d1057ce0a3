//! `handlers tree`: the tree of loggers as one looks at it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use handlers_config::{HandlerOutline, LoggerOutline, Outline};
use handlers_core::{Result, Value};

use crate::arguments::TreeArguments;
use crate::output::{complain, print};
use crate::problems::Finding;
use crate::render::{BOLD, Branch, CYAN, DIM, Plain, Shown, YELLOW};
use crate::source;

pub(crate) fn tree(arguments: &TreeArguments) -> Result<ExitCode> {
    let errors = match source::read(&arguments.config) {
        Ok(config) => {
            print(&draw(&config.outline()))?;
            Finding::errors(&config)
        }
        Err(error) => vec![Finding::of_text(&error).ok_or(error)?],
    };
    // A tree with errors in it is not what the program would get.
    let file = source::name(&arguments.config);
    for finding in &errors {
        complain(&Shown { file: &file, finding });
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn draw(outline: &Outline) -> Branch {
    let mut nodes: BTreeMap<&str, Node<'_>> = BTreeMap::new();
    for logger in &outline.loggers {
        let mut node = &mut *nodes.entry(first(&logger.name)).or_default();
        for step in logger.name.split('.').skip(1) {
            node = node.below.entry(step).or_default();
        }
        node.logger = Some(logger);
    }
    let mut pen = Pen { outline, targets_left: MAX_TARGETS };
    let mut root = pen.logger("root", Some(&outline.root));
    root.below.extend(nodes.iter().map(|(name, node)| node.draw(name, &mut pen)));
    root
}

fn first(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// A step of a logger's name; a logger of its own if the configuration has one of that name.
#[derive(Default)]
struct Node<'a> {
    logger: Option<&'a LoggerOutline>,
    below: BTreeMap<&'a str, Self>,
}

impl Node<'_> {
    fn draw(&self, name: &str, pen: &mut Pen<'_>) -> Branch {
        let mut drawn = pen.logger(name, self.logger);
        drawn.below.extend(self.below.iter().map(|(step, node)| node.draw(step, pen)));
        drawn
    }
}

/// Draws the objects of an outline.
struct Pen<'a> {
    outline: &'a Outline,
    targets_left: usize,
}

impl Pen<'_> {
    fn logger(&mut self, name: &str, logger: Option<&LoggerOutline>) -> Branch {
        let name = Plain(name);
        let Some(logger) = logger else {
            return Branch::new(format!("{DIM}{name}{DIM:#}"));
        };
        let level = match &logger.level {
            Some(level) => format!("{CYAN}{}{CYAN:#}", Plain(level)),
            None => format!("{DIM}({}){DIM:#}", Plain(&logger.effective_level)),
        };
        let stops = if logger.propagate { "" } else { "  does not propagate" };
        let mut branch = Branch::new(format!("{BOLD}{name}{BOLD:#}  {level}{DIM}{stops}{DIM:#}"));
        branch.below.extend(logger.filters.iter().map(|name| self.filter(name)));
        branch.below.extend(logger.handlers.iter().map(|name| self.handler(name, MAX_DEPTH)));
        branch
    }

    fn handler(&mut self, name: &str, depth: usize) -> Branch {
        let Some(handler) = self.outline.handlers.iter().find(|handler| handler.name == name)
        else {
            return unknown("→", name);
        };
        let about = format!("{}{}{}", Plain(&handler.class), level(handler), arguments(handler));
        let mut drawn = Branch::new(format!("→ {BOLD}{}{BOLD:#}  {about}", Plain(name)));
        drawn.below.extend(handler.formatter.iter().map(|name| self.formatter(name)));
        drawn.below.extend(handler.filters.iter().map(|name| self.filter(name)));
        for target in &handler.targets {
            if depth == 0 || self.targets_left == 0 {
                drawn.below.push(Branch::new(format!("→ {}  {DIM}…{DIM:#}", Plain(target))));
                break;
            }
            self.targets_left -= 1;
            drawn.below.push(self.handler(target, depth - 1));
        }
        drawn
    }

    fn formatter(&self, name: &str) -> Branch {
        let mut formatters = self.outline.formatters.iter();
        let Some(formatter) = formatters.find(|formatter| formatter.name == name) else {
            return unknown("formatter", name);
        };
        let format = formatter.format.as_deref().unwrap_or_default();
        let date = formatter.datefmt.as_ref().map(|date| format!("  {date:?}"));
        let date = date.unwrap_or_default();
        Branch::new(format!("formatter {}  {DIM}{format:?}{date}{DIM:#}", Plain(name)))
    }

    fn filter(&self, name: &str) -> Branch {
        let Some(filter) = self.outline.filters.iter().find(|filter| filter.name == name) else {
            return unknown("filter", name);
        };
        let about = match &filter.logger {
            Some(logger) if logger.is_empty() => "every record".to_owned(),
            Some(logger) => format!("records of {logger:?}"),
            None => Plain(&filter.class).to_string(),
        };
        Branch::new(format!("filter {}  {DIM}{about}{DIM:#}", Plain(name)))
    }
}

fn level(handler: &HandlerOutline) -> String {
    let shown = |level| format!("  {CYAN}{}{CYAN:#}", Plain(level));
    handler.level.as_deref().map(shown).unwrap_or_default()
}

fn arguments(handler: &HandlerOutline) -> String {
    let argument = |(name, value): &(String, Value<'_>)| format!("{name}={value}");
    let all: Vec<String> = handler.arguments.iter().map(argument).collect();
    let space = if all.is_empty() { "" } else { "  " };
    format!("{space}{DIM}{}{DIM:#}", Plain(&all.join(" ")))
}

fn unknown(what: &str, name: &str) -> Branch {
    Branch::new(format!("{what} {}  {YELLOW}not configured{YELLOW:#}", Plain(name)))
}

/// Handlers that are each other's targets must not be drawn for ever.
const MAX_DEPTH: usize = 8;

/// And eight levels of ten targets each would be a hundred million.
const MAX_TARGETS: usize = 10_000;
