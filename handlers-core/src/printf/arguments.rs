//! The right side of `%`: what the conversions of a format take, one after the other.

use std::borrow::Cow;
use std::mem;
use std::slice;

use crate::error::Result;
use crate::fields::{self, Fields};
use crate::printf::error;
use crate::value::Value;

/// The arguments that are left, and the mapping that names are sought in.
pub(super) struct Arguments<'v> {
    mapping: Mapping<'v>,
    rest: Rest<'v>,
}

/// What a conversion with a name asks.
#[derive(Clone, Copy)]
enum Mapping<'v> {
    Entries(&'v [(Value<'v>, Value<'v>)]),
    Fields(&'v dyn Fields),
    Missing,
    /// Python takes whatever can be indexed for a mapping, until it is asked for a name: then it
    /// says what an index is called.
    Sequence(&'static str),
}

enum Rest<'v> {
    /// A mapping as a whole, for a conversion without a name.
    Fields(&'v dyn Fields),
    Nothing,
    One(Cow<'v, Value<'v>>),
    Tuple(slice::Iter<'v, Value<'v>>),
}

impl<'v> Arguments<'v> {
    pub(super) fn of_value(args: &'v Value<'_>) -> Self {
        let mapping = match args {
            Value::Dict(entries) => Mapping::Entries(entries),
            Value::Object(object) if !object.entries().is_empty() => {
                Mapping::Entries(object.entries())
            }
            Value::List(_) => Mapping::Sequence("list"),
            Value::Bytes(_) => Mapping::Sequence("byte"),
            _ => Mapping::Missing,
        };
        let rest = match args {
            Value::Tuple(items) => Rest::Tuple(items.iter()),
            one => Rest::One(Cow::Borrowed(one)),
        };
        Self { mapping, rest }
    }

    pub(super) fn of_fields(fields: &'v dyn Fields) -> Self {
        Self { mapping: Mapping::Fields(fields), rest: Rest::Fields(fields) }
    }

    /// Makes the value under `key` the only argument left. Without `key`, its parenthesis was never
    /// closed.
    pub(super) fn select(&mut self, key: Option<&str>) -> Result<()> {
        if matches!(self.mapping, Mapping::Missing) {
            return Err(error::r#type("format requires a mapping"));
        }
        let Some(key) = key else { return Err(error::value("incomplete format key")) };
        let value = match self.mapping {
            Mapping::Entries(entries) => fields::entry(entries, key).map(Cow::Borrowed),
            Mapping::Fields(fields) => fields.get(key).map(Cow::Owned),
            Mapping::Missing => None,
            Mapping::Sequence(index) => return Err(error::not_an_index(index)),
        };
        self.rest = Rest::One(value.ok_or_else(|| error::key(key))?);
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Cow<'v, Value<'v>>> {
        let next = match &mut self.rest {
            Rest::Tuple(items) => items.next().map(Cow::Borrowed),
            rest => match mem::replace(rest, Rest::Nothing) {
                Rest::Fields(fields) => Some(Cow::Owned(fields.to_dict())),
                Rest::One(value) => Some(value),
                Rest::Nothing | Rest::Tuple(_) => None,
            },
        };
        next.ok_or_else(|| error::r#type("not enough arguments for format string"))
    }

    /// The next argument as a `*`: an integer of the C type `c_type`, which goes from `lowest` to
    /// `highest` (CORE-53).
    pub(super) fn next_count(&mut self, lowest: i64, highest: i64, c_type: &str) -> Result<i64> {
        let value = self.next()?;
        if value.as_integer().is_none() {
            return Err(error::r#type("* wants int"));
        }
        let count = value.as_i64().filter(|count| (lowest..=highest).contains(count));
        count.ok_or_else(|| error::too_large_for(c_type))
    }

    /// CORE-41: a tuple has to be used up, and so has a single argument that is no mapping.
    pub(super) fn finish(self) -> Result<()> {
        let left = match &self.rest {
            Rest::Nothing => false,
            Rest::Fields(_) | Rest::One(_) => true,
            Rest::Tuple(items) => !items.as_slice().is_empty(),
        };
        if left && matches!(self.mapping, Mapping::Missing) {
            return Err(error::r#type("not all arguments converted during string formatting"));
        }
        Ok(())
    }
}
