//! From values to a pickle.

use std::io::Write as _;

use handlers_core::{Error, ErrorKind, Global, Integer, Object, Recipe, Result, Value};

use super::memo::{Kind, Memo};
use super::opcode::{
    BINFLOAT, BINGET, BININT, BININT1, BININT2, BINPUT, BINUNICODE, EMPTY_DICT, EMPTY_LIST,
    EMPTY_TUPLE, FALSE, GLOBAL, LONG, LONG_BINGET, LONG_BINPUT, MARK, NONE, REDUCE, SETITEMS, STOP,
    TRUE, TUPLE,
};
use super::open::{BATCH, Batches, Next, Open, Stage};
use super::python2;

/// Writes one dictionary: the attributes of a record.
pub(crate) struct Pickler<'p> {
    pub(super) out: &'p mut Vec<u8>,
    memo: &'p mut Memo,
    /// How many entries are in the batch that is open.
    entries: usize,
}

impl<'p> Pickler<'p> {
    /// Begins a dictionary of two entries or more (NET-21). `memo` is empty.
    pub(crate) fn begin_dict(out: &'p mut Vec<u8>, memo: &'p mut Memo) -> Self {
        let first = memo.number().unwrap_or_default();
        let mut pickler = Self { out, memo, entries: 0 };
        pickler.out.push(EMPTY_DICT);
        pickler.refer(first, BINPUT, LONG_BINPUT);
        pickler.out.push(MARK);
        pickler
    }

    /// Appends an entry.
    ///
    /// # Errors
    ///
    /// The value cannot be pickled.
    pub(crate) fn entry(&mut self, name: &str, value: &Value<'_>) -> Result<()> {
        self.text(name)?;
        self.value(value)?;
        self.entries += 1;
        if self.entries == BATCH {
            self.entries = 0;
            self.out.extend([SETITEMS, MARK]);
        }
        Ok(())
    }

    /// Ends the dictionary and the pickle.
    pub(crate) fn end(self) {
        self.out.extend([SETITEMS, STOP]);
    }

    fn value(&mut self, value: &Value<'_>) -> Result<()> {
        // Most values hold no others.
        match value {
            Value::None => self.out.push(NONE),
            Value::Int(number) => self.integer(number)?,
            Value::Float(number) => self.float(*number),
            Value::Str(text) => self.text(text)?,
            value => self.value_of_any_depth(value)?,
        }
        Ok(())
    }

    fn value_of_any_depth(&mut self, value: &Value<'_>) -> Result<()> {
        let mut open = Vec::new();
        self.begin(value, &mut open)?;
        while let Some(container) = open.last_mut() {
            match container.next(self)? {
                Next::Again => {}
                Next::Nothing => {
                    open.pop();
                }
                Next::Open(part) => open.push(part),
                Next::Tuple(items) => self.begin_tuple(items, &mut open),
                Next::Value(value) => self.begin(value, &mut open)?,
            }
        }
        Ok(())
    }

    /// Writes a value that holds no others, or opens it.
    fn begin<'v>(&mut self, value: &'v Value<'_>, open: &mut Vec<Open<'v>>) -> Result<()> {
        match value {
            Value::None => self.out.push(NONE),
            Value::Bool(truth) => self.out.extend_from_slice(if *truth { TRUE } else { FALSE }),
            Value::Int(number) => self.integer(number)?,
            Value::Float(number) => self.float(*number),
            Value::Str(text) => self.text(text)?,
            Value::Bytes(bytes) => self.bytes(bytes)?,
            Value::Tuple(items) => self.begin_tuple(items, open),
            Value::List(items) => {
                self.empty(EMPTY_LIST)?;
                open.push(Open::List(Batches::of_list(items)));
            }
            Value::Dict(entries) => {
                self.empty(EMPTY_DICT)?;
                open.push(Open::Dict(Batches::of_dict(entries), None));
            }
            Value::Object(object) => self.begin_object(object, open)?,
            // Core may learn of more.
            other => return Err(unpicklable(other.type_name())),
        }
        Ok(())
    }

    fn begin_tuple<'v>(&mut self, items: &'v [Value<'v>], open: &mut Vec<Open<'v>>) {
        if items.is_empty() {
            self.out.push(EMPTY_TUPLE);
        } else {
            self.out.push(MARK);
            open.push(Open::Tuple(items.iter()));
        }
    }

    fn begin_object<'v>(&mut self, object: &'v Object, open: &mut Vec<Open<'v>>) -> Result<()> {
        let mut object = object;
        loop {
            match object.recipe() {
                Some(Recipe::Call(construction)) => {
                    if let Some(number) = self.met_before(object) {
                        self.get(number);
                        return Ok(());
                    }
                    open.push(Open::Object(object, construction, Stage::Arguments));
                    object = &construction.callable;
                }
                Some(Recipe::Import(global)) => return self.global(global),
                _ => return Err(unpicklable(Value::from(object.clone()).type_name())),
            }
        }
    }

    fn met_before(&self, object: &Object) -> Option<u32> {
        let is_shared = object.is_shared();
        is_shared.then(|| self.memo.find(Kind::Object, &key_of(object))).flatten()
    }

    /// Keeps the number of an object that may be met again.
    pub(super) fn keep_object(&mut self, object: &Object, number: u32) {
        if object.is_shared() {
            self.memo.keep(Kind::Object, &key_of(object), number);
        }
    }

    /// NET-26.
    fn float(&mut self, number: f64) {
        let mut bytes = [BINFLOAT; 9];
        bytes[1..].copy_from_slice(&number.to_be_bytes());
        self.out.extend_from_slice(&bytes);
    }

    /// NET-25.
    fn integer(&mut self, number: &Integer) -> Result<()> {
        let Some(small) = number.to_i64() else { return self.long(number) };
        let bytes = small.to_le_bytes();
        match small {
            0..=0xff => self.out.extend_from_slice(&[BININT1, bytes[0]]),
            0x100..=0xffff => self.out.extend_from_slice(&[BININT2, bytes[0], bytes[1]]),
            _ if i32::try_from(small).is_ok() => {
                self.out.push(BININT);
                self.out.extend_from_slice(&bytes[..4]);
            }
            _ => self.long(small)?,
        }
        Ok(())
    }

    fn long(&mut self, number: impl std::fmt::Display) -> Result<()> {
        self.out.push(LONG);
        let start = self.out.len();
        // Writing to a vector does not fail.
        let _ = write!(self.out, "{number}");
        // What has too many digits for Python is not shown in decimal.
        if self.out[start..].contains(&b'x') {
            let message = "Exceeds the limit (4300 digits) for integer string conversion; use \
                           sys.set_int_max_str_digits() to increase the limit";
            return Err(Error::new(ErrorKind::Value, message));
        }
        self.out.extend_from_slice(b"L\n");
        Ok(())
    }

    /// NET-22.
    fn text(&mut self, text: &str) -> Result<()> {
        if let Ok(length @ 3..) = u8::try_from(text.len())
            && let Some(number) = self.memo.short_number()
        {
            // Almost every text: one look at the room there is.
            self.out.reserve(text.len() + 7);
            self.out.extend_from_slice(&[BINUNICODE, length, 0, 0, 0]);
            self.out.extend_from_slice(text.as_bytes());
            self.out.extend_from_slice(&[BINPUT, number]);
            return Ok(());
        }
        self.any_text(text)
    }

    fn any_text(&mut self, text: &str) -> Result<()> {
        if text.len() <= 2 && is_one_object(text) {
            return self.once(Kind::Text, text, |pickler| pickler.text_itself(text));
        }
        self.text_itself(text).map(drop)
    }

    fn text_itself(&mut self, text: &str) -> Result<u32> {
        self.begin_text(text.len())?;
        self.out.extend_from_slice(text.as_bytes());
        self.put()
    }

    fn begin_text(&mut self, length: usize) -> Result<()> {
        let Ok(length) = u32::try_from(length) else {
            return Err(Error::new(
                ErrorKind::Overflow,
                "cannot serialize a string larger than 4 GiB",
            ));
        };
        let [first, second, third, fourth] = length.to_le_bytes();
        self.out.extend_from_slice(&[BINUNICODE, first, second, third, fourth]);
        Ok(())
    }

    /// NET-30: Python 2 had one type for bytes and text, so that bytes are a text to be encoded.
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        // CPython has one object for no bytes, and one for each single byte.
        if let [] | [_] = bytes {
            let byte = bytes.first().map(|byte| char::from(*byte));
            let mut key = [0; 2];
            let key = byte.map_or("", |byte| byte.encode_utf8(&mut key));
            return self.once(Kind::Bytes, key, |pickler| pickler.bytes_themselves(bytes));
        }
        self.bytes_themselves(bytes).map(drop)
    }

    fn bytes_themselves(&mut self, bytes: &[u8]) -> Result<u32> {
        if bytes.is_empty() {
            self.global_named("builtins", "bytes")?;
            self.out.push(EMPTY_TUPLE);
        } else {
            self.global_named("_codecs", "encode")?;
            self.out.push(MARK);
            self.latin1_text(bytes)?;
            self.latin1()?;
            self.out.push(TUPLE);
            self.put()?;
        }
        self.out.push(REDUCE);
        self.put()
    }

    /// The text whose characters have the numbers that the bytes are.
    fn latin1_text(&mut self, bytes: &[u8]) -> Result<()> {
        if let [byte] = bytes {
            return self.text(char::from(*byte).encode_utf8(&mut [0; 2]));
        }
        let beyond_ascii = bytes.iter().filter(|byte| !byte.is_ascii()).count();
        self.begin_text(bytes.len() + beyond_ascii)?;
        for byte in bytes {
            let mut buffer = [0; 2];
            self.out.extend_from_slice(char::from(*byte).encode_utf8(&mut buffer).as_bytes());
        }
        self.put().map(drop)
    }

    /// NET-24: one text for all bytes of a pickle.
    fn latin1(&mut self) -> Result<()> {
        if let Some(number) = self.memo.latin1() {
            self.get(number);
            return Ok(());
        }
        let number = self.text_itself("latin1")?;
        self.memo.keep_latin1(number);
        Ok(())
    }

    fn global(&mut self, global: &Global) -> Result<()> {
        self.global_named(&global.module, &global.name)
    }

    fn global_named(&mut self, module: &str, name: &str) -> Result<()> {
        let key = [module, "\n", name];
        if let Some(number) = self.memo.find(Kind::Global, &key) {
            self.get(number);
            return Ok(());
        }
        match name.split_once('.') {
            None => self.global_itself(module, name)?,
            Some((outer, path)) => self.nested(module, outer, path)?,
        }
        let number = self.put()?;
        self.memo.keep(Kind::Global, &key, number);
        Ok(())
    }

    /// What is nested in a class is reached by `getattr`, step by step.
    fn nested(&mut self, module: &str, outer: &str, path: &str) -> Result<()> {
        for _ in path.split('.') {
            self.global_named("builtins", "getattr")?;
            self.out.push(MARK);
        }
        self.global_itself(module, outer)?;
        for name in path.split('.') {
            self.text(name)?;
            self.out.extend([TUPLE, REDUCE]);
        }
        Ok(())
    }

    /// A line for the module and one for the name: neither may forge a third.
    fn global_itself(&mut self, module: &str, name: &str) -> Result<()> {
        let is_name =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name(module) || !is_name(name) {
            let name = Value::from(format!("{module}.{name}")).repr();
            let message = format!("can't pickle global identifier {name} using pickle protocol 1");
            return Err(Error::new(ErrorKind::Value, message));
        }
        let (module, name) = python2::name_of(module, name);
        self.out.push(GLOBAL);
        for line in [module, name] {
            self.out.extend_from_slice(line.as_bytes());
            self.out.push(b'\n');
        }
        Ok(())
    }

    /// Writes an object that may have been met before.
    fn once(
        &mut self,
        kind: Kind,
        key: &str,
        write: impl FnOnce(&mut Self) -> Result<u32>,
    ) -> Result<()> {
        if let Some(number) = self.memo.find(kind, &[key]) {
            self.get(number);
            return Ok(());
        }
        let number = write(self)?;
        self.memo.keep(kind, &[key], number);
        Ok(())
    }

    fn empty(&mut self, container: u8) -> Result<()> {
        self.out.push(container);
        self.put().map(drop)
    }

    /// Puts what is on top of the receiver's stack into its memo (NET-23).
    pub(super) fn put(&mut self) -> Result<u32> {
        let Some(number) = self.memo.number() else {
            return Err(Error::new(ErrorKind::Overflow, "too many objects for one pickle"));
        };
        self.refer(number, BINPUT, LONG_BINPUT);
        Ok(number)
    }

    fn get(&mut self, number: u32) {
        self.refer(number, BINGET, LONG_BINGET);
    }

    fn refer(&mut self, number: u32, short: u8, long: u8) {
        if let Ok(number) = u8::try_from(number) {
            self.out.extend_from_slice(&[short, number]);
        } else {
            self.out.push(long);
            self.out.extend(number.to_le_bytes());
        }
    }
}

/// What tells shared objects apart: their class and what they look like.
fn key_of(object: &Object) -> [&str; 5] {
    let class = object.class_of();
    [&class.module, "\n", &class.name, "\n", object.repr().unwrap_or_default()]
}

/// Whether CPython has one object for a text: it has one empty text, and one for each character of
/// Latin-1. The text has no more than two bytes.
fn is_one_object(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_none_or(|character| u32::from(character) < 0x100)
        && characters.next().is_none()
}

#[cold]
fn unpicklable(type_name: &str) -> Error {
    Error::new(ErrorKind::Type, format!("cannot pickle '{type_name}' object"))
}
