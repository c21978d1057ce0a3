//! A record as a format sees it: with its message, its time and the defaults.

use crate::fields::Fields;
use crate::record::Record;
use crate::value::Value;

/// The attributes of a record and what a formatter adds to them.
pub(super) struct View<'v> {
    pub(super) record: &'v Record<'v>,
    pub(super) message: &'v str,
    pub(super) asctime: Option<&'v str>,
    pub(super) defaults: &'v [(String, Value<'static>)],
}

impl Fields for View<'_> {
    /// CORE-99, CORE-100: the formatter's own, then the record's, then the defaults.
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "message" => return Some(Value::from(self.message)),
            "asctime" if self.asctime.is_some() => return self.asctime.map(Value::from),
            _ => {}
        }
        let default = || {
            let default = self.defaults.iter().rev().find(|(known, _)| known == name);
            default.map(|(_, value)| value.borrowed())
        };
        self.record.get(name).or_else(default)
    }

    /// The defaults first, as in Python's `defaults | record.__dict__`.
    fn to_dict(&self) -> Value<'_> {
        let mut entries: Vec<(Value<'_>, Value<'_>)> = Vec::new();
        let mut set =
            |name: Value<'_>, value| match entries.iter_mut().find(|(key, _)| *key == name) {
                Some(entry) => entry.1 = value,
                None => entries.push((name.into_owned(), value)),
            };
        for (name, value) in self.defaults {
            set(Value::from(name.as_str()), value.borrowed());
        }
        if let Value::Dict(record) = self.record.to_dict() {
            for (name, value) in record {
                set(name, value);
            }
        }
        set(Value::from("message"), Value::from(self.message));
        if let Some(asctime) = self.asctime {
            set(Value::from("asctime"), Value::from(asctime));
        }
        Value::Dict(entries)
    }
}
