//! Entries of a stream, as answers hold them.

use std::fmt;
use std::mem;

use ::redis::Value;

/// The identifier of an entry: a time in milliseconds, and a number within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(u64, u64);

impl Id {
    /// What stands before every entry.
    pub(super) const ZERO: Self = Self(0, 0);

    fn parse(value: &Value) -> Option<Self> {
        let Value::BulkString(bytes) = value else { return None };
        let (time, number) = std::str::from_utf8(bytes).ok()?.split_once('-')?;
        Some(Self(time.parse().ok()?, number.parse().ok()?))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// One entry: its fields and their values in turn, or none if the stream has it no more.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) id: Id,
    pub(super) fields: Option<Vec<Value>>,
}

impl Entry {
    /// The value of a field, taken out.
    pub(super) fn take(&mut self, name: &str) -> Option<Vec<u8>> {
        let pairs = self.fields.as_mut()?.chunks_exact_mut(2);
        for pair in pairs {
            if let [Value::BulkString(field), Value::BulkString(value)] = pair
                && field == name.as_bytes()
            {
                return Some(mem::take(value));
            }
        }
        None
    }
}

/// The entries in an answer to `XREADGROUP` of one stream. No entries is an answer of nothing.
pub(super) fn of_read(answer: Value) -> Option<Vec<Entry>> {
    let streams = match answer {
        Value::Nil => return Some(Vec::new()),
        Value::Array(streams) => streams,
        _ => return None,
    };
    let Some(Value::Array(mut stream)) = streams.into_iter().next() else { return None };
    entries(stream.pop()?)
}

/// Where `XAUTOCLAIM` goes on, the entries that it has claimed, and how many the stream has no more.
pub(super) fn of_claim(answer: Value) -> Option<(Id, Vec<Entry>, u64)> {
    let Value::Array(parts) = answer else { return None };
    let mut parts = parts.into_iter();
    let cursor = Id::parse(&parts.next()?)?;
    let entries = entries(parts.next()?)?;
    // Since Redis 7; servers before it give entries without fields.
    let gone = match parts.next() {
        Some(Value::Array(gone)) => u64::try_from(gone.len()).unwrap_or(u64::MAX),
        _ => 0,
    };
    Some((cursor, entries, gone))
}

fn entries(value: Value) -> Option<Vec<Entry>> {
    let Value::Array(entries) = value else { return None };
    entries.into_iter().map(entry).collect()
}

fn entry(value: Value) -> Option<Entry> {
    let Value::Array(parts) = value else { return None };
    let mut parts = parts.into_iter();
    let id = Id::parse(&parts.next()?)?;
    let fields = match parts.next()? {
        Value::Array(fields) => Some(fields),
        Value::Nil => None,
        _ => return None,
    };
    Some(Entry { id, fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(answer: &str) -> Value {
        ::redis::parse_redis_value(answer.replace('\n', "\r\n").as_bytes()).unwrap()
    }

    // The answers are those of Redis 7.0.15.
    #[test]
    fn a_read_gives_the_entries_of_its_stream() {
        let answer = "*1\n*2\n$4\nlogs\n*2\n\
            *2\n$3\n5-1\n*4\n$1\na\n$1\nb\n$6\nrecord\n$2\n{}\n\
            *2\n$3\n5-2\n*-1\n";
        let mut entries = of_read(parsed(answer)).unwrap();
        assert_eq!((entries[0].id, entries[1].id), (Id(5, 1), Id(5, 2)));
        assert_eq!(entries[0].take("record"), Some(b"{}".to_vec()));
        assert_eq!(entries[0].take("other"), None);
        assert_eq!(entries[1].fields, None);
        assert_eq!(entries[1].take("record"), None);
    }

    #[test]
    fn a_read_of_nothing_gives_no_entries() {
        assert_eq!(of_read(parsed("*-1\n")), Some(Vec::new()));
        assert_eq!(of_read(parsed("*1\n*2\n$4\nlogs\n*0\n")), Some(Vec::new()));
    }

    #[test]
    fn a_claim_gives_what_it_has_and_where_it_goes_on() {
        let answer = "*3\n$3\n7-0\n*1\n*2\n$3\n5-1\n*2\n$1\na\n$1\nb\n*2\n$3\n4-0\n$3\n4-1\n";
        let (cursor, entries, gone) = of_claim(parsed(answer)).unwrap();
        assert_eq!((cursor, entries[0].id, gone), (Id(7, 0), Id(5, 1), 2));
        let (cursor, entries, gone) = of_claim(parsed("*2\n$3\n0-0\n*0\n")).unwrap();
        assert_eq!((cursor, entries.len(), gone), (Id::ZERO, 0, 0));
    }

    #[test]
    fn answers_that_make_no_sense_are_refused() {
        for answer in ["+OK\n", ":1\n", "*1\n:1\n", "*0\n", "*1\n*2\n$4\nlogs\n*1\n:1\n"] {
            assert_eq!(of_read(parsed(answer)), None, "{answer}");
            assert_eq!(of_claim(parsed(answer)), None, "{answer}");
        }
        for id in ["5", "5-", "-1", "5-x", "99999999999999999999-0"] {
            let answer = format!("*1\n*2\n$4\nlogs\n*1\n*2\n${}\n{id}\n*-1\n", id.len());
            assert_eq!(of_read(parsed(&answer)), None, "{id}");
        }
    }
}
