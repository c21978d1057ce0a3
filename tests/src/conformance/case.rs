//! One case of a vector file, as the module that runs it sees it.

use std::sync::LazyLock;

use handlers_core::Error;
use serde_json::{Map, Value as Json, json};

/// A JSON object.
pub(super) type Object = Map<String, Json>;

/// What a case gave, under the names that the file has for it.
pub(super) type Results = Object;

/// Why a case cannot be run: something in it is not known here, or cannot be said in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Skip(pub(super) String);

impl Skip {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The case asks for something by a name that is not known.
    pub(super) fn unknown(what: &str, name: impl std::fmt::Display) -> Self {
        Self(format!("unknown {what}: {name}"))
    }
}

/// The fields of a case, or of an object in it, and what its file says once for all of its cases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) fields: &'a Object,
    pub(super) shared: &'a Object,
}

impl<'a> Case<'a> {
    pub(super) fn new(fields: &'a Object, shared: &'a Object) -> Self {
        Self { fields, shared }
    }

    /// The field, unless it is null or not there.
    pub(super) fn get(&self, key: &str) -> Option<&'a Json> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    /// Whether the field is there, null or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    pub(super) fn need(&self, key: &str) -> Result<&'a Json, Skip> {
        self.get(key).ok_or_else(|| Skip::new(format!("`{key}` is missing")))
    }

    pub(super) fn text(&self, key: &str) -> Result<&'a str, Skip> {
        text(self.need(key)?).map_err(|skip| skip.at(key))
    }

    pub(super) fn optional_text(&self, key: &str) -> Result<Option<&'a str>, Skip> {
        self.get(key).map(text).transpose().map_err(|skip| skip.at(key))
    }

    pub(super) fn integer(&self, key: &str) -> Result<i64, Skip> {
        integer(self.need(key)?).map_err(|skip| skip.at(key))
    }

    pub(super) fn integer_or(&self, key: &str, default: i64) -> Result<i64, Skip> {
        self.get(key).map_or(Ok(default), integer).map_err(|skip| skip.at(key))
    }

    /// An integer beyond 64 bits is a text of digits: JSON's numbers are doubles for its reader.
    pub(super) fn large_integer(&self, key: &str) -> Result<i128, Skip> {
        let number = match self.need(key)? {
            Json::String(digits) => digits.parse().ok(),
            number => number.as_i64().map(i128::from),
        };
        number.ok_or_else(|| Skip::new(format!("`{key}` is no integer")))
    }

    pub(super) fn flag_or(&self, key: &str, default: bool) -> Result<bool, Skip> {
        self.get(key).map_or(Ok(default), flag).map_err(|skip| skip.at(key))
    }

    pub(super) fn list(&self, key: &str) -> Result<&'a [Json], Skip> {
        list(self.need(key)?).map_err(|skip| skip.at(key))
    }

    /// The fields of an object in the case; none if it is not there.
    pub(super) fn nested(&self, key: &str) -> Result<Self, Skip> {
        match self.get(key) {
            None => Ok(Self::new(&NOTHING, self.shared)),
            Some(value) => Self::of(value, self.shared).map_err(|skip| skip.at(key)),
        }
    }

    /// Takes a value for an object with fields.
    pub(super) fn of(value: &'a Json, shared: &'a Object) -> Result<Self, Skip> {
        let fields = value.as_object().ok_or_else(|| Skip::new("no object"))?;
        Ok(Self::new(fields, shared))
    }

    /// Refuses fields that are not in `known`: what is not known must not be ignored.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Skip> {
        match self.fields.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Skip::unknown("keyword", key)),
            None => Ok(()),
        }
    }
}

impl Skip {
    fn at(self, key: &str) -> Self {
        Self(format!("`{key}`: {}", self.0))
    }
}

pub(super) fn text(value: &Json) -> Result<&str, Skip> {
    value.as_str().ok_or_else(|| Skip::new("no text"))
}

pub(super) fn integer(value: &Json) -> Result<i64, Skip> {
    value.as_i64().ok_or_else(|| Skip::new("no integer of 64 bits"))
}

fn flag(value: &Json) -> Result<bool, Skip> {
    value.as_bool().ok_or_else(|| Skip::new("neither true nor false"))
}

pub(super) fn list(value: &Json) -> Result<&[Json], Skip> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| Skip::new("no list"))
}

/// Names results.
/// The fields of an object that a test has written down.
#[cfg(test)]
pub(super) fn object(value: Json) -> Object {
    match value {
        Json::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

pub(super) fn results<const N: usize>(entries: [(&str, Json); N]) -> Results {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The two forms that most results have: `ok`, or `error` and `message`.
pub(super) fn ok_or_error(result: Result<Json, Error>) -> Results {
    match result {
        Ok(value) => results([("ok", value)]),
        Err(error) => {
            results([("error", json!(error.python_name())), ("message", json!(error.to_string()))])
        }
    }
}

static NOTHING: LazyLock<Object> = LazyLock::new(Object::new);
