//! What is written in part only, while that which it holds is being written.

use std::slice;

use handlers_core::{Construction, Object, Result, Value};

use super::opcode::{APPEND, APPENDS, BUILD, MARK, REDUCE, SETITEM, SETITEMS, TUPLE};
use super::pickler::Pickler;

/// An open container. They are a list and not the call stack: values of any depth can be written.
pub(super) enum Open<'v> {
    Dict(Batches<'v, (Value<'v>, Value<'v>)>, Option<&'v Value<'v>>),
    List(Batches<'v, Value<'v>>),
    Object(&'v Object, &'v Construction, Stage),
    Tuple(slice::Iter<'v, Value<'v>>),
}

/// What comes next of an object that is constructed.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    Arguments,
    Reduce,
    DictItems,
    State,
    Build,
    End,
}

/// What to do before an open container goes on.
pub(super) enum Next<'v> {
    /// Write this.
    Value(&'v Value<'v>),
    /// Write this tuple.
    Tuple(&'v [Value<'v>]),
    /// Write this part of the same object.
    Open(Open<'v>),
    /// Nothing: see what comes next.
    Again,
    /// Nothing, for ever.
    Nothing,
}

impl<'v> Open<'v> {
    /// Goes on to the next value in the container, or closes it.
    pub(super) fn next(&mut self, pickler: &mut Pickler<'_>) -> Result<Next<'v>> {
        match self {
            Self::Dict(batches, value) => {
                if let Some(value) = value.take() {
                    return Ok(Next::Value(value));
                }
                let entry = batches.next(SETITEM, SETITEMS, pickler.out);
                *value = entry.map(|(_, value)| value);
                Ok(entry.map_or(Next::Nothing, |(key, _)| Next::Value(key)))
            }
            Self::List(batches) => {
                let item = batches.next(APPEND, APPENDS, pickler.out);
                Ok(item.map_or(Next::Nothing, Next::Value))
            }
            Self::Object(object, construction, stage) => {
                let (next, after) = stage.next(object, construction, pickler)?;
                *stage = after;
                Ok(next)
            }
            Self::Tuple(items) => {
                if let Some(item) = items.next() {
                    return Ok(Next::Value(item));
                }
                pickler.out.push(TUPLE);
                pickler.put()?;
                Ok(Next::Nothing)
            }
        }
    }
}

impl Stage {
    fn next<'v>(
        self,
        object: &Object,
        construction: &'v Construction,
        pickler: &mut Pickler<'_>,
    ) -> Result<(Next<'v>, Self)> {
        let some = |is_empty: bool, open: Open<'v>| {
            if is_empty { Next::Again } else { Next::Open(open) }
        };
        Ok(match self {
            Self::Arguments => (Next::Tuple(&construction.arguments), Self::Reduce),
            Self::Reduce => {
                pickler.out.push(REDUCE);
                let number = pickler.put()?;
                pickler.keep_object(object, number);
                let items = &construction.list_items;
                let open = Open::List(Batches::of_others(items));
                (some(items.is_empty(), open), Self::DictItems)
            }
            Self::DictItems => {
                let entries = &construction.dict_items;
                let open = Open::Dict(Batches::of_others(entries), None);
                (some(entries.is_empty(), open), Self::State)
            }
            Self::State => match &construction.state {
                Some(state) => (Next::Value(state), Self::Build),
                None => (Next::Nothing, Self::End),
            },
            Self::Build => {
                pickler.out.push(BUILD);
                (Next::Nothing, Self::End)
            }
            Self::End => (Next::Nothing, Self::End),
        })
    }
}

/// Items in batches, since a receiver has to keep a batch on its stack (NET-21).
pub(super) struct Batches<'v, T> {
    rest: &'v [T],
    /// How many items are in the batch.
    size: usize,
    /// How many of them are left.
    left: usize,
    /// The instruction that ends the batch.
    end: Option<u8>,
    kind: Kind,
}

/// CPython writes what is a list, or a dictionary, itself in one way, and all that is merely like
/// one in another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dict,
    List,
    Other,
}

impl<'v> Batches<'v, Value<'v>> {
    pub(super) fn of_list(items: &'v [Value<'v>]) -> Self {
        Self::new(items, Kind::List)
    }
}

impl<'v> Batches<'v, (Value<'v>, Value<'v>)> {
    pub(super) fn of_dict(entries: &'v [(Value<'v>, Value<'v>)]) -> Self {
        Self::new(entries, Kind::Dict)
    }
}

impl<'v, T> Batches<'v, T> {
    fn of_others(items: &'v [T]) -> Self {
        Self::new(items, Kind::Other)
    }

    fn new(rest: &'v [T], kind: Kind) -> Self {
        Self { rest, size: 0, left: 0, end: None, kind }
    }

    fn next(&mut self, one: u8, many: u8, out: &mut Vec<u8>) -> Option<&'v T> {
        if self.left == 0 {
            self.turn(one, many, out);
        }
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.left -= 1;
        Some(first)
    }

    /// Ends a batch, if there was one, and begins the next, if there is one.
    fn turn(&mut self, one: u8, many: u8, out: &mut Vec<u8>) {
        let is_first = self.end.is_none();
        out.extend(self.end);
        let was_full = self.size == BATCH;
        self.size = self.rest.len().min(BATCH);
        self.left = self.size;
        if self.size == 0 {
            // CPython begins a batch before it sees that its dictionary is at its end.
            if was_full && self.kind == Kind::Dict {
                out.extend([MARK, many]);
            }
            return;
        }
        // One item that is left over from a batch is a batch like any, but for other kinds.
        let is_one = self.size == 1 && (is_first || self.kind == Kind::Other);
        if !is_one {
            out.push(MARK);
        }
        self.end = Some(if is_one { one } else { many });
    }
}

/// As many items as CPython has in a batch.
pub(super) const BATCH: usize = 1000;
