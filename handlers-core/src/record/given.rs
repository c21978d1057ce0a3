//! A record as it comes from elsewhere: attributes by name, of whatever types.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::attributes::ATTRIBUTES;
use super::{Attributes, Exception, Location, Message, Origin, Parts, Rare, Record};
use crate::level::Level;
use crate::text::Text;
use crate::time::Timestamp;
use crate::value::{Value, unique};

/// The attributes that a record will be made of.
#[derive(Default)]
pub(crate) struct Given<'v> {
    /// Those of [`ATTRIBUTES`], each in its place there.
    known: [Option<Value<'v>>; ATTRIBUTES.len()],
    others: Vec<(Cow<'v, str>, Value<'v>)>,
    /// The place of the attribute that is likely to come next.
    next: usize,
}

impl<'v> Given<'v> {
    /// Takes an attribute. What was given before under its name does not count any more.
    pub(crate) fn set(&mut self, name: Cow<'v, str>, value: Value<'v>) {
        match self.place(&name) {
            Some(place) => {
                self.known[place] = Some(value);
                self.next = place + 1;
            }
            None => self.others.push((name, value)),
        }
    }

    /// Makes the record, as [`Record::from_attributes`] promises it.
    pub(crate) fn into_record(mut self) -> Record<'static> {
        self.set_defaults();
        let mut record = Record::builder().build();
        self.set_typed(&mut record);
        let overrides = Some(self.into_overrides(&record));
        record.rare_mut().overrides = overrides;
        record
    }

    fn place(&self, name: &str) -> Option<usize> {
        match ATTRIBUTES.get(self.next) {
            // Senders keep to the order of CORE-14.
            Some((next, _)) if *next == name => Some(self.next),
            _ => ATTRIBUTES.iter().position(|(known, _)| *known == name),
        }
    }

    /// CORE-35: what Python begins with. Of line and function the typed part says the same by itself.
    fn set_defaults(&mut self) {
        let [name, _, _, level_name, level, pathname, filename, module, ..] = &mut self.known;
        level_name.get_or_insert(Value::from("Level None"));
        for attribute in [name, level] {
            attribute.get_or_insert(Value::None);
        }
        for attribute in [pathname, filename, module] {
            attribute.get_or_insert(Value::from(""));
        }
    }

    /// Fills the typed part of the record from the attributes whose types fit.
    fn set_typed(&mut self, record: &mut Record<'static>) {
        // Moved: whatever their types are, the record gives them back as they were.
        let [_, msg, args, ..] = &mut self.known;
        let msg = msg.take().unwrap_or_else(|| Value::from(""));
        let args = args.take().unwrap_or_default();
        record.message = Message::template(msg.into_owned(), args.into_owned());

        let known = self.known.each_ref().map(Option::as_ref);
        let [name, _, _, level_name, level, pathname, _, _, others @ ..] = known;
        let [exc_info, exc_text, stack_info, line, function, created, _, _, origin @ ..] = others;
        record.name = kept(name).unwrap_or(Text::EMPTY);
        record.level = integer(level).map(Level::new).unwrap_or_default();
        record.level_name = kept(level_name).unwrap_or(Text::EMPTY);
        record.location = Location::Parts(Box::new(Parts {
            pathname: kept(pathname),
            line: integer(line).and_then(|line| line.try_into().ok()).unwrap_or_default(),
            function: kept(function),
        }));
        if let Some(created) = created.and_then(Value::as_f64) {
            record.created = Timestamp::from_seconds(created);
        }
        set_origin(origin, &mut record.origin);
        let exception = exc_info.and_then(exception).map(Arc::new);
        let exception_text = text(exc_text).map(|text| OnceLock::from(Arc::from(text)));
        record.rare = Some(Box::new(Rare {
            exception,
            exception_text: exception_text.unwrap_or_default(),
            stack_info: kept(stack_info),
            overrides: None,
        }));
    }

    /// What the typed part of the record does not say, or says otherwise.
    fn into_overrides(mut self, record: &Record<'_>) -> Attributes {
        unique(&mut self.others);
        let owned = |(name, value): (Cow<'_, str>, Value<'v>)| {
            (Text::Borrowed(&name).into_owned(), value.into_owned())
        };
        let mut overrides: Vec<_> = self.others.into_iter().map(owned).collect();
        for ((name, get), value) in ATTRIBUTES.iter().zip(self.known) {
            if let Some(value) = value.filter(|value| !is_same(value, &get(record))) {
                overrides.push((Text::Static(name), value.into_owned()));
            }
        }
        overrides.into()
    }
}

fn set_origin(attributes: [Option<&Value<'_>>; 5], origin: &mut Origin<'static>) {
    let [thread, thread_name, process_name, process, task_name] = attributes;
    if thread.is_some() {
        origin.set_thread(integer(thread).and_then(|id| id.try_into().ok()));
    }
    if thread_name.is_some() {
        origin.set_thread_name(kept(thread_name));
    }
    if process.is_some() {
        origin.set_process(integer(process).and_then(|id| id.try_into().ok()));
    }
    if process_name.is_some() {
        origin.set_process_name(kept(process_name));
    }
    if task_name.is_some() {
        origin.set_task_name(kept(task_name));
    }
}

fn integer(attribute: Option<&Value<'_>>) -> Option<i64> {
    attribute.and_then(Value::as_i64)
}

/// The text of an attribute that says anything.
fn text<'t>(attribute: Option<&'t Value<'_>>) -> Option<Cow<'t, str>> {
    match attribute? {
        Value::Str(text) => (!text.is_empty()).then_some(Cow::Borrowed(text)),
        other => other.is_truthy().then(|| Cow::Owned(other.to_string())),
    }
}

fn kept(attribute: Option<&Value<'_>>) -> Option<Text<'static>> {
    text(attribute).map(|text| Text::Borrowed(&text).into_owned())
}

/// CORE-36: a triple without an error is an exception all the same.
fn exception(exc_info: &Value<'_>) -> Option<Exception> {
    let value = match exc_info {
        Value::Tuple(triple) if !triple.is_empty() => triple.get(1).unwrap_or(&Value::None),
        value if value.is_truthy() => value,
        _ => return None,
    };
    Some(match value {
        Value::None => Exception::none(),
        Value::Str(text) => Exception::from_text(text),
        other => Exception::from_text(&other.to_string()),
    })
}

/// Whether both are one value, to the last bit and of one type. Containers, which are rare, are not
/// looked into.
fn is_same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Str(left), Value::Str(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(attributes: &[(&'static str, Value<'static>)]) -> Record<'static> {
        let mut given = Given::default();
        for (name, value) in attributes {
            given.set(Cow::Borrowed(name), value.clone());
        }
        given.into_record()
    }

    fn overrides<'r>(record: &'r Record<'_>) -> Vec<&'r str> {
        record.overrides().unwrap().iter().map(|(name, _)| &**name).collect()
    }

    #[test]
    fn what_the_typed_part_says_is_not_kept_again() {
        let usual = [
            ("name", Value::from("app")),
            ("msg", Value::from("%d files")),
            ("args", Value::Tuple(vec![3.into()])),
            ("levelname", Value::from("INFO")),
            ("levelno", Value::from(20)),
            ("pathname", Value::from("/srv/app.py")),
            ("filename", Value::from("app.py")),
            ("module", Value::from("app")),
            ("exc_info", Value::None),
            ("exc_text", Value::None),
            ("stack_info", Value::None),
            ("lineno", Value::from(7)),
            ("funcName", Value::from("main")),
            ("created", Value::from(1_700_000_000.5)),
            ("msecs", Value::from(500.0)),
            ("relativeCreated", Value::from(12.5)),
            ("thread", Value::from(1)),
            ("threadName", Value::from("MainThread")),
            ("processName", Value::from("MainProcess")),
            ("process", Value::from(2)),
            ("taskName", Value::None),
            ("user", Value::from("ann")),
        ];
        let record = record(&usual);
        assert_eq!(overrides(&record), ["user", "relativeCreated"]);
        assert!(record.attributes().eq(usual.iter().cloned()));
    }

    // CORE-35: `vars(logging.makeLogRecord(…))` has the very values.
    #[test]
    fn what_the_typed_part_cannot_say_comes_back_all_the_same() {
        let large = Value::from(1_u128 << 70);
        for (name, value) in [
            ("name", Value::None),
            ("name", Value::from(5)),
            ("msg", Value::from(1.5)),
            ("args", Value::from("")),
            ("levelname", Value::None),
            ("levelno", true.into()),
            ("levelno", large.clone()),
            ("pathname", Value::from("")),
            ("filename", Value::from("other.py")),
            ("module", Value::None),
            ("exc_info", Value::from(0)),
            ("exc_info", Value::Tuple(vec![Value::None, "boom".into(), Value::None])),
            ("exc_text", Value::from("")),
            ("stack_info", Value::List(vec![])),
            ("lineno", Value::from(-1)),
            ("lineno", large.clone()),
            ("funcName", Value::from("")),
            ("created", Value::from(-0.0)),
            ("created", Value::from(1_700_000_000)),
            ("created", Value::from(f64::NAN)),
            ("created", Value::from(1e300)),
            ("msecs", Value::from(0)),
            ("relativeCreated", Value::None),
            ("thread", Value::from(-5)),
            ("thread", Value::None),
            ("threadName", Value::None),
            ("processName", Value::None),
            ("processName", Value::from("worker")),
            ("process", large),
            ("process", Value::None),
            ("taskName", Value::from("task")),
        ] {
            let record = record(&[(name, value.clone())]);
            // As text, in which nothing that is not a number is equal to itself, and -0.0 not to 0.0.
            let (_, shown) = record.attributes().find(|(known, _)| *known == name).unwrap();
            assert_eq!(format!("{shown:?}"), format!("{value:?}"), "{name}");
        }
    }

    #[test]
    fn of_two_values_the_last_counts_whatever_the_order_of_the_names() {
        let forth = [("levelno", 10), ("lineno", 5), ("a", 1), ("b", 2), ("a", 3), ("lineno", 6)];
        let forth = forth.map(|(name, value)| (name, Value::from(value)));
        let record = record(&forth);
        let get = |name| record.attributes().find(|(known, _)| *known == name).map(|(_, v)| v);
        assert_eq!((get("levelno"), get("lineno")), (Some(10.into()), Some(6.into())));
        let others: Vec<_> = record.attributes().skip(ATTRIBUTES.len()).collect();
        assert_eq!(others, [("a", 3.into()), ("b", 2.into())]);
    }

    #[test]
    fn no_attribute_is_taken_for_another() {
        let text = Value::from("x");
        for (name, _) in ATTRIBUTES {
            let record = record(&[(name, text.clone())]);
            let others = ATTRIBUTES.iter().filter(|(other, _)| *other != name);
            for (other, _) in others {
                let value = record.attributes().find(|(known, _)| known == other).unwrap().1;
                assert_ne!(value, text, "{other} of a record with {name}");
            }
        }
    }
}
