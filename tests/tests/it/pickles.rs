//! Pickles, and those who read them.

use std::io::Write;
use std::process::{Command, Stdio};

use handlers_core::{HandlerBase, Integer, Object, Record, Timestamp, Value};
use handlers_net::{Encode, JsonLines, Pickle};

/// CPython loads each frame, makes a record of it as its receivers do, and pickles what it loaded:
/// that gives the same bytes only if every instruction is the one that CPython chooses, and every
/// value the one that was meant.
#[test]
fn cpython_pickles_what_it_loaded_to_the_same_bytes() {
    let mut random = Random(1);
    let mut frames = Vec::new();
    for _ in 0..RECORDS {
        frames.extend(frame(&random.record()));
    }
    let script = "
import logging, pickle, struct, sys
data, count = sys.stdin.buffer.read(), 0
while data:
    length, = struct.unpack('>L', data[:4])
    payload, data = data[4:4 + length], data[4 + length:]
    loaded = pickle.loads(payload)
    again = pickle.dumps(loaded, 1)
    assert again == payload, (count, payload, again)
    record = logging.makeLogRecord(loaded)
    assert repr({name: getattr(record, name) for name in loaded}) == repr(loaded), loaded
    assert record.getMessage() == loaded['msg'] and str(loaded['shown']) == loaded['text'], loaded
    assert repr(loaded['shown']) == loaded['repr'], loaded
    count += 1
print(count)
";
    assert_eq!(python(script, &frames), format!("{RECORDS}\n"));
}

#[test]
fn a_reader_that_is_not_pythons_finds_the_same_values() {
    let mut random = Random(2);
    for _ in 0..RECORDS {
        let record = random.plain_record();
        let read =
            serde_pickle::value_from_slice(&frame(&record)[4..], serde_pickle::DeOptions::new());
        let Ok(serde_pickle::Value::Dict(read)) = read else { panic!("{record:?}: {read:?}") };
        let mut attributes = 0;
        for (name, value) in record.attributes() {
            let value = match name {
                "msg" => Value::from(record.message().expect("it fits").into_owned()),
                "args" => Value::None,
                _ => value,
            };
            let found = read.get(&serde_pickle::HashableValue::String(name.to_owned()));
            assert!(
                found.is_some_and(|found| is_same(&value, found)),
                "{name}: {value}: {found:?}"
            );
            attributes += 1;
        }
        assert_eq!(read.len(), attributes);
    }
}

#[test]
fn cpython_makes_records_of_lines_of_json() {
    let mut random = Random(3);
    let mut lines = Vec::new();
    for _ in 0..RECORDS {
        let encoded = JsonLines::new().encode(&HandlerBase::new(), &random.record(), &mut lines);
        encoded.expect("every record has a line");
    }
    let script = "
import json, logging, sys
count = 0
for line in sys.stdin.buffer.read().decode('ascii').split('\\n')[:-1]:
    loaded = json.loads(line)
    assert json.loads(json.dumps(loaded)) == loaded
    record = logging.makeLogRecord(loaded)
    assert record.getMessage() == loaded['msg'] and loaded['shown'] == loaded['text'], line
    count += 1
print(count)
";
    assert_eq!(python(script, &lines), format!("{RECORDS}\n"));
}

fn frame(record: &Record<'_>) -> Vec<u8> {
    let mut frame = Vec::new();
    Pickle::new().encode(&HandlerBase::new(), record, &mut frame).expect("it can be pickled");
    frame
}

/// What a script prints that gets `input`.
fn python(script: &str, input: &[u8]) -> String {
    let mut command = Command::new("python3");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the tests need python3");
    child.stdin.take().expect("it is a pipe").write_all(input).expect("the script reads it all");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "the script says why on standard error");
    String::from_utf8(output.stdout).expect("it prints text")
}

fn is_same(value: &Value<'_>, found: &serde_pickle::Value) -> bool {
    use serde_pickle::Value as Found;
    match (value, found) {
        (Value::None, Found::None) => true,
        (Value::Bool(value), Found::Bool(found)) => value == found,
        (Value::Int(value), Found::I64(found)) => value.to_i64() == Some(*found),
        (Value::Int(value), Found::Int(found)) => value.to_string() == found.to_string(),
        (Value::Float(value), Found::F64(found)) => value.to_bits() == found.to_bits(),
        (Value::Str(value), Found::String(found)) => value == found,
        (Value::Bytes(value), Found::Bytes(found)) => **value == *found,
        (Value::List(value), Found::List(found)) | (Value::Tuple(value), Found::Tuple(found)) => {
            value.len() == found.len() && value.iter().zip(found).all(|(v, f)| is_same(v, f))
        }
        (Value::Dict(value), Found::Dict(found)) => {
            let finds = |(key, value): &(Value<'_>, Value<'_>)| {
                let key = serde_pickle::HashableValue::String(key.to_string());
                found.get(&key).is_some_and(|found| is_same(value, found))
            };
            value.len() == found.len() && value.iter().all(finds)
        }
        _ => false,
    }
}

/// A generator of numbers that is the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        // Knuth's multiplier; the upper bits are the good ones.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.next(256)).expect("it is below 256")
    }

    /// A record with fields of every kind, and one whose texts are sent with it.
    fn record(&mut self) -> Record<'static> {
        let shown = Value::from(self.object());
        let (text, repr) = (shown.to_string(), shown.repr());
        let mut record = self.builder();
        for number in 0..self.next(5) {
            let value = self.value(3, true);
            record = record.field(format!("field {number}"), value).expect("the name is free");
        }
        if self.next(4) == 0 {
            let id = Object::uuid(u128::from(self.next(u64::MAX)) << self.next(70));
            record = record.field("id", id).expect("the name is free");
        }
        if self.next(100) == 0 {
            for number in 0..960 + self.next(100) {
                record = record.field(format!("n{number}"), number).expect("the name is free");
            }
        }
        let shown = [("shown", shown), ("text", text.into()), ("repr", repr.into())];
        shown
            .into_iter()
            .fold(record, |record, (name, value)| {
                record.field(name, value).expect("the name is free")
            })
            .build()
    }

    fn plain_record(&mut self) -> Record<'static> {
        let mut record = self.builder();
        for number in 0..self.next(5) {
            let value = self.value(3, false);
            record = record.field(format!("field {number}"), value).expect("the name is free");
        }
        record.build()
    }

    fn builder(&mut self) -> handlers_core::RecordBuilder {
        let record = Record::builder().name(self.text()).location(Some("src/main.rs"), 42, None);
        let record = record.created(Timestamp::from_nanos(self.next(u64::MAX).into()));
        match self.next(3) {
            0 => record.message(self.text()),
            1 => record.template("%s and %r", [self.value(2, false), self.value(2, false)]),
            _ => record.template(self.value(2, false), []),
        }
    }

    /// A value; `objects` says whether there may be some in it that only Python knows.
    fn value(&mut self, depth: u32, objects: bool) -> Value<'static> {
        let kinds = if depth == 0 { 7 } else { 11 };
        let inner = |random: &mut Self| random.value(depth.saturating_sub(1), objects);
        match self.next(kinds) {
            0 => Value::None,
            1 => Value::Bool(self.next(2) == 0),
            3 => Value::from(f64::from_bits(self.next(1 << 31) << 33)),
            4 => self.text().into(),
            5 => {
                // No bytes at all are something that only Python knows.
                let length = if objects { self.next(4) } else { 1 + self.next(4) };
                (0..length).map(|_| self.byte()).collect::<Vec<u8>>().into()
            }
            6 if objects => self.object().into(),
            2 | 6 => self.integer(),
            7 | 8 => Value::List((0..self.length()).map(|_| inner(self)).collect()),
            9 => Value::Tuple((0..self.length()).map(|_| inner(self)).collect()),
            _ => {
                let length = self.next(4);
                let entry = |number| (Value::from(format!("key {number}")), inner(self));
                Value::Dict((0..length).map(entry).collect())
            }
        }
    }

    fn length(&mut self) -> u64 {
        match self.next(100) {
            0 => 250 + self.next(10),
            1 => 999 + self.next(4),
            number => number % 4,
        }
    }

    fn integer(&mut self) -> Value<'static> {
        let length = self.next(20);
        let bytes: Vec<u8> = (0..length).map(|_| self.byte()).collect();
        Integer::from_signed_bytes_le(&bytes).into()
    }

    fn text(&mut self) -> String {
        let characters = ['a', '\0', '\n', '"', '\'', '\\', '\u{7f}', 'é', '\u{2028}', '日', '😀'];
        (0..self.next(6)).map(|_| characters[self.byte() as usize % characters.len()]).collect()
    }

    fn object(&mut self) -> Object {
        let offset = match self.next(3) {
            0 => None,
            1 => Some(0),
            _ => Some(i32::try_from(self.next(172_799)).expect("it is small") - 86_399),
        };
        let mut small = |below: u64| u8::try_from(self.next(below)).expect("it is small");
        let date = (1 + 39 * u16::from(small(255)), 1 + small(12), 1 + small(28));
        let time =
            (small(24), small(60), small(60) * small(2), 3921 * u32::from(small(255) * small(2)));
        let seconds = i64::try_from(self.next(1 << 31)).expect("it is small") - (1 << 30);
        let made = match self.next(10) {
            0 => Object::date(date.0, date.1, date.2),
            1 => Object::time(time, offset),
            2 => Object::datetime(date, time, offset),
            3 => Object::instant(Timestamp::from_nanos(i128::from(seconds) * 1_234_567_890), 3600),
            4 => Object::timedelta(seconds % 1000, seconds, seconds % 7),
            5 => Object::timezone(offset.unwrap_or(1)),
            6 => Object::decimal(format!("{seconds}.{:02}", date.1)),
            7 => Ok(Object::set((0..self.next(2)).map(|_| self.text().into()))),
            8 => Ok(Object::frozenset((0..self.next(2)).map(|_| self.integer()))),
            _ => Ok(Object::global("logging.handlers", "SocketHandler")),
        };
        made.expect("all is in range")
    }
}

const RECORDS: usize = 2000;
