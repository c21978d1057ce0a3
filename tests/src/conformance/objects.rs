//! Python objects, from their types and their texts: `{"t": "object", "type": "decimal.Decimal",
//! "repr": "Decimal('1.0')", "str": "1.0"}`.

use handlers_core::{Object, Value};
use serde_json::{Value as Json, json};

use super::case::{Skip, text};
use super::literal;

/// Makes the object that has these texts.
pub(super) fn read(json: &Json) -> Result<Value<'static>, Skip> {
    let field = |key: &str| json.get(key).map_or_else(|| Err(Skip::new("no object")), text);
    let (class, repr, shown) = (field("type")?, field("repr")?, field("str")?);
    let (module, name) = class.rsplit_once('.').ok_or_else(|| Skip::unknown("type", class))?;
    let class = Class { module, name };
    let made = class.made(repr).ok_or_else(|| Skip::unknown("object", repr))?;
    // The texts are checked with the record that holds them, so they have to be those of the case.
    Ok(made.class(module.to_owned(), name.to_owned()).shown_as(shown, repr).into())
}

/// Writes an object as it is read.
pub(super) fn write(object: &Object) -> Json {
    let class = object.class_of();
    let value = Value::from(object.clone());
    json!({
        "t": "object",
        "type": format!("{}.{}", class.module, class.name),
        "repr": value.repr(),
        "str": value.to_string(),
    })
}

/// What a call in a `repr` gives: `Decimal('1.0')`, with the arguments that have names.
pub(super) fn call(
    name: &str,
    mut arguments: Vec<Value<'static>>,
    keywords: &[(String, Value<'static>)],
) -> Option<Object> {
    let keyword = |name: &str| keywords.iter().find(|(known, _)| known == name).map(|(_, v)| v);
    Some(match name {
        "datetime.date" | "datetime.datetime" | "datetime.time" | "datetime.timedelta"
        | "datetime.timezone" => return time(name, &arguments, keyword),
        "Decimal" => Object::decimal(arguments.first()?.as_str()?).ok()?,
        "Fraction" => call_of("fractions", name, arguments),
        "UUID" => {
            let digits = arguments.first()?.as_str()?.replace('-', "");
            Object::uuid(u128::from_str_radix(&digits, 16).ok()?)
        }
        "set" => Object::set([]),
        "frozenset" => Object::frozenset(match arguments.pop() {
            Some(Value::Object(set)) => return frozen(&set),
            Some(_) => return None,
            None => Vec::new(),
        }),
        "range" => {
            if arguments.len() == 2 {
                arguments.push(1.into());
            }
            call_of("builtins", name, arguments)
        }
        "bytearray" => {
            arguments.retain(Value::is_truthy);
            call_of("builtins", name, arguments)
        }
        "OrderedDict" => Object::new("collections", "OrderedDict").dict_items(pairs(arguments)?),
        "deque" => {
            let limit = keyword("maxlen").cloned();
            let Some(Value::List(items)) = arguments.pop() else { return None };
            let deque = Object::new("collections", "deque");
            let deque = match limit {
                Some(limit) => deque.argument(Value::Tuple(Vec::new())).argument(limit),
                None => deque,
            };
            deque.list_items(items)
        }
        _ => return None,
    })
}

/// A set in braces.
pub(super) fn set(items: Vec<Value<'static>>) -> Value<'static> {
    Object::set(items).into()
}

/// `datetime.timezone.utc`, a name in the place of a call.
pub(super) fn constant(name: &str) -> Option<Value<'static>> {
    match name {
        "datetime.timezone.utc" => Some(Object::timezone(0).ok()?.into()),
        _ => None,
    }
}

struct Class<'c> {
    module: &'c str,
    name: &'c str,
}

impl Class<'_> {
    fn made(&self, repr: &str) -> Option<Object> {
        let (module, name) = (self.module, self.name);
        match (module, name) {
            ("builtins", "type") => {
                let class = repr.strip_prefix("<class '")?.strip_suffix("'>")?;
                let (module, name) = class.rsplit_once('.').unwrap_or(("builtins", class));
                return Some(Object::global(module.to_owned(), name.to_owned()));
            }
            ("builtins", "builtin_function_or_method") => {
                let function = repr.strip_prefix("<built-in function ")?.strip_suffix('>')?;
                return Some(Object::global("builtins", function.to_owned()));
            }
            ("pathlib._local", _) => {
                let arguments = literal::call(repr)?.1;
                return Some(call_of(module, name, arguments));
            }
            _ => {}
        }
        if let Some(member) = repr.strip_prefix('<') {
            return self.member(member.strip_suffix('>')?);
        }
        match literal::parse(repr) {
            Some(Value::Object(object)) => Some((*object).clone()),
            Some(value) => Some(self.of_base(value)),
            None => self.of_own(repr),
        }
    }

    /// A member of an enumeration, `Color.RED: 1`. There is one of it in a program.
    fn member(&self, text: &str) -> Option<Object> {
        let (_, value) = text.split_once(": ")?;
        Some(call_of(self.module, self.name, vec![literal::parse(value)?]).shared())
    }

    /// A subclass of a class of Python's own that looks like one.
    fn of_base(&self, value: Value<'static>) -> Object {
        let base = value.type_name().to_owned();
        self.reconstructed(&base, value)
    }

    /// An instance of a class of the test's own, `Point(1, 'two')`.
    fn of_own(&self, repr: &str) -> Option<Object> {
        if STANDARD.contains(&self.module) {
            return None;
        }
        let (_, arguments, keywords) = literal::call(repr)?;
        if arguments.is_empty() && !keywords.is_empty() {
            // A named tuple.
            let items = keywords.into_iter().map(|(_, value)| value).collect();
            return Some(self.reconstructed("tuple", Value::Tuple(items)));
        }
        let known = ATTRIBUTES
            .iter()
            .find(|(module, name, _)| (*module, *name) == (self.module, self.name));
        Some(match known {
            Some((module, name, attributes)) => {
                let attributes = attributes.iter().copied().zip(arguments);
                Object::instance(*module, *name, attributes)
            }
            None => call_of(self.module, self.name, arguments),
        })
    }

    fn reconstructed(&self, base: &str, value: Value<'static>) -> Object {
        Object::new("copyreg", "_reconstructor")
            .argument(Object::global(self.module.to_owned(), self.name.to_owned()))
            .argument(Object::global("builtins", base.to_owned()))
            .argument(value)
    }
}

fn call_of(module: &str, name: &str, arguments: Vec<Value<'static>>) -> Object {
    let object = Object::new(module.to_owned(), name.to_owned());
    arguments.into_iter().fold(object, Object::argument)
}

fn frozen(set: &Object) -> Option<Object> {
    let handlers_core::Recipe::Call(construction) = set.recipe()? else { return None };
    match construction.arguments.as_slice() {
        [Value::List(items)] => Some(Object::frozenset(items.clone())),
        _ => None,
    }
}

fn pairs(mut arguments: Vec<Value<'static>>) -> Option<Vec<(Value<'static>, Value<'static>)>> {
    match arguments.pop() {
        None => Some(Vec::new()),
        Some(Value::Dict(entries)) => Some(entries),
        Some(_) => None,
    }
}

fn time<'v>(
    name: &str,
    arguments: &[Value<'static>],
    keyword: impl Fn(&str) -> Option<&'v Value<'static>>,
) -> Option<Object> {
    let number = |at: usize| arguments.get(at).map_or(Some(0), Value::as_i64);
    let small = |at: usize| number(at).and_then(|number| u8::try_from(number).ok());
    let clock = |at: usize| {
        let micros = u32::try_from(number(at + 3)?).ok()?;
        Some((small(at)?, small(at + 1)?, small(at + 2)?, micros))
    };
    let offset = match keyword("tzinfo") {
        Some(Value::Object(zone)) => Some(offset_of(zone)?),
        Some(_) => return None,
        None => None,
    };
    let year = || u16::try_from(number(0)?).ok();
    match name {
        "datetime.date" => Object::date(year()?, small(1)?, small(2)?).ok(),
        "datetime.datetime" => {
            Object::datetime((year()?, small(1)?, small(2)?), clock(3)?, offset).ok()
        }
        "datetime.time" => Object::time(clock(0)?, offset).ok(),
        "datetime.timezone" => match arguments.first()? {
            Value::Object(delta) => Object::timezone(seconds_of(delta)?).ok(),
            _ => None,
        },
        _ => {
            let part = |name| keyword(name).map_or(Some(0), Value::as_i64);
            Object::timedelta(part("days")?, part("seconds")?, part("microseconds")?).ok()
        }
    }
}

/// The offset of a time zone, from what it was made of.
fn offset_of(zone: &Object) -> Option<i32> {
    let handlers_core::Recipe::Call(construction) = zone.recipe()? else { return None };
    match construction.arguments.first()? {
        Value::Object(delta) => seconds_of(delta),
        _ => None,
    }
}

fn seconds_of(delta: &Object) -> Option<i32> {
    let handlers_core::Recipe::Call(construction) = delta.recipe()? else { return None };
    let number = |at: usize| construction.arguments.get(at).and_then(Value::as_i64);
    i32::try_from(number(0)? * 86_400 + number(1)?).ok()
}

/// Modules of Python's own, whose classes are known or not.
const STANDARD: [&str; 6] = ["builtins", "collections", "datetime", "decimal", "fractions", "uuid"];

/// The classes that keep what they are called with, and under which names.
const ATTRIBUTES: [(&str, &str, &[&str]); 2] =
    [("vec_custom", "Point", &["x", "y"]), ("vec_custom", "Slotted", &["v"])];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_the_crates_have_the_texts_that_they_were_read_from() {
        for repr in [
            "datetime.datetime(2024, 3, 31, 1, 2, 3, 456789)",
            "datetime.datetime(2024, 3, 31, 1, 2, tzinfo=datetime.timezone.utc)",
            "datetime.time(1, 2, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=81000)))",
            "datetime.date(1, 1, 1)",
            "datetime.timedelta(0)",
            "datetime.timedelta(days=-1, microseconds=5)",
            "Decimal('1.0')",
            "UUID('12345678-1234-5678-1234-567812345678')",
            "{1, 'a'}",
            "set()",
            "frozenset({(1, 2)})",
            "[datetime.date(2024, 1, 1), {7}]",
        ] {
            assert_eq!(literal::parse(repr).map(|value| value.repr()).as_deref(), Some(repr));
        }
    }

    #[test]
    fn what_is_not_known_is_skipped() {
        for (class, repr) in [
            ("builtins.function", "<function f at 0x7f>"),
            ("datetime.datetime", "datetime.datetime('x')"),
            ("decimal.Decimal", "Decimal('x')"),
            ("nothing", "x"),
        ] {
            let json = json!({"t": "object", "type": class, "repr": repr, "str": repr});
            assert!(read(&json).is_err(), "{repr}");
        }
    }
}
