//! Typed values: `{"t": "int", "v": "7"}`.

use std::fmt::Write;

use handlers_core::Value;
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Skip, list, text};
use super::objects;

/// Reads a typed value.
pub(super) fn read(json: &Json) -> Result<Value<'static>, Skip> {
    let (Some(Json::String(kind)), value) = (json.get("t"), json.get("v").unwrap_or(&Json::Null))
    else {
        return Err(Skip::new("no typed value"));
    };
    Ok(match kind.as_str() {
        "none" => Value::None,
        "bool" => Value::Bool(value.as_bool().ok_or_else(|| Skip::new("no boolean"))?),
        "int" => Value::Int(text(value)?.parse().map_err(|_| Skip::new("no integer"))?),
        "float" => Value::Float(float(text(value)?)?),
        "str" => Value::from(text(value)?.to_owned()),
        "bytes" => Value::from(from_hex(text(value)?)?),
        "tuple" => Value::Tuple(read_all(list(value)?)?),
        "list" => Value::List(read_all(list(value)?)?),
        "dict" => Value::Dict(list(value)?.iter().map(entry).collect::<Result<_, _>>()?),
        "object" => return objects::read(json),
        other => return Err(Skip::unknown("type", other)),
    })
}

pub(super) fn read_all(items: &[Json]) -> Result<Vec<Value<'static>>, Skip> {
    items.iter().map(read).collect()
}

/// Reads an object whose fields are typed values.
pub(super) fn read_fields(fields: &Object) -> Result<Vec<(String, Value<'static>)>, Skip> {
    fields.iter().map(|(name, value)| Ok((name.clone(), read(value)?))).collect()
}

/// Writes a typed value.
pub(super) fn write(value: &Value<'_>) -> Result<Json, Skip> {
    let all = |items: &[Value<'_>]| items.iter().map(write).collect::<Result<Vec<_>, _>>();
    Ok(match value {
        Value::None => json!({"t": "none"}),
        Value::Bool(flag) => json!({"t": "bool", "v": flag}),
        Value::Int(number) => json!({"t": "int", "v": number.to_string()}),
        Value::Float(_) => json!({"t": "float", "v": value.to_string()}),
        Value::Str(text) => json!({"t": "str", "v": text}),
        Value::Bytes(bytes) => json!({"t": "bytes", "v": to_hex(bytes)}),
        Value::Tuple(items) => json!({"t": "tuple", "v": all(items)?}),
        Value::List(items) => json!({"t": "list", "v": all(items)?}),
        Value::Dict(entries) => {
            let pair = |(key, value): &(_, _)| Ok(json!([write(key)?, write(value)?]));
            json!({"t": "dict", "v": entries.iter().map(pair).collect::<Result<Vec<_>, Skip>>()?})
        }
        Value::Object(object) => objects::write(object),
        other => return Err(Skip::unknown("type", other.type_name())),
    })
}

/// Takes JSON for what Python's `json.loads` would make of it.
pub(super) fn plain(json: &Json) -> Result<Value<'static>, Skip> {
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Value::from(number),
            (None, Some(number)) => Value::Float(number),
            (None, None) => return Err(Skip::unknown("number", number)),
        },
        Json::String(text) => Value::from(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(plain).collect::<Result<_, _>>()?),
        Json::Object(fields) => {
            let entry = |(key, value): (&String, _)| Ok((Value::from(key.clone()), plain(value)?));
            Value::Dict(fields.iter().map(entry).collect::<Result<_, Skip>>()?)
        }
    })
}

impl Case<'_> {
    /// A field with a double in the form of its `repr`.
    pub(super) fn float(&self, key: &str) -> Result<f64, Skip> {
        float(self.text(key)?)
    }
}

/// A double in the form of its `repr`, as fields with results hold it.
pub(super) fn float_text(number: f64) -> Json {
    json!(Value::Float(number).to_string())
}

pub(super) fn from_hex(digits: &str) -> Result<Vec<u8>, Skip> {
    let byte = |at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    bytes.ok_or_else(|| Skip::new("no hexadecimal digits"))
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

fn float(text: &str) -> Result<f64, Skip> {
    text.parse().map_err(|_| Skip::new("no double"))
}

fn entry(pair: &Json) -> Result<(Value<'static>, Value<'static>), Skip> {
    match list(pair)? {
        [key, value] => Ok((read(key)?, read(value)?)),
        _ => Err(Skip::new("no pair")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_read_and_written_is_the_same() {
        let json = json!({"t": "dict", "v": [
            [{"t": "str", "v": "k"}, {"t": "tuple", "v": [{"t": "none"}, {"t": "bool", "v": true}]}],
            [{"t": "bytes", "v": "00ff"}, {"t": "list", "v": [{"t": "float", "v": "1e+16"}]}],
            [{"t": "float", "v": "nan"}, {"t": "int", "v": "-12345678901234567890"}],
        ]});
        assert_eq!(write(&read(&json).expect("all types are known")), Ok(json));
    }

    #[test]
    fn types_that_are_not_known_are_skipped() {
        for json in [
            json!({"t": "object", "v": "Decimal('1')"}),
            json!({"t": "set", "v": []}),
            json!({"t": "int", "v": "x"}),
            json!({"t": "bytes", "v": "0"}),
            json!({"t": "dict", "v": [[]]}),
            json!(5),
        ] {
            assert!(read(&json).is_err(), "{json}");
        }
    }

    #[test]
    fn plain_json_keeps_its_types() {
        let value = plain(&json!({"a": [null, true, 1, 1.5, "x"]})).expect("all is plain");
        assert_eq!(value.to_string(), "{'a': [None, True, 1, 1.5, 'x']}");
    }
}
