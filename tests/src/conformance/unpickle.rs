//! A reader of pickles of protocol 1, which calls nothing: objects stay the recipes that they are.

use std::collections::HashMap;

use handlers_core::{Object, Value};

/// What a pickle holds.
pub(super) struct Unpickled {
    pub(super) value: Value<'static>,
    /// Whether something is referred to that is one object by accident: a container, a text of more
    /// than a character (NET-24).
    pub(super) shares: bool,
}

/// Reads a pickle. None if it is none, or not one that a record gives.
pub(super) fn unpickle(pickle: &[u8]) -> Option<Unpickled> {
    let mut machine = Machine { rest: pickle, ..Machine::default() };
    loop {
        let instruction = machine.take(1)?[0];
        if instruction == b'.' {
            let is_whole = machine.rest.is_empty() && machine.stack.len() == 1;
            let top = machine.stack.pop()?;
            let value = machine.value(top, MAX_DEPTH)?;
            return is_whole.then_some(Unpickled { value, shares: machine.shares });
        }
        machine.step(instruction)?;
    }
}

/// What is on the stack are places in a list of nodes: what is in the memo goes on to be filled.
#[derive(Default)]
struct Machine<'p> {
    rest: &'p [u8],
    nodes: Vec<Node>,
    stack: Vec<usize>,
    marks: Vec<usize>,
    memo: HashMap<u32, usize>,
    shares: bool,
}

enum Node {
    Call {
        callable: usize,
        arguments: usize,
        items: Vec<usize>,
        entries: Vec<usize>,
        state: Option<usize>,
    },
    Dict(Vec<usize>),
    Global {
        module: String,
        name: String,
    },
    List(Vec<usize>),
    Plain(Value<'static>),
    Tuple(Vec<usize>),
}

impl<'p> Machine<'p> {
    fn step(&mut self, instruction: u8) -> Option<()> {
        let node = match instruction {
            b'(' => {
                self.marks.push(self.stack.len());
                return Some(());
            }
            b'a' | b'b' | b'e' | b's' | b'u' => return self.fill(instruction),
            b'q' => {
                let number = self.take(1)?[0].into();
                return self.put(number);
            }
            b'r' => {
                let number = self.number()?;
                return self.put(number);
            }
            b'h' => {
                let number = self.take(1)?[0].into();
                return self.get(number);
            }
            b'j' => {
                let number = self.number()?;
                return self.get(number);
            }
            b'}' => Node::Dict(Vec::new()),
            b']' => Node::List(Vec::new()),
            b')' => Node::Tuple(Vec::new()),
            b't' => Node::Tuple(self.marked()?),
            b'c' => Node::Global { module: self.line()?.to_owned(), name: self.line()?.to_owned() },
            b'R' => {
                let (arguments, callable) = (self.stack.pop()?, self.stack.pop()?);
                let (items, entries) = (Vec::new(), Vec::new());
                Node::Call { callable, arguments, items, entries, state: None }
            }
            plain => Node::Plain(self.plain(plain)?),
        };
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
        Some(())
    }

    fn plain(&mut self, instruction: u8) -> Option<Value<'static>> {
        Some(match instruction {
            b'N' => Value::None,
            b'K' => Value::from(self.take(1)?[0]),
            b'M' => Value::from(u16::from_le_bytes(self.take(2)?.try_into().ok()?)),
            b'J' => Value::from(i32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            b'G' => Value::from(f64::from_be_bytes(self.take(8)?.try_into().ok()?)),
            b'L' => Value::Int(self.line()?.strip_suffix('L')?.parse().ok()?),
            b'I' => match self.line()? {
                "00" => Value::from(false),
                "01" => Value::from(true),
                _ => return None,
            },
            b'X' => {
                let length = self.number()?;
                let text = self.take(usize::try_from(length).ok()?)?;
                Value::from(str::from_utf8(text).ok()?.to_owned())
            }
            _ => return None,
        })
    }

    /// Puts what is on top into the container or object below.
    fn fill(&mut self, instruction: u8) -> Option<()> {
        let filling = match instruction {
            b'e' | b'u' => self.marked()?,
            b's' => self.stack.split_off(self.stack.len().checked_sub(2)?),
            _ => vec![self.stack.pop()?],
        };
        match (instruction, self.nodes.get_mut(*self.stack.last()?)?) {
            (b'a' | b'e', Node::List(items) | Node::Call { items, .. })
            | (b's' | b'u', Node::Dict(items) | Node::Call { entries: items, .. }) => {
                items.extend(filling);
            }
            (b'b', Node::Call { state, .. }) => *state = filling.first().copied(),
            _ => return None,
        }
        Some(())
    }

    fn put(&mut self, number: u32) -> Option<()> {
        self.memo.insert(number, *self.stack.last()?);
        Some(())
    }

    fn get(&mut self, number: u32) -> Option<()> {
        let node = *self.memo.get(&number)?;
        self.shares |= match self.nodes.get(node)? {
            Node::Global { .. } => false,
            Node::Plain(Value::Str(text)) => text.chars().count() > 1 && text != "latin1",
            Node::Call { callable, arguments, .. } => !self.is_one_object(*callable, *arguments),
            _ => true,
        };
        self.stack.push(node);
        Some(())
    }

    /// Whether every Python program has but one of what a call gives: no bytes or one byte, UTC, a
    /// member of an enumeration.
    fn is_one_object(&self, callable: usize, arguments: usize) -> bool {
        let Some(Node::Global { module, name }) = self.nodes.get(callable) else { return false };
        match (module.as_str(), name.as_str()) {
            ("__builtin__", "bytes") | ("datetime", "timezone") => true,
            ("_codecs", "encode") => match self.value(arguments, MAX_DEPTH) {
                Some(Value::Tuple(arguments)) => {
                    arguments.first().and_then(Value::as_str).is_some_and(|t| t.chars().count() < 2)
                }
                _ => false,
            },
            (module, _) => module.starts_with("vec_"),
        }
    }

    fn value(&self, node: usize, depth: u32) -> Option<Value<'static>> {
        let depth = depth.checked_sub(1)?;
        let all = |nodes: &[usize]| {
            nodes.iter().map(|node| self.value(*node, depth)).collect::<Option<Vec<_>>>()
        };
        Some(match self.nodes.get(node)? {
            Node::Plain(value) => value.clone(),
            Node::Tuple(items) => Value::Tuple(all(items)?),
            Node::List(items) => Value::List(all(items)?),
            Node::Dict(items) => Value::Dict(pairs(all(items)?)),
            Node::Global { module, name } => global(module, name).into(),
            Node::Call { callable, arguments, items, entries, state } => {
                let Value::Tuple(arguments) = self.value(*arguments, depth)? else { return None };
                if let Some(bytes) = self.bytes(*callable, &arguments) {
                    return Some(bytes);
                }
                let Value::Object(callable) = self.value(*callable, depth)? else { return None };
                let object = arguments.into_iter().fold(Object::call(callable), Object::argument);
                let object = object.list_items(all(items)?).dict_items(pairs(all(entries)?));
                match state {
                    Some(state) => object.state(self.value(*state, depth)?).into(),
                    None => object.into(),
                }
            }
        })
    }

    /// Bytes are a text in an encoding (NET-30).
    fn bytes(&self, callable: usize, arguments: &[Value<'static>]) -> Option<Value<'static>> {
        let Some(Node::Global { module, name }) = self.nodes.get(callable) else { return None };
        match (module.as_str(), name.as_str(), arguments) {
            ("__builtin__", "bytes", []) => Some(Value::from(Vec::<u8>::new())),
            ("_codecs", "encode", [Value::Str(text), Value::Str(codec)]) if codec == "latin1" => {
                let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
                bytes.collect::<Option<Vec<u8>>>().map(Value::from)
            }
            _ => None,
        }
    }

    fn marked(&mut self) -> Option<Vec<usize>> {
        let mark = self.marks.pop()?;
        (mark <= self.stack.len()).then(|| self.stack.split_off(mark))
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn line(&mut self) -> Option<&'p str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        str::from_utf8(&self.take(end + 1)?[..end]).ok()
    }

    fn take(&mut self, length: usize) -> Option<&'p [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

fn pairs(items: Vec<Value<'static>>) -> Vec<(Value<'static>, Value<'static>)> {
    let mut items = items.into_iter();
    std::iter::from_fn(|| Some((items.next()?, items.next()?))).collect()
}

/// What the names of Python 2 stand for.
fn global(module: &str, name: &str) -> Object {
    let (module, name) = match (module, name) {
        ("__builtin__", "xrange") => ("builtins", "range"),
        ("__builtin__", "unicode") => ("builtins", "str"),
        ("__builtin__", "long") => ("builtins", "int"),
        ("__builtin__", "unichr") => ("builtins", "chr"),
        ("itertools", "izip") => ("builtins", "zip"),
        ("__builtin__" | "exceptions", name) => ("builtins", name),
        ("copy_reg", name) => ("copyreg", name),
        other => other,
    };
    Object::global(module.to_owned(), name.to_owned())
}

/// As deep as any value in the vectors will be.
const MAX_DEPTH: u32 = 100;
