//! The record that waits in a queue.

use super::{Attributes, Extra, Location, Message, Origin, Rare, Record};
use crate::level::Level;
use crate::text::Text;
use crate::time::Timestamp;
use crate::value::Value;

impl Record<'_> {
    /// Makes the copy that a queue takes of a record that was formatted already: `text` is the
    /// message, whole, and there is nothing left to merge into it or to print after it. Everything
    /// else is kept (QUEUE-22, QUEUE-26).
    ///
    /// `asctime` is the time as the format showed it, if it did: Python's formatters leave it on the
    /// record, and who sends the record on may send it along.
    ///
    /// There is one allocation, for the text, and none if that is short; fields of the call bring more.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Record, Value};
    ///
    /// let record = Record::builder().name("app").template("%d%%", [Value::from(5)]).build();
    /// let prepared = record.to_prepared(&record.message()?, None);
    /// assert_eq!((prepared.name(), &*prepared.message()?), ("app", "5%"));
    /// assert_eq!(prepared.args(), Value::None);
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn to_prepared(&self, text: &str, asctime: Option<&str>) -> Record<'static> {
        let mut prepared = Record::EMPTY;
        self.prepare_into(text, asctime, &mut prepared);
        prepared
    }

    /// Does what [`to_prepared`](Self::to_prepared) does, and writes the copy where another record is:
    /// to move one that was written just now takes longer than to write it.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::Record;
    ///
    /// let record = Record::builder().name("app").message("ready").build();
    /// let mut prepared = Record::EMPTY;
    /// record.prepare_into("READY", None, &mut prepared);
    /// assert_eq!((prepared.name(), prepared.as_text()), ("app", Some("READY")));
    /// ```
    pub fn prepare_into(&self, text: &str, asctime: Option<&str>, place: &mut Record<'static>) {
        place.name.keep(&self.name);
        place.level = self.level;
        place.level_name.keep(&self.level_name);
        place.message.keep_prepared(text);
        place.location = self.location.clone().into_owned();
        place.created = self.created;
        place.origin.keep(&self.origin);
        place.extra = self.extra.clone().into_owned();
        place.rare = match (self.overrides(), asctime) {
            (None, None) => None,
            (overrides, _) => {
                let overrides = Some(prepared_overrides(overrides, text, asctime));
                Some(Box::new(Rare { overrides, ..Rare::default() }))
            }
        };
    }
}

impl Record<'static> {
    /// A record of no logger and no time, with nothing to say: a place for another one
    /// ([`prepare_into`](Self::prepare_into)).
    pub const EMPTY: Self = Self {
        name: Text::EMPTY,
        level: Level::NOTSET,
        level_name: Text::EMPTY,
        message: Message::EMPTY,
        location: Location::Unknown,
        created: Timestamp::UNIX_EPOCH,
        origin: Origin::EMPTY,
        extra: Extra::Borrowed(&[]),
        rare: None,
    };
}

/// What the record was made of, but for what the preparation takes away; `message` and `asctime`
/// come last if they are new, as in the dictionary of Python's record.
#[cold]
fn prepared_overrides(
    overrides: Option<&Attributes>,
    text: &str,
    asctime: Option<&str>,
) -> Attributes {
    let entries = overrides.iter().flat_map(|entries| entries.iter());
    let mut entries: Vec<_> =
        entries.filter(|(name, _)| !TAKEN_AWAY.contains(&&**name)).cloned().collect();
    let mut set = |name: &'static str, text: &str| {
        let value = Value::from(text.to_owned());
        match entries.iter_mut().find(|(known, _)| known.is(name)) {
            Some(entry) => entry.1 = value,
            None => entries.push((Text::Static(name), value)),
        }
    };
    set("message", text);
    if let Some(asctime) = asctime {
        set("asctime", asctime);
    }
    entries.into()
}

/// What the typed part of a prepared record says in the place of its attributes.
const TAKEN_AWAY: [&str; 5] = ["msg", "args", "exc_info", "exc_text", "stack_info"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Fields;

    /// The names after those of every record, and the text of each.
    fn others(record: &Record<'_>) -> Vec<(String, String)> {
        let attributes = record.attributes().skip(21);
        attributes.map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_message_comes_after_the_fields() {
        let record = Record::builder().field("user", "ann").expect("`user` is free").build();
        let prepared = record.to_prepared("text", None);
        assert_eq!(others(&prepared), pairs(&[("user", "ann"), ("message", "text")]));
    }

    #[test]
    fn the_message_of_an_earlier_preparation_is_replaced() {
        let record = Record::builder().build();
        let prepared = record.to_prepared("once", None).to_prepared("twice", Some("noon"));
        assert_eq!(others(&prepared), pairs(&[("message", "twice"), ("asctime", "noon")]));
        assert_eq!(Fields::get(&prepared, "msg"), Some(Value::from("twice")));
    }

    // Four lines of a cache, with the number that a channel keeps beside it.
    #[test]
    fn a_record_is_no_larger_than_it_was_made() {
        assert_eq!(size_of::<Record<'_>>(), 248);
    }

    #[test]
    fn whatever_was_in_a_place_is_gone() {
        let long = "a name, or a message, that is too long for any place in a record".repeat(2);
        let record = |text: &str| {
            let record = Record::builder().name(text.to_owned()).message(text.to_owned());
            record.field("user", text.to_owned()).expect("`user` is free").build().into_owned()
        };
        let mut place = Record::EMPTY;
        for text in ["one", &long, "two", &long, ""] {
            let record = record(text);
            record.prepare_into(text, Some(text), &mut place);
            let prepared = record.to_prepared(text, Some(text));
            assert_eq!(
                place.attributes().collect::<Vec<_>>(),
                prepared.attributes().collect::<Vec<_>>()
            );
            record.prepare_into(text, None, &mut place);
            assert_eq!(others(&place), pairs(&[("user", text), ("message", text)]));
            assert_eq!((place.name(), place.as_text()), (text, Some(text)));
        }
    }

    #[test]
    fn a_text_may_have_any_length() {
        for length in [0, 69, 70, 71, 300] {
            let text = "ä".repeat(length / 2) + &"x".repeat(length % 2);
            let prepared = Record::builder().build().to_prepared(&text, None);
            assert_eq!((prepared.as_text(), prepared.msg()), (Some(&*text), Value::from(&*text)));
            let kept = Record::builder().message(text.clone()).build().into_owned();
            assert_eq!((kept.as_text(), kept.msg()), (Some(&*text), Value::from(&*text)));
        }
    }

    #[test]
    fn attributes_give_way_to_the_preparation() {
        let entries = [
            ("msg", "%s"),
            ("message", "old"),
            ("exc_info", "E"),
            ("exc_text", "T"),
            ("stack_info", "S"),
            ("user", "ann"),
        ];
        let entries = entries.map(|(name, value)| (name.to_owned(), Value::from(value)));
        let prepared = Record::from_attributes(entries).to_prepared("new", Some("noon"));
        let expected = [("message", "new"), ("user", "ann"), ("asctime", "noon")];
        assert_eq!(others(&prepared), pairs(&expected));
        for name in ["args", "exc_info", "exc_text", "stack_info"] {
            assert_eq!(Fields::get(&prepared, name), Some(Value::None), "{name}");
        }
        assert_eq!(Fields::get(&prepared, "msg"), Some(Value::from("new")));
        assert_eq!(prepared.level_name(), "Level None");
    }
}
